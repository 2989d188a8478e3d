#include "rules/base/list_lines.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "rules/base/encoding.h"
#include "rules/base/merge_marks.h"

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

namespace {

// What makes a file no lines of text at all; nothing: it may be.
Both NoLines(absl::string_view content) {
  Both no_text = NoTextFault(content);
  if (!no_text.english.empty()) return no_text;
  // At the end it ends the only line.
  const size_t end = content.find('\r');
  const bool old = end != content.npos && end + 1 < content.size() &&
                   !absl::StrContains(content, '\n');
  if (!old) return {};
  return SayBoth(
      "各行以旧式 Mac 的换行符（CR）结尾，会读成一行：请另存为换行符为 LF 或 "
      "CRLF 的文本",
      "its lines end as on old Macs (CR), so that they are read as one: save "
      "it "
      "with LF or CRLF");
}

}  // namespace

void ForEachLine(
    absl::string_view file, absl::string_view content, Faults& faults,
    absl::FunctionRef<void(uint32_t number, absl::string_view line)> visit) {
  Both no_lines = NoLines(content);
  if (!no_lines.english.empty()) {
    return faults.Add(file, {1, 1}, std::move(no_lines));
  }
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
  // Of such a file nobody knows which lines are meant.
  if (auto mark = FindMergeMark(content)) {
    return faults.Add(file, mark->position, std::move(mark->what));
  }
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
