#pragma once

// A clock that starts at a given time and then runs on: the demo sends at ten
// in the morning whenever it runs. LoadConfig() allows it only if all links are
// sandbox links.

#include "rules/base/clock.h"

namespace sluice::gateway {

class SandboxClock final : public Clock {
 public:
  // The clock shows `start` now. `base` must outlive it.
  SandboxClock(const Clock& base, absl::Time start)
      : base_(base), offset_(start - base.Now()) {}

  absl::Time Now() const override { return base_.Now() + offset_; }
  absl::Duration Monotonic() const override { return base_.Monotonic(); }

 private:
  const Clock& base_;
  const absl::Duration offset_;
};

}  // namespace sluice::gateway
