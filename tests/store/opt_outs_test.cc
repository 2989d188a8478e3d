// Opt-outs in batches: recorded once each, durable, and answered only when no
// message in their scope is on its way to a carrier (promises P2 and P3).

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <map>
#include <thread>

#include "store/memory/recipients.h"
#include "tests/fakes/disks.h"
#include "tests/store/all_records_of.h"
#include "tests/store/store_fixture.h"

namespace sluice::store {
namespace {

const Phone kAnna{8613800138000};

std::vector<OptOutEntry> OptOutEntries(int count) {
  std::vector<OptOutEntry> entries;
  for (int i = 0; i < count; ++i) {
    entries.push_back(OptOutEntryOf(Phone{kAnna.e164 + i}, kShop));
  }
  return entries;
}

// How many opt-outs of a number the journal has.
int RecordedOf(const Store& store, Phone recipient) {
  const auto found = AllRecordsOf(store, recipient);
  EXPECT_TRUE(found.ok()) << found.status();
  int opt_outs = 0;
  for (const FoundRecord& record : *found) {
    store::v1::Record parsed;
    EXPECT_TRUE(parsed.ParseFromString(record.bytes));
    EXPECT_EQ(parsed.recipient(), recipient.e164);
    opt_outs += parsed.has_opt_out_added() ? 1 : 0;
  }
  return opt_outs;
}

class OptOutsTest : public StoreTest {
 protected:
  std::unique_ptr<Store> OpenOnLossyDisk() {
    StoreOptions options;
    options.path = folder_.path() + "/data";
    options.partitions = 2;
    options.segment_bytes = 3u << 20;
    disks_.Carry(options);
    auto store = Store::Open(options, clock_, WorldSnapshot(),
                             [this](const std::string& note) {
                               MutexLock lock(mutex_);
                               notes_.push_back(note);
                             });
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  Disks disks_{1};
};

TEST_F(OptOutsTest, ABatchIsRecordedOnceWhateverItRepeats) {
  auto store = Open(4);
  std::vector<OptOutEntry> entries = OptOutEntries(1000);
  entries.push_back(entries[7]);  // Twice in one batch.
  entries.push_back(
      OptOutEntryOf(kAnna, 0));  // Another scope of the same number.
  const auto first = OptOutAll(*store, entries);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_EQ(first->size(), entries.size());
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE((*first)[i].existed) << i;
  EXPECT_TRUE((*first)[1000].existed);
  EXPECT_EQ((*first)[1000].record, (*first)[7].record);
  EXPECT_FALSE((*first)[1001].existed);
  for (int restart = 0; restart < 2; ++restart) {
    const auto again = OptOutAll(*store, entries);
    ASSERT_TRUE(again.ok()) << again.status();
    for (size_t i = 0; i < entries.size(); ++i) {
      EXPECT_TRUE((*again)[i].existed) << i;
      EXPECT_EQ((*again)[i].record, (*first)[i].record) << i;
      EXPECT_EQ((*again)[i].at_ms, (*first)[i].at_ms) << i;
    }
    store.reset();
    store = Open(4);
  }
  EXPECT_EQ(RecordedOf(*store, kAnna), 2);
  for (int i = 1; i < 1000; ++i) {
    EXPECT_EQ(RecordedOf(*store, entries[i].recipient), 1) << i;
  }
}

// Whatever the number of senders that a number opts out of one by one: no
// message in these scopes is sent, and the number's state stays bounded.
TEST_F(OptOutsTest, AFloodOfScopesOfOneNumberBecomesAnOptOutOfEverybody) {
  auto store = Open();
  constexpr uint32_t kScopes = 6'000;
  std::vector<OptOutEntry> entries;
  for (uint32_t i = 0; i < kScopes; ++i) {
    entries.push_back(OptOutEntryOf(kAnna, 1'000'000 + i));
  }
  ASSERT_TRUE(OptOutAll(*store, std::move(entries)).ok());
  const PartitionStats stats = store->Stats(0);
  EXPECT_EQ(stats.opt_outs, kFactsPerRecipientMax + 1);
  // A sender that no opt-out named.
  const auto results = SubmitAll(*store, {{.recipient = "13800138000"}});
  ASSERT_TRUE(results.ok());
  EXPECT_EQ((*results)[0].decision, sluice::v1::DECISION_REJECTED);
  // Repeating an opt-out changes nothing.
  const auto again =
      OptOutAll(*store, {OptOutEntryOf(kAnna, 1'000'000 + kScopes - 1)});
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE((*again)[0].existed);
  // The result has the scope in force.
  EXPECT_EQ((*again)[0].content_provider.value, 0u);
}

TEST_F(OptOutsTest, ABatchTakesBackWhatWaits) {
  auto store = Open();
  ASSERT_TRUE(SubmitAll(*store, {{.recipient = "13800138000"},
                                 {.recipient = "13800138002"},
                                 {.recipient = "13900139000"}})
                  .ok());
  const auto results = OptOutAll(*store, OptOutEntries(3));
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ((*results)[0].cancelled, 1u);
  EXPECT_EQ((*results)[1].cancelled, 0u);
  EXPECT_EQ((*results)[2].cancelled, 1u);
  const auto work = TakeAllWork(*store);
  ASSERT_EQ(work->size(), 1u);
  EXPECT_EQ((*work)[0].recipient.e164, 8613900139000u);
}

TEST_F(OptOutsTest, ABatchWaitsForWhatIsOnItsWayToASocket) {
  auto store = Open();
  // Two numbers of the batch, and one that is not in it.
  ASSERT_TRUE(SubmitAll(*store, {{.recipient = "13800138001"},
                                 {.recipient = "13800138002"},
                                 {.recipient = "13900139000"}})
                  .ok());
  const auto work = TakeAllWork(*store);
  ASSERT_EQ(work->size(), 3u);
  std::atomic<bool> answered = false;
  Promised<absl::Status> done;
  OptOutBatch batch;
  batch.entries = OptOutEntries(4);
  batch.done = [&](absl::Status status) {
    answered = true;
    done.Set(std::move(status));
  };
  ASSERT_TRUE(store->AddOptOuts(batch).ok());
  const auto settle = [&](uint64_t e164, bool written) {
    for (const WorkItem& item : *work) {
      if (item.recipient.e164 != e164) continue;
      if (written) {
        store->Ran(0, {.written = {item.message}});
      } else {
        store->GiveBack(0, item.message, item.recipient, "", 0);
      }
    }
  };
  // Later commands have been answered, so this answer is really delayed.
  const auto pass = [&](const std::string& number) {
    ASSERT_TRUE(SubmitAll(*store, {{.recipient = number}}).ok());
  };
  pass("13900139001");
  pass("13900139002");
  EXPECT_FALSE(answered);
  settle(8613800138001, /*written=*/true);
  pass("13900139003");
  pass("13900139004");
  EXPECT_FALSE(answered);
  settle(8613800138002, /*written=*/false);
  EXPECT_TRUE(done.Get().ok());
  EXPECT_EQ(batch.results[2].cancelled, 0u);
  // The message given back is in the opt-out's scope: it is not sent.
  const auto rest = TakeAllWork(*store);
  ASSERT_TRUE(rest.ok());
  for (const WorkItem& item : *rest) {
    EXPECT_GE(item.recipient.e164, 8613900139000u);
  }
}

TEST_F(OptOutsTest, AnAnsweredBatchSurvivesAPowerCut) {
  auto store = OpenOnLossyDisk();
  ASSERT_TRUE(OptOutAll(*store, OptOutEntries(30'000)).ok());
  // A batch that is interrupted somewhere in the middle.
  OptOutBatch cut;
  cut.entries = OptOutEntries(40'000);
  Promised<absl::Status> ended;
  cut.done = [&ended](absl::Status status) { ended.Set(std::move(status)); };
  ASSERT_TRUE(store->AddOptOuts(cut).ok());
  disks_.PowerCut();
  store.reset();
  ended.Get().IgnoreError();
  store = OpenOnLossyDisk();
  ASSERT_NE(store, nullptr);
  const auto again = OptOutAll(*store, OptOutEntries(40'000));
  ASSERT_TRUE(again.ok()) << again.status();
  for (size_t i = 0; i < 30'000; ++i) ASSERT_TRUE((*again)[i].existed) << i;
  for (int i = 0; i < 40'000; i += 97) {
    EXPECT_EQ(RecordedOf(*store, Phone{kAnna.e164 + i}), 1) << i;
  }
}

// The journal thread reports the failure while the writer is busy with another
// command, so that the writer reads the report during the reopening, which
// fails: the caller must still get an answer.
TEST_F(OptOutsTest, AFailureIsToldWhileTheJournalCannotBeReopened) {
  auto store = OpenOnLossyDisk();
  const int partition = store->PartitionOf(kAnna);
  FailingJournalFiles& disk =
      *disks_.faults()[static_cast<size_t>(partition) + 1];
  std::promise<void> appending;
  std::promise<void> writer_is_busy;
  disk.SetFault({.call = JournalFault::Call::kAppend, .nth = 1, .before = [&] {
                   if (disk.failed() > 1) return;
                   appending.set_value();
                   writer_is_busy.get_future().wait();
                 }});
  std::promise<absl::Status> answered;
  store->AddOptOut(OptOutEntryOf(kAnna, kShop),
                   [&answered](const absl::StatusOr<OptOutResult>& result) {
                     answered.set_value(result.status());
                   });
  appending.get_future().wait();
  store->TakeWork(partition,
                  {.link = "test",
                   .carriers = {},
                   .segments_max = 1,
                   .done = [&writer_is_busy](const absl::StatusOr<Work>&) {
                     writer_is_busy.set_value();
                     // Long enough for the journal thread to report the
                     // failure.
                     std::this_thread::sleep_for(std::chrono::milliseconds(20));
                   }});
  std::future<absl::Status> answer = answered.get_future();
  EXPECT_EQ(answer.wait_for(std::chrono::seconds(20)),
            std::future_status::ready);
  disk.SetFault({});
  EXPECT_EQ(answer.get().code(), absl::StatusCode::kUnavailable);
}

// A fault is told at most once a minute; what a reopening finds, each time.
TEST_F(OptOutsTest, EachReopeningTellsWhatItFinds) {
  auto store = OpenOnLossyDisk();
  const int partition = store->PartitionOf(kAnna);
  FailingJournalFiles& disk =
      *disks_.faults()[static_cast<size_t>(partition) + 1];
  for (int round = 1; round <= 2; ++round) {
    disk.SetFault({.call = JournalFault::Call::kAppend,
                   .nth = 1,
                   .how = JournalFault::How::kHalfDone,
                   .and_after = false});
    auto results = OptOutAll(*store, OptOutEntries(3000 * round));
    EXPECT_FALSE(results.ok());
    while (!results.ok()) {
      results = OptOutAll(*store, OptOutEntries(3000 * round));
    }
    EXPECT_EQ(disk.failed(), 1);
    const std::string notes = Notes();
    int tails = 0;
    for (size_t at = 0;
         (at = notes.find("half-written tail", at)) != std::string::npos;
         ++at) {
      ++tails;
    }
    EXPECT_EQ(tails, round) << notes;
  }
}

TEST_F(OptOutsTest, AFailedJournalIsUnavailableAndTheBatchCanBeRepeated) {
  int failed = 0;
  for (int nth = 1; nth <= 6; ++nth) {
    SCOPED_TRACE(nth);
    disks_.Clear();
    std::filesystem::remove_all(folder_.path() + "/data");
    auto store = OpenOnLossyDisk();
    for (FailingJournalFiles* files : disks_.faults()) {
      files->SetFault({.call = JournalFault::Call::kSync,
                       .nth = nth,
                       .how = nth % 2 == 0 ? JournalFault::How::kHalfDone
                                           : JournalFault::How::kNothingDone,
                       .and_after = false});
    }
    for (int round = 0; round < 3; ++round) {
      std::vector<OptOutEntry> entries = OptOutEntries(3000 * (round + 1));
      auto results = OptOutAll(*store, entries);
      while (!results.ok()) {
        ++failed;
        ASSERT_EQ(results.status().code(), absl::StatusCode::kUnavailable);
        results = OptOutAll(*store, entries);
      }
      EXPECT_EQ(results->size(), entries.size());
    }
    disks_.PowerCut();
    store.reset();
    store = OpenOnLossyDisk();
    ASSERT_NE(store, nullptr);
    for (int i = 0; i < 9000; i += 41) {
      EXPECT_EQ(RecordedOf(*store, Phone{kAnna.e164 + i}), 1) << i;
    }
    const auto again = OptOutAll(*store, OptOutEntries(9000));
    ASSERT_TRUE(again.ok()) << again.status();
    for (const OptOutResult& result : *again) {
      ASSERT_TRUE(result.existed);
    }
  }
  EXPECT_GT(failed, 2);  // Some failures had an effect.
}

TEST_F(OptOutsTest, TooManyAreRefusedAndMessagesGoOn) {
  StoreOptions options;
  options.path = folder_.path() + "/data";
  options.segment_bytes = 4u << 20;
  options.inbox_messages_max = 100;
  const auto store =
      Store::Open(options, clock_, WorldSnapshot(), [](const auto&) {});
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ(OptOutAll(**store, OptOutEntries(101)).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(SubmitAll(**store, {{.recipient = "13800138000"}}).ok());
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(OptOutAll(**store, OptOutEntries(100)).ok()) << i;
  }
}

}  // namespace
}  // namespace sluice::store
