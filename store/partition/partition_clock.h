#pragma once

// The clock that decisions and records go by: the last journaled time plus
// monotonic time, slewed to the system's. It never goes back, so planned times
// and limits keep their order through restarts and steps of the wall clock.

#include <cstdint>

#include "rules/base/clock.h"
#include "rules/base/mutex.h"

namespace sluice::store {

// Any thread.
class PartitionClock {
 public:
  // `clock` must outlive it.
  explicit PartitionClock(const Clock& clock);

  // Milliseconds since the epoch.
  int64_t NowMs();

  // Never to be before `journaled_ms`, which a journal holds already.
  void StartAfter(int64_t journaled_ms);

  // The wall clock is more than a minute away from this one: nothing must be
  // decided until it settles or an operator accepts the step.
  bool Stepped();

  // An operator says that the wall clock is right: a step forward is taken, a
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
