#pragma once

// The clock of decisions and records: the last journaled time plus monotonic
// time, slewed to the system clock. It never goes back, so planned times and
// limits keep their order through restarts and steps of the system clock.

#include <cstdint>

#include "rules/base/clock.h"
#include "rules/base/mutex.h"

namespace sluice::store {

// Any thread.
class PartitionClock {
 public:
  // `clock` must outlive the partition clock.
  explicit PartitionClock(const Clock& clock);

  // Milliseconds since the epoch.
  int64_t NowMs();

  // The clock must not show a time before `journaled_ms`, which the journal
  // has.
  void StartAfter(int64_t journaled_ms);

  // Whether the system clock is more than a minute away from this clock: then
  // nothing must be decided until the difference is gone or an operator accepts
  // it.
  bool Stepped();

  // An operator says that the system clock is right: a step forward is taken, a
  // step back is waited out.
  void Accept();

 private:
  void Advance() SLUICE_REQUIRES(mutex_);

  const Clock& clock_;
  Mutex mutex_;
  absl::Time now_ SLUICE_GUARDED_BY(mutex_);
  absl::Duration seen_ SLUICE_GUARDED_BY(mutex_);
  bool stepped_ SLUICE_GUARDED_BY(mutex_) = false;
};

}  // namespace sluice::store
