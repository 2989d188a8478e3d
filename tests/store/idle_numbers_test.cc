#include "store/views/idle_numbers.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "filter/ledger.h"
#include "store/partition/checkpoint.h"
#include "store/partition/checkpointer.h"
#include "store/partition/partition_state.h"
#include "store/views/idle_entry.h"
#include "tests/fakes/world.h"
#include "tests/store/store_fixture.h"

namespace sluice::store {
namespace {

using filter::RecipientState;
using filter::Send;
using filter::StandingFact;

constexpr Phone kAnna{8613800138000};
constexpr int64_t kHour = 3'600'000;

Send SendAt(int64_t at_ms, uint64_t message) {
  Send send;
  send.at_ms = send.decided_ms = at_ms;
  send.message = message;
  send.flags = filter::kSendCharged;
  return send;
}

std::string Sample() {
  const std::vector<Send> sends = {SendAt(1, 10), SendAt(2, 11)};
  const std::vector<StandingFact> facts = {{.since_ms = 3, .record = 12}};
  return EncodeIdle(kAnna, 77, {sends, facts});
}

TEST(IdleEntry, ComesBackAsItWas) {
  const auto entry = DecodeIdle(kAnna, Sample());
  ASSERT_TRUE(entry.ok()) << entry.status();
  EXPECT_EQ(entry->drop_after_ms, 77);
  ASSERT_EQ(entry->sends.size(), 2u);
  EXPECT_EQ(entry->sends[1].message, 11u);
  EXPECT_EQ(entry->sends[1].flags, filter::kSendCharged);
  ASSERT_EQ(entry->facts.size(), 1u);
  EXPECT_EQ(entry->facts[0].record, 12u);
  EXPECT_EQ(*DecodeIdleKey(IdleKey(kAnna)), kAnna);
  EXPECT_LT(IdleKeysBegin(BucketOf(kAnna)), IdleKey(kAnna));
  EXPECT_GT(IdleKeysEnd(BucketOf(kAnna)), IdleKey(kAnna));
}

TEST(IdleEntry, EveryTruncationAndEveryFlippedByteIsRefused) {
  const std::string whole = Sample();
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(DecodeIdle(kAnna, whole.substr(0, size)).status().code(),
              absl::StatusCode::kDataLoss)
        << size;
    std::string flipped = whole;
    flipped[size] = static_cast<char>(flipped[size] ^ 0x10);
    EXPECT_EQ(DecodeIdle(kAnna, flipped).status().code(),
              absl::StatusCode::kDataLoss)
        << size;
  }
  EXPECT_FALSE(DecodeIdle(kAnna, whole + "x").ok());
  // Another number's value under this number's key.
  EXPECT_FALSE(DecodeIdle(Phone{kAnna.e164 + 1}, whole).ok());
}

// A state and its views, saved as the writer saves them.
class IdleNumbersTest : public testing::Test {
 protected:
  void SetUp() override { OpenViews(); }

  void OpenViews() {
    checkpointer_.reset();
    index_.reset();
    views_.reset();
    auto views = Views::Open(folder_.path());
    ASSERT_TRUE(views.ok()) << views.status();
    views_ = *std::move(views);
    index_ = std::make_unique<RecordIndex>(*views_);
    checkpointer_ = std::make_unique<Checkpointer>(
        *views_, *index_, [](const std::string&) {}, [](const std::string&) {});
  }

  std::shared_ptr<BucketSaves> Save(bool touched_too, int64_t expired_ms = 0) {
    auto saves = std::make_shared<BucketSaves>();
    BucketSave& save = saves->emplace_back();
    save.bucket = BucketOf(kAnna);
    save.expired_at_ms = expired_ms;
    state_.idle.Evict(touched_too, pinned_, *snapshot_->policy, state_.outbox,
                      state_.recipients, save);
    state_.changed.Add(kAnna);  // Makes sure there is a change.
    state_.Take(save);
    state_.idle.Saving(saves);
    return saves;
  }

  void Write(std::shared_ptr<BucketSaves> saves) {
    checkpointer_->Save(std::move(saves), {});
    checkpointer_->Wait();
    const auto outcome = checkpointer_->TakeOutcome();
    ASSERT_TRUE(outcome.has_value());
    ASSERT_TRUE(outcome->status.ok()) << outcome->status;
    state_.Saved(true, outcome->expired);
  }

  // As after a kill: loads what was written.
  void Reload() {
    OpenViews();
    state_ = PartitionState();
    SavedMessages messages;
    ASSERT_TRUE(views_
                    ->ForEach(View::kBuckets, "", "",
                              [&](absl::string_view, absl::string_view part) {
                                const absl::Status status = DecodePart(
                                    BucketOf(kAnna), part, state_, messages);
                                EXPECT_TRUE(status.ok()) << status;
                                return status.ok();
                              })
                    .ok());
    PutMessages(std::move(messages), state_);
    state_.idle.Count();
  }

