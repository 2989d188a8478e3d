#pragma once

// Pauses between attempts to connect: each twice as long as the one before,
// with jitter, so that many links do not reconnect in step. The pauses begin
// anew after a connection that served, not after a login: a carrier may accept
// logins and break the connection at the first message.

#include <algorithm>

#include "absl/time/time.h"

namespace sluice::link {

struct BackoffOptions {
  absl::Duration first = absl::Seconds(1);
  absl::Duration max = absl::Seconds(60);
  // A connection without traffic has served when it held for so long.
  absl::Duration held = absl::Seconds(60);
};

class Backoff {
 public:
  explicit Backoff(const BackoffOptions& options)
      : options_(options), next_(options.first) {}

  // The next pause, at `chance` in [0, 1) of the way from its half to the
  // whole.
  absl::Duration Next(double chance) {
    const absl::Duration pause = next_ * (0.5 + 0.5 * chance);
    next_ = std::min(2 * next_, options_.max);
    return pause;
  }
  // To be called after a connection that served.
  void Reset() { next_ = options_.first; }
  // Makes the next pause the longest: the failure will not go away by itself.
  void Worst() { next_ = options_.max; }

 private:
  const BackoffOptions options_;
  absl::Duration next_;
};

}  // namespace sluice::link
