// The outbox as the writer uses it: order, times, reused slots, and the report
// keys of carriers that repeat their ids.

#include "store/memory/outbox.h"

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

TEST(Outbox, TheLeastUrgentGoesFirstWhenAsked) {
  Outbox outbox;
  outbox.Add(Message(1, MessageClass::kVerification), kNow);
  outbox.Add(Message(2, MessageClass::kCommercial), kNow);
  outbox.Add(Message(3), kNow);
  const auto take = [&outbox] {
    return outbox.TakeDue(Carrier::kMobile, /*least_urgent=*/true)->message;
  };
  EXPECT_EQ(take(), 2u);
  EXPECT_EQ(take(), 3u);
  EXPECT_EQ(take(), 1u);
}

TEST(Outbox, WhatIsSetAsideIsDueAgainLater) {
  Outbox outbox;
  std::vector<uint64_t> look;
  outbox.Add(Message(1), kNow);
  outbox.Add(Message(2), kNow);
  outbox.SetAside(*outbox.TakeDue(Carrier::kMobile), kNow);
  EXPECT_EQ(Take(outbox), 2u);
  outbox.Advance(kNow + Outbox::kAsideMs - 1, look);
  EXPECT_FALSE(outbox.HasDue(Carrier::kMobile));
  EXPECT_EQ(outbox.count(sluice::v1::MESSAGE_STATE_QUEUED), 2u);
  EXPECT_LE(outbox.next_wake_ms(), kNow + Outbox::kAsideMs);
  outbox.Advance(kNow + Outbox::kAsideMs, look);
  EXPECT_EQ(Take(outbox), 1u);
  // The clock goes back from a mistaken future.
  outbox.SetAside(*outbox.Find(1), kNow + 86'400'000);
  outbox.Advance(kNow, look);
  EXPECT_EQ(Take(outbox), 1u);
  EXPECT_TRUE(look.empty());
}

TEST(Outbox, CountsWhatIsQueuedByCarrierAndClass) {
  const auto notices = [](const Outbox& outbox) {
    return outbox.queued_by()[static_cast<size_t>(Carrier::kMobile)]
                             [static_cast<size_t>(MessageClass::kNotice)];
  };
  Outbox outbox;
  outbox.Add(Message(1), kNow);
  outbox.Add(Message(2), kNow);
  outbox.Add(Message(3, MessageClass::kVerification), kNow);
  EXPECT_EQ(notices(outbox), 2u);
  outbox.Move(*outbox.Find(1), sluice::v1::MESSAGE_STATE_HANDED_OVER, kNow);
  EXPECT_EQ(notices(outbox), 1u);
  outbox.Remove(*outbox.Find(2));
  EXPECT_EQ(notices(outbox), 0u);
}

TEST(Outbox, WhatIsRemovedIsForgottenEverywhere) {
  Outbox outbox;
  outbox.Add(Message(1), kNow);
  outbox.AddReportKeys(*outbox.Find(1), {11, 12});
  EXPECT_EQ(outbox.count(sluice::v1::MESSAGE_STATE_QUEUED), 1u);
  outbox.Remove(*outbox.Find(1));
  EXPECT_EQ(outbox.Find(1), nullptr);
  EXPECT_EQ(outbox.size(), 0u);
  EXPECT_EQ(outbox.waiting(), 0u);
  EXPECT_EQ(outbox.FindPart(11).live, nullptr);
  // Another message has the slot now: neither queue nor wake-ups confuse them.
  LiveMessage held = Message(2);
  held.state = sluice::v1::MESSAGE_STATE_HELD;
  outbox.Add(held, kNow);
  EXPECT_EQ(Take(outbox), 0u);
  std::vector<uint64_t> look;
  outbox.Advance(kNow + 86'400'000, look);
  EXPECT_EQ(look, std::vector<uint64_t>{2});
}

