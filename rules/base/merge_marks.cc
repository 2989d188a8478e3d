#include "rules/base/merge_marks.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace sluice::rules {

Both MergeMarkFault(absl::string_view mark) {
  return SayBoth(
      "“$0”是两个版本合并时留下的冲突标记：“=======”之前是一方的写法，之后是"
      "另一方的；请选定一种写法（词表可以两者都留），并删去 <<<<<<<、======= "
      "和 >>>>>>> 这三行",
      "'$0' is a mark that a merge of two versions left: one has what stands "
      "before '=======', the other what stands after it; choose one of them (a "
      "list may keep both) and remove the lines <<<<<<<, ======= and >>>>>>>",
      mark);
}

std::optional<MergeMark> FindMergeMark(absl::string_view content) {
  if (!absl::StrContains(content, "<<<<<<<") &&
      !absl::StrContains(content, ">>>>>>>")) {
    return std::nullopt;
  }
  uint32_t number = 0;
  for (const absl::string_view whole : absl::StrSplit(content, '\n')) {
    ++number;
    // An editor may have indented them.
    const absl::string_view line = absl::StripLeadingAsciiWhitespace(whole);
    const auto indent = static_cast<uint32_t>(whole.size() - line.size());
    for (const absl::string_view mark : {"<<<<<<<", ">>>>>>>"}) {
      if (!absl::StartsWith(line, mark)) continue;
      const absl::string_view rest = line.substr(mark.size());
      if (!rest.empty() && rest[0] != ' ' && rest[0] != '\r') continue;
      return MergeMark{{number, indent + 1}, MergeMarkFault(mark)};
    }
  }
  return std::nullopt;
}

}  // namespace sluice::rules
