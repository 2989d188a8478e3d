#pragma once

// The API's durations, to and from absl::Duration.

#include <google/protobuf/duration.pb.h>

#include <cstdint>
#include <optional>

#include "absl/time/time.h"

namespace sluice::gateway {

inline void SetDuration(absl::Duration duration,
                        google::protobuf::Duration& out) {
  out.set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &duration));
  out.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration)));
}

// nullopt: malformed, that is, seconds and nanos differ in sign or are outside
// the range of google/protobuf/duration.proto.
inline std::optional<absl::Duration> TryDurationOf(
    const google::protobuf::Duration& duration) {
  constexpr int64_t kSecondsMax = 315'576'000'000;
  constexpr int32_t kNanosMax = 999'999'999;
  const int64_t seconds = duration.seconds();
  const int32_t nanos = duration.nanos();
  if (seconds < -kSecondsMax || seconds > kSecondsMax || nanos < -kNanosMax ||
      nanos > kNanosMax || (seconds > 0 && nanos < 0) ||
      (seconds < 0 && nanos > 0)) {
    return std::nullopt;
  }
  return absl::Seconds(seconds) + absl::Nanoseconds(nanos);
}

// A caller's duration in whole `unit`s, 1 to `most`. nullopt: the duration is
// malformed, not whole, or out of this range.
inline std::optional<uint32_t> WholeUnits(
    const google::protobuf::Duration& duration, absl::Duration unit,
    uint32_t most) {
  const std::optional<absl::Duration> value = TryDurationOf(duration);
  if (!value || *value < unit || *value > most * unit) return std::nullopt;
  absl::Duration rest;
  const int64_t units = absl::IDivDuration(*value, unit, &rest);
  if (rest != absl::ZeroDuration()) return std::nullopt;
  return static_cast<uint32_t>(units);
}

}  // namespace sluice::gateway
