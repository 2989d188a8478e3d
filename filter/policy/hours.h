#pragma once

// When a message may go: the send hours of its class in the recipient's local
// time, and the opening it waits for.

#include <cstdint>

#include "filter/policy/ids.h"
#include "filter/policy/policy.h"
#include "rules/base/phone.h"

namespace sluice::filter {

// Whether a window of the day, [open, close), holds this time of day.
constexpr bool InDayWindow(const DayWindow& window, int64_t time_of_day_ms) {
  if (window.open_ms <= window.close_ms) {
    return window.open_ms <= time_of_day_ms && time_of_day_ms < window.close_ms;
  }
  return window.open_ms <= time_of_day_ms || time_of_day_ms < window.close_ms;
}

// Whether messages of this class may go to `recipient` at `at_ms`. True for a
// class without send hours.
bool InSendHours(const Policy& policy, MessageClass c, Phone recipient,
                 int64_t at_ms);

struct Plan {
  // When it goes: the earliest time asked for, or, spread, after the opening.
  int64_t at_ms = 0;
  bool deferred = false;  // at_ms is after an opening.
  bool outside = false;   // Hours are not enforced; this would have waited.
  bool never = false;     // The hours never open; at_ms is the time asked for.
  // The end of the hours that hold at_ms; INT64_MAX without send hours.
  int64_t until_ms = 0;
};

// Plans a message that could go at `earliest_ms`. Deferred ones are spread over
// policy.defer_spread_ms() after the opening by a hash of recipient and
// content, so that no burst meets the carriers at the opening and the same
// message always gets the same place. `now_ms` decides whether the hours are
// observed only.
Plan PlanInHours(const Policy& policy, MessageClass c, Phone recipient,
                 uint64_t content, int64_t earliest_ms, int64_t now_ms);

}  // namespace sluice::filter
