#pragma once

// Watches one carrier link: counts what becomes of its messages, pauses what
// the carrier refuses or does not answer, and says how the link does.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/dispatch/link_breaker.h"
#include "gateway/dispatch/link_tally.h"
#include "gateway/link/link.h"
#include "gateway/telemetry/link_status.h"
#include "store/partition/partition.h"

namespace sluice::gateway {

// Not thread-safe.
class LinkMonitor {
 public:
  // The same moment on two clocks: for pauses, and for people.
  struct Moment {
    absl::Duration monotonic;
    absl::Time time;
  };

  // A message that the link has.
  struct HandedOver {
    std::string access_number;
    ProbeOf probe = ProbeOf::kNothing;
    absl::Duration at;  // Monotonic.
  };

  // The name is for the log. `partitions` as in LinkBreaker.
  LinkMonitor(absl::string_view name, size_t partitions, absl::Time now);

  // `why` as in LinkOwner::StateChanged().
  void StateChanged(bool up, absl::string_view why, const Moment& now);

  // See LinkBreaker. Items of the work for the admitted request become
  // HandedOver, in order.
  bool Admit(absl::Duration now, store::WorkRequest& request) {
    return breaker_.Admit(now, request);
  }
  std::vector<HandedOver> Came(const store::Work& work, absl::Duration now);

  bool MaySend(const HandedOver& message) const {
    return breaker_.MaySend(message.access_number, message.probe);
  }

  void GivenBack(const HandedOver& message) {
    breaker_.Unused(message.access_number, message.probe);
  }
  void Answered(const HandedOver& message, const link::Answer& answer,
                const Moment& now);
  // Messages without an answer count when the link still is up: a connection
  // that breaks costs a whole window, and counts as one.
  void CountUnanswered(const Moment& now);

  // The access numbers that were paused since the last call, "" for the link:
  // it shall give back what it has not begun to send.
  std::vector<std::string> TakePauses() { return std::exchange(pauses_, {}); }

  void Reported(const link::Report& report);
  void ReportUnmatched() { ++unmatched_; }

  // Sets what is known here: neither name, carriers, facts of the link itself,
  // nor what waits.
  void Fill(LinkStatus& status) const;

 private:
  void Ended(const HandedOver& message, const MessageEnd& end,
             const Moment& now);
  void Log(const LinkBreaker::Change& change, absl::string_view why) const;
  std::string CauseText(const BreakerCause& cause) const;

  const std::string name_;
  bool up_ = false;
  absl::Time since_;
  std::string why_ = "not connected yet";
  absl::Time paused_since_;

  LinkBreaker breaker_;
  std::vector<std::string> pauses_;
  uint32_t unanswered_ = 0;  // Not counted yet.
  CodeCounts results_;
  CodeCounts reports_;
  RecentTimes answer_times_;
  uint64_t unmatched_ = 0;
  uint64_t unknown_ = 0;
};

}  // namespace sluice::gateway
