// Keepalive, back-off, slow start and shutdown: arithmetic over time and
// answers that are passed in.

#include "gateway/link/backoff.h"
#include "gateway/link/fault_log.h"
#include "gateway/link/keepalive.h"
#include "gateway/link/shutdown.h"
#include "gateway/link/slow_start.h"
#include "gtest/gtest.h"

namespace sluice::link {
namespace {

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

TEST(SlowStart, OpensByAnswersAndBeginsAnew) {
  SlowStart slow(1, 4);
  EXPECT_EQ(slow.window(), 1u);
  for (const uint32_t window : {2u, 3u, 4u, 4u}) {
    slow.Answered();
    EXPECT_EQ(slow.window(), window);
  }
  slow.Begin();
  EXPECT_EQ(slow.window(), 1u);
  EXPECT_EQ(SlowStart(9, 4).window(), 4u);
}

TEST(FaultLog, GivesOneLineAMinuteWithTheCount) {
  FaultLog log;
  EXPECT_EQ(log.Add("a", absl::Seconds(0)), "1, the last: a");
  EXPECT_EQ(log.Add("b", absl::Seconds(1)), std::nullopt);
  EXPECT_EQ(log.Add("c", absl::Seconds(59)), std::nullopt);
  EXPECT_EQ(log.Add("d", absl::Seconds(60)), "3, the last: d");
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
