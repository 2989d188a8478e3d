#pragma once

// Converts between the API's timestamps and milliseconds since the epoch, which
// all code below uses.

#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <optional>

#include "rules/base/timestamp.h"

namespace sluice::gateway {

inline void SetTimestamp(int64_t ms, google::protobuf::Timestamp& out) {
  int64_t seconds = ms / 1000;
  int64_t rest = ms % 1000;
  if (rest < 0) {
    rest += 1000;
    --seconds;
  }
  out.set_seconds(seconds);
  out.set_nanos(static_cast<int32_t>(rest * 1'000'000));
}

// nullopt: not a time between the years 1 and 9999.
inline std::optional<int64_t> TryMillisOf(
    const google::protobuf::Timestamp& time) {
  if (time.seconds() < kYear1Seconds || time.seconds() > kYear9999Seconds ||
      time.nanos() < 0 || time.nanos() > 999'999'999) {
    return std::nullopt;
  }
  return ToMillis(time);
}

// For timestamps that have been checked. A malformed one gives the epoch.
inline int64_t MillisOf(const google::protobuf::Timestamp& time) {
  return TryMillisOf(time).value_or(0);
}

}  // namespace sluice::gateway
