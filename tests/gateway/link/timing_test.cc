// Pace, keepalive, back-off and shutdown: arithmetic over time that is passed
// in.

#include "gateway/link/backoff.h"
#include "gateway/link/keepalive.h"
#include "gateway/link/pace.h"
#include "gateway/link/shutdown.h"
#include "gtest/gtest.h"

namespace sluice::link {
namespace {

// Writes whenever it may, for `length`, every millisecond; returns how many.
uint32_t WriteFor(Pace& pace, absl::Duration& now, absl::Duration length) {
  uint32_t written = 0;
  for (const absl::Duration end = now + length; now < end;
       now += absl::Milliseconds(1)) {
    const uint32_t n = std::min(pace.Allowed(now), 10u);
    pace.Spend(n);
    written += n;
  }
  return written;
}

TEST(Pace, KeepsTheRate) {
  absl::Duration now;
  Pace pace({.segments_per_second = 100}, now);
  // The bucket holds a tenth of a second.
  EXPECT_NEAR(WriteFor(pace, now, absl::Seconds(10)), 1010, 3);
  EXPECT_NEAR(WriteFor(pace, now, absl::Seconds(10)), 1000, 3);
}

TEST(Pace, SlowRatesWork) {
  absl::Duration now;
  Pace pace({.segments_per_second = 0.5}, now);
  EXPECT_EQ(WriteFor(pace, now, absl::Seconds(10)), 5u);
  EXPECT_GT(pace.NextAt(now), now);
}

TEST(Pace, SaysWhenItGoesOn) {
  absl::Duration now;
  Pace pace({.segments_per_second = 10}, now);
  while (pace.Allowed(now) > 0) pace.Spend(1);
  const absl::Duration next = pace.NextAt(now);
  EXPECT_GT(next, now);
  EXPECT_LE(next, now + absl::Milliseconds(101));
  EXPECT_EQ(pace.Allowed(next - absl::Milliseconds(2)), 0u);
  EXPECT_GE(pace.Allowed(next), 1u);
  EXPECT_EQ(pace.NextAt(next), next);
}

TEST(Pace, NoLimitUntilTheCarrierSaysSo) {
  absl::Duration now;
  Pace pace({}, now);
  EXPECT_EQ(WriteFor(pace, now, absl::Seconds(2)), 20'000u);
  pace.SlowDown(now);
  EXPECT_TRUE(pace.paused(now));
  EXPECT_EQ(WriteFor(pace, now, absl::Seconds(1)), 0u);
  // Half of ten thousand a second, and it grows.
  EXPECT_NEAR(WriteFor(pace, now, absl::Seconds(1)), 5'500, 600);
  WriteFor(pace, now, absl::Seconds(20));
  EXPECT_EQ(pace.rate(), 0);
}

TEST(Pace, HalvesAndComesBackToItsRate) {
  absl::Duration now;
  Pace pace({.segments_per_second = 100}, now);
  pace.SlowDown(now);
  pace.SlowDown(now);  // An answer from before the pause: counts once.
  EXPECT_EQ(pace.rate(), 50);
  WriteFor(pace, now, absl::Seconds(30));
  EXPECT_EQ(pace.rate(), 100);
}

TEST(Pace, PausesGrowWhileTheCarrierGoesOnRefusing) {
  absl::Duration now;
  Pace pace({.segments_per_second = 100,
             .pause = absl::Seconds(1),
             .pause_max = absl::Seconds(3)},
            now);
  const double pauses[] = {1, 2, 3, 3};
  for (const double pause : pauses) {
    pace.SlowDown(now);
    EXPECT_EQ(pace.NextAt(now) - now, absl::Seconds(pause));
    now = pace.NextAt(now) + absl::Milliseconds(10);
  }
  WriteFor(pace, now, absl::Seconds(60));
  pace.SlowDown(now);
  EXPECT_EQ(pace.NextAt(now) - now, absl::Seconds(1));
}

TEST(Keepalive, AsksNTimesAndGivesUp) {
  using Due = Keepalive::Due;
  Keepalive keepalive({}, absl::ZeroDuration());
  const struct {
    int second;
    Due due;
  } steps[] = {
      {179, Due::kNothing}, {180, Due::kTest},    {181, Due::kNothing},
      {239, Due::kNothing}, {240, Due::kTest},    {299, Due::kNothing},
      {300, Due::kTest},    {359, Due::kNothing}, {360, Due::kGiveUp},
  };
  for (const auto& step : steps) {
    EXPECT_EQ(keepalive.Look(absl::Seconds(step.second)), step.due)
        << step.second;
  }
}

TEST(Keepalive, AnyPduStartsAnew) {
  using Due = Keepalive::Due;
  Keepalive keepalive({}, absl::ZeroDuration());
  EXPECT_EQ(keepalive.Look(absl::Seconds(180)), Due::kTest);
  keepalive.Heard(absl::Seconds(200));
  EXPECT_EQ(keepalive.Look(absl::Seconds(379)), Due::kNothing);
  EXPECT_EQ(keepalive.Look(absl::Seconds(380)), Due::kTest);
}

TEST(Backoff, DoublesUpToItsLimitWithChance) {
  Backoff backoff({absl::Seconds(1), absl::Seconds(5)});
  EXPECT_EQ(backoff.Next(0), absl::Seconds(0.5));
  EXPECT_EQ(backoff.Next(0.5), absl::Seconds(1.5));
  EXPECT_EQ(backoff.Next(0), absl::Seconds(2));
  EXPECT_EQ(backoff.Next(0), absl::Seconds(2.5));
  EXPECT_EQ(backoff.Next(0), absl::Seconds(2.5));
  backoff.Reset();
  EXPECT_EQ(backoff.Next(0), absl::Seconds(0.5));
  backoff.Worst();
  EXPECT_EQ(backoff.Next(0), absl::Seconds(2.5));
}

TEST(Shutdown, EndsTheSessionWhenAllIsAnsweredAndThenCloses) {
  using Due = Shutdown::Due;
  Shutdown shutdown(absl::Seconds(2));
  EXPECT_EQ(shutdown.Look(absl::Seconds(9), true), Due::kNothing);
  shutdown.Begin(absl::Seconds(10), absl::Seconds(5));
  const struct {
    int second;
    bool all_answered;
    Due due;
  } steps[] = {
      {11, false, Due::kNothing},
      {12, true, Due::kTerminate},
      {13, true, Due::kNothing},
      {14, true, Due::kClose},
  };
  for (const auto& step : steps) {
    EXPECT_EQ(shutdown.Look(absl::Seconds(step.second), step.all_answered),
              step.due)
        << step.second;
    EXPECT_EQ(shutdown.terminating(), step.second >= 12);
  }
}

TEST(Shutdown, WaitsForAnswersNoLongerThanTheDrain) {
  using Due = Shutdown::Due;
  Shutdown shutdown(absl::Seconds(2));
  shutdown.Begin(absl::Seconds(10), absl::Seconds(5));
  EXPECT_EQ(shutdown.Look(absl::Seconds(14), false), Due::kNothing);
  EXPECT_EQ(shutdown.Look(absl::Seconds(15), false), Due::kTerminate);
  EXPECT_EQ(shutdown.Look(absl::Seconds(17), false), Due::kClose);
}

}  // namespace
}  // namespace sluice::link
