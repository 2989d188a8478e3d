// A store with little memory decides as a store without a limit, message by
// message, through restarts, power cuts and failing disks; and it keeps to its
// limit. Each seed is one history: rerun a failure with SLUICE_SEED=<n>.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "store/views/idle_entry.h"
#include "store/views/views.h"
#include "tests/fakes/disks.h"
#include "tests/fakes/effort.h"
#include "tests/store/store_fixture.h"

namespace sluice::store {
namespace {

constexpr Phone kAnna{8613800138000};
constexpr int kPartitions = 2;

// One of two stores that get the same steps.
class Side {
 public:
  Side(Clock& clock, uint64_t seed, uint64_t memory_bytes)
      : clock_(clock), seed_(seed), memory_bytes_(memory_bytes) {
    Open();
  }

  Store& operator*() { return *store_; }
  Store* operator->() { return store_.get(); }

  void Open() {
    StoreOptions options;
    options.path = folder_.path() + "/data";
    options.partitions = kPartitions;
    options.segment_bytes = 3u << 20;
    options.checkpoint_cycle_bytes = 200'000;
    options.recipient_memory_bytes = memory_bytes_;
    disks_.Carry(options);
    auto store = Store::Open(options, clock_, WorldSnapshot(),
                             [](const std::string&) {});
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }
  void Restart() {
    store_.reset();
    Open();
  }
  void PowerCut() {
    disks_.PowerCut();
    Restart();
  }
  // Fails the next group of a message's partition, and submits the message
  // until the partition has recovered.
  void FailOnce(const Outgoing& message) {
    const int partition = store_->PartitionOf(*ParsePhone(message.recipient));
    // The first files are the control journal's.
    disks_.faults()[1 + partition]->SetFault(
        {.call = JournalFault::Call::kAppend, .nth = 1, .and_after = false});
    Submit({message}, false);
  }

  // Submits until the partitions accept messages again; returns the answers.
  std::vector<Answer> Submit(const std::vector<Outgoing>& outgoing,
                             bool check_only) {
    for (;;) {
      auto answers = SubmitAll(*store_, outgoing, check_only);
      if (answers.ok()) return *std::move(answers);
      EXPECT_TRUE(absl::IsUnavailable(answers.status())) << answers.status();
    }
  }
  absl::StatusOr<OptOutResult> OptOut(Phone recipient) {
    for (;;) {
      auto result = OptOutOf(*store_, recipient, kShop);
      if (!absl::IsUnavailable(result.status())) return result;
    }
  }
  absl::Status OptIn(Phone recipient) {
    OptOutEntry entry;
    entry.recipient = recipient;
    entry.content_provider = {kShop};
    entry.classes = MaskOf(MessageClass::kCommercial) |
                    MaskOf(MessageClass::kConsentRequest);
    for (;;) {
      Promised<absl::Status> done;
      store_->RemoveOptOut(entry, "proof", store_->NowMs(),
                           [&](const auto& r) { done.Set(r.status()); });
      const absl::Status status = done.Get();
      if (!absl::IsUnavailable(status)) return status;
    }
  }
  absl::Status OptOutByReply(Phone recipient) {
    for (;;) {
      Promised<absl::Status> done;
      CarrierReply reply;
      reply.recipient = recipient;
      reply.access_number = "10690012";
      reply.text = "R";
      reply.done = [&](absl::Status status) { done.Set(std::move(status)); };
      store_->Replied(std::move(reply));
      const absl::Status status = done.Get();
      if (!absl::IsUnavailable(status)) return status;
    }
  }

  // Takes all due messages and plays the carrier, with the same answer for the
  // same text. Returns the texts.
  std::set<std::string> HandOver() {
    std::set<std::string> texts;
    for (int partition = 0; partition < kPartitions; ++partition) {
      for (const WorkItem& item : Work(partition)) {
        texts.insert(item.text + std::to_string(item.recipient.e164));
        store_->Ran(partition, {.written = {item.message}});
        const size_t fate = std::hash<std::string>()(item.text) % 8;
        if (fate == 0) continue;  // The answer is lost.
        CarrierAnswer answer;
        answer.message = item.message;
        answer.recipient = item.recipient;
        answer.state = fate == 1 ? sluice::v1::MESSAGE_STATE_REFUSED
                                 : sluice::v1::MESSAGE_STATE_TAKEN;
        // The others never get a report: they are finished.
        if (fate == 2) answer.carrier_message_ids = {item.text};
        store_->Ran(partition, {.answers = {answer}});
        if (fate == 2) {
          CarrierReport report;
          report.recipient = item.recipient;
          report.carrier_message_id = item.text;
          report.state = sluice::v1::MESSAGE_STATE_UNDELIVERED;
          Promised<absl::Status> done;
          report.done = [&](absl::Status status) {
            done.Set(std::move(status));
          };
          LinkRun run;
          run.reports.push_back(std::move(report));
          store_->Ran(partition, std::move(run));
          EXPECT_TRUE(done.Get().ok());
        }
      }
      store_->Stats(partition);  // Waits until all is applied.
    }
    return texts;
  }

