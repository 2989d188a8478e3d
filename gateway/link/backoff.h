#pragma once

// Pauses between attempts to connect: each twice as long as the one before,
// with chance in it so that many links do not come back in step.

#include <algorithm>

#include "absl/time/time.h"

namespace sluice::link {

struct BackoffOptions {
  absl::Duration first = absl::Seconds(1);
  absl::Duration max = absl::Seconds(60);
};

class Backoff {
 public:
  explicit Backoff(const BackoffOptions& options)
      : options_(options), next_(options.first) {}

  // The next pause: between half of it and all of it, as `chance` in [0, 1)
  // says.
  absl::Duration Next(double chance) {
    const absl::Duration pause = next_ * (0.5 + 0.5 * chance);
    next_ = std::min(2 * next_, options_.max);
    return pause;
  }
  // After success.
  void Reset() { next_ = options_.first; }
  // The next pause is the longest: what failed will not heal by itself.
  void Worst() { next_ = options_.max; }

 private:
  const BackoffOptions options_;
  absl::Duration next_;
};

}  // namespace sluice::link
