#include "rules/base/position.h"

#include "absl/strings/str_cat.h"

namespace sluice::rules {

Position PositionOf(absl::string_view content, size_t offset) {
  Position position;
  for (size_t i = 0; i < offset; ++i) {
    if (content[i] == '\n') {
      ++position.line;
      position.column = 1;
    } else if ((content[i] & 0xc0) != 0x80) {
      ++position.column;
    }
  }
  return position;
}

std::string PlacedLine(absl::string_view file, Position position,
                       absl::string_view message) {
  if (position.line == 0) return absl::StrCat(file, ": ", message);
  return absl::StrCat(file, ":", position.line, ":", position.column, ": ",
                      message);
}

}  // namespace sluice::rules
