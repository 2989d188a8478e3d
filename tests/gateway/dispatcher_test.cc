// The dispatcher between a real store and a fake link, whose carrier answers as
// the test says: hand-overs, outcomes, and a link that goes down.
#include "gateway/dispatch/dispatcher.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "rules/base/mutex.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/fakes/wait.h"
#include "tests/fakes/world.h"

namespace sluice::gateway {
namespace {

constexpr uint32_t kWindow = 4;

// Keeps its hand-overs until the test answers for the carrier.
class FakeLink final : public link::Link {
 public:
  explicit FakeLink(link::LinkOwner& owner) : owner_(owner) {}

  absl::string_view name() const override { return "fake"; }
  void Start() override {}
  void Send(std::vector<link::HandOver> hand_overs) override {
    MutexLock lock(mutex_);
    for (link::HandOver& one : hand_overs) sent_.push_back(std::move(one));
    changed_.NotifyAll();
  }
  void Stop(absl::Duration) override {
    owner_.StateChanged(*this, link::LinkState::kStopped, "stopped");
  }

  // Waits until `count` hand-overs are here, and takes them.
  std::vector<link::HandOver> TakeSent(size_t count) {
    MutexLock lock(mutex_);
    while (sent_.size() < count) {
      if (!changed_.WaitFor(mutex_, std::chrono::seconds(20))) {
        ADD_FAILURE() << "only " << sent_.size() << " of " << count;
        break;
      }
    }
    return std::exchange(sent_, {});
  }
  size_t waiting() {
    MutexLock lock(mutex_);
    return sent_.size();
  }

 private:
  link::LinkOwner& owner_;
  Mutex mutex_;
  CondVar changed_;
  std::vector<link::HandOver> sent_ SLUICE_GUARDED_BY(mutex_);
};

class DispatcherTest : public testing::Test {
 protected:
  void SetUp() override {
    store::StoreOptions options;
    options.path = folder_.path();
    options.partitions = 2;
    options.segment_bytes = 8 << 20;
    auto store = store::Store::Open(options, clock_, WorldSnapshot(),
                                    [](const std::string&) {});
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    dispatcher_ = std::make_unique<Dispatcher>(*store_, clock_, metrics_);
    auto link = std::make_unique<FakeLink>(*dispatcher_);
    link_ = link.get();
    Dispatcher::Carriers carriers = {};
    carriers.fill(true);
    dispatcher_->Add(std::move(link), carriers, kWindow);
    dispatcher_->Start();
  }
  void TearDown() override {
    dispatcher_->Stop(absl::ZeroDuration());
    store_ = nullptr;
    dispatcher_ = nullptr;
  }

  void Up(uint32_t free) {
    dispatcher_->StateChanged(*link_, link::LinkState::kUp, "logged in");
    dispatcher_->FreeWindow(*link_, free);
  }

  // Accepts one notice to the nth number.
  store::MessageId Submit(int n, const std::string& more = "") {
    return SubmitText(n, "【云杉超市】您的订单已发出，请留意查收。" + more,
                      MessageClass::kNotice);
  }
  store::MessageId SubmitCommercial(int n) {
    return SubmitText(n, kCommercialText, MessageClass::kCommercial);
  }