  // Waits until partitions have looked at due messages. They do so after the
  // commands at hand, so the second answer comes after that.
  void Tick() {
    for (int partition = 0; partition < kPartitions; ++partition) {
      store_->Stats(partition);
      store_->Stats(partition);
    }
  }

  PartitionStats Stats() {
    PartitionStats sum;
    for (int partition = 0; partition < kPartitions; ++partition) {
      const PartitionStats stats = store_->Stats(partition);
      sum.idle += stats.idle;
      sum.recalled += stats.recalled;
      sum.recipients += stats.recipients;
    }
    return sum;
  }

 private:
  std::vector<WorkItem> Work(int partition) {
    for (;;) {
      auto work = TakeAllWork(*store_, partition, 100'000);
      if (work.ok()) return *std::move(work);
    }
  }

  Clock& clock_;
  const uint64_t seed_;
  const uint64_t memory_bytes_;
  TemporaryFolder folder_;
  Disks disks_{seed_};
  std::unique_ptr<Store> store_;
};

class MemoryTest : public StoreTest {
 protected:
  static std::string Told(const Answer& answer) {
    std::string told =
        absl::StrCat(sluice::v1::Decision_Name(answer.decision), " ",
                     answer.same_key ? "same " : "", answer.planned_ms);
    for (const filter::Finding& finding : answer.findings) {
      absl::StrAppend(&told, " ", filter::Name(finding.code));
    }
    return told;
  }

  std::vector<Outgoing> SomeMessages() {
    std::vector<Outgoing> outgoing(1 + random_() % 12);
    for (Outgoing& message : outgoing) {
      message.recipient = std::to_string(NumberOf());
      // Keys and texts are repeated.
      const uint64_t text = random_() % 3 == 0 ? random_() % 20 : ++texts_;
      message.text =
          "【云杉超市】第" + std::to_string(text) + "期水果特价。拒收请回复R";
      if (random_() % 3 == 0) message.key = "k" + std::to_string(text);
    }
    return outgoing;
  }
  uint64_t NumberOf() { return 13800138000 + random_() % 300; }
  Phone PhoneOf() { return *ParsePhone(std::to_string(NumberOf())); }

  // After a power cut only acknowledged messages are the same on both sides.
  void CutThePower(Side& all, Side& little) {
    const auto last = SomeMessages();
    all.Submit(last, false);
    little.Submit(last, false);
    recalled_ += little.Stats().recalled;
    all.PowerCut();
    little.PowerCut();
  }

  void OptOut(Side& all, Side& little) {
    const Phone number = PhoneOf();
    const auto a = all.OptOut(number);
    const auto b = little.OptOut(number);
    ASSERT_TRUE(a.ok() && b.ok());
    ASSERT_EQ(a->existed, b->existed);
    ASSERT_EQ(a->cancelled, b->cancelled);
    ++told_[a->existed ? "opted out again" : "opted out"];
  }

  void OptIn(Side& all, Side& little) {
    const Phone number = PhoneOf();
    const absl::Status status = all.OptIn(number);
    ASSERT_EQ(status.code(), little.OptIn(number).code());
    ++told_[status.ok() ? "opted in" : "not opted in"];
  }

  void Submit(Side& all, Side& little, bool check_only) {
    const auto messages = SomeMessages();
    const auto a = all.Submit(messages, check_only);
    const auto b = little.Submit(messages, check_only);
    for (size_t i = 0; i < messages.size(); ++i) {
      ASSERT_EQ(Told(a[i]), Told(b[i])) << messages[i].recipient;
      ++told_[sluice::v1::Decision_Name(a[i].decision)];
      for (const auto& finding : a[i].findings) {
        ++told_[std::string(filter::Name(finding.code))];
      }
    }
  }

  // One step of both sides, chosen by a number from 0 to 99.
  void Step(Side& all, Side& little, uint64_t dice) {
    if (dice < 2) {
      recalled_ += little.Stats().recalled;
      all.Restart();
      little.Restart();
    } else if (dice < 6) {
      CutThePower(all, little);
    } else if (dice < 10) {
      const Outgoing message = SomeMessages()[0];
      all.FailOnce(message);
      little.FailOnce(message);
    } else if (dice < 20) {
      OptOut(all, little);
    } else if (dice < 28) {
      OptIn(all, little);
    } else if (dice < 31) {
      const Phone number = PhoneOf();
      ASSERT_TRUE(all.OptOutByReply(number).ok());
      ASSERT_TRUE(little.OptOutByReply(number).ok());
    } else if (dice < 45) {
      ASSERT_TRUE(all.HandOver() == little.HandOver());
    } else {
      Submit(all, little, /*check_only=*/dice > 95);
    }
  }

