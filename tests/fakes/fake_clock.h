#pragma once

// A clock that moves only when the test moves it.

#include <atomic>
#include <cstdint>

#include "rules/base/clock.h"

namespace sluice {

// Any thread.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(absl::Time now = absl::FromUnixSeconds(1'700'000'000))
      : now_us_(absl::ToUnixMicros(now)) {}

  absl::Time Now() const override { return absl::FromUnixMicros(now_us_); }
  absl::Duration Monotonic() const override {
    return absl::Microseconds(monotonic_us_.load());
  }

  // Time passes: both clocks move.
  void Advance(absl::Duration d) {
    now_us_ += absl::ToInt64Microseconds(d);
    monotonic_us_ += absl::ToInt64Microseconds(d);
  }
  // A step of the wall clock: only it moves.
  void Step(absl::Duration d) { now_us_ += absl::ToInt64Microseconds(d); }

 private:
  std::atomic<int64_t> now_us_;
  std::atomic<int64_t> monotonic_us_ = 0;
};

}  // namespace sluice
