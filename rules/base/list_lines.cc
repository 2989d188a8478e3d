#include "rules/base/list_lines.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "rules/base/encoding.h"

namespace sluice::rules {
namespace {

constexpr absl::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

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
  // One fault of a file of another encoding is enough; each of its lines has
  // it. Without Chinese characters UTF-16 is valid UTF-8, but for its zeros.
  const auto is_other = [&](Position position) {
    const auto seems = SeemingEncoding(content);
    if (!seems || seems == Encoding::kUtf8) return false;
    faults.Add(file, position,
               Both{NotUtf8(content, Language::kChinese), NotUtf8(content)});
    return true;
  };
  const size_t zero = content.find('\0');
  if (zero != content.npos && is_other(PositionOf(content, zero))) return;
  bool asked = false;
  uint32_t number = 0;
  for (absl::string_view line :
       absl::StrSplit(absl::StripPrefix(content, kByteOrderMark), '\n')) {
    ++number;
    line = absl::StripSuffix(line, "\r");
    if (const auto bad = FirstInvalidUtf8(line)) {
      const Position position = {number, PositionOf(line, *bad).column};
      if (!std::exchange(asked, true) && is_other(position)) return;
      faults.Add(file, position, SayBoth("不是 UTF-8", "not UTF-8"));
      continue;
    }
    visit(number, line);
  }
}

}  // namespace sluice::rules
