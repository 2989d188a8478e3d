#pragma once

// Where things are in a journal. Positions are stored in views and inside
// message ids, so their packing is part of the format on disk.

#include <compare>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"

namespace sluice::store {

// The position of a byte in a journal: 20 bits of segment number, 28 bits of
// offset in that segment. A group is named by the position of its first byte,
// and keeps that name when retention rewrites the segment. Positions order as
// the groups were appended. Zero is before everything: the first group of a
// segment comes after the segment's header.
class Position {
 public:
  static constexpr int kOffsetBits = 28;
  static constexpr int kSegmentBits = 20;
  static constexpr uint32_t kOffsetMax = (uint32_t{1} << kOffsetBits) - 1;
  static constexpr uint32_t kSegmentMax = (uint32_t{1} << kSegmentBits) - 1;

  constexpr Position() = default;
  // Bits above the field widths are dropped.
  constexpr Position(uint32_t segment, uint32_t offset)
      : value_(uint64_t{segment & kSegmentMax} << kOffsetBits |
               (offset & kOffsetMax)) {}
  // `value` must come from value().
  static constexpr Position FromValue(uint64_t value) {
    return {static_cast<uint32_t>(value >> kOffsetBits),
            static_cast<uint32_t>(value)};
  }

  constexpr uint32_t segment() const {
    return static_cast<uint32_t>(value_ >> kOffsetBits);
  }
  constexpr uint32_t offset() const {
    return static_cast<uint32_t>(value_ & kOffsetMax);
  }
  constexpr uint64_t value() const { return value_; }

  constexpr auto operator<=>(const Position&) const = default;

 private:
  uint64_t value_ = 0;  // 48 bits.
};

// One record: its group's position and its index in the group, in 62 bits.
class RecordRef {
 public:
  static constexpr int kIndexBits = 14;
  static constexpr uint32_t kIndexMax = (uint32_t{1} << kIndexBits) - 1;

  constexpr RecordRef() = default;
  // Bits above the field width are dropped.
  constexpr RecordRef(Position position, uint32_t index)
      : value_(position.value() << kIndexBits | (index & kIndexMax)) {}
  // `value` must come from value().
  static constexpr RecordRef FromValue(uint64_t value) {
    return {Position::FromValue(value >> kIndexBits),
            static_cast<uint32_t>(value)};
  }

  constexpr Position position() const {
    return Position::FromValue(value_ >> kIndexBits);
  }
  constexpr uint32_t index() const {
    return static_cast<uint32_t>(value_ & kIndexMax);
  }
  constexpr uint64_t value() const { return value_; }

  constexpr auto operator<=>(const RecordRef&) const = default;

 private:
  uint64_t value_ = 0;
};

// "segment 12 offset 4096", for errors and reports.
inline std::string ToString(Position position) {
  return absl::StrCat("segment ", position.segment(), " offset ",
                      position.offset());
}

}  // namespace sluice::store
