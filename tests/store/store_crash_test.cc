// Power cuts and failing disks under a running store. A client, a carrier and
// recipients who opt out act at random; every acknowledgement must be true
// after every crash (promises P1 to P6). Each seed is one history: rerun a
// failure with SLUICE_SEED=<n>. SLUICE_CRASHES is the number of power cuts.

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "tests/fakes/disks.h"
#include "tests/store/all_records_of.h"
#include "tests/store/redecide.h"

namespace sluice::store {
namespace {

constexpr int kNumbers = 40;
// The pack's limit of one content provider's messages to a number a day.
constexpr int kCommercialPerDay = 2;

class StoreCrashTest : public StoreTest {
 protected:
  std::unique_ptr<Store> OpenOnLossyDisk() {
    StoreOptions options;
    options.path = folder_.path() + "/data";
    options.partitions = 2;
    options.sync = sync_;
    options.segment_bytes = 3u << 20;
    options.checkpoint_cycle_bytes = 200'000;
    disks_.Carry(options);
    auto store = Store::Open(options, clock_, WorldSnapshot(),
                             [](const std::string&) {});
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  void PowerCut(std::unique_ptr<Store>& store) {
    disks_.PowerCut();
    store.reset();
  }

  // Other numbers every day: earlier ones have opted out or reached the limit.
  std::string NumberOf(int i) {
    return std::to_string(13800138000 + day_ * kNumbers + i);
  }

  // Submits a few messages and remembers what was acknowledged.
  void SubmitSome(Store& store) {
    std::vector<Outgoing> outgoing;
    const int count = 1 + static_cast<int>(random_() % 8);
    for (int i = 0; i < count; ++i) {
      Outgoing message;
      message.recipient = NumberOf(static_cast<int>(random_() % kNumbers));
      message.text = "【云杉超市】第" + std::to_string(++texts_) +
                     "期水果特价。拒收请回复R";
      if (random_() % 2 == 0) message.key = "k" + std::to_string(texts_);
      outgoing.push_back(message);
    }
    const auto answers = SubmitAll(store, outgoing);
    if (!answers.ok()) {
      ++refused_;
      return;
    }
    for (size_t i = 0; i < outgoing.size(); ++i) {
      const Answer& answer = (*answers)[i];
      ++verdicts_;
      if (answer.decision != sluice::v1::DECISION_ACCEPTED) continue;
      const MessageId id = {answer.partition, answer.record};
      accepted_[id] = outgoing[i];
      ++accepted_ever_;
      // P6: a retry gets the same answer.
      if (outgoing[i].key.empty() || random_() % 4 != 0) continue;
      const auto again = SubmitAll(store, {outgoing[i]});
      if (!again.ok()) continue;
      EXPECT_TRUE((*again)[0].same_key);
      EXPECT_EQ((*again)[0].record, answer.record);
    }
  }

  // Takes work and plays the carrier; some answers never come.
  void HandOverSome(Store& store) {
    for (int partition = 0; partition < store.partitions(); ++partition) {
      const auto work = TakeAllWork(store, partition,
                                    1 + static_cast<uint32_t>(random_() % 9));
      if (!work.ok()) continue;
      for (const WorkItem& item : *work) {
        const MessageId id = {item.partition, item.message};
        const std::string number =
            std::to_string(item.recipient.e164 % 100000000000);
        // P3: no message in the scope of an acknowledged opt-out.
        EXPECT_FALSE(opted_out_.contains(number)) << number;
        if (random_() % 10 == 0) {  // The connection was down: not sent.
          store.GiveBack(partition, item.message, item.recipient, "", 0);
          continue;
        }
        // P5: at most once.
        EXPECT_TRUE(sent_.insert(id).second) << ToString(id);
        store.Ran(partition, {.written = {item.message}});
        if (random_() % 5 == 0) continue;  // The answer is lost.
        CarrierAnswer answer;
        answer.message = item.message;
        answer.recipient = item.recipient;
        answer.state = random_() % 5 == 0 ? sluice::v1::MESSAGE_STATE_REFUSED
                                          : sluice::v1::MESSAGE_STATE_TAKEN;
        if (answer.state == sluice::v1::MESSAGE_STATE_TAKEN) {
          answer.carrier_message_ids = {ToString(id)};
        }
        store.Ran(partition, {.answers = {answer}});
      }
    }
  }

  // Submits a message that is held, and plays the person who judges it.
  void HoldAndJudge(Store& store) {
    Outgoing message;
    message.recipient = NumberOf(static_cast<int>(random_() % kNumbers));
    message.text = "【云杉超市】第" + std::to_string(++texts_) +
                   "期，回T领取好礼。拒收请回复R";
    const auto answers = SubmitAll(store, {message});
    if (answers.ok() && (*answers)[0].decision == sluice::v1::DECISION_HELD) {
      held_[{(*answers)[0].partition, (*answers)[0].record}] = message;
    }
    std::vector<WaitingMessage> all = AllHeld(store);
    if (all.empty()) return;
    all = {all[random_() % all.size()]};
    const bool reject = random_() % 4 == 0;
    const auto results = RedecideAll(store, all, {.reject = reject});
    if (!results.ok() ||
        (*results)[0].outcome != Redecision::Outcome::kDecided) {
      return;
    }
    const MessageId id = {
        static_cast<uint16_t>(store.PartitionOf(all[0].recipient)),
        all[0].message};
    const auto known = held_.find(id);
    if (known == held_.end()) return;
    if ((*results)[0].decision == sluice::v1::DECISION_ACCEPTED) {
      accepted_[id] = known->second;
      ++released_ever_;
    }
    judged_[id] = (*results)[0].decision;
    held_.erase(known);
  }

  void OptOutOne(Store& store) {
    const std::string number = NumberOf(static_cast<int>(random_() % kNumbers));
    const auto result = OptOutOf(store, *ParsePhone(number), kShop);
    if (result.ok()) opted_out_.insert(number);
  }

  // The message's state in the journal; 0 when it only waits.
  sluice::v1::MessageState StateOf(Store& store, const MessageId& id,
                                   Phone recipient) {
    const auto found = AllRecordsOf(store, recipient);
    EXPECT_TRUE(found.ok());
    for (const FoundRecord& record : *found) {
      store::v1::Record r;
      EXPECT_TRUE(r.ParseFromString(record.bytes));
      if (r.has_answered() && r.answered().message() == id.record.value()) {
        return r.answered().state();
      }
      if (r.has_ended() && r.ended().message() == id.record.value()) {
        return r.ended().state();
      }
      if (r.has_redecided() && r.redecided().message() == id.record.value()) {
        return sluice::v1::MESSAGE_STATE_UNSPECIFIED;
      }
      if (r.has_handed_over() &&
          r.handed_over().message() == id.record.value()) {
        return sluice::v1::MESSAGE_STATE_HANDED_OVER;
      }
      if (r.has_given_back() && r.given_back().message() == id.record.value()) {
        return sluice::v1::MESSAGE_STATE_QUEUED;
      }
    }
    return sluice::v1::MESSAGE_STATE_UNSPECIFIED;
  }

  // How often a held message was decided, by a person or otherwise.
  int Judgements(Store& store, const MessageId& id) {
    const auto first = store.Read(id);
    EXPECT_TRUE(first.ok()) << ToString(id) << ": " << first.status();
    if (!first.ok()) return 0;
    const auto found = AllRecordsOf(store, Phone{first->recipient()});
    EXPECT_TRUE(found.ok());
    int judgements = 0;
    for (const FoundRecord& record : *found) {
      store::v1::Record r;
      EXPECT_TRUE(r.ParseFromString(record.bytes));
      judgements +=
          r.has_redecided() && r.redecided().message() == id.record.value();
      // A released message may end as others do.
      judgements += r.has_ended() && r.ended().message() == id.record.value() &&
                    !accepted_.contains(id);
    }
    return judgements;
  }

  void CheckEverything(Store& store) {
    std::map<std::string, int> charged;
    for (const auto& [id, message] : accepted_) {
      const auto record = store.Read(id);
      ASSERT_TRUE(record.ok())
          << ToString(id) << " was acknowledged: " << record.status();
      ASSERT_EQ(record->decided().text(), message.text);
      const sluice::v1::MessageState state =
          StateOf(store, id, *ParsePhone(message.recipient));
      // P1, P5: the journal has a hand-over of every sent message.
      if (sent_.contains(id)) {
        EXPECT_NE(state, sluice::v1::MESSAGE_STATE_UNSPECIFIED) << ToString(id);
        EXPECT_NE(state, sluice::v1::MESSAGE_STATE_QUEUED) << ToString(id);
      }
      if (state != sluice::v1::MESSAGE_STATE_REFUSED &&
          state != sluice::v1::MESSAGE_STATE_CANCELLED &&
          state != sluice::v1::MESSAGE_STATE_EXPIRED) {
        ++charged[message.recipient];
      }
    }
    // Each acknowledged judgement is recorded, once, and a message without a
    // judgement still waits or has ended otherwise.
    std::set<MessageId> waiting;
    for (const WaitingMessage& one : AllHeld(store)) {
      waiting.insert({static_cast<uint16_t>(store.PartitionOf(one.recipient)),
                      one.message});
    }
    for (const auto& [id, decision] : judged_) {
      EXPECT_FALSE(waiting.contains(id)) << ToString(id);
      EXPECT_EQ(Judgements(store, id), 1) << ToString(id);
    }
    for (const auto& [id, message] : held_) {
      EXPECT_TRUE(waiting.contains(id) || Judgements(store, id) == 1)
          << ToString(id) << " was held, and is nowhere";
    }
    // P4, over acknowledged messages; the clock stays within one day.
    for (const auto& [number, count] : charged) {
      EXPECT_LE(count, kCommercialPerDay) << "a limit was exceeded";
    }
  }

  uint64_t seed_ = FromEnvironment("SLUICE_SEED", 1);
  std::mt19937_64 random_{seed_};
  Disks disks_{seed_};
  bool sync_ = true;

  uint64_t texts_ = 0;
  int64_t day_ = 0;
  uint64_t verdicts_ = 0;
  uint64_t accepted_ever_ = 0;
  uint64_t refused_ = 0;
  uint64_t released_ever_ = 0;
  std::map<MessageId, Outgoing> accepted_;
  std::map<MessageId, Outgoing> held_;  // Without an acknowledged judgement.
  std::map<MessageId, sluice::v1::Decision> judged_;
  std::set<MessageId> sent_;
  std::set<std::string> opted_out_;
};

TEST_F(StoreCrashTest, PowerCutsLoseNothingThatWasAcknowledged) {
  SCOPED_TRACE(testing::Message() << "SLUICE_SEED=" << seed_);
  const uint64_t crashes = FromEnvironment("SLUICE_CRASHES", 8);
  auto store = OpenOnLossyDisk();
  for (uint64_t crash = 0; crash < crashes; ++crash) {
    for (int step = 0; step < 30; ++step) {
      clock_.Advance(absl::Milliseconds(random_() % 500));
      SubmitSome(*store);
      if (random_() % 2 == 0) HoldAndJudge(*store);
      if (random_() % 2 == 0) HandOverSome(*store);
      if (random_() % 40 == 0) OptOutOne(*store);
    }
    PowerCut(store);
    if (crash % 10 == 9) {
      accepted_.clear();
      held_.clear();
      judged_.clear();
      sent_.clear();
      ++day_;
      clock_.Advance(absl::Hours(24));
    }
    store = OpenOnLossyDisk();
    ASSERT_NE(store, nullptr);
    ASSERT_TRUE(
        store->AcceptClock("key", "a test").ok());  // A day may have passed.
    CheckEverything(*store);
    if (testing::Test::HasFatalFailure()) return;
  }
  // Enough happened in each round.
  EXPECT_GT(accepted_ever_, 5 * crashes);
  EXPECT_GT(verdicts_, 20 * crashes);
  EXPECT_GT(released_ever_, crashes / 2);
}

// After a failed sync the kernel shows bytes that it will never write. They
// must not count as durable, or a power cut removes bytes in the middle.
TEST_F(StoreCrashTest, WhatAFailedSyncDroppedIsWrittenAgain) {
  auto store = OpenOnLossyDisk();
  for (int round = 0; round < 8; ++round) {
    SCOPED_TRACE(round);
    SubmitSome(*store);
    disks_.FailNextSync();
    for (int step = 0; step < 5; ++step) {
      SubmitSome(*store);
      HandOverSome(*store);
    }
    CheckEverything(*store);
    PowerCut(store);
    store = OpenOnLossyDisk();
    ASSERT_NE(store, nullptr);
    CheckEverything(*store);
  }
  EXPECT_GT(refused_, 3u);
}

// A store without sync still hands over, and starts after a power cut with
// fewer records.
TEST_F(StoreCrashTest, WithoutSyncingTheLastOnesAreLostAndNothingElse) {
  sync_ = false;
  auto store = OpenOnLossyDisk();
  for (int round = 0; round < 10; ++round) {
    SCOPED_TRACE(round);
    Outgoing later;
    later.recipient = NumberOf(round);
    const auto answers = SubmitAll(*store, {later});
    ASSERT_TRUE(answers.ok());
    ASSERT_EQ(answers->at(0).decision, sluice::v1::DECISION_ACCEPTED);
    const int partition = store->PartitionOf(*ParsePhone(later.recipient));
    // The text of a message given back is read from the journal.
    for (int tries = 0; tries < 2; ++tries) {
      const auto work = TakeAllWork(*store, partition);
      ASSERT_TRUE(work.ok());
      // The hand-over of an earlier message may be among the lost records.
      ASSERT_GE(work->size(), 1u);
      EXPECT_EQ(work->back().recipient, *ParsePhone(later.recipient));
      for (const WorkItem& item : *work) {
        EXPECT_FALSE(item.text.empty());
        if (tries > 0) continue;
        store->GiveBack(partition, item.message, item.recipient, "8",
                        store->NowMs());
      }
    }
    PowerCut(store);
    store = OpenOnLossyDisk();
    ASSERT_NE(store, nullptr);
  }
}

// A disk that can be read but not written must not count as recovered: the
// first record after a failure must become durable.
TEST_F(StoreCrashTest, ADiskThatFailsEveryWriteIsNotTakenForGood) {
  auto store = OpenOnLossyDisk();
  const auto set_fault = [this](int64_t nth) {
    for (FailingJournalFiles* files : disks_.faults()) {
      files->SetFault({.call = JournalFault::Call::kAppend, .nth = nth});
    }
  };
  set_fault(1);
  const std::vector<Outgoing> one = {{.recipient = NumberOf(0)}};
  // The outcome of the first message is unknown; later messages are refused as
  // long as the disk fails.
  ASSERT_TRUE(absl::IsUnavailable(SubmitAll(*store, one).status()));
  const int partition = store->PartitionOf(*ParsePhone(NumberOf(0)));
  while (!store->Stats(partition).poisoned) {
  }
  for (int look = 0; look < 30; ++look) {
    ASSERT_TRUE(store->Stats(partition).poisoned) << look;
    ASSERT_TRUE(absl::IsUnavailable(SubmitAll(*store, one).status())) << look;
  }
  EXPECT_GT(disks_.faults()[1]->failed() + disks_.faults()[2]->failed(), 3);
  set_fault(0);
  absl::StatusOr<std::vector<Answer>> answers = absl::UnavailableError("");
  for (int look = 0; look < 600 && !answers.ok(); ++look) {
    answers = SubmitAll(*store, one);
    absl::SleepFor(absl::Milliseconds(10));
  }
  ASSERT_TRUE(answers.ok()) << answers.status();
  EXPECT_EQ(answers->at(0).decision, sluice::v1::DECISION_ACCEPTED);
}

// The Nth append or sync fails, for N = 1, 2, 3, ...: the partition recovers by
// itself, and loses no acknowledged message.
TEST_F(StoreCrashTest, TheNthFailureLosesNothing) {
  const int last = static_cast<int>(FromEnvironment("SLUICE_FAULTS", 12));
  for (const auto call :
       {JournalFault::Call::kAppend, JournalFault::Call::kSync}) {
    for (int nth = 1; nth <= last; ++nth) {
      SCOPED_TRACE(testing::Message()
                   << "call " << static_cast<int>(call) << " number " << nth);
      accepted_.clear();
      held_.clear();
      judged_.clear();
      sent_.clear();
      opted_out_.clear();
      disks_.Clear();
      std::filesystem::remove_all(folder_.path() + "/data");
      auto store = OpenOnLossyDisk();
      for (FailingJournalFiles* files : disks_.faults()) {
        files->SetFault({.call = call,
                         .nth = nth,
                         .how = nth % 2 == 0 ? JournalFault::How::kHalfDone
                                             : JournalFault::How::kNothingDone,
                         .and_after = false});
      }
      for (int step = 0; step < 20; ++step) {
        SubmitSome(*store);
        HoldAndJudge(*store);
        HandOverSome(*store);
        if (step % 10 == 5) OptOutOne(*store);
      }
      CheckEverything(*store);
      PowerCut(store);
      store = OpenOnLossyDisk();
      ASSERT_NE(store, nullptr);
      CheckEverything(*store);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
  EXPECT_GT(refused_, 0u);  // Some failures had an effect.
}

}  // namespace
}  // namespace sluice::store
