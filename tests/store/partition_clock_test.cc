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
  EXPECT_FALSE(clock_.Read().stepped);
  wall_.Advance(absl::Seconds(50));
  EXPECT_EQ(clock_.NowMs(), WallMs() - 5'000);
  wall_.Advance(absl::Seconds(60));
  EXPECT_EQ(clock_.NowMs(), WallMs());
}

TEST_F(PartitionClockTest, AStepForwardWaitsForAnOperator) {
  wall_.Step(absl::Hours(1));
  EXPECT_TRUE(clock_.Read().stepped);
  wall_.Advance(absl::Hours(2));
  EXPECT_TRUE(clock_.Read().stepped);
  clock_.Accept();
  EXPECT_FALSE(clock_.Read().stepped);
  EXPECT_EQ(clock_.NowMs(), WallMs());
}

TEST_F(PartitionClockTest, AStepBackIsWaitedOut) {
  const int64_t before_ms = clock_.NowMs();
  wall_.Step(-absl::Minutes(10));
  EXPECT_TRUE(clock_.Read().stepped);
  clock_.Accept();
  wall_.Advance(absl::Minutes(5));
  EXPECT_TRUE(clock_.Read().stepped);
  EXPECT_EQ(clock_.NowMs(), before_ms);  // It stops, and never goes back.
  wall_.Advance(absl::Minutes(4) + absl::Seconds(1));
  EXPECT_FALSE(clock_.Read().stepped);
  EXPECT_GE(clock_.NowMs(), before_ms);
}

constexpr absl::Duration kUnknown = absl::InfiniteDuration();

// What a start sees, from the system clock, and what it believes.
const struct {
  absl::string_view name;
  absl::Duration journaled;
  absl::Duration written;
  bool stepped;
  bool unconfirmed;
  absl::Duration gap;
} kStarts[] = {
    {"a new store", kUnknown, kUnknown, false, false, {}},
    {"a short pause", -absl::Minutes(3), -absl::Minutes(3), false, false,
     absl::Minutes(3)},
    {"off over night", -absl::Hours(9), -absl::Hours(9), false, false,
     absl::Hours(9)},
    {"off for long, or a wrong clock",
     -absl::Hours(25),
     -absl::Hours(25),
     true,
     true,
     {}},
    {"400 days ahead", -absl::Hours(9600), -absl::Hours(9600), true, true, {}},
    // The copy's files prove only that time has passed.
    {"a fresh copy of an old store",
     -absl::Hours(9600),
     -absl::Minutes(1),
     true,
     true,
     {}},
    {"a little behind", absl::Seconds(30), absl::Seconds(30), false, false, {}},
    {"behind", absl::Hours(2), absl::Hours(2), true, false, {}},
    {"400 days behind", absl::Hours(9600), absl::Hours(9600), true, true, {}},
    {"behind the last write only",
     -absl::Minutes(1),
     absl::Hours(30),
     true,
     true,
     {}},
};

TEST_F(PartitionClockTest, AStartBelievesOnlyANearSystemClock) {
  for (const auto& c : kStarts) {
    PartitionClock clock(wall_);
    const auto ms = [&](absl::Duration from_now) {
      return from_now == kUnknown ? 0
                                  : absl::ToUnixMillis(wall_.Now() + from_now);
    };
    clock.Start({.journaled_ms = ms(c.journaled), .written_ms = ms(c.written)});
    const PartitionClock::Reading reading = clock.Read();
    EXPECT_EQ(reading.stepped, c.stepped) << c.name;
    EXPECT_EQ(reading.unconfirmed, c.unconfirmed) << c.name;
    EXPECT_EQ(clock.start_gap_ms(), absl::ToInt64Milliseconds(c.gap)) << c.name;
    if (c.journaled != kUnknown) {
      EXPECT_GE(reading.now_ms, ms(c.journaled)) << c.name;
    }
    if (c.unconfirmed) {
      EXPECT_EQ(reading.now_ms, ms(c.journaled)) << c.name;
      EXPECT_TRUE(reading.doubtful) << c.name;
    }
  }
}

TEST_F(PartitionClockTest, AnUnconfirmedClockStandsStillUntilItIsBelieved) {
  const int64_t journaled_ms = WallMs();
  wall_.Step(absl::Hours(9600));
  PartitionClock clock(wall_);
  clock.Start({.journaled_ms = journaled_ms});
  wall_.Advance(absl::Hours(3));
  EXPECT_EQ(clock.NowMs(), journaled_ms);
  // The system clock is corrected: nobody needs to accept it.
  wall_.Step(-absl::Hours(9600));
  EXPECT_FALSE(clock.Read().stepped);
  EXPECT_EQ(clock.NowMs(), WallMs());
  EXPECT_EQ(clock.start_gap_ms(), 3 * 3'600'000);
}

TEST_F(PartitionClockTest, AnUnconfirmedClockIsAccepted) {
  const int64_t journaled_ms = WallMs();
  wall_.Step(absl::Hours(500));
  PartitionClock clock(wall_);
  clock.Start({.journaled_ms = journaled_ms});
  clock.Accept();
  EXPECT_FALSE(clock.Read().stepped);
  EXPECT_EQ(clock.NowMs(), WallMs());
}

TEST_F(PartitionClockTest, GoesBackFromAMistakenFuture) {
  wall_.Step(absl::Hours(9600));
  EXPECT_TRUE(clock_.Read().doubtful);
  clock_.Accept();
  wall_.Step(-absl::Hours(9600));
  EXPECT_TRUE(clock_.Read().doubtful);
  clock_.TurnBack(WallMs());
  EXPECT_FALSE(clock_.Read().stepped);
  wall_.Advance(absl::Seconds(5));
  EXPECT_EQ(clock_.NowMs(), WallMs());
}

TEST_F(PartitionClockTest, IsNeverBeforeTheJournal) {
  const int64_t journaled_ms = WallMs() + 30'000;
  clock_.StartAfter(journaled_ms);
  EXPECT_GE(clock_.NowMs(), journaled_ms);
  EXPECT_FALSE(clock_.Read().stepped);
}

}  // namespace
}  // namespace sluice::store
