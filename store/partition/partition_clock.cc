#include "store/partition/partition_clock.h"

#include <algorithm>

namespace sluice::store {

namespace {

// A difference beyond this is a step, not drift.
constexpr absl::Duration kStep = absl::Seconds(60);
// Beyond this the hour of the day is unknown.
constexpr absl::Duration kDoubt = absl::Hours(1);
// The share of the passing time that goes into catching up or waiting.
constexpr int kSlewShare = 10;

}  // namespace

PartitionClock::PartitionClock(const Clock& clock)
    : clock_(clock), now_(clock.Now()), seen_(clock.Monotonic()) {}

void PartitionClock::Start(const ClockEvidence& evidence) {
  MutexLock lock(mutex_);
  seen_ = clock_.Monotonic();
  now_ = clock_.Now();
  // A new store has no record to compare with.
  if (evidence.journaled_ms == 0) return;
  now_ = absl::FromUnixMillis(evidence.journaled_ms);
  if (evidence.written_ms != 0) {
    written_ = absl::FromUnixMillis(evidence.written_ms);
  }
  unconfirmed_ = true;
  Confirm();
}

// Believes the system clock when what the disk says allows it. It is asked
// again and again, because the system clock may be corrected.
void PartitionClock::Confirm() {
  const absl::Time system = clock_.Now();
  stepped_ = true;
  if (system - now_ > kAskAfter || written_ - system > kAskAfter) return;
  unconfirmed_ = false;
  start_gap_ms_ =
      std::max<int64_t>(absl::ToInt64Milliseconds(system - now_), 0);
  now_ = std::max(now_, system);
  stepped_ = now_ - system > kStep;
}

void PartitionClock::Advance() {
  const absl::Duration monotonic = clock_.Monotonic();
  const absl::Duration passed =
      std::max(monotonic - seen_, absl::ZeroDuration());
  seen_ = monotonic;
  if (unconfirmed_) {
    Confirm();
    return;
  }
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

PartitionClock::Reading PartitionClock::Read() {
  MutexLock lock(mutex_);
  Advance();
  const absl::Duration away = absl::AbsDuration(clock_.Now() - now_);
  return {.now_ms = absl::ToUnixMillis(now_),
          .stepped = stepped_,
          .doubtful = unconfirmed_ || (stepped_ && away > kDoubt),
          .unconfirmed = unconfirmed_};
}

int64_t PartitionClock::start_gap_ms() {
  MutexLock lock(mutex_);
  return start_gap_ms_;
}

void PartitionClock::Accept() {
  MutexLock lock(mutex_);
  Advance();
  // An unconfirmed clock may be behind the last write, which no longer counts.
  unconfirmed_ = false;
  now_ = std::max(now_, clock_.Now());
  stepped_ = clock_.Now() < now_ - kStep;
}

void PartitionClock::TurnBack(int64_t now_ms) {
  MutexLock lock(mutex_);
  seen_ = clock_.Monotonic();
  unconfirmed_ = false;
  now_ = absl::FromUnixMillis(now_ms);
  stepped_ = absl::AbsDuration(clock_.Now() - now_) > kStep;
}

}  // namespace sluice::store
