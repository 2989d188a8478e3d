#include "rules/pack/yaml_stops.h"
#include "rules/base/merge_marks.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace sluice::rules {
namespace {

struct OpenBracket {
  char bracket = 0;
  uint32_t line = 0;
  absl::string_view text;  // Of the line.
  size_t at = 0;           // Bytes.
};

size_t IndentOf(absl::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

// Whether the lines below that are further right are a text: "note: >-".
bool BeginsText(absl::string_view line) {
  for (const absl::string_view end : {"|", ">", "|-", ">-", "|+", ">+"}) {
    if (absl::EndsWith(line, absl::StrCat(": ", end))) return true;
  }
  return false;
}

// Follows the brackets of flow lists and maps from line to line. What stands in
// quotes, comments or texts of several lines is none; a bracket inside of a
// plain text opens nothing.
class BracketReader {
 public:
  void Take(absl::string_view line, uint32_t number) {
    line = absl::StripTrailingAsciiWhitespace(line);
    if (text_ && (line.empty() || IndentOf(line) > *text_)) return;
    text_.reset();
    if (quote_ == 0 && BeginsText(line)) text_ = IndentOf(line);
    Read(line, number);
  }

  const std::vector<OpenBracket>& open() const { return open_; }

 private:
  void Read(absl::string_view line, uint32_t number) {
    bool may_open = true;  // Behind "- ", ": ", a bracket or comma.
    for (size_t at = 0; at < line.size(); ++at) {
      const char c = line[at];
      if (quote_ != 0) {
        if (c == '\\' && quote_ == '"') ++at;
        if (c == quote_) quote_ = 0;
        continue;
      }
      const bool begins =
          at == 0 || absl::StrContains(" [{,", line.substr(at - 1, 1));
      if (c == '#' && begins) return;
      if ((c == '\'' || c == '"') && may_open) {
        quote_ = c;
      } else if ((c == '[' || c == '{') && may_open) {
        open_.push_back({c, number, line, at});
        continue;
      } else if ((c == ']' || c == '}') && !open_.empty()) {
        open_.pop_back();
      }
      if (c == ' ') continue;
      const bool ends = at + 1 == line.size() || line[at + 1] == ' ';
      may_open = (c == ',' && !open_.empty()) ||
                 (ends && (c == ':' || c == '-')) ||
                 (c == ':' && !open_.empty() && at > 0 && line[at - 1] == '"');
    }
  }

  std::vector<OpenBracket> open_;
  char quote_ = 0;              // That of an open one.
  std::optional<size_t> text_;  // Where the key of a text stands.
};

Both NotClosed(char bracket) {
  return SayBoth("这里的“$0”没有结束：缺了“$1”", "no '$1' ends this '$0'",
                 std::string(1, bracket), bracket == '[' ? "]" : "}");
}

}  // namespace

std::optional<YamlStop> FindYamlStop(absl::string_view content, Position stop) {
  BracketReader brackets;
  uint32_t number = 0;
  for (const absl::string_view line : absl::StrSplit(content, '\n')) {
    ++number;
    brackets.Take(line, number);
    if (number > stop.line) continue;
    for (const absl::string_view mark : {"<<<<<<<", "=======", ">>>>>>>"}) {
      if (!absl::StartsWith(line, mark)) continue;
      return YamlStop{{number, 1}, MergeMarkFault(mark)};
    }
  }
  // One that is closed further down has another mistake in it.
  if (brackets.open().empty()) return std::nullopt;
  const OpenBracket& first = brackets.open().front();
  if (first.line >= stop.line) return std::nullopt;
  return YamlStop{{first.line, PositionOf(first.text, first.at).column},
                  NotClosed(first.bracket)};
}

}  // namespace sluice::rules