TEST(Outbox, DeferredMessagesBecomeDueAndOldOnesAreLookedAt) {
  Outbox outbox;
  LiveMessage later = Message(1);
  later.state = sluice::v1::MESSAGE_STATE_DEFERRED;
  later.due_ms = kNow + 60'000;
  outbox.Add(later, kNow);
  std::vector<uint64_t> look;
  outbox.Advance(kNow + 59'000, look);
  EXPECT_EQ(Take(outbox), 0u);
  EXPECT_LE(outbox.next_wake_ms(), kNow + 61'000);
  outbox.Advance(kNow + 61'000, look);
  EXPECT_TRUE(look.empty());
  EXPECT_EQ(Take(outbox), 1u);
  outbox.Move(*outbox.Find(1), sluice::v1::MESSAGE_STATE_TAKEN, kNow + 61'000);
  EXPECT_EQ(outbox.waiting(), 0u);
  outbox.Advance(kNow + kReportWaitMs, look);
  EXPECT_TRUE(look.empty());
  outbox.Advance(kNow + 62'000 + kReportWaitMs, look);
  EXPECT_EQ(look, std::vector<uint64_t>{1});
}

std::vector<uint64_t> HeldIn(const Outbox& outbox) {
  std::vector<uint64_t> messages;
  for (const auto& [since, message] : outbox.held()) {
    messages.push_back(message);
  }
  return messages;
}

TEST(Outbox, HeldOnesAreKnownByHowLongTheyWait) {
  Outbox outbox;
  for (const uint64_t message : {3, 1, 2}) {
    LiveMessage held = Message(message);
    held.state = sluice::v1::MESSAGE_STATE_HELD;
    held.since_ms = kNow + static_cast<int64_t>(message);
    outbox.Add(held, kNow);
  }
  EXPECT_EQ(HeldIn(outbox), (std::vector<uint64_t>{1, 2, 3}));
  // Held again for another reason, the message waits from then on.
  LiveMessage again = *outbox.Find(1);
  again.since_ms = kNow + 10;
  outbox.Replace(*outbox.Find(1), again, kNow + 10);
  EXPECT_EQ(HeldIn(outbox), (std::vector<uint64_t>{2, 3, 1}));
  outbox.Replace(*outbox.Find(3), Message(3), kNow + 10);
  EXPECT_EQ(Take(outbox), 3u);
  outbox.Remove(*outbox.Find(2));
  EXPECT_EQ(HeldIn(outbox), std::vector<uint64_t>{1});
  EXPECT_EQ(outbox.count(sluice::v1::MESSAGE_STATE_HELD), 1u);
}

TEST(Outbox, AShorterHoldHoldsForThoseThatWaitAlready) {
  Outbox outbox;
  for (uint64_t message = 1; message <= 5'000; ++message) {
    LiveMessage held = Message(message);
    held.state = sluice::v1::MESSAGE_STATE_HELD;
    outbox.Add(held, kNow);
  }
  std::vector<uint64_t> look;
  // Otherwise the next look at these messages would be much later.
  outbox.Advance(kNow + 3'000'000, look);
  outbox.SetHold(3'600'000);
  outbox.Advance(kNow + 3'000'001, look);
  outbox.Advance(kNow + 3'000'002, look);
  outbox.Advance(kNow + 3'599'000, look);
  EXPECT_TRUE(look.empty());
  EXPECT_EQ(outbox.DeadlineOf(*outbox.Find(1)), kNow + 3'600'000);
  outbox.Advance(kNow + 3'601'000, look);
  EXPECT_EQ(look.size(), 5'000u);
}

TEST(Outbox, WhatIsReplacedKeepsItsTurn) {
  Outbox outbox;
  outbox.Add(Message(1), kNow);
  outbox.Add(Message(2), kNow);
  outbox.Replace(*outbox.Find(1), Message(1), kNow);
  EXPECT_EQ(Take(outbox), 1u);
  // Another carrier's queue is a different one.
  LiveMessage elsewhere = Message(2);
  elsewhere.about.carrier = Carrier::kUnicom;
  outbox.Replace(*outbox.Find(2), elsewhere, kNow);
  EXPECT_EQ(Take(outbox), 0u);
  EXPECT_EQ(outbox.TakeDue(Carrier::kUnicom)->message, 2u);
}

TEST(Outbox, AWalkInStepsMissesNothingThatStays) {
  Outbox outbox;
  for (uint64_t message = 1; message <= 3'000; ++message) {
    outbox.Add(Message(message), kNow);
  }
  std::vector<int> seen(3'001);
  size_t slot = 0;
  uint64_t changes = 0;
  do {
    slot = outbox.VisitSlots(slot, 100, [&](const LiveMessage& live) {
      if (live.message <= 3'000) ++seen[live.message];
    });
    // Meanwhile some are replaced, some are removed, and others are added.
    ++changes;
    outbox.Replace(*outbox.Find(changes * 2), Message(changes * 2), kNow);
    outbox.Remove(*outbox.Find(changes * 2 + 1));
    outbox.Add(Message(10'000 + changes), kNow);
  } while (slot != 0);
  EXPECT_EQ(changes, 30u);
  for (uint64_t message = 100; message <= 3'000; ++message) {
    EXPECT_EQ(seen[message], 1) << message;
  }
}

TEST(Outbox, ARepeatedIdIsTheNewerMessages) {
  Outbox outbox;
  outbox.Add(Message(1), kNow);
  outbox.Add(Message(2), kNow);
  outbox.AddReportKeys(*outbox.Find(1), {7});
  outbox.AddReportKeys(*outbox.Find(2), {7});
  EXPECT_EQ(outbox.FindPart(7).live->message, 2u);
  outbox.Remove(*outbox.Find(1));  // Removes only its own key.
  EXPECT_EQ(outbox.FindPart(7).live->message, 2u);
  // A part that gets another id drops its first key.
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
  // Memory is full, and this queue is long. Other queues are not.
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