  // The same steps on a side with unlimited memory and on a limited one.
  void Live(uint64_t memory_bytes) {
    SCOPED_TRACE(testing::Message() << "SLUICE_SEED=" << seed_);
    Side all(clock_, seed_, 0);
    Side little(clock_, seed_, memory_bytes);
    uint64_t idle = 0;
    const uint64_t steps = FromEnvironment("SLUICE_STEPS", Steps(300));
    for (uint64_t step = 0; step < steps; ++step) {
      SCOPED_TRACE(testing::Message() << "step " << step);
      clock_.Advance(absl::Milliseconds(random_() % 600'000));
      all.Tick();
      little.Tick();
      Step(all, little, random_() % 100);
      if (HasFatalFailure()) return;
      idle = std::max(idle, little.Stats().idle);
    }
    if (kOnlyRaces) return;
    // Enough happened.
    recalled_ += little.Stats().recalled;
    // How many numbers leave memory depends on the speed of the background
    // thread.
    if (memory_bytes > 0) {
      EXPECT_GT(idle, 10u);
      EXPECT_GT(recalled_, 10u);
    }
    EXPECT_GT(told_["RECIPIENT_OPTED_OUT"], 10);
    EXPECT_GT(told_["FREQUENCY_LIMIT"], 10);
    EXPECT_GT(told_["opted in"], 1);
  }

  uint64_t recalled_ = 0;            // On the side with little memory.
  std::map<std::string, int> told_;  // Equal answers of both sides.
  uint64_t seed_ = FromEnvironment("SLUICE_SEED", 1);
  std::mt19937_64 random_{seed_};
  uint64_t texts_ = 100;
};

// Tests the test: two stores with the same options decide alike.
TEST_F(MemoryTest, TwoOfAKindDecideAlike) { Live(0); }

// No room: every group evicts all numbers that may leave.
TEST_F(MemoryTest, NoRoomAtAllChangesNoDecision) { Live(1); }

// Some room: recently used numbers stay a while.
TEST_F(MemoryTest, LittleRoomChangesNoDecision) { Live(40'000); }

// Groups fill in the middle of a batch of long texts, and buckets are saved
// then: the numbers of the batch must stay in memory.
TEST_F(MemoryTest, ABatchLargerThanAGroupKnowsWhoOptedOut) {
  constexpr int kOptOuts = 30'000;
  StoreOptions options;
  options.path = folder_.path() + "/data";
  options.recipient_memory_bytes = 2u << 20;
  options.checkpoint_cycle_bytes = 4u << 20;
  auto opened =
      Store::Open(options, clock_, WorldSnapshot(), [](const std::string&) {});
  ASSERT_TRUE(opened.ok()) << opened.status();
  auto store = *std::move(opened);
  std::vector<OptOutEntry> opt_outs;
  for (uint64_t i = 0; i < kOptOuts; ++i) {
    opt_outs.push_back(OptOutEntryOf(Phone{8613900000000 + i}, 0));
  }
  ASSERT_TRUE(OptOutAll(*store, opt_outs).ok());
  std::string more;
  for (int i = 0; i < 900; ++i) more += "好";
  for (int batch = 0; batch < 20; ++batch) {
    std::vector<Outgoing> outgoing;
    for (int i = 0; i < 1000; ++i) {
      Outgoing& message = outgoing.emplace_back();
      message.recipient = std::to_string(13900000000 + random_() % kOptOuts);
      if (i % 2 == 0) message.text = "【云杉超市】" + more + "拒收请回复R";
    }
    const auto answers = SubmitAll(*store, outgoing);
    ASSERT_TRUE(answers.ok()) << answers.status();
    for (size_t i = 0; i < outgoing.size(); ++i) {
      ASSERT_EQ(answers->at(i).decision, sluice::v1::DECISION_REJECTED)
          << batch << " " << outgoing[i].recipient;
    }
  }
  EXPECT_GT(store->Stats(0).idle, 1000u);
}

TEST_F(MemoryTest, StaysWithinItsMemory) {
  constexpr uint64_t kMemory = 4u << 20;
  constexpr int kBatch = 500;
  const int batches = static_cast<int>(FromEnvironment("SLUICE_BATCHES", 200));
  StoreOptions options;
  options.path = folder_.path() + "/data";
  options.recipient_memory_bytes = kMemory;
  auto opened =
      Store::Open(options, clock_, WorldSnapshot(), [](const std::string&) {});
  ASSERT_TRUE(opened.ok()) << opened.status();
  auto store = *std::move(opened);
  uint64_t most = 0;
  for (int batch = 0; batch < batches; ++batch) {
    std::vector<Outgoing> outgoing;
    for (int i = 0; i < kBatch; ++i) {
      outgoing.push_back(
          {.recipient = std::to_string(13900000000 + batch * kBatch + i)});
    }
    ASSERT_TRUE(SubmitAll(*store, outgoing).ok());
    const auto work = TakeAllWork(*store, 0, 2 * kBatch);
    ASSERT_TRUE(work.ok());
    ASSERT_EQ(work->size(), static_cast<size_t>(kBatch));
    for (const WorkItem& item : *work) {
      store->Ran(0, {.written = {item.message}});
      CarrierAnswer answer;
      answer.message = item.message;
      answer.recipient = item.recipient;
      answer.state = sluice::v1::MESSAGE_STATE_TAKEN;
      store->Ran(0, {.answers = {answer}});
    }
    most = std::max(most, store->Stats(0).state_bytes);
  }
  const PartitionStats stats = store->Stats(0);
  RecordProperty("state_bytes", static_cast<int>(most));
  // Includes fingerprints, and numbers on their way to the views: how many
  // depends on the disk (a busy one added 28 %).
  EXPECT_LT(most, kMemory + kMemory / 2);
  EXPECT_EQ(stats.recipients + stats.idle,
            static_cast<uint64_t>(kBatch) * batches);
  EXPECT_GT(stats.idle, stats.recipients);
  EXPECT_EQ(stats.recalled, 0u);  // No fingerprint was mistaken.
  // All numbers are still known: for some, one more message a day is too many.
  std::vector<Outgoing> again(1000);
  for (size_t i = 0; i < again.size(); ++i) {
    again[i] = {.recipient = std::to_string(13900000000 + 2 * i)};
  }
  ASSERT_TRUE(SubmitAll(*store, again).ok());
  const auto third = SubmitAll(*store, again);
  ASSERT_TRUE(third.ok());
  for (const Answer& answer : *third) {
    EXPECT_EQ(answer.decision, sluice::v1::DECISION_REJECTED);
  }
  EXPECT_GT(store->Stats(0).recalled, 500u);
}

// Messages to numbers that cannot be read are not decided: the numbers must not
// look unknown.
TEST_F(MemoryTest, AFailedReadDecidesNothing) {
  StoreOptions options;
  options.path = folder_.path() + "/data";
  options.recipient_memory_bytes = 1;
  const auto open = [&] {
    auto store = Store::Open(options, clock_, WorldSnapshot(),
                             [](const std::string&) {});
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  };
  auto store = open();
  ASSERT_TRUE(OptOutOf(*store, kAnna, kShop).ok());
  for (int i = 0; store->Stats(0).idle == 0 && i < 10'000; ++i) {
    ASSERT_TRUE(SubmitAll(*store, {{.recipient = "13900000000"}}).ok());
  }
  store.reset();
  {
    auto views = Views::Open(folder_.path() + "/data/partition-000/views");
    ASSERT_TRUE(views.ok()) << views.status();
    ASSERT_TRUE((*views)->Get(View::kIdle, IdleKey(kAnna))->has_value());
    ASSERT_TRUE(
        (*views)->Write({{View::kIdle, IdleKey(kAnna), "damage"}}).ok());
  }
  store = open();
  const auto code = [](const auto& result) { return result.status().code(); };
  const Outgoing to_anna = {.recipient = "13800138000"};
  const Outgoing to_another = {.recipient = "13900000001"};
  EXPECT_EQ(code(SubmitAll(*store, {to_another, to_anna})),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(code(SubmitAll(*store, {to_anna}, /*check_only=*/true)),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(code(OptOutOf(*store, kAnna, kShop)),
            absl::StatusCode::kUnavailable);
  Promised<absl::Status> done;
  CarrierReply reply;
  reply.recipient = kAnna;
  reply.carrier_message_id = "1";
  reply.done = [&](absl::Status status) { done.Set(std::move(status)); };
  store->Replied(std::move(reply));
  EXPECT_EQ(done.Get().code(), absl::StatusCode::kUnavailable);
  EXPECT_GE(store->Stats(0).failed_recalls, 4u);
  EXPECT_TRUE(TakeAllWork(*store)->empty());
  // Messages to other numbers are decided.
  EXPECT_TRUE(SubmitAll(*store, {to_another}).ok());
}

}  // namespace
}  // namespace sluice::store
