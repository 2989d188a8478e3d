#include "rules/word_list.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "rules/fold.h"

namespace sluice::rules {
namespace {

// Without comment and blanks around it.
absl::string_view WordOf(absl::string_view line) {
  for (size_t at = line.find('#'); at != line.npos;
       at = line.find('#', at + 1)) {
    if (at > 0 && !absl::ascii_isspace(line[at - 1])) continue;
    line = line.substr(0, at);
    break;
  }
  return absl::StripAsciiWhitespace(line);
}

}  // namespace

std::string FoldWord(absl::string_view word) {
  std::string folded;
  FoldTable::Shared().Fold(word, folded);
  absl::StripAsciiWhitespace(&folded);
  return folded;
}

std::vector<Word> ParseWordList(absl::string_view file,
                                absl::string_view content, Faults& faults) {
  content = absl::StripPrefix(content, "\xef\xbb\xbf");  // A byte order mark.
  std::vector<Word> words;
  absl::flat_hash_map<std::string, uint32_t> seen;  // Folded, to line.
  uint32_t number = 0;
  for (const absl::string_view line : absl::StrSplit(content, '\n')) {
    ++number;
    if (const auto bad = FirstInvalidUtf8(line)) {
      const uint32_t column = PositionOf(line, *bad).column;
      faults.Add(file, {number, column}, "not UTF-8");
      continue;
    }
    const absl::string_view word = WordOf(line);
    if (word.empty()) continue;
    const auto offset = static_cast<size_t>(word.data() - line.data());
    const Position position = {number, PositionOf(line, offset).column};
    std::string folded = FoldWord(word);
    if (folded.empty()) {
      faults.Add(file, position,
                 "nothing is left of this word when it is folded");
      continue;
    }
    if (folded.size() > kWordSizeMax) {
      faults.Add(file, position,
                 absl::StrCat("too long: ", folded.size(), " bytes, at most ",
                              kWordSizeMax, " are allowed"));
      continue;
    }
    const auto [it, added] = seen.emplace(folded, number);
    if (!added) {
      faults.Add(file, position,
                 absl::StrCat("duplicate of line ", it->second));
      continue;
    }
    words.push_back({std::string(word), std::move(folded), position});
  }
  return words;
}

}  // namespace sluice::rules
