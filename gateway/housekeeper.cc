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
  WatchRetention();
  const absl::Duration now = clock_.Monotonic();
  if (now - journaled_ < kFailuresEvery) return;
  journaled_ = now;
  const absl::Status status = control_.JournalFailures();
  if (!status.ok()) {
    spdlog::error("failed logins cannot be journaled: {}",
                  std::string(status.message()));
  }
}

void Housekeeper::WatchRetention() {
  const size_t waits = store_.WaitingRetentions().size();
  if (waits > 0 && !retention_waits_) {
    spdlog::error(
        "retention of {} partitions waits for a person, because it would "
        "remove much at once (sluicectl retention show)",
        waits);
  }
  retention_waits_ = waits > 0;
}

void Housekeeper::WatchClock() {
  const store::ClockReading clock = store_.ReadClock();
  if (clock.start_gap_ms > 0 && !gap_said_) {
    gap_said_ = true;
    spdlog::warn(
        "at the start the newest record was {} minutes old: if the server was "
        "not off for so long, the system clock is wrong",
        clock.start_gap_ms / 60'000);
  }
  const std::string alarm = ClockAlarm(clock);
  if (alarm.empty() == !stepped_) return;
  stepped_ = !alarm.empty();
  if (stepped_) {
    spdlog::error("{}", alarm);
  } else {
    spdlog::info("the system clock is correct again: Sluice takes submits");
  }
}

}  // namespace sluice::gateway
