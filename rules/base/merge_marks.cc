#include "rules/base/merge_marks.h"

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace sluice::rules {

Both MergeMarkFault(absl::string_view mark) {
  return SayBoth(
      "“$0”是两个版本合并时留下的冲突标记：请选定一种写法，并删去标记",
      "'$0' is a mark that a merge of two versions left: choose one of them "
      "and remove the marks",
      mark);
}

std::optional<MergeMark> FindMergeMark(absl::string_view content) {
  if (!absl::StrContains(content, "<<<<<<<") &&
      !absl::StrContains(content, ">>>>>>>")) {
    return std::nullopt;
  }
  uint32_t number = 0;
  for (const absl::string_view line : absl::StrSplit(content, '\n')) {
    ++number;
    for (const absl::string_view mark : {"<<<<<<<", ">>>>>>>"}) {
      if (!absl::StartsWith(line, mark)) continue;
      const absl::string_view rest = line.substr(mark.size());
      if (!rest.empty() && rest[0] != ' ' && rest[0] != '\r') continue;
      return MergeMark{{number, 1}, MergeMarkFault(mark)};
    }
  }
  return std::nullopt;
}

}  // namespace sluice::rules
