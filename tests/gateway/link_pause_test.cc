// Carriers that refuse or do not answer, behind the dispatcher: what is paused,
// probed, counted and logged.
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <future>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "tests/gateway/dispatcher_fixture.h"

namespace sluice::gateway {
namespace {

class LinkPauseTest : public DispatcherTest {
 protected:
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

  // Waits until so many of the first `numbers` numbers have a newest record of
  // this kind.
  testing::AssertionResult Become(int numbers, store::v1::Record::BodyCase kind,
                                  int expected) {
    return WaitFor("the newest records are of the kind", [&] {
      int count = 0;
      for (int n = 0; n < numbers; ++n) count += Newest(n).body_case() == kind;
      return count == expected;
    });
  }

  // Notices of 10690011 are taken, advertising of 10690012 is refused until it
  // is paused; more of it waits.
  void PauseAdverts() {
    for (int i = 0; i < 40; ++i) {
      Submit(i);
      SubmitCommercial(1'000 + i);
    }
    Up(kWindow);
    while (Status().numbers_paused == 0 && !HasFailure()) {
      for (const link::HandOver& one : link_->TakeSent(1)) AnswerByNumber(one);
      dispatcher_->FreeWindow(*link_, kWindow);
    }
  }
  void AnswerByNumber(const link::HandOver& one) {
    const bool right = one.access_number == "10690011";
    Answer(one.ref, right ? link::Outcome::kTaken : link::Outcome::kRefused,
           right ? 0 : 10, {"id"});
  }
  // The carrier does again as in PauseAdverts(): the link is soon up, and what
  // waits goes.
  void ExpectUpAfterFewProbes() {
    for (int i = 0; i < 3 && Status().condition == LinkCondition::kPaused;
         ++i) {
      clock_.Advance(absl::Minutes(5));
      AwaitWriters();  // What was set aside is due again.
      AnswerByNumber(AwaitProbe(absl::ZeroDuration()));
      dispatcher_->FreeWindow(*link_, kWindow);
    }
    ASSERT_EQ(Status().condition, LinkCondition::kUp) << Status().why;
    EXPECT_EQ(Status().numbers_paused, 1u);
    const std::vector<link::HandOver> sent = link_->TakeSent(1);
    ASSERT_FALSE(sent.empty());
    EXPECT_EQ(sent[0].access_number, "10690011");
  }

  // Time passes until the next probe, which is returned.
  link::HandOver AwaitProbe(absl::Duration pause) {
    clock_.Advance(pause);
    dispatcher_->Tick();
    const std::vector<link::HandOver> sent = link_->TakeSent(1);
    EXPECT_EQ(sent.size(), 1u);
    return sent.empty() ? link::HandOver() : sent[0];
  }
};

TEST_F(LinkPauseTest, ACarrierThatRefusesEverythingIsPaused) {
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

TEST_F(LinkPauseTest, ACarrierThatNeverAnswersGetsOneWindow) {
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
TEST_F(LinkPauseTest, AWindowLostWithItsConnectionCountsOnce) {
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

TEST_F(LinkPauseTest, OnlyTheAccessNumberThatIsRefusedWaits) {
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

// The least urgent message that waits is one that the carrier would refuse.
TEST_F(LinkPauseTest, RefusedAdvertsDoNotKeepAnOutageAlive) {
  PauseAdverts();
  for (int i = 0; i < 4; ++i) Submit(100 + i);
  EXPECT_EQ(AnswerUntilPaused(link::Outcome::kUnknown, 0), 4u);
  for (int i = 0; i < 8; ++i) Submit(200 + i);
  ExpectUpAfterFewProbes();
}

TEST_F(LinkPauseTest, RefusedAdvertsDoNotKeepARefusingLinkPaused) {
  PauseAdverts();
  for (int i = 0; i < 80; ++i) Submit(100 + i);
  AnswerUntilPaused(link::Outcome::kRefused, 9);
  for (int i = 0; i < 8; ++i) Submit(200 + i);
  ExpectUpAfterFewProbes();
}

// A pause recalls what the link holds, and so what is just being given to it.
TEST_F(LinkPauseTest, APauseRecallsWhatIsOnItsWayToTheLink) {
  for (int i = 0; i < 40; ++i) Submit(i);
  Up(16);
  std::vector<link::HandOver> held = link_->TakeSent(16);
  while (held.size() > 1) {
    Answer(held.back().ref, link::Outcome::kRefused, 10, {});
    held.pop_back();
  }
  ASSERT_EQ(Status().condition, LinkCondition::kUp);
  const size_t sends = link_->sends();
  std::future<void> paused;
  link_->BeforeSend([&] {
    paused = std::async(std::launch::async, [&] {
      Answer(held[0].ref, link::Outcome::kRefused, 10, {});
    });
    // It may have to wait until this call ends.
    paused.wait_for(std::chrono::milliseconds(200));
  });
  dispatcher_->FreeWindow(*link_, kWindow);
  ASSERT_TRUE(
      WaitFor("the link has got work", [&] { return link_->sends() > sends; }));
  paused.wait();
  EXPECT_EQ(Status().condition, LinkCondition::kPaused);
  EXPECT_EQ(link_->waiting(), 0u);
}

// A link holds more than it has written.
TEST_F(LinkPauseTest, APausedLinkGivesBackWhatItHasNotBegun) {
  constexpr int kMessages = 40;
  for (int i = 0; i < kMessages; ++i) Submit(i);
  Up(kMessages);
  for (int i = 0; i < 16; ++i) {
    const link::HandOver one =
        link_->TakeFirst(static_cast<size_t>(kMessages - i));
    Answer(one.ref, link::Outcome::kRefused, 10, {});
  }
  EXPECT_EQ(Status().condition, LinkCondition::kPaused);
  EXPECT_EQ(link_->waiting(), 0u);
  EXPECT_TRUE(Become(kMessages, store::v1::Record::kGivenBack, 24));
  EXPECT_TRUE(Become(kMessages, store::v1::Record::kAnswered, 16));
}

TEST_F(LinkPauseTest, APausedAccessNumberIsGivenBackAlone) {
  // Each partition has more than are refused before the pause.
  constexpr int kMessages = 60;
  for (int i = 0; i < kMessages; ++i) {
    Submit(1'000 + i);
    SubmitCommercial(i);
  }
  Up(2 * kMessages);
  int refused = 0;
  for (size_t held = 2 * kMessages; Status().numbers_paused == 0; --held) {
    ASSERT_GT(held, 0u);
    const link::HandOver one = link_->TakeFirst(held);
    const bool right = one.access_number == "10690011";
    Answer(one.ref, right ? link::Outcome::kTaken : link::Outcome::kRefused,
           right ? 0 : 10, {"id"});
    refused += !right;
  }
  EXPECT_EQ(Status().condition, LinkCondition::kUp);
  const std::vector<link::HandOver> left = link_->TakeSent(1);
  EXPECT_FALSE(left.empty());
  for (const link::HandOver& one : left) {
    EXPECT_EQ(one.access_number, "10690011");
  }
  EXPECT_TRUE(
      Become(kMessages, store::v1::Record::kGivenBack, kMessages - refused));
}

TEST_F(LinkPauseTest, RefusedRecipientsDoNotPauseTheLink) {
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

TEST_F(LinkPauseTest, CountsReportsOfUnknownMessages) {
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

TEST_F(LinkPauseTest, SaysWhatWaitsAndHowLongAnswersTake) {
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

}  // namespace
}  // namespace sluice::gateway
