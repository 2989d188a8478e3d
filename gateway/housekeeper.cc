#include "gateway/housekeeper.h"

#include <spdlog/spdlog.h>

#include <string>

#include "gateway/readiness.h"

namespace sluice::gateway {
namespace {

// Design, section 3: failed logins are journaled once a minute.
constexpr absl::Duration kFailuresEvery = absl::Minutes(1);

}  // namespace

Housekeeper::Housekeeper(const Clock& clock, store::Store& store,
                         ControlState& control)
    : clock_(clock),
      store_(store),
      control_(control),
      journaled_(clock.Monotonic()) {}

void Housekeeper::Tick() {
  WatchClock();
  const absl::Duration now = clock_.Monotonic();
  if (now - journaled_ < kFailuresEvery) return;
  journaled_ = now;
  const absl::Status status = control_.JournalFailures();
  if (!status.ok()) {
    spdlog::error("failed logins cannot be journaled: {}",
                  std::string(status.message()));
  }
}

void Housekeeper::WatchClock() {
  const std::string alarm = ClockAlarm(store_.ReadClock());
  if (alarm.empty() == !stepped_) return;
  stepped_ = !alarm.empty();
  if (stepped_) {
    spdlog::error("{}", alarm);
  } else {
    spdlog::info("the system clock is correct again: Sluice takes submits");
  }
}

}  // namespace sluice::gateway
