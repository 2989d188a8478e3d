// The outbox as the writer uses it: order, times, places that are used again,
// and the report keys of carriers that repeat their ids.

#include "store/outbox.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace sluice::store {
namespace {

constexpr Phone kAnna{8613800138000};
constexpr int64_t kNow = 1'700'000'000'000;

LiveMessage Message(uint64_t message, MessageClass c = MessageClass::kNotice) {
  LiveMessage live;
  live.message = message;
  live.about = {.recipient = kAnna,
                .message_class = c,
                .carrier = Carrier::kMobile,
                .expire_at_ms = kNow + 86'400'000};
  live.due_ms = live.since_ms = kNow;
  live.text = "text";
  return live;
}

uint64_t Take(Outbox& outbox) {
  LiveMessage* const live = outbox.TakeDue(Carrier::kMobile);
  return live == nullptr ? 0 : live->message;
}

TEST(Outbox, CodesGoFirstAndTheRestInOrder) {
  Outbox outbox;
  outbox.Add(Message(1, MessageClass::kCommercial), kNow);
  outbox.Add(Message(2), kNow);
  outbox.Add(Message(3), kNow);
  outbox.Add(Message(4, MessageClass::kVerification), kNow);
  EXPECT_TRUE(outbox.HasDue(Carrier::kMobile));
  EXPECT_FALSE(outbox.HasDue(Carrier::kUnicom));
  EXPECT_EQ(Take(outbox), 4u);
  EXPECT_EQ(Take(outbox), 2u);
  outbox.PutBack(*outbox.Find(2));
  EXPECT_EQ(Take(outbox), 2u);
  EXPECT_EQ(Take(outbox), 3u);
  EXPECT_EQ(Take(outbox), 1u);
  EXPECT_EQ(Take(outbox), 0u);
}

TEST(Outbox, WhatIsRemovedIsForgottenEverywhere) {
  Outbox outbox;
  outbox.Add(Message(1), kNow);
  outbox.AddReportKeys(*outbox.Find(1), {11, 12});
  EXPECT_EQ(outbox.count(v1::MESSAGE_STATE_QUEUED), 1u);
  outbox.Remove(*outbox.Find(1));
  EXPECT_EQ(outbox.Find(1), nullptr);
  EXPECT_EQ(outbox.size(), 0u);
  EXPECT_EQ(outbox.waiting(), 0u);
  EXPECT_EQ(outbox.FindPart(11).live, nullptr);
  // Its place is another message's now: neither queue nor clock mistakes it.
  LiveMessage held = Message(2);
  held.state = v1::MESSAGE_STATE_HELD;
  outbox.Add(held, kNow);
  EXPECT_EQ(Take(outbox), 0u);
  std::vector<uint64_t> look;
  outbox.Advance(kNow + 86'400'000, look);
  EXPECT_EQ(look, std::vector<uint64_t>{2});
}

TEST(Outbox, DeferredMessagesBecomeDueAndOldOnesAreLookedAt) {
  Outbox outbox;
  LiveMessage later = Message(1);
  later.state = v1::MESSAGE_STATE_DEFERRED;
  later.due_ms = kNow + 60'000;
  outbox.Add(later, kNow);
  std::vector<uint64_t> look;
  outbox.Advance(kNow + 59'000, look);
  EXPECT_EQ(Take(outbox), 0u);
  EXPECT_LE(outbox.next_wake_ms(), kNow + 61'000);
  outbox.Advance(kNow + 61'000, look);
  EXPECT_TRUE(look.empty());
  EXPECT_EQ(Take(outbox), 1u);
  outbox.Move(*outbox.Find(1), v1::MESSAGE_STATE_TAKEN, kNow + 61'000);
  EXPECT_EQ(outbox.waiting(), 0u);
  outbox.Advance(kNow + kReportWaitMs, look);
  EXPECT_TRUE(look.empty());
  outbox.Advance(kNow + 62'000 + kReportWaitMs, look);
  EXPECT_EQ(look, std::vector<uint64_t>{1});
}

TEST(Outbox, ARepeatedIdIsTheNewerMessages) {
  Outbox outbox;
  outbox.Add(Message(1), kNow);
  outbox.Add(Message(2), kNow);
  outbox.AddReportKeys(*outbox.Find(1), {7});
  outbox.AddReportKeys(*outbox.Find(2), {7});
  EXPECT_EQ(outbox.FindPart(7).live->message, 2u);
  outbox.Remove(*outbox.Find(1));  // Takes only what is its own.
  EXPECT_EQ(outbox.FindPart(7).live->message, 2u);
  // A part that gets another id lets go of the first.
  outbox.AddReportKeys(*outbox.Find(2), {8});
  EXPECT_EQ(outbox.FindPart(7).live, nullptr);
  EXPECT_EQ(outbox.FindPart(8).part, 1u);
  outbox.ForgetPart(*outbox.Find(2), 1);
  EXPECT_EQ(outbox.FindPart(8).live, nullptr);
}

TEST(Outbox, KeepsTheTextsOfWhatGoesNext) {
  Outbox outbox;
  const std::string large(4 << 20, 'x');
  uint64_t next = 1;
  while (outbox.KeepsText(Carrier::kMobile, MessageClass::kNotice)) {
    LiveMessage live = Message(next++);
    if (next <= 18) live.text = large;
    outbox.Add(live, kNow);
    ASSERT_LT(next, 100'000u);
  }
  // Full, and this queue is long. Others are not.
  EXPECT_GE(next, Outbox::kQueueHead);
  EXPECT_TRUE(outbox.KeepsText(Carrier::kUnicom, MessageClass::kNotice));
  EXPECT_TRUE(outbox.KeepsText(Carrier::kMobile, MessageClass::kVerification));
  for (uint64_t message = 1; message < 18; ++message) {
    EXPECT_EQ(outbox.TakeText(*outbox.Find(message)).size(), large.size());
  }
  EXPECT_TRUE(outbox.KeepsText(Carrier::kMobile, MessageClass::kNotice));
  EXPECT_EQ(outbox.Find(3)->text, "");
}

TEST(Outbox, FindsEveryMessageOfManyGroups) {
  Outbox outbox;
  std::vector<uint64_t> messages;
  for (uint32_t group = 0; group < 200; ++group) {
    for (uint32_t index = 0; index < 300; index += 1 + group % 3) {
      const RecordRef ref(Position(group % 4, 80 + group * 40'000), index);
      messages.push_back(ref.value());
      outbox.Add(Message(ref.value()), kNow);
    }
  }
  for (size_t i = 0; i < messages.size(); i += 2) {
    outbox.Remove(*outbox.Find(messages[i]));
  }
  for (size_t i = 0; i < messages.size(); ++i) {
    const LiveMessage* const live = outbox.Find(messages[i]);
    ASSERT_EQ(live != nullptr, i % 2 == 1) << i;
    if (live == nullptr) continue;
    EXPECT_EQ(live->message, messages[i]);
  }
  EXPECT_EQ(outbox.size(), messages.size() / 2);
}

}  // namespace
}  // namespace sluice::store
