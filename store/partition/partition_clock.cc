#include "store/partition/partition_clock.h"

#include <algorithm>

namespace sluice::store {

namespace {

// A difference beyond this is a step, not drift.
constexpr absl::Duration kStep = absl::Seconds(60);
// The share of the passing time that goes into catching up or waiting.
constexpr int kSlewShare = 10;

}  // namespace

PartitionClock::PartitionClock(const Clock& clock)
    : clock_(clock), now_(clock.Now()), seen_(clock.Monotonic()) {}

void PartitionClock::Advance() {
  const absl::Duration monotonic = clock_.Monotonic();
  const absl::Duration passed =
      std::max(monotonic - seen_, absl::ZeroDuration());
  seen_ = monotonic;
  if (stepped_ && now_ > clock_.Now()) {
    // Wait out a step back: keep the time until the system clock is near.
    stepped_ = now_ - clock_.Now() > kStep;
    return;
  }
  now_ += passed;
  const absl::Duration behind = clock_.Now() - now_;
  stepped_ = absl::AbsDuration(behind) > kStep;
  if (stepped_) return;
  const absl::Duration slew_max = passed / kSlewShare;
  now_ += std::clamp(behind, -slew_max, slew_max);
}

int64_t PartitionClock::NowMs() {
  MutexLock lock(mutex_);
  Advance();
  return absl::ToUnixMillis(now_);
}

void PartitionClock::StartAfter(int64_t journaled_ms) {
  MutexLock lock(mutex_);
  Advance();
  now_ = std::max(now_, absl::FromUnixMillis(journaled_ms));
}

bool PartitionClock::Stepped() {
  MutexLock lock(mutex_);
  Advance();
  return stepped_;
}

void PartitionClock::Accept() {
  MutexLock lock(mutex_);
  Advance();
  now_ = std::max(now_, clock_.Now());
  stepped_ = clock_.Now() < now_ - kStep;
}

}  // namespace sluice::store