  store::MessageId SubmitText(int n, const std::string& text,
                              MessageClass message_class) {
    const std::string recipient = std::to_string(13'800'000'000 + n);
    filter::Message message;
    message.recipient = recipient;
    message.text = text;
    message.on_behalf_of = "shop";
    message.message_class = message_class;
    store::SubmitBatch batch;
    batch.snapshot = store_->snapshot();
    batch.account = AccountId{kAccountNumber};
    batch.messages = {message};
    batch.facts.resize(1);
    filter::ExamineScratch scratch;
    filter::Examine(*batch.snapshot, {batch.account}, message, store_->NowMs(),
                    scratch, batch.facts[0]);
    std::promise<absl::Status> done;
    batch.done = [&](absl::Status status) { done.set_value(status); };
    EXPECT_TRUE(store_->Submit(batch).ok());
    EXPECT_TRUE(done.get_future().get().ok());
    EXPECT_EQ(batch.answers[0].decision, v1::DECISION_ACCEPTED);
    return {batch.answers[0].partition, batch.answers[0].record};
  }

  void Answer(link::HandOverRef ref, link::Outcome outcome, uint32_t code,
              std::vector<std::string> ids) {
    link::Answer answer;
    answer.ref = ref;
    answer.outcome = outcome;
    answer.code = code;
    answer.message_ids = ids;
    dispatcher_->Written(*link_, ref);
    dispatcher_->Answered(*link_, answer);
    dispatcher_->EndOfRun(*link_);
  }

  LinkStatus Status() const { return dispatcher_->Status()[0]; }

  // The partitions have done what they were asked to do so far.
  void AwaitWriters() {
    for (int p = 0; p < store_->partitions(); ++p) store_->Stats(p);
  }

  // The carrier answers all messages in the same way until the link is paused.
  // Returns how many there were.
  size_t AnswerUntilPaused(link::Outcome outcome, uint32_t code) {
    size_t answered = 0;
    while (Status().condition != LinkCondition::kPaused && !HasFailure()) {
      for (const link::HandOver& one : link_->TakeSent(1)) {
        Answer(one.ref, outcome, code, {});
        ++answered;
      }
      dispatcher_->FreeWindow(*link_, kWindow);
    }
    return answered;
  }

  // Time passes until the next probe, which is returned.
  link::HandOver AwaitProbe(absl::Duration pause) {
    clock_.Advance(pause);
    dispatcher_->Tick();
    const std::vector<link::HandOver> sent = link_->TakeSent(1);
    EXPECT_EQ(sent.size(), 1u);
    return sent.empty() ? link::HandOver() : sent[0];
  }

  // Waits until the nth number's newest record is `what`; returns it.
  store::v1::Record Await(int n, store::v1::Record::BodyCase what) {
    const Phone phone{8'613'800'000'000 + static_cast<uint64_t>(n)};
    store::v1::Record record;
    EXPECT_TRUE(WaitFor("the newest record is what the test awaits", [&] {
      const auto found = store_->RecordsOf(phone, {}, 1);
      EXPECT_TRUE(found.ok());
      return !found->empty() && record.ParseFromString(found->front().bytes) &&
             record.body_case() == what;
    })) << record.ShortDebugString();
    return record;
  }

  TemporaryFolder folder_;
  FakeClock clock_{absl::FromUnixMillis(kTenInTheMorningMs)};
  Metrics metrics_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Dispatcher> dispatcher_;
  FakeLink* link_ = nullptr;
};

// Without Tick(): a message that did not fit is handed over when there is room.
TEST_F(DispatcherTest, AMessageOfManyPartsGoesWhenThereIsRoom) {
  Up(2);
  std::string more;
  for (int i = 0; i < 150; ++i) more += "好";
  Submit(1, more);
  Submit(2);
  dispatcher_->FreeWindow(*link_, 4);
  const std::vector<link::HandOver> sent = link_->TakeSent(2);
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0].parts + sent[1].parts, 4u);
}

TEST_F(DispatcherTest, HandsOverAndJournalsWhatTheCarrierSays) {
  Up(kWindow);
  Submit(1);
  const auto sent = link_->TakeSent(1);
  EXPECT_EQ(sent[0].recipient, "13800000001");
  EXPECT_EQ(sent[0].access_number, "10690011");
  Answer(sent[0].ref, link::Outcome::kTaken, 0, {"id-1"});
  const store::v1::Record answered = Await(1, store::v1::Record::kAnswered);
  EXPECT_EQ(answered.answered().state(), v1::MESSAGE_STATE_TAKEN);
  EXPECT_EQ(answered.answered().link(), "fake");

  std::promise<void> acknowledged;
  dispatcher_->Reported(*link_,
                        {.message_id = "id-1",
                         .delivery = link::Delivery::kDelivered,
                         .stat = "DELIVRD",
                         .recipient = "8613800000001"},
                        [&] { acknowledged.set_value(); });
  dispatcher_->EndOfRun(*link_);
  acknowledged.get_future().wait();
  EXPECT_EQ(Await(1, store::v1::Record::kReported).reported().state(),
            v1::MESSAGE_STATE_DELIVERED);
}

TEST_F(DispatcherTest, NeverAsksForMoreThanThereIsRoomFor) {
  for (int i = 0; i < 10; ++i) Submit(i);
  Up(kWindow);
  const auto sent = link_->TakeSent(kWindow);
  EXPECT_LE(sent.size(), kWindow);
  dispatcher_->Tick();
  EXPECT_EQ(link_->waiting(), 0u);
  size_t total = sent.size();
  for (size_t begin = 0; total < 10;) {
    dispatcher_->FreeWindow(*link_, 2);
    const auto more = link_->TakeSent(1);
    EXPECT_LE(more.size(), 2u);
    total += more.size();
    if (++begin > 10) break;
  }
  EXPECT_EQ(total, 10u);
}

// A slow link offers less than its window.
TEST_F(DispatcherTest, ALongMessageGoesToALinkThatOffersOneSegment) {
  Up(1);
  std::string more;
  for (int i = 0; i < 150; ++i) more += "长";
  Submit(1, more);
  const auto sent = link_->TakeSent(1);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_GT(sent[0].parts, 1u);
}

// A pause takes the offer back.
TEST_F(DispatcherTest, NothingGoesToALinkThatOffersNothing) {
  Up(kWindow);
  dispatcher_->FreeWindow(*link_, 0);
  Submit(1);
  dispatcher_->Tick();
  EXPECT_EQ(link_->waiting(), 0u);
  dispatcher_->FreeWindow(*link_, 1);
  link_->TakeSent(1);
}

TEST_F(DispatcherTest, NothingGoesToALinkThatIsDown) {
  Submit(1);
  dispatcher_->Tick();
  EXPECT_EQ(link_->waiting(), 0u);
  Up(kWindow);
  link_->TakeSent(1);
}

TEST_F(DispatcherTest, WhatWasNotWrittenWaitsAgain) {
  Up(kWindow);
  Submit(1);
  const auto sent = link_->TakeSent(1);
  dispatcher_->StateChanged(*link_, link::LinkState::kDown, "reset");
  dispatcher_->GivenBack(*link_, sent[0].ref);
  dispatcher_->EndOfRun(*link_);
  Await(1, store::v1::Record::kGivenBack);
  Up(kWindow);
  link_->TakeSent(1);
}

TEST_F(DispatcherTest, FlowControlWaitsAndTriesAgain) {
  Up(kWindow);
  Submit(1);
  const auto sent = link_->TakeSent(1);
  link::Answer answer;
  answer.ref = sent[0].ref;
  answer.outcome = link::Outcome::kNotTaken;
  answer.code = 8;
  answer.again_after = absl::Seconds(1);
  dispatcher_->Answered(*link_, answer);
  dispatcher_->EndOfRun(*link_);
  EXPECT_EQ(Await(1, store::v1::Record::kGivenBack).given_back().carrier_code(),
            "8");
  dispatcher_->FreeWindow(*link_, kWindow);
  dispatcher_->Tick();
  EXPECT_EQ(link_->waiting(), 0u);
  clock_.Advance(answer.again_after * 2);
  dispatcher_->Tick();
  link_->TakeSent(1);
}

TEST_F(DispatcherTest, RareFlowControlTriesAgainWithoutAPause) {
  Up(1);
  Submit(1);
  const auto sent = link_->TakeSent(1);
  Submit(2);
  Answer(sent[0].ref, link::Outcome::kNotTaken, 8, {});
  Await(1, store::v1::Record::kGivenBack);
  // No time passes.
  dispatcher_->FreeWindow(*link_, kWindow);
  const auto next = link_->TakeSent(2);
  EXPECT_EQ(next.size(), 2u);
}

TEST_F(DispatcherTest, ADoubtIsNeverSentAgain) {
  Up(kWindow);
  Submit(1);
  const auto sent = link_->TakeSent(1);
  Answer(sent[0].ref, link::Outcome::kUnknown, 0, {});
  EXPECT_EQ(Await(1, store::v1::Record::kAnswered).answered().state(),
            v1::MESSAGE_STATE_UNKNOWN);
  dispatcher_->FreeWindow(*link_, kWindow);
  clock_.Advance(absl::Minutes(5));
  dispatcher_->Tick();
  Submit(2);
  const auto next = link_->TakeSent(1);
  ASSERT_EQ(next.size(), 1u);
  EXPECT_EQ(next[0].recipient, "13800000002");
}

TEST_F(DispatcherTest, ARefusalIsFinal) {
  Up(kWindow);
  Submit(1);
  const auto sent = link_->TakeSent(1);
  Answer(sent[0].ref, link::Outcome::kRefused, 12, {});
  const store::v1::Record answered = Await(1, store::v1::Record::kAnswered);
  EXPECT_EQ(answered.answered().state(), v1::MESSAGE_STATE_REFUSED);
  EXPECT_EQ(answered.answered().carrier_code(), "12");
}

TEST_F(DispatcherTest, ACarrierThatRefusesEverythingIsPaused) {
  std::ostringstream log;
  const auto before = spdlog::default_logger();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log)));
  for (int i = 0; i < 60; ++i) Submit(i);
  Up(kWindow);
  // At most what the link had in flight goes beyond the bound.
  EXPECT_LE(AnswerUntilPaused(link::Outcome::kRefused, 10), 16 + kWindow);
  EXPECT_TRUE(absl::StrContains(Status().why, "of the last 16 messages"))
      << Status().why;
  EXPECT_TRUE(absl::StrContains(Status().why, "with code 10")) << Status().why;
  for (const int pause : {2, 4, 8}) {
    dispatcher_->Tick();
    AwaitWriters();
    EXPECT_EQ(link_->waiting(), 0u);
    const link::HandOver probe = AwaitProbe(absl::Seconds(pause));
    Answer(probe.ref, link::Outcome::kRefused, 10, {});
    dispatcher_->FreeWindow(*link_, kWindow);
  }
  const link::HandOver probe = AwaitProbe(absl::Seconds(16));
  Answer(probe.ref, link::Outcome::kTaken, 0, {"id"});
  EXPECT_EQ(Status().condition, LinkCondition::kUp);
  // What waited goes now.
  dispatcher_->FreeWindow(*link_, kWindow);
  EXPECT_GE(link_->TakeSent(1).size(), 1u);
  spdlog::set_default_logger(before);
  const std::vector<std::string> lines = absl::StrSplit(log.str(), "paused");
  EXPECT_EQ(lines.size(), 3u) << log.str();  // One begin and one end.
}

