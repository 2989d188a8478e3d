#pragma once

// Local time of one zone, fast: its offsets of two centuries are listed once,
// so that telling the local time of a moment is a search in a short list (for
// zones without summer time, one comparison) and never a civil time conversion.

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sluice::filter {

// A stretch of time in milliseconds since the epoch: [begin, end).
struct TimeRange {
  int64_t begin_ms = 0;
  int64_t end_ms = 0;
  bool operator==(const TimeRange&) const = default;
};

enum class CalendarUnit : uint8_t { kMinute, kHour, kDay, kWeek, kMonth };

// Immutable; any thread. Right for the years 1970 to 2170.
class LocalTime {
 public:
  explicit LocalTime(const absl::TimeZone& zone);

  // Local time minus UTC at this moment.
  int64_t OffsetMsAt(int64_t at_ms) const;

  // Milliseconds since local midnight: 0 to 86,399,999.
  int64_t TimeOfDayMs(int64_t at_ms) const;

  // The moment when the local clock shows `local_ms` (milliseconds since the
  // epoch as if local time were UTC). Shown twice: the first; skipped: the
  // moment of the jump. The same as absl::FromCivil.
  int64_t FromLocalMs(int64_t local_ms) const;

  // The local minute, hour, day, week (from Monday) or month that holds
  // `at_ms`.
  TimeRange CalendarRange(CalendarUnit unit, int64_t at_ms) const;

 private:
  // From `from_ms` on the local clock is ahead of UTC by `offset_ms`.
  struct Era {
    int64_t from_ms = 0;
    int64_t offset_ms = 0;
  };
  size_t EraAt(int64_t at_ms) const;

  std::vector<Era> eras_;
};

}  // namespace sluice::filter
