#include "tools/sluicectl/pattern_words.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace sluice::ctl {
namespace {

// The Chinese of one pattern; nothing if `text` is not its English.
std::optional<std::string> Translated(absl::Span<const Words> patterns,
                                      const Words& pattern,
                                      absl::string_view text) {
  const std::vector<absl::string_view> english =
      absl::StrSplit(pattern.english, '#');
  const std::vector<absl::string_view> chinese =
      absl::StrSplit(pattern.chinese, '#');
  if (!absl::ConsumePrefix(&text, english[0])) return std::nullopt;
  std::string result(chinese[0]);
  for (size_t i = 1; i < english.size(); ++i) {
    const bool last = i + 1 == english.size() && english[i].empty();
    const size_t end = last ? text.size() : text.find(english[i]);
    if (end == absl::string_view::npos || end == 0) return std::nullopt;
    const absl::string_view part = text.substr(0, end);
    absl::StrAppend(
        &result, ChineseOfPattern(patterns, part).value_or(std::string(part)),
        chinese[i]);
    text.remove_prefix(end + english[i].size());
  }
  if (!text.empty()) return std::nullopt;
  return result;
}

}  // namespace

std::optional<std::string> ChineseOfPattern(absl::Span<const Words> patterns,
                                            absl::string_view text) {
  for (const Words& pattern : patterns) {
    auto found = Translated(patterns, pattern, text);
    if (found) return found;
  }
  return std::nullopt;
}

}  // namespace sluice::ctl
