// Pace against simulated carriers, on a clock that only the test moves.

#include "gateway/link/pace.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace sluice::link {
namespace {

// Whether the carrier takes a segment at this time, in seconds.
using Carrier = std::function<bool(double now)>;
// Segments a second, at this time.
using Rate = std::function<double(double now)>;

Rate Always(double rate) {
  return [rate](double) { return rate; };
}

// Refuses a share at random, whatever the rate.
Carrier Noise(double share) {
  std::mt19937_64 random(1);
  return [share, random](double) mutable {
    return std::uniform_real_distribution<>(0, 1)(random) >= share;
  };
}

// Takes `rate`, and the segments of `burst` seconds at once.
Carrier Bucket(Rate rate, double burst = 0.1) {
  return [rate, burst, left = 0.0, last = 0.0](double now) mutable {
    left = std::min(std::max(1.0, rate(now) * burst),
                    left + (now - last) * rate(now));
    last = now;
    if (left < 1) return false;
    --left;
    return true;
  };
}

// Counts anew every `slice` seconds.
Carrier Slices(Rate rate, double slice) {
  return [rate, slice, current = -1.0, count = 0](double now) mutable {
    if (std::floor(now / slice) != current) {
      current = std::floor(now / slice);
      count = 0;
    }
    return ++count <= rate(now) * slice;
  };
}

struct Link {
  PaceOptions options;
  double round_trip = 0.001;  // Seconds.
  uint32_t window = 32;
  double offered = 1e6;  // Segments a second that wait to be written.
  int idle_ms = 0;       // Of each 150, in which there is nothing to write.
};

struct Second {
  int taken = 0;
  int refused = 0;
};
using History = std::vector<Second>;

// Writes whenever it may, every millisecond, for so many seconds.
History Simulate(const Link& link, Carrier carrier, int seconds) {
  History run(seconds);
  Pace pace(link.options, absl::ZeroDuration());
  std::deque<std::pair<double, bool>> answers;
  double waiting = 0;
  for (int ms = 0; ms < 1000 * seconds; ++ms) {
    const double t = ms / 1000.0;
    const absl::Duration now = absl::Milliseconds(ms);
    while (!answers.empty() && answers.front().first <= t) {
      const bool taken = answers.front().second;
      answers.pop_front();
      ++(taken ? run[ms / 1000].taken : run[ms / 1000].refused);
      pace.Answered(!taken);
      if (!taken) ++waiting;
    }
    pace.Look(now);
    waiting += link.offered / 1000;
    if (ms % 150 < link.idle_ms) continue;
    const auto n = static_cast<uint32_t>(
        std::min({static_cast<double>(pace.Allowed(now)), waiting,
                  static_cast<double>(link.window - answers.size())}));
    for (uint32_t i = 0; i < n; ++i) {
      answers.emplace_back(t + link.round_trip, carrier(t));
    }
    waiting -= n;
    pace.Spend(n, now);
  }
  return run;
}

Second Sum(const History& run, int from, int to) {
  Second sum;
  for (int s = from; s < to; ++s) {
    sum.taken += run[s].taken;
    sum.refused += run[s].refused;
  }
  return sum;
}

// Short, middle and long ways to the carrier.
const struct {
  const char* name;
  double round_trip;
  uint32_t window;
} kWays[] = {{"1 ms", 0.001, 32}, {"50 ms", 0.05, 1000}, {"500 ms", 0.5, 5000}};

// What a carrier takes that refuses a share at random, compared with the same
// carrier without.
TEST(Pace, ARateBelowOneHolds) {
  Pace pace({.segments_per_second = 0.2}, absl::ZeroDuration());
  EXPECT_EQ(pace.Allowed(absl::ZeroDuration()), 1u);
  pace.Spend(1, absl::ZeroDuration());
  pace.Answered(false);
  EXPECT_EQ(pace.Allowed(absl::Seconds(4.9)), 0u);
  EXPECT_EQ(pace.NextAt(absl::Seconds(4.9)) > absl::Seconds(4.99), true);
  EXPECT_EQ(pace.Allowed(absl::Seconds(5.01)), 1u);
}

TEST(Pace, RandomRefusalsCostLittleMoreThanThemselves) {
  const struct {
    double share;
    double at_least;
  } kCases[] = {{0.01, 0.98}, {0.05, 0.92}, {0.1, 0.8}, {0.2, 0.5}};
  for (const auto& way : kWays) {
    for (const double ceiling : {0.0, 500.0}) {
      Link link = {
          {.segments_per_second = ceiling}, way.round_trip, way.window};
      const Second without = Sum(Simulate(link, Noise(0), 30), 0, 30);
      for (const auto& c : kCases) {
        const Second with = Sum(Simulate(link, Noise(c.share), 30), 0, 30);
        EXPECT_GE(with.taken, c.at_least * without.taken)
            << way.name << ", ceiling " << ceiling << ", share " << c.share;
      }
    }
  }
}

TEST(Pace, FindsTheRateOfTheCarrier) {
  for (const auto& way : kWays) {
    for (const double rate : {20.0, 200.0, 1000.0}) {
      const std::pair<const char*, Carrier> kCarriers[] = {
          {"bucket", Bucket(Always(rate))},
          {"tenths of a second", Slices(Always(rate), 0.1)},
          {"seconds", Slices(Always(rate), 1)}};
      for (const auto& [name, carrier] : kCarriers) {
        const Link link = {{}, way.round_trip, way.window};
        const History run = Simulate(link, carrier, 60);
        const Second late = Sum(run, 30, 60);
        SCOPED_TRACE(testing::Message()
                     << way.name << ", " << name << ", " << rate << ": "
                     << late.taken << " and " << late.refused << " refused");
        // A carrier that counts by seconds is found to take all it takes only
        // if its answers come within them.
        const bool far = way.round_trip > 0.1 && std::string(name) == "seconds";
        EXPECT_GE(late.taken, (far ? 0.7 : 0.85) * 30 * rate);
        EXPECT_LE(late.refused, (std::string(name) == "seconds" ? 0.5 : 0.25) *
                                    (late.taken + late.refused));
      }
    }
  }
}

// The link waits for messages now and then, so that it uses less than its rate:
// that the carrier took less does not mean that it takes less.
TEST(Pace, WaitingForMessagesDoesNotLowerTheRate) {
  Link link;
  link.idle_ms = 60;
  const int without = Sum(Simulate(link, Noise(0), 30), 0, 30).taken;
  const int noise = Sum(Simulate(link, Noise(0.2), 30), 0, 30).taken;
  EXPECT_GE(noise, 0.5 * without);
  const History run = Simulate(link, Bucket(Always(1000)), 30);
  EXPECT_GE(Sum(run, 10, 30).taken, 0.7 * 20 * 1000);
}

TEST(Pace, FollowsTheCarrierUpAndDown) {
  const Rate steps = [](double now) {
    return now < 15 || now >= 35 ? 200.0 : 1000.0;
  };
  for (const auto& way : kWays) {
    const bool far = way.round_trip > 0.1;
    const History run =
        Simulate({{}, way.round_trip, way.window}, Bucket(steps), 60);
    // After some seconds at each rate.
    const int settle = far ? 10 : 3;
    EXPECT_GE(Sum(run, 10, 15).taken, 0.85 * 5 * 200) << way.name;
    EXPECT_GE(Sum(run, 15 + settle, 35).taken, 0.85 * (20 - settle) * 1000)
        << way.name;
    const Second down = Sum(run, 35 + settle, 60);
    EXPECT_GE(down.taken, 0.85 * (25 - settle) * 200) << way.name;
    EXPECT_LE(down.refused, 0.25 * down.taken) << way.name;
  }
}

TEST(Pace, NeverExceedsTheContractedRate) {
  const Link link = {{.segments_per_second = 100}};
  for (const double share : {0.0, 0.01, 0.2}) {
    const History run = Simulate(link, Noise(share), 20);
    for (const Second& second : run) {
      // The bucket holds a tenth of a second.
      EXPECT_LE(second.taken + second.refused, 111);
    }
    EXPECT_LE(Sum(run, 0, 20).taken, 2'011);
  }
}

TEST(Pace, ACarrierThatTakesNothingIsAskedSeldom) {
  for (const auto& way : kWays) {
    const History run =
        Simulate({{}, way.round_trip, way.window}, Noise(1), 60);
    // What was on its way when the first answer came, and a few bursts.
    EXPECT_LE(Sum(run, 0, 3).refused, way.window + 100) << way.name;
    // One in five seconds, in the end.
    EXPECT_LE(Sum(run, 20, 60).refused, 9) << way.name;
    EXPECT_GE(Sum(run, 20, 60).refused, 6) << way.name;
  }
}

TEST(Pace, ComesBackSecondsAfterTheCarrierTakesAgain) {
  const Carrier closed = [](double now) { return now < 10 || now >= 40; };
  const History run = Simulate({{}, 0.05, 1000}, closed, 60);
  EXPECT_GE(Sum(run, 5, 10).taken, 5 * 19'000);
  EXPECT_LE(Sum(run, 15, 40).refused, 8);
  // At most five seconds until it is asked, and as many to grow.
  EXPECT_GE(Sum(run, 50, 60).taken, 0.95 * 10 * 19'000);
}

// An idle link that meets a lone refusal has its full rate for the next burst.
TEST(Pace, ARefusalOnAQuietLinkDoesNotLimitTheNextBurst) {
  Pace pace({}, absl::ZeroDuration());
  absl::Duration now;
  for (int i = 0; i < 20; ++i, now += absl::Seconds(1)) {
    EXPECT_GT(pace.Allowed(now), 1'000'000u);
    pace.Spend(1, now);
    pace.Answered(i % 2 == 0);
    pace.Look(now);
    EXPECT_FALSE(pace.paused(now));
  }
  EXPECT_EQ(pace.rate(), 0);
}

// Refusals are rare until about a quarter of the answers are.
TEST(Pace, TellsRareRefusalsFromMany) {
  Pace pace({}, absl::ZeroDuration());
  for (int i = 0; i < 1'000; ++i) {
    pace.Answered(i % 20 == 0);
    EXPECT_TRUE(pace.rare());
  }
  int more = 0;
  for (; pace.rare(); ++more) pace.Answered(true);
  EXPECT_GE(more, 5);
  EXPECT_LE(more, 12);
}

TEST(Pace, SaysWhenItGoesOn) {
  absl::Duration now;
  Pace pace({.segments_per_second = 10}, now);
  while (pace.Allowed(now) > 0) pace.Spend(1, now);
  const absl::Duration next = pace.NextAt(now);
  EXPECT_GT(next, now);
  EXPECT_LE(next, now + absl::Milliseconds(101));
  EXPECT_EQ(pace.Allowed(next - absl::Milliseconds(2)), 0u);
  EXPECT_GE(pace.Allowed(next), 1u);
  EXPECT_EQ(pace.NextAt(next), next);
}

// Follows NextAt() alone: each step goes forward by more than rounding.
TEST(Pace, NeverSpins) {
  for (const double share : {0.0, 0.3, 1.0}) {
    for (const double ceiling : {0.5, 300.0}) {
      absl::Duration now;
      Pace pace({.segments_per_second = ceiling}, now);
      Carrier carrier = Noise(share);
      int steps = 0;
      while (now < absl::Seconds(60)) {
        const uint32_t n = std::min(pace.Allowed(now), 16u);
        pace.Spend(n, now);
        for (uint32_t i = 0; i < n; ++i) pace.Answered(!carrier(0));
        now = std::max(now + absl::Microseconds(10), pace.NextAt(now));
        ++steps;
      }
      EXPECT_LE(steps, 60 * 2 * std::max(10.0, ceiling)) << share;
    }
  }
}

TEST(Pace, KeepsASlowContractedRate) {
  const Link link = {{.segments_per_second = 0.5}};
  EXPECT_EQ(Sum(Simulate(link, Noise(0), 10), 0, 10).taken, 5);
}

// Not even single segments that ask whether the carrier takes again may exceed
// what the contract allows.
TEST(Pace, ProbesNoFasterThanTheContractedRate) {
  constexpr int kSeconds = 1000;
  for (const double rate : {0.5, 0.05}) {
    const Second all =
        Sum(Simulate({{.segments_per_second = rate}}, Noise(1), kSeconds), 0,
            kSeconds);
    EXPECT_EQ(all.taken, 0);
    EXPECT_GE(all.refused, 40) << rate;
    EXPECT_LE(all.refused, kSeconds * rate + 1) << rate;
  }
}

}  // namespace
}  // namespace sluice::link
