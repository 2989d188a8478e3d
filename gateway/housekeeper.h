#pragma once

// What happens by the clock and not by a call: refused logins are journaled
// once a minute, and a step of the system clock raises an alarm.

#include "absl/time/time.h"
#include "gateway/control/control_state.h"
#include "rules/base/clock.h"
#include "store/store.h"

namespace sluice::gateway {

// One thread at a time. What it borrows must outlive it.
class Housekeeper {
 public:
  // `clock` says when a minute is over.
  Housekeeper(const Clock& clock, store::Store& store, ControlState& control);

  // Does what is due; called about once a second.
  void Tick();

 private:
  void WatchClock();

  const Clock& clock_;
  store::Store& store_;
  ControlState& control_;
  absl::Duration journaled_;  // When failures last were, in monotonic time.
  bool stepped_ = false;
};

}  // namespace sluice::gateway
