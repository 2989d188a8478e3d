#include "gateway/housekeeper.h"

#include <spdlog/spdlog.h>

#include "absl/strings/str_cat.h"

namespace sluice::gateway {
namespace {

// Design, section 3: failed logins are journaled once a minute.
constexpr absl::Duration kFailuresEvery = absl::Minutes(1);

}  // namespace

std::string ClockAlarm(const store::ClockReading& clock) {
  if (!clock.stepped) return "";
  const int64_t step_s = (clock.system_ms - clock.now_ms) / 1000;
  return absl::StrCat(
      "the system clock is ", step_s < 0 ? -step_s : step_s, " s ",
      step_s < 0 ? "behind" : "ahead of",
      " the last records: submits are refused until it is set right",
      step_s < 0 ? "" : " or accepted (sluicectl clock accept)");
}

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
    spdlog::info("the system clock has settled: submits are taken again");
  }
}

}  // namespace sluice::gateway
