#include "rules/base/list_lines.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace sluice::rules {

absl::string_view WithoutComment(absl::string_view line) {
  for (size_t at = line.find('#'); at != line.npos;
       at = line.find('#', at + 1)) {
    if (at > 0 && !absl::ascii_isspace(line[at - 1])) continue;
    line = line.substr(0, at);
    break;
  }
  return absl::StripAsciiWhitespace(line);
}

void ForEachLine(
    absl::string_view file, absl::string_view content, Faults& faults,
    absl::FunctionRef<void(uint32_t number, absl::string_view line)> visit) {
  content = absl::StripPrefix(content, "\xef\xbb\xbf");  // Byte order mark.
  uint32_t number = 0;
  for (absl::string_view line : absl::StrSplit(content, '\n')) {
    ++number;
    line = absl::StripSuffix(line, "\r");
    if (const auto bad = FirstInvalidUtf8(line)) {
      faults.Add(file, {number, PositionOf(line, *bad).column}, "not UTF-8");
      continue;
    }
    visit(number, line);
  }
}

}  // namespace sluice::rules