TEST_F(DispatcherTest, ACarrierThatNeverAnswersGetsOneWindow) {
  for (int i = 0; i < 20; ++i) Submit(i);
  Up(kWindow);
  EXPECT_EQ(AnswerUntilPaused(link::Outcome::kUnknown, 0), kWindow);
  EXPECT_TRUE(absl::StrContains(Status().why, "did not answer 4 messages"))
      << Status().why;
  EXPECT_EQ(Status().unknown_messages, kWindow);
  Answer(AwaitProbe(absl::Seconds(2)).ref, link::Outcome::kUnknown, 0, {});
  dispatcher_->FreeWindow(*link_, kWindow);
  AwaitWriters();
  EXPECT_EQ(link_->waiting(), 0u);
  Answer(AwaitProbe(absl::Seconds(4)).ref, link::Outcome::kTaken, 0, {"id"});
  EXPECT_EQ(Status().condition, LinkCondition::kUp);
}

// The link itself waits before it connects again.
TEST_F(DispatcherTest, AWindowLostWithItsConnectionCountsOnce) {
  for (uint32_t i = 0; i < kWindow; ++i) Submit(static_cast<int>(i));
  Up(kWindow);
  std::vector<link::HandOver> sent;
  while (sent.size() < kWindow && !HasFailure()) {
    for (auto& one : link_->TakeSent(1)) sent.push_back(std::move(one));
  }
  for (const link::HandOver& one : sent) {
    Answer(one.ref, link::Outcome::kUnknown, 0, {});
  }
  dispatcher_->StateChanged(*link_, link::LinkState::kDown, "reset");
  EXPECT_EQ(Status().why, "reset");
  Up(kWindow);
  EXPECT_EQ(Status().condition, LinkCondition::kUp);
}

