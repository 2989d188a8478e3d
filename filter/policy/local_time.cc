#include "filter/policy/local_time.h"

#include <algorithm>
#include <array>

#include "absl/time/civil_time.h"
#include "rules/base/milliseconds.h"

namespace sluice::filter {
namespace {

int64_t FloorTo(int64_t value, int64_t unit) {
  const int64_t rest = value % unit;
  return value - (rest < 0 ? rest + unit : rest);
}

int64_t MonthBeginMs(absl::CivilMonth month) {
  return (absl::CivilDay(month) - absl::CivilDay(1970, 1, 1)) * kDayMs;
}

// The calendar unit around `local_ms`, in local milliseconds.
TimeRange LocalRange(CalendarUnit unit, int64_t local_ms) {
  int64_t size = kMinuteMs;
  switch (unit) {
    case CalendarUnit::kMonth: {
      const absl::CivilMonth month(absl::CivilDay(1970, 1, 1) +
                                   FloorTo(local_ms, kDayMs) / kDayMs);
      return {MonthBeginMs(month), MonthBeginMs(month + 1)};
    }
    case CalendarUnit::kWeek: {
      // 1970-01-01 was a Thursday: Monday was three days earlier.
      const int64_t begin =
          FloorTo(local_ms + 3 * kDayMs, 7 * kDayMs) - 3 * kDayMs;
      return {begin, begin + 7 * kDayMs};
    }
    case CalendarUnit::kDay:
      size = kDayMs;
      break;
    case CalendarUnit::kHour:
      size = kHourMs;
      break;
    case CalendarUnit::kMinute:
      break;
  }
  const int64_t begin = FloorTo(local_ms, size);
  return {begin, begin + size};
}

}  // namespace

LocalTime::LocalTime(const absl::TimeZone& zone) {
  const absl::Time end = absl::FromUnixSeconds(200LL * 365 * 86'400);
  absl::Time at = absl::UnixEpoch();
  eras_.push_back({INT64_MIN, int64_t{zone.At(at).offset} * 1000});
  absl::TimeZone::CivilTransition next;
  while (at < end && zone.NextTransition(at, &next)) {
    // Where the clock goes back, `to` is shown twice: the jump lies between.
    const absl::TimeZone::TimeInfo to = zone.At(next.to);
    at = to.kind == absl::TimeZone::TimeInfo::REPEATED ? to.trans : to.pre;
    const int64_t offset_ms = int64_t{zone.At(at).offset} * 1000;
    if (offset_ms != eras_.back().offset_ms) {
      eras_.push_back({absl::ToUnixMillis(at), offset_ms});
    }
  }
}

size_t LocalTime::EraAt(int64_t at_ms) const {
  if (at_ms >= eras_.back().from_ms) return eras_.size() - 1;
  const auto after = std::upper_bound(
      eras_.begin(), eras_.end(), at_ms,
      [](int64_t at, const Era& era) { return at < era.from_ms; });
  return static_cast<size_t>(after - eras_.begin()) - 1;
}

int64_t LocalTime::OffsetMsAt(int64_t at_ms) const {
  return eras_[EraAt(at_ms)].offset_ms;
}

int64_t LocalTime::TimeOfDayMs(int64_t at_ms) const {
  const int64_t local_ms = at_ms + OffsetMsAt(at_ms);
  return local_ms - FloorTo(local_ms, kDayMs);
}

int64_t LocalTime::FromLocalMs(int64_t local_ms) const {
  // Offsets differ by less than a day, so the right era is the one that a day
  // earlier falls into, or one soon after it.
  for (size_t i = EraAt(local_ms - kDayMs);; ++i) {
    const int64_t at_ms = local_ms - eras_[i].offset_ms;
    const bool last = i + 1 == eras_.size();
    if (last || at_ms < eras_[i + 1].from_ms) {
      // Before the era begins: the clock jumped over this time.
      return std::max(at_ms, eras_[i].from_ms);
    }
  }
}

TimeRange LocalTime::CalendarRange(CalendarUnit unit, int64_t at_ms) const {
  const int64_t offset_ms = OffsetMsAt(at_ms);
  const TimeRange local = LocalRange(unit, at_ms + offset_ms);
  if (unit == CalendarUnit::kMinute || unit == CalendarUnit::kHour) {
    // An hour that is shown twice is two hours.
    const TimeRange own = {local.begin_ms - offset_ms,
                           local.end_ms - offset_ms};
    if (OffsetMsAt(own.begin_ms) == offset_ms &&
        OffsetMsAt(own.end_ms - 1) == offset_ms) {
      return own;
    }
  }
  return {FromLocalMs(local.begin_ms), FromLocalMs(local.end_ms)};
}

}  // namespace sluice::filter
