#include "store/partition/partition_clock.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"

namespace sluice::store {
namespace {

class PartitionClockTest : public testing::Test {
 protected:
  int64_t WallMs() const { return absl::ToUnixMillis(wall_.Now()); }

  FakeClock wall_{absl::FromUnixSeconds(1'448'000'000)};
  PartitionClock clock_{wall_};
};

TEST_F(PartitionClockTest, GoesWithTheWallClockAndCatchesUpSlowly) {
  wall_.Advance(absl::Seconds(5));
  EXPECT_EQ(clock_.NowMs(), WallMs());
  wall_.Step(absl::Seconds(10));  // Drift, not a step.
  EXPECT_FALSE(clock_.Stepped());
  wall_.Advance(absl::Seconds(50));
  EXPECT_EQ(clock_.NowMs(), WallMs() - 5'000);
  wall_.Advance(absl::Seconds(60));
  EXPECT_EQ(clock_.NowMs(), WallMs());
}

TEST_F(PartitionClockTest, AStepForwardWaitsForAnOperator) {
  wall_.Step(absl::Hours(1));
  EXPECT_TRUE(clock_.Stepped());
  wall_.Advance(absl::Hours(2));
  EXPECT_TRUE(clock_.Stepped());
  clock_.Accept();
  EXPECT_FALSE(clock_.Stepped());
  EXPECT_EQ(clock_.NowMs(), WallMs());
}

TEST_F(PartitionClockTest, AStepBackIsWaitedOut) {
  const int64_t before_ms = clock_.NowMs();
  wall_.Step(-absl::Minutes(10));
  EXPECT_TRUE(clock_.Stepped());
  clock_.Accept();
  wall_.Advance(absl::Minutes(5));
  EXPECT_TRUE(clock_.Stepped());
  EXPECT_EQ(clock_.NowMs(), before_ms);  // It stops, and never goes back.
  wall_.Advance(absl::Minutes(4) + absl::Seconds(1));
  EXPECT_FALSE(clock_.Stepped());
  EXPECT_GE(clock_.NowMs(), before_ms);
}

TEST_F(PartitionClockTest, IsNeverBeforeTheJournal) {
  const int64_t journaled_ms = WallMs() + 30'000;
  clock_.StartAfter(journaled_ms);
  EXPECT_GE(clock_.NowMs(), journaled_ms);
  EXPECT_FALSE(clock_.Stepped());
}

}  // namespace
}  // namespace sluice::store
