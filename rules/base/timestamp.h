#pragma once

// Times of protobuf messages as milliseconds since the epoch, which everything
// inside uses.

#include <google/protobuf/timestamp.pb.h>

#include <algorithm>
#include <cstdint>

namespace sluice {

// The first and the last second that a Timestamp may have.
inline constexpr int64_t kYear1Seconds = -62'135'596'800;
inline constexpr int64_t kYear9999Seconds = 253'402'300'799;

// Calls refuse times beyond the years 1 to 9999. One in a journal that was
// written without this check becomes the nearest time that there is.
inline int64_t ToMillis(const google::protobuf::Timestamp& time) {
  return std::clamp(time.seconds(), kYear1Seconds, kYear9999Seconds) * 1000 +
         std::clamp(time.nanos(), 0, 999'999'999) / 1'000'000;
}

}  // namespace sluice
