#include "store/partition/bucket_saver.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store/partition/checkpoint.h"
#include "tests/store/context_fixture.h"

namespace sluice::store {
namespace {

constexpr uint64_t kCycle = 1u << 20;
constexpr uint64_t kShare = kCycle / kBuckets;  // Journal bytes a bucket.

class BucketSaverTest : public ContextTest {
 protected:
  std::shared_ptr<const BucketSaves> TakeDue(
      BucketSaver& saver, absl::Span<const Phone> pinned = {},
      size_t group_bytes = 0) {
    return saver.TakeDue({*context_.snapshot->policy, context_.now_ms, pinned},
                         group_bytes, *context_.state);
  }

  // The checkpointer writes `saves`.
  void Write(std::shared_ptr<const BucketSaves> saves) {
    checkpointer_.Save(std::move(saves), point_);
    checkpointer_.Wait();
  }

  size_t SavedBuckets() const {
    size_t saved = 0;
    for (uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
      const auto point = views_->Get(View::kMeta, BucketPointKey(bucket));
      saved += point.ok() && point->has_value() ? 1 : 0;
    }
    return saved;
  }

  RecordIndex index_{*views_};
  Checkpointer checkpointer_{*views_, index_, [](const std::string&) {},
                             [](const std::string&) {}};
  const JournalPoint point_ = {.position = Position(0, 4096)};
};

TEST_F(BucketSaverTest, BucketsAreDueByTheirShareOfTheJournal) {
  BucketSaver saver({.cycle_bytes = kCycle}, checkpointer_);
  saver.Count(0, 15 * kShare);
  EXPECT_EQ(TakeDue(saver), nullptr);  // Too few for a sync.
  saver.Count(0, 5 * kShare);
  const auto first = TakeDue(saver);
  ASSERT_NE(first, nullptr);
  ASSERT_EQ(first->size(), 20u);
  EXPECT_EQ(first->front().bucket, 0u);
  // One save at a time, however much is due.
  saver.Count(0, kCycle);
  EXPECT_EQ(TakeDue(saver), nullptr);
  Write(first);
  const auto second = TakeDue(saver);
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->size(), 64u);
  EXPECT_EQ(second->front().bucket, 20u);
}

TEST_F(BucketSaverTest, ShortRecordsCountForTheirReplay) {
  BucketSaver saver({.cycle_bytes = kCycle}, checkpointer_);
  const size_t records = 16 * kShare / BucketSaver::kReplayBytesMin + 1;
  saver.Count(records, /*bytes=*/1);
  EXPECT_NE(TakeDue(saver), nullptr);
}

TEST_F(BucketSaverTest, GoesOnWhereALoadFoundItFurthestBehind) {
  BucketSaver saver({.cycle_bytes = kCycle}, checkpointer_);
  saver.BeginAt(kBuckets - 1, 16 * kShare / BucketSaver::kReplayBytesMin + 1);
  const auto saves = TakeDue(saver);
  ASSERT_NE(saves, nullptr);
  EXPECT_EQ((*saves)[0].bucket, kBuckets - 1);
  EXPECT_EQ((*saves)[1].bucket, 0u);
}

TEST_F(BucketSaverTest, WhatMemoryHasNoRoomForLeavesItButForWhatIsPinned) {
  for (uint64_t i = 0; i < 5'000; ++i) {
    const Phone number{kAnna.e164 + i};
    context_.state->OptOutAdded(i + 1, number, {}, 1);
  }
  BucketSaver saver({.cycle_bytes = kCycle, .memory_bytes = 1}, checkpointer_);
  const std::vector<Phone> pinned = {kAnna};
  for (int step = 0; step < 3; ++step) {
    saver.Count(0, kCycle);
    const auto saves = TakeDue(saver, pinned, kCycle);
    ASSERT_NE(saves, nullptr);
    Write(saves);
  }
  EXPECT_EQ(context_.state->idle.count(), 4'999u);
  EXPECT_TRUE(context_.state->recipients.Contains(kAnna));
  // Evicted numbers come back when recalled.
  const Phone other{kAnna.e164 + 1};
  EXPECT_FALSE(context_.state->recipients.Contains(other));
  ASSERT_TRUE(context_.RecallAndPin({&other, 1}).ok());
  EXPECT_EQ(context_.state->recipients.Find(other).facts.size(), 1u);
}

TEST_F(BucketSaverTest, AStopSavesEveryBucket) {
  BucketSaver saver({.cycle_bytes = kCycle}, checkpointer_);
  AddWaiting(kAnna, 7);
  ASSERT_TRUE(saver.SaveAll(point_, *context_.state).ok());
  EXPECT_EQ(SavedBuckets(), kBuckets);
}

}  // namespace
}  // namespace sluice::store
