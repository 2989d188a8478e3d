#include "filter/ledger.h"

#include <algorithm>

#include "absl/container/inlined_vector.h"

namespace sluice::filter {
namespace {

bool SameKey(uint16_t by, const Send& a, const Send& b) {
  return ((by & kByContentProvider) == 0 ||
          a.content_provider == b.content_provider) &&
         ((by & kBySignature) == 0 || a.signature == b.signature) &&
         ((by & kByAccount) == 0 || a.account == b.account) &&
         ((by & kByPort) == 0 || a.port == b.port) &&
         ((by & kByTemplate) == 0 || a.template_hash == b.template_hash) &&
         ((by & kByContent) == 0 || a.content == b.content) &&
         ((by & kByCampaign) == 0 || a.campaign_hash == b.campaign_hash) &&
         ((by & kByClass) == 0 || a.message_class == b.message_class);
}

bool Counts(const Limit& limit, const Send& past, const Send& send) {
  if (limit.refund_undelivered && (past.flags & kSendFailed) != 0) return false;
  return (past.flags & kSendCharged) != 0 &&
         (limit.classes & MaskOf(past.message_class)) != 0 &&
         SameKey(limit.by, past, send);
}

bool AllowsCalendar(const Limit& limit, const LocalTime& local_time,
                    absl::Span<const Send> sends, const Send& send) {
  const TimeRange range = local_time.CalendarRange(limit.calendar, send.at_ms);
  uint32_t count = 1;
  for (const Send& past : sends) {
    if (past.at_ms < range.begin_ms || past.at_ms >= range.end_ms) continue;
    if (Counts(limit, past, send) && ++count > limit.max) return false;
  }
  return count <= limit.max;
}

using Times = absl::InlinedVector<int64_t, 32>;

// Some window that contains `at` holds too many exactly when max + 1
// neighbours, `at` among them, fit into one.
bool SomeWindowIsFull(const Limit& limit, Times& near, int64_t at_ms) {
  near.push_back(at_ms);
  std::sort(near.begin(), near.end());
  for (size_t i = 0; i + limit.max < near.size(); ++i) {
    if (near[i] > at_ms) return false;
    const int64_t last = near[i + limit.max];
    if (last >= at_ms && last - near[i] < limit.window_ms) return true;
  }
  return false;
}

bool AllowsRolling(const Limit& limit, absl::Span<const Send> sends,
                   const Send& send) {
  // Up to send.at_ms, all within one window with it; and after it.
  uint32_t before = 0;
  uint32_t after = 0;
  for (const Send& past : sends) {
    const int64_t ahead_ms = past.at_ms - send.at_ms;
    if (ahead_ms <= -limit.window_ms || ahead_ms >= limit.window_ms) continue;
    if (!Counts(limit, past, send)) continue;
    ++(ahead_ms <= 0 ? before : after);
    if (before >= limit.max) return false;
  }
  if (before + after < limit.max) return true;
  if (after >= limit.max) return false;
  // Enough of them, but on both sides: do they fit into one window?
  Times near;
  for (const Send& past : sends) {
    const int64_t ahead_ms = past.at_ms - send.at_ms;
    if (ahead_ms <= -limit.window_ms || ahead_ms >= limit.window_ms) continue;
    if (Counts(limit, past, send)) near.push_back(past.at_ms);
  }
  return !SomeWindowIsFull(limit, near, send.at_ms);
}

}  // namespace

bool Allows(const Limit& limit, const LocalTime& local_time,
            absl::Span<const Send> sends, const Send& send) {
  if ((limit.classes & MaskOf(send.message_class)) == 0) return true;
  if (limit.max == 0) return false;
  if (limit.window_ms > 0) return AllowsRolling(limit, sends, send);
  return AllowsCalendar(limit, local_time, sends, send);
}

Forgetting::Forgetting(const Policy& policy, int64_t now_ms)
    : now_ms_(now_ms),
      keys_until_ms_(now_ms - policy.key_window_ms()),
      charges_before_ms_(now_ms) {
  for (const Limit& limit : policy.limits()) {
    // At exactly a window's length apart two sends never share one.
    const int64_t begin_ms = limit.window_ms > 0
                                 ? now_ms - limit.window_ms + 1
                                 : policy.local_time()
                                       .CalendarRange(limit.calendar, now_ms)
                                       .begin_ms;
    charges_before_ms_ = std::min(charges_before_ms_, begin_ms);
  }
}

bool CanForget(const Policy& policy, const Send& past, int64_t now_ms) {
  return Forgetting(policy, now_ms).CanForget(past);
}

int64_t ForgettableAtMs(const Policy& policy, const Send& past) {
  int64_t at_ms = past.at_ms;
  if (past.key != 0) {
    at_ms = std::max(at_ms, past.decided_ms + policy.key_window_ms());
  }
  if ((past.flags & kSendCharged) == 0) return at_ms;
  at_ms = std::max(at_ms, past.at_ms + 1);
  for (const Limit& limit : policy.limits()) {
    const int64_t end_ms = limit.window_ms > 0
                               ? past.at_ms + limit.window_ms
                               : policy.local_time()
                                     .CalendarRange(limit.calendar, past.at_ms)
                                     .end_ms;
    at_ms = std::max(at_ms, end_ms);
  }
  return at_ms;
}

}  // namespace sluice::filter