  size_t SendsOf(Phone number) {
    EXPECT_TRUE(
        state_.idle.Recall({&number, 1}, *views_, state_.recipients).ok());
    return state_.recipients.Find(number).sends.size();
  }

  const SnapshotPtr snapshot_ = WorldSnapshot();
  TemporaryFolder folder_;
  std::unique_ptr<Views> views_;
  std::unique_ptr<RecordIndex> index_;
  std::unique_ptr<Checkpointer> checkpointer_;
  PartitionState state_;
  std::vector<Phone> pinned_;
};

TEST_F(IdleNumbersTest, WhatWasTouchedStaysOneRound) {
  state_.recipients.AddSend(kAnna, SendAt(1, 10));
  Write(Save(/*touched_too=*/false));
  EXPECT_TRUE(state_.recipients.Contains(kAnna));
  Write(Save(/*touched_too=*/false));
  EXPECT_FALSE(state_.recipients.Contains(kAnna));
  EXPECT_EQ(state_.idle.count(), 1u);
  EXPECT_EQ(SendsOf(kAnna), 1u);
  EXPECT_EQ(state_.idle.count(), 0u);
  EXPECT_EQ(state_.idle.recalled(), 1u);
}

TEST_F(IdleNumbersTest, IsFoundWhileItIsBeingWritten) {
  state_.recipients.AddSend(kAnna, SendAt(1, 10));
  auto saves = Save(/*touched_too=*/true);
  EXPECT_EQ(SendsOf(kAnna), 1u);  // Nothing is in the views yet.
  state_.recipients.AddSend(kAnna, SendAt(2, 11));
  Write(std::move(saves));
  EXPECT_EQ(SendsOf(kAnna), 2u);
  // After a crash now, replay continues from the save.
  Reload();
  EXPECT_EQ(SendsOf(kAnna), 1u);
}

TEST_F(IdleNumbersTest, AFailedWritePutsEverythingBack) {
  state_.recipients.AddSend(kAnna, SendAt(1, 10));
  Write(Save(/*touched_too=*/true));
  EXPECT_EQ(SendsOf(kAnna), 1u);
  state_.recipients.AddSend(kAnna, SendAt(2, 11));
  Save(/*touched_too=*/true);
  state_.Saved(/*ok=*/false, {});
  EXPECT_TRUE(state_.recipients.Contains(kAnna));
  EXPECT_EQ(state_.idle.count(), 0u);
  EXPECT_TRUE(state_.changed.Any(BucketOf(kAnna)));
  EXPECT_EQ(SendsOf(kAnna), 2u);
  // The number's old entry in the views must be deleted by the next save, even
  // if nothing is known of the number now.
  state_.recipients.DropSends(kAnna, [](const Send&) { return true; });
  Write(Save(/*touched_too=*/true));
  EXPECT_FALSE(views_->Get(View::kIdle, IdleKey(kAnna))->has_value());
  Reload();
  EXPECT_EQ(SendsOf(kAnna), 0u);
}

TEST_F(IdleNumbersTest, WhatCameBackAndLeftAgainIsTheNewOne) {
  state_.recipients.AddSend(kAnna, SendAt(1, 10));
  Write(Save(/*touched_too=*/true));
  EXPECT_EQ(SendsOf(kAnna), 1u);
  state_.recipients.AddSend(kAnna, SendAt(2, 11));
  Write(Save(/*touched_too=*/true));
  Reload();
  EXPECT_EQ(state_.idle.count(), 1u);
  EXPECT_EQ(SendsOf(kAnna), 2u);
}

// An opt-out that was reversed while its number was in memory does not come
// back from the views.
TEST_F(IdleNumbersTest, WhatCameToNothingStaysNothing) {
  state_.recipients.AddFact(kAnna, {.since_ms = 1, .record = 12});
  Write(Save(/*touched_too=*/true));
  EXPECT_EQ(SendsOf(kAnna), 0u);
  ASSERT_TRUE(state_.recipients.RemoveFact(kAnna, 12));
  EXPECT_FALSE(state_.recipients.Contains(kAnna));
  EXPECT_EQ(SendsOf(kAnna), 0u);
  EXPECT_TRUE(state_.recipients.Find(kAnna).facts.empty());
}

TEST_F(IdleNumbersTest, WhatACommandIsAboutStays) {
  state_.recipients.AddFact(kAnna, {.since_ms = 1, .record = 12});
  pinned_ = {kAnna};
  Write(Save(/*touched_too=*/true));
  EXPECT_TRUE(state_.recipients.Contains(kAnna));
  pinned_.clear();
  Write(Save(/*touched_too=*/true));
  EXPECT_FALSE(state_.recipients.Contains(kAnna));
}

TEST_F(IdleNumbersTest, AMessageUnderWayKeepsItsNumber) {
  LiveMessage live;
  live.message = 10;
  live.about.recipient = kAnna;
  state_.recipients.AddSend(kAnna, SendAt(1, 10));
  state_.outbox.Add(live, 1);
  Write(Save(/*touched_too=*/true));
  EXPECT_TRUE(state_.recipients.Contains(kAnna));
  state_.outbox.Remove(*state_.outbox.Find(10));
  Write(Save(/*touched_too=*/true));
  EXPECT_FALSE(state_.recipients.Contains(kAnna));
}

TEST_F(IdleNumbersTest, WhatNothingStandsAboutIsDropped) {
  state_.recipients.AddSend(kAnna, SendAt(kTenInTheMorningMs, 10));
  Write(Save(/*touched_too=*/true));
  Write(Save(true, /*expired_ms=*/kTenInTheMorningMs + kHour));
  EXPECT_EQ(state_.idle.count(), 1u);
  Write(Save(true, /*expired_ms=*/kTenInTheMorningMs + 32 * 24 * kHour));
  EXPECT_EQ(state_.idle.count(), 0u);
  Write(Save(/*touched_too=*/true));
  EXPECT_FALSE(views_->Get(View::kIdle, IdleKey(kAnna))->has_value());
}

TEST_F(IdleNumbersTest, OptOutsAreNeverDropped) {
  state_.recipients.AddFact(kAnna, {.since_ms = 1, .record = 12});
  Write(Save(/*touched_too=*/true));
  Write(Save(true, /*expired_ms=*/kTenInTheMorningMs + 10'000 * 24 * kHour));
  EXPECT_EQ(state_.idle.count(), 1u);
  EXPECT_EQ(SendsOf(kAnna), 0u);
  EXPECT_EQ(state_.recipients.Find(kAnna).facts.size(), 1u);
}

TEST_F(IdleNumbersTest, DamageIsToldAndNothingIsPutBack) {
  state_.recipients.AddFact(kAnna, {.since_ms = 1, .record = 12});
  Write(Save(/*touched_too=*/true));
  ASSERT_TRUE(views_->Write({{View::kIdle, IdleKey(kAnna), "damage"}}).ok());
  EXPECT_EQ(state_.idle.Recall({&kAnna, 1}, *views_, state_.recipients).code(),
            absl::StatusCode::kDataLoss);
  EXPECT_FALSE(state_.recipients.Contains(kAnna));
  EXPECT_EQ(state_.idle.count(), 1u);  // A later recall fails again.
}

// Two numbers of one bucket with the same fingerprint cannot both be idle.
TEST_F(IdleNumbersTest, AFingerprintIsOfOneNumber) {
  constexpr uint32_t kBucket = 5;
  PartitionState state;
  std::vector<Phone> numbers;
  for (uint64_t e164 = 8613000000000; numbers.size() < 250'000; ++e164) {
    if (BucketOf(Phone{e164}) == kBucket) numbers.push_back(Phone{e164});
  }
  for (const Phone number : numbers) {
    state.recipients.AddSend(number, SendAt(1, number.e164));
  }
  BucketSave save;
  save.bucket = kBucket;
  state.idle.Evict(true, {}, *snapshot_->policy, state.outbox, state.recipients,
                   save);
  EXPECT_EQ(state.idle.count(), state.idle.Fingerprints(kBucket).size());
  EXPECT_EQ(state.idle.count() + state.recipients.recipients(), numbers.size());
  EXPECT_EQ(state.idle.count(), save.evicted.size());
  EXPECT_GT(state.recipients.recipients(), 0u);  // About 7 share one.
  EXPECT_LT(state.recipients.recipients(), 30u);
}

TEST(Ledger, SaysWhenASendCanBeForgotten) {
  const SnapshotPtr snapshot = WorldSnapshot();
  for (const uint64_t key : {0, 5}) {
    for (const uint8_t flags : {0, 1}) {
      Send send = SendAt(kTenInTheMorningMs + 5 * kHour, 1);
      send.decided_ms = kTenInTheMorningMs;
      send.key = key;
      send.flags = flags;
      const int64_t at_ms = filter::ForgettableAtMs(*snapshot->policy, send);
      EXPECT_TRUE(filter::CanForget(*snapshot->policy, send, at_ms));
      EXPECT_FALSE(filter::CanForget(*snapshot->policy, send, at_ms - 1));
    }
  }
}

}  // namespace
}  // namespace sluice::store
