#pragma once

// Work that the clock starts: journals refused logins once a minute, and logs
// an alarm when the system clock has stepped, the disk is full, or retention
// waits.

#include "absl/time/time.h"
#include "gateway/control/control_state.h"
#include "gateway/telemetry/metrics.h"
#include "rules/base/clock.h"
#include "rules/base/lasting_fault.h"
#include "store/store.h"

namespace sluice::gateway {

// One thread at a time. All arguments must outlive it.
class Housekeeper {
 public:
  // `clock` measures the minute.
  Housekeeper(const Clock& clock, store::Store& store, ControlState& control,
              Metrics& metrics);

  // Does the work that is due. Called about once a second.
  void Tick();

 private:
  void WatchClock();
  void WatchDisk();
  void WatchRetention();

  const Clock& clock_;
  store::Store& store_;
  ControlState& control_;
  Metrics& metrics_;
  absl::Duration journaled_;  // When last journaled, monotonic.
  LastingFault failures_;     // Refused logins cannot be journaled.
  LastingFault full_;
  LastingFault nearly_full_;
  bool stepped_ = false;
  bool gap_said_ = false;
  bool retention_waits_ = false;
};

}  // namespace sluice::gateway
