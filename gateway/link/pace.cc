#include "gateway/link/pace.h"

#include <algorithm>
#include <limits>

namespace sluice::link {
namespace {

// The bucket holds the segments of a tenth of a second, so that writes are
// joined.
double BurstOf(double rate) { return std::max(1.0, rate / 10); }

// Keeps one answer from slowing a nearly idle link to a crawl.
constexpr double kCeilingMin = 20;

}  // namespace

Pace::Pace(const PaceOptions& options, absl::Duration now)
    : options_(options),
      rate_(options.segments_per_second),
      ceiling_(rate_),
      tokens_(BurstOf(rate_)),
      refilled_at_(now),
      pause_(options.pause),
      second_began_(now) {}

void Pace::Refill(absl::Duration now) {
  if (now - second_began_ >= absl::Seconds(1)) {
    const bool next = now - second_began_ < absl::Seconds(2);
    last_second_ = next ? this_second_ : 0;
    this_second_ = 0;
    second_began_ = now;
  }
  if (now < refilled_at_) return;  // Within a pause.
  const double passed = absl::ToDoubleSeconds(now - refilled_at_);
  refilled_at_ = now;
  if (rate_ == 0) return;
  const double back_to =
      options_.segments_per_second > 0 ? ceiling_ : 2 * ceiling_;
  rate_ = std::min(back_to, rate_ + passed * ceiling_ / 10);
  if (options_.segments_per_second == 0 && rate_ >= back_to) {
    rate_ = ceiling_ = 0;
    return;
  }
  tokens_ = std::min(BurstOf(rate_), tokens_ + passed * rate_);
}

uint32_t Pace::Allowed(absl::Duration now) {
  Refill(now);
  if (paused(now)) return 0;
  if (rate_ == 0) return std::numeric_limits<uint32_t>::max();
  return static_cast<uint32_t>(std::max(0.0, tokens_));
}

void Pace::Spend(uint32_t segments) {
  this_second_ += segments;
  if (rate_ > 0) tokens_ -= segments;
}

absl::Duration Pace::NextAt(absl::Duration now) {
  if (Allowed(now) > 0) return now;
  if (paused(now)) return paused_until_;
  // One microsecond more: rounding must not make a busy loop.
  return now + absl::Seconds((1 - tokens_) / rate_) + absl::Microseconds(1);
}

void Pace::SlowDown(absl::Duration now) {
  Refill(now);
  if (paused(now)) return;
  const bool again = now - paused_until_ < 2 * pause_;
  pause_ = again ? std::min(2 * pause_, options_.pause_max) : options_.pause;
  paused_until_ = now + pause_;
  if (rate_ == 0) {
    ceiling_ = std::max(
        kCeilingMin, static_cast<double>(std::max(this_second_, last_second_)));
    rate_ = ceiling_;
  }
  rate_ = std::max(1.0, rate_ / 2);
  tokens_ = std::min(tokens_, 1.0);
  // No tokens are added during the pause.
  refilled_at_ = paused_until_;
}

}  // namespace sluice::link
