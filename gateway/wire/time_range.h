#pragma once

// The time that a search or an export asks for.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/timestamp.pb.h"

namespace sluice::gateway {

// "2026-01-31 10:00:00 +08:00".
std::string MarketTimeText(int64_t ms);

struct TimeRange {  // [from_ms, until_ms).
  int64_t from_ms = 0;
  int64_t until_ms = 0;
};

// From the fields start_time, which is required, and end_time; without it the
// range has no end. nullopt: the field is not set.
// Errors: kInvalidArgument, naming the field.
absl::StatusOr<TimeRange> ReadTimeRange(
    std::optional<google::protobuf::Timestamp> start,
    std::optional<google::protobuf::Timestamp> end, int64_t now_ms);

template <typename Request>
absl::StatusOr<TimeRange> TimeRangeOf(const Request& request, int64_t now_ms) {
  using Time = std::optional<google::protobuf::Timestamp>;
  return ReadTimeRange(
      request.has_start_time() ? Time(request.start_time()) : std::nullopt,
      request.has_end_time() ? Time(request.end_time()) : std::nullopt, now_ms);
}

}  // namespace sluice::gateway
