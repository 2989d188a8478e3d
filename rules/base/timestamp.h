#pragma once

// Times of protobuf messages as milliseconds since the epoch, which everything
// inside uses.

#include <google/protobuf/timestamp.pb.h>

#include <cstdint>

namespace sluice {

// Of a time that was checked: one between the years 1 and 9999.
inline int64_t ToMillis(const google::protobuf::Timestamp& time) {
  return time.seconds() * 1000 + time.nanos() / 1'000'000;
}

}  // namespace sluice