TEST_F(DispatcherTest, OnlyTheAccessNumberThatIsRefusedWaits) {
  for (int i = 0; i < 40; ++i) {
    Submit(i);
    SubmitCommercial(1'000 + i);
  }
  Up(kWindow);
  size_t refused = 0;
  size_t taken = 0;
  const auto answer_all = [&] {
    for (const link::HandOver& one : link_->TakeSent(1)) {
      const bool right = one.access_number == "10690011";
      Answer(one.ref, right ? link::Outcome::kTaken : link::Outcome::kRefused,
             right ? 0 : 10, {"id"});
      ++(right ? taken : refused);
    }
    dispatcher_->FreeWindow(*link_, kWindow);
  };
  // Notices go before advertising.
  while ((taken < 40 || Status().numbers_paused == 0) && !HasFailure()) {
    answer_all();
  }
  EXPECT_EQ(Status().condition, LinkCondition::kUp);
  EXPECT_LE(refused, 16 + kWindow);
  EXPECT_TRUE(absl::StrContains(Status().why, "access number 10690012"))
      << Status().why;
  // Other messages pass those that wait.
  Submit(100);
  const auto other = link_->TakeSent(1);
  ASSERT_EQ(other.size(), 1u);
  EXPECT_EQ(other[0].access_number, "10690011");
  Answer(other[0].ref, link::Outcome::kTaken, 0, {"id"});
  dispatcher_->FreeWindow(*link_, kWindow);
  AwaitWriters();
  EXPECT_EQ(link_->waiting(), 0u);
  // What was set aside is due again after 2 s; then one probe goes.
  clock_.Advance(absl::Seconds(5));
  EXPECT_TRUE(WaitFor("a probe of the access number", [&] {
    dispatcher_->Tick();
    return link_->waiting() > 0;
  }));
  const auto probe = link_->TakeSent(1);
  ASSERT_EQ(probe.size(), 1u);
  EXPECT_EQ(probe[0].access_number, "10690012");
  Answer(probe[0].ref, link::Outcome::kTaken, 0, {"id"});
  EXPECT_EQ(Status().numbers_paused, 0u);
}

TEST_F(DispatcherTest, RefusedRecipientsDoNotPauseTheLink) {
  for (int i = 0; i < 60; ++i) Submit(i);
  Up(kWindow);
  for (size_t answered = 0; answered < 60 && !HasFailure();) {
    for (const link::HandOver& one : link_->TakeSent(1)) {
      Answer(one.ref, link::Outcome::kRefused, 13, {});
      ++answered;
    }
    dispatcher_->FreeWindow(*link_, kWindow);
  }
  EXPECT_EQ(Status().condition, LinkCondition::kUp);
}

TEST_F(DispatcherTest, CountsReportsOfUnknownMessages) {
  Up(kWindow);
  std::promise<void> acknowledged;
  dispatcher_->Reported(*link_,
                        {.message_id = "nobody's",
                         .delivery = link::Delivery::kDelivered,
                         .stat = "DELIVRD",
                         .recipient = "13800000001"},
                        [&] { acknowledged.set_value(); });
  dispatcher_->EndOfRun(*link_);
  acknowledged.get_future().wait();
  EXPECT_EQ(Status().unmatched_reports, 0u);
  clock_.Advance(absl::Minutes(2));
  EXPECT_TRUE(WaitFor("the report is given up",
                      [&] { return Status().unmatched_reports == 1; }));
  ASSERT_EQ(Status().reports.size(), 1u);
  EXPECT_EQ(Status().reports[0].code, "DELIVRD");
}

TEST_F(DispatcherTest, SaysWhatWaitsAndHowLongAnswersTake) {
  Submit(1);
  Submit(2);
  EXPECT_EQ(Status().condition, LinkCondition::kDown);
  EXPECT_EQ(dispatcher_->StatusWithWaiting()[0]
                .waiting[static_cast<size_t>(MessageClass::kNotice)],
            2u);
  Up(1);
  const auto sent = link_->TakeSent(1);
  clock_.Advance(absl::Milliseconds(300));
  Answer(sent[0].ref, link::Outcome::kTaken, 0, {"id"});
  EXPECT_EQ(Status().answer_time_median, absl::Milliseconds(300));
  ASSERT_EQ(Status().results.size(), 1u);
  EXPECT_EQ(Status().results[0].code, "0");
  EXPECT_EQ(dispatcher_->StatusWithWaiting()[0]
                .waiting[static_cast<size_t>(MessageClass::kNotice)],
            1u);
}

TEST_F(DispatcherTest, AReplyThatRefusesIsAnOptOutBeforeItIsAcknowledged) {
  Up(kWindow);
  Submit(1);
  // The opt-out waits until earlier hand-overs are written or given back (P3).
  const auto sent = link_->TakeSent(1);
  Answer(sent[0].ref, link::Outcome::kTaken, 0, {"id-1"});
  std::promise<void> acknowledged;
  dispatcher_->MoReceived(*link_,
                          {.message_id = "mo-1",
                           .access_number = "10690012",
                           .sender = "13800000001",
                           .text = "TD"},
                          [&] { acknowledged.set_value(); });
  acknowledged.get_future().wait();
  EXPECT_EQ(Await(1, store::v1::Record::kOptOutAdded).opt_out_added().source(),
            admin::v1::OPT_OUT_SOURCE_REPLY);
}

}  // namespace
}  // namespace sluice::gateway
