#pragma once

// A place in a file that people write, and a line of a report about it.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace sluice::rules {

// Counted from 1, the column in code points. Line 0: the file as a whole.
struct Position {
  uint32_t line = 1;
  uint32_t column = 1;
  auto operator<=>(const Position&) const = default;
};

// `offset` is at most content.size().
Position PositionOf(absl::string_view content, size_t offset);

// "file:line:column: message"; of a file as a whole "file: message".
std::string PlacedLine(absl::string_view file, Position position,
                       absl::string_view message);

}  // namespace sluice::rules
