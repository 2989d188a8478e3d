#include "filter/policy/hours.h"

#include <algorithm>
#include <limits>

#include "filter/policy/hash.h"
#include "rules/base/fmix64.h"
#include "rules/base/milliseconds.h"

namespace sluice::filter {
namespace {

constexpr int64_t kForever = std::numeric_limits<int64_t>::max();

// The next time the local clock shows `target_ms` of a day, after a moment at
// which it shows `now_ms` of the day that begins at local `day_ms`.
int64_t Next(const LocalTime& local, int64_t day_ms, int64_t now_ms,
             int64_t target_ms) {
  const int64_t days = target_ms > now_ms ? 0 : kDayMs;
  return local.FromLocalMs(day_ms + days + target_ms);
}

bool Never(const DayWindow& window) {
  return window.open_ms == window.close_ms;
}

// The end of the hours that hold `at_ms`; `at_ms` itself when none do.
int64_t EndOfHours(const CompiledClass& c, const LocalTime& local,
                   int64_t at_ms) {
  const int64_t time_ms = local.TimeOfDayMs(at_ms);
  const int64_t day_ms = at_ms + local.OffsetMsAt(at_ms) - time_ms;
  int64_t until_ms = at_ms;
  for (const DayWindow& window : c.hours) {
    if (!InDayWindow(window, time_ms)) continue;
    until_ms =
        std::max(until_ms, Next(local, day_ms, time_ms, window.close_ms));
  }
  return until_ms;
}

struct Opening {
  int64_t at_ms = kForever;
  int64_t close_ms = kForever;
};

Opening NextOpening(const CompiledClass& c, const LocalTime& local,
                    int64_t at_ms) {
  const int64_t time_ms = local.TimeOfDayMs(at_ms);
  const int64_t day_ms = at_ms + local.OffsetMsAt(at_ms) - time_ms;
  Opening next;
  for (const DayWindow& window : c.hours) {
    if (Never(window)) continue;
    const int64_t open_ms = Next(local, day_ms, time_ms, window.open_ms);
    if (open_ms < next.at_ms) {
      next = {open_ms, EndOfHours(c, local, open_ms)};
    }
  }
  return next;
}

}  // namespace

bool InSendHours(const Policy& policy, MessageClass c, Phone recipient,
                 int64_t at_ms) {
  const CompiledClass& hours = policy.of(c);
  if (hours.hours.empty()) return true;
  const int64_t time_ms = policy.LocalTimeOf(recipient.e164).TimeOfDayMs(at_ms);
  return std::any_of(
      hours.hours.begin(), hours.hours.end(),
      [&](const DayWindow& w) { return InDayWindow(w, time_ms); });
}

Plan PlanInHours(const Policy& policy, MessageClass c, Phone recipient,
                 uint64_t content, int64_t earliest_ms, int64_t now_ms) {
  Plan plan = {.at_ms = earliest_ms, .until_ms = kForever};
  const CompiledClass& hours = policy.of(c);
  if (hours.hours.empty()) return plan;
  const LocalTime& local = policy.LocalTimeOf(recipient.e164);
  if (InSendHours(policy, c, recipient, earliest_ms)) {
    plan.until_ms = EndOfHours(hours, local, earliest_ms);
    return plan;
  }
  const Mode mode = policy.ModeOf(ReasonCode::kSendHours, c);
  if (mode.off()) return plan;
  if (mode.observed(now_ms)) {
    plan.outside = true;
    return plan;
  }
  const Opening opening = NextOpening(hours, local, earliest_ms);
  if (opening.at_ms == kForever) {
    plan.never = true;
    return plan;
  }
  const int64_t spread_ms =
      std::min(policy.defer_spread_ms(), opening.close_ms - opening.at_ms);
  plan.deferred = true;
  plan.at_ms = opening.at_ms;
  if (spread_ms > 0) {
    plan.at_ms +=
        static_cast<int64_t>(Fmix64(recipient.e164 ^ Fmix64(content)) %
                             static_cast<uint64_t>(spread_ms));
  }
  plan.until_ms = opening.close_ms;
  return plan;
}

}  // namespace sluice::filter
