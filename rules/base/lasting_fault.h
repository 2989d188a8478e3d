#pragma once

// Keeps a fault that lasts from filling the log: one line when it begins, one
// when it ends, and in between a reminder every 10 minutes, however often the
// fault is met. For faults that come and go with every packet of a peer see
// gateway/link/fault_log.h.

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rules/base/clock.h"

namespace sluice {

// One thread at a time. `now` is monotonic time.
class LastingFault {
 public:
  static constexpr absl::Duration kRemindEvery = absl::Minutes(10);
  // A fault that ends and begins again sooner is told no more often than this.
  static constexpr absl::Duration kBeginEvery = absl::Minutes(1);

  // The fault is there, as `what` says. Returns the line to log if one is due.
  // `what` must hold no text, number or other personal data.
  std::optional<std::string> Holds(
      absl::string_view what, absl::Duration now = SystemClock().Monotonic()) {
    if (!since_) since_ = now;
    if (now - told_ < (is_told_ ? kRemindEvery : kBeginEvery)) {
      return std::nullopt;
    }
    told_ = now;
    is_told_ = true;
    const absl::Duration lasts = absl::Floor(now - *since_, absl::Seconds(1));
    if (lasts == absl::ZeroDuration()) return std::string(what);
    return absl::StrCat(what, " (for ", absl::FormatDuration(lasts), ")");
  }

  // The fault is not there. Returns how long it lasted, such as "2m5s", if it
  // was told and has ended now.
  std::optional<std::string> Ends(
      absl::Duration now = SystemClock().Monotonic()) {
    if (!since_) return std::nullopt;
    const absl::Duration lasted = absl::Floor(now - *since_, absl::Seconds(1));
    since_.reset();
    if (!is_told_) return std::nullopt;
    is_told_ = false;
    return absl::FormatDuration(lasted);
  }

 private:
  std::optional<absl::Duration> since_;  // While it lasts.
  bool is_told_ = false;                 // Since it began.
  absl::Duration told_ = -absl::InfiniteDuration();
};

}  // namespace sluice
