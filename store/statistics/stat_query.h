#pragma once

// What is asked of the statistics, and the answer.

#include <cstdint>
#include <string>
#include <vector>

#include "store/statistics/tally.h"

namespace sluice::store {

enum class StatStep : uint8_t { kNone, kHour, kDay };

struct StatQuery {
  Dimension dimension = Dimension::kAll;
  // [from_ms, until_ms), widened to whole hours; to whole days where hours are
  // no longer kept.
  int64_t from_ms = 0;
  int64_t until_ms = 0;
  // A row for each value, or for each value in each hour or day.
  StatStep step = StatStep::kNone;
  std::string value;  // Only this one; empty: all.
};

// More rows than this are too many for an answer.
inline constexpr size_t kStatRowsMax = 100'000;

struct StatRow {
  int64_t time_ms = 0;  // When the hour or day begins; 0: the whole time.
  std::string value;    // As Dimension says.
  Tally tally;
};

struct StatAnswer {
  // The time that the rows are of.
  int64_t from_ms = 0;
  int64_t until_ms = 0;
  std::vector<StatRow> rows;  // By time, then by value.
  // Not all records are counted yet, such as after an update: ask again.
  bool behind = false;
};

}  // namespace sluice::store
