#pragma once

// Counts one partition's journal, as it grows, into its view.
//
//   key   := 'h' or 'd' | dimension: u8 | hour or day: u32 | value
//   value := v1::StatCounts
//
// Integers are big-endian. Hours count from the epoch; days begin at midnight
// in China, which has one zone.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rules/base/stop.h"
#include "store/journal/journal_file.h"
#include "store/journal/journal_reader.h"
#include "store/journal/record_reader.h"
#include "store/journal/segment.h"
#include "store/statistics/record_counter.h"
#include "store/statistics/tally.h"
#include "store/views/views.h"

namespace sluice::store {

inline constexpr char kHourRows = 'h';
inline constexpr char kDayRows = 'd';
// Rows of hours are kept so long, those of days for good.
inline constexpr uint32_t kHoursKept = 62 * 24;
// From an hour to the day that it is of, and back to the day's first hour.
inline constexpr uint32_t DayOf(uint32_t hour) { return (hour + 8) / 24; }
inline constexpr uint32_t FirstHourOf(uint32_t day) { return day * 24 - 8; }

// The journal of a partition; all must outlive the statistics.
struct CountedJournal {
  const JournalFiles& files;
  const JournalIdentity identity;
  const RecordReader& records;
  Views& views;
  std::function<Position()> durable_end;
};

// Counts one partition's journal into its views. One thread at a time.
class JournalCounter {
 public:
  explicit JournalCounter(const CountedJournal& journal);

  // Counts up to `end`, a durable position between two groups, and keeps what
  // it counted. Errors: kCancelled, after keeping what was counted; kDataLoss
  // (a place cannot be read; what can be read up to `end` is counted, but for
  // the newest segment behind such a place); kUnavailable. Call again to go on.
  absl::Status Follow(Position end, const StopAsked& stop);

  // Rows of earlier hours are dropped. After Follow().
  uint32_t oldest_hour() const {
    return last_hour_ > kHoursKept ? last_hour_ - kHoursKept : 0;
  }

 private:
  absl::Status Begin();
  absl::StatusOr<bool> SkipSegment();
  absl::Status CountGroup(absl::Status& lost);
  absl::Status Keep();
  // The value under which a campaign counts on this day.
  absl::StatusOr<std::string> CampaignOf(uint32_t day,
                                         const std::string& campaign);
  absl::Status DropOldHours(uint32_t hour, std::vector<Views::Change>& changes);

  const CountedJournal journal_;
  RecordCounter counter_;
  std::unique_ptr<JournalReader> reader_;
  Position counted_to_;     // Of the views.
  uint32_t last_hour_ = 0;  // The newest in the view.
  // The campaigns that days have by themselves, of the days that were counted
  // since the start.
  absl::flat_hash_map<uint32_t, absl::flat_hash_set<std::string>> campaigns_;
};

// Rows of hours or days, [from, until), that the views have.
struct StatRange {
  char kind = kHourRows;
  Dimension dimension = Dimension::kAll;
  uint32_t from = 0;
  uint32_t until = 0;
  std::string value;  // Only this one; empty: all.
};
using VisitStatRow = std::function<absl::Status(
    uint32_t time, absl::string_view value, const Tally& tally)>;

// Visits the rows by time until `visit` fails. Any thread. Errors: kCancelled,
// kDataLoss, kUnavailable; those of `visit`.
absl::Status ReadStatRows(const Views& views, const StatRange& range,
                          const StopAsked& stop, const VisitStatRow& visit);

}  // namespace sluice::store
