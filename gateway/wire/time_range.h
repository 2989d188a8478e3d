#pragma once

// The time that a search or an export asks for.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/timestamp.pb.h"

namespace sluice::gateway {

// "2026-01-31 10:00:00 +08:00".
std::string MarketTimeText(int64_t ms);

struct TimeRange {  // [from_ms, until_ms).
  int64_t from_ms = 0;
  int64_t until_ms = 0;
};

// A time that is not to come. Errors: kInvalidArgument, naming the field.
absl::StatusOr<int64_t> ReadPast(absl::string_view field,
                                 const google::protobuf::Timestamp& time,
                                 int64_t now_ms);

// The fields of a range; nullopt: not set, the range has no such bound.
struct TimeFields {
  std::optional<google::protobuf::Timestamp> start;
  std::optional<google::protobuf::Timestamp> end;
  absl::string_view start_name = "start_time";
  absl::string_view end_name = "end_time";
};
// The start must not be to come, the end must be after it.
// Errors: kInvalidArgument, naming the field.
absl::StatusOr<TimeRange> ReadTimeRange(const TimeFields& fields,
                                        int64_t now_ms);

// From start_time and end_time of a message that has both.
template <typename Message>
absl::StatusOr<TimeRange> TimeRangeOf(const Message& message, int64_t now_ms) {
  TimeFields fields;
  if (message.has_start_time()) fields.start = message.start_time();
  if (message.has_end_time()) fields.end = message.end_time();
  return ReadTimeRange(fields, now_ms);
}

// kInvalidArgument: start_time is not set, and is required.
absl::Status StartIsMissing();
// The same for calls that need start_time.
template <typename Message>
absl::StatusOr<TimeRange> BegunTimeRangeOf(const Message& message,
                                           int64_t now_ms) {
  if (!message.has_start_time()) return StartIsMissing();
  return TimeRangeOf(message, now_ms);
}

}  // namespace sluice::gateway
