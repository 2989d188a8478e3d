#include "gateway/housekeeper.h"

#include <spdlog/spdlog.h>

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gateway/readiness.h"

namespace sluice::gateway {
namespace {

// Design, section 3: failed logins are journaled once a minute.
constexpr absl::Duration kFailuresEvery = absl::Minutes(1);

constexpr absl::string_view kDiskFull =
    "the disk of store.path is full: messages and opt-outs are refused "
    "(DISK_FULL) until the journal has room; make room now";
constexpr absl::string_view kDiskNearlyFull =
    "the disk of store.path is nearly full: the views are not saved, so the "
    "next start takes longer, and messages are refused once the journal's "
    "segments are full; make room now";

void Tell(const std::optional<std::string>& line) {
  if (line) spdlog::error("{}", *line);
}

}  // namespace

Housekeeper::Housekeeper(const Clock& clock, store::Store& store,
                         ControlState& control, Metrics& metrics)
    : clock_(clock),
      store_(store),
      control_(control),
      metrics_(metrics),
      journaled_(clock.Monotonic()) {}

void Housekeeper::Tick() {
  WatchClock();
  WatchDisk();
  WatchRetention();
  const absl::Duration now = clock_.Monotonic();
  if (now - journaled_ < kFailuresEvery) return;
  journaled_ = now;
  const absl::Status status = control_.JournalFailures();
  if (status.ok()) {
    failures_.Ends(now);
  } else {
    Tell(failures_.Holds(
        absl::StrCat("failed logins cannot be journaled: ", status.message()),
        now));
  }
}

void Housekeeper::WatchDisk() {
  const store::DiskRoom room = store_.ReadDiskRoom();
  metrics_.SetDiskRoom(room);
  const absl::Duration now = clock_.Monotonic();
  if (room == store::DiskRoom::kNone) {
    Tell(full_.Holds(kDiskFull, now));
    return;
  }
  if (const auto lasted = full_.Ends(now)) {
    spdlog::info("the disk has room for the journal again, after {}", *lasted);
  }
  if (room == store::DiskRoom::kNoViews) {
    Tell(nearly_full_.Holds(kDiskNearlyFull, now));
  } else if (const auto lasted = nearly_full_.Ends(now)) {
    spdlog::info("the disk has room for the views again, after {}", *lasted);
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
