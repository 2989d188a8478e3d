#pragma once

// Where time comes from. A seam because there are two: SystemClock, and the
// FakeClock of tests/fakes (and the fixed clock of a sandbox), so that a month
// of traffic is tested in a second.

#include "absl/time/time.h"

namespace sluice {

class Clock {
 public:
  virtual ~Clock() = default;

  // The wall clock. May step either way.
  virtual absl::Time Now() const = 0;

  // Time since some fixed moment. Never steps; stops while the machine sleeps.
  virtual absl::Duration Monotonic() const = 0;
};

// The machine's clocks. Any thread.
class SystemClock final : public Clock {
 public:
  absl::Time Now() const override;
  absl::Duration Monotonic() const override;
};

}  // namespace sluice
