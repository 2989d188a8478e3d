// The dispatcher between a real store and a fake link, whose carrier answers as
// the test says: hand-overs, outcomes, and a link that goes down.
#include "gateway/dispatch/dispatcher.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "tests/gateway/dispatcher_fixture.h"

namespace sluice::gateway {
namespace {

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

// The link's room shrinks while its messages become durable.
TEST_F(DispatcherTest, WhatComesAfterTheOfferWasTakenBackIsGivenBack) {
  Up(0);
  Submit(1);
  std::promise<void> blocked;
  std::promise<void> release;
  const auto other = std::async(std::launch::async, [&] {
    SubmitText(1, "【云杉超市】您的订单已签收。", MessageClass::kNotice, [&] {
      blocked.set_value();
      release.get_future().wait();
    });
  });
  blocked.get_future().wait();
  dispatcher_->FreeWindow(*link_, kWindow);
  store_->Stats(0);  // The partitions have been asked.
  store_->Stats(1);
  dispatcher_->FreeWindow(*link_, 0);
  release.set_value();
  other.wait();
  Await(1, store::v1::Record::kGivenBack);
  EXPECT_EQ(link_->waiting(), 0u);
  dispatcher_->FreeWindow(*link_, kWindow);
  link_->TakeSent(2);
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

class OnePartitionTest : public DispatcherTest {
 protected:
  OnePartitionTest() { partitions_ = 1; }
};

// The store is destroyed after Stop(), and what it had recorded as handed over
// would be UNKNOWN at its next start.
TEST_F(OnePartitionTest, StopGivesBackTheWorkThatWasAskedFor) {
  Submit(1);
  // The journal thread is held, so that no hand-over becomes durable.
  std::promise<void> held;
  std::promise<void> release;
  auto other = std::async(std::launch::async, [&] {
    SubmitText(1, "【云杉超市】您的订单已签收，欢迎再来。",
               MessageClass::kNotice, [&] {
                 held.set_value();
                 release.get_future().wait();
               });
  });
  held.get_future().wait();
  Up(kWindow);
  auto stopped = std::async(std::launch::async,
                            [&] { dispatcher_->Stop(absl::ZeroDuration()); });
  EXPECT_EQ(stopped.wait_for(std::chrono::milliseconds(100)),
            std::future_status::timeout);
  release.set_value();
  stopped.wait();
  other.wait();
  Await(1, store::v1::Record::kGivenBack);
}

}  // namespace
}  // namespace sluice::gateway
