#pragma once

// One entry of the index by number: a record is about a number, or is an event
// of a message.

#include <compare>
#include <cstdint>
#include <utility>

#include "store/journal/position.h"

namespace sluice::store {

// The number under which the index keeps the events of a message. No phone has
// it: telephone numbers are far below 2^63.
constexpr uint64_t NumberOfMessage(uint64_t message) {
  return uint64_t{1} << 63 | message;
}

struct NumberEntry {
  uint64_t number = 0;
  // A RecordRef value.
  uint64_t record : Position::kSegmentBits + Position::kOffsetBits +
                    RecordRef::kIndexBits = 0;
  uint64_t kind : 2 = 0;  // A RecordKind.
  // Both in one value, in the order of the records.
  uint64_t packed() const { return uint64_t{record} << 2 | kind; }
  auto operator<=>(const NumberEntry& other) const {
    return std::pair(number, packed()) <=>
           std::pair(other.number, other.packed());
  }
  bool operator==(const NumberEntry& other) const {
    return (*this <=> other) == 0;
  }
};
static_assert(sizeof(NumberEntry) == 16);

}  // namespace sluice::store
