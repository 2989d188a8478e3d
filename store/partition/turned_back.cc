#include "store/partition/turned_back.h"

#include <algorithm>
#include <string>
#include <utility>

#include "rules/base/bytes.h"
#include "rules/base/milliseconds.h"
#include "rules/base/status_macros.h"

namespace sluice::store {
namespace {

// Send hours defer for less than a day: a longer wait was asked for.
bool WasAskedFor(const LiveMessage& live) {
  return live.due_ms - live.since_ms > kDayMs;
}

constexpr absl::string_view kKey = "clock.turned_back";

}  // namespace

absl::StatusOr<std::vector<TurnBackAt>> SavedTurnBacks(const Views& views) {
  std::vector<TurnBackAt> turned_back;
  SLUICE_ASSIGN_OR_RETURN(const auto value, views.Get(View::kMeta, kKey));
  if (!value.has_value()) return turned_back;
  for (ByteReader in(*value); in.remaining() > 0;) {
    SLUICE_ASSIGN_OR_RETURN(const auto position, in.TakeBigEndian<uint64_t>());
    SLUICE_ASSIGN_OR_RETURN(const auto now_ms, in.TakeBigEndian<uint64_t>());
    turned_back.push_back(
        {Position::FromValue(position), static_cast<int64_t>(now_ms)});
  }
  return turned_back;
}

Views::Change SaveTurnBacks(const std::vector<TurnBackAt>& turned_back) {
  std::string value;
  for (const TurnBackAt& one : turned_back) {
    AppendBigEndian(one.position.value(), value);
    AppendBigEndian(static_cast<uint64_t>(one.now_ms), value);
  }
  return {View::kMeta, std::string(kKey), std::move(value)};
}

int64_t CountedMs(const std::vector<TurnBackAt>& turned_back, Position position,
                  int64_t at_ms) {
  for (const TurnBackAt& one : turned_back) {
    if (one.position >= position) at_ms = std::min(at_ms, one.now_ms);
  }
  return at_ms;
}

int64_t TurnedBack::days_ms() const {
  return std::max<int64_t>(mistaken_ms - now_ms, 0) / kDayMs * kDayMs;
}

bool IsMistaken(const TurnedBack& back, const LiveMessage& live) {
  return live.since_ms > back.now_ms;
}

bool IsMistaken(const TurnedBack& back, const filter::Send& send) {
  return send.at_ms > back.now_ms || send.decided_ms > back.now_ms;
}

bool IsMistaken(const TurnedBack& back, const filter::StandingFact& fact) {
  return fact.since_ms > back.now_ms;
}

Outbox::Times TimesOf(const TurnedBack& back, const LiveMessage& live) {
  Outbox::Times times = {.due_ms = live.due_ms,
                         .since_ms = back.now_ms,
                         .expire_at_ms = live.about.expire_at_ms};
  if (!IsWaiting(live.state) || WasAskedFor(live)) return times;
  times.due_ms = live.due_ms - back.days_ms();
  if (live.due_ms <= back.mistaken_ms) {
    // It only waits for a link. What send hours bind keeps its time of day, the
    // rest may go now.
    if (PriorityOf(live.about.message_class) != Priority::kBulk) {
      times.due_ms = back.now_ms;
    } else if (times.due_ms < back.now_ms) {
      const int64_t late_ms = back.now_ms - times.due_ms;
      times.due_ms += (late_ms + kDayMs - 1) / kDayMs * kDayMs;
    }
  }
  times.expire_at_ms -= live.due_ms - times.due_ms;
  return times;
}

void Move(const TurnedBack& back, const LiveMessage* live, filter::Send& send) {
  send.decided_ms = std::min(send.decided_ms, back.now_ms);
  if (live == nullptr || !IsWaiting(live->state)) {
    send.at_ms = std::min(send.at_ms, back.now_ms);
  } else if (IsMistaken(back, *live) && !WasAskedFor(*live)) {
    send.at_ms = TimesOf(back, *live).due_ms;
  }
}

}  // namespace sluice::store
