#pragma once

// Counts what comes back over one link: answers by code, status reports by
// word, and how long answers take.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/telemetry/link_status.h"

namespace sluice::gateway {

// Counts by code. The carrier chooses the codes, so there is a limit: those
// beyond it are counted together. Not thread-safe.
class CodeCounts {
 public:
  static constexpr size_t kCodesMax = 32;

  // Characters of `code` that do not print are replaced.
  void Count(absl::string_view code, absl::string_view meaning);

  // The most frequent first; the rest last, without a code.
  std::vector<CodeCount> Sorted() const;

 private:
  std::vector<CodeCount> counts_;
  uint64_t rest_ = 0;
};

// The last 256 durations. Not thread-safe.
class RecentTimes {
 public:
  static constexpr size_t kTimesMax = 256;

  void Add(absl::Duration time);

  // The least time that at least `share` (0 to 1) of them do not exceed; zero
  // without any.
  absl::Duration Quantile(double share) const;

 private:
  std::vector<absl::Duration> times_;
  size_t next_ = 0;
};

}  // namespace sluice::gateway
