#include "rules/pack/word_list.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/base/grouped.h"
#include "rules/base/list_lines.h"
#include "rules/base/quoted.h"
#include "rules/fold/fold.h"
#include "rules/pack/category_names.h"
#include "rules/pack/file_checker.h"
#include "rules/pack/table_rows.h"

namespace sluice::rules {
namespace {

using WordVisit = absl::FunctionRef<void(
    absl::string_view word, Position position, absl::string_view category)>;

// Takes the words of one list, with the faults that all lists can have.
class Collector {
 public:
  Collector(absl::string_view file, Faults& faults)
      : file_(file), faults_(faults) {}

  void Add(absl::string_view word, Position position,
           absl::string_view category) {
    std::string folded = FoldWord(word);
    if (folded.empty()) {
      return faults_.Add(file_, position,
                         SayBoth("这个词归一化后为空",
                                 "nothing is left of this word when it is "
                                 "folded"));
    }
    if (folded.size() > kWordSizeMax) {
      return faults_.Add(file_, position,
                         SayBoth("太长：$0 字节，最多 $1 字节",
                                 "too long: $0 bytes, at most $1 are allowed",
                                 folded.size(), kWordSizeMax));
    }
    const auto [it, added] = seen_.emplace(folded, words_.size());
    if (added) {
      words_.push_back({std::string(word), std::move(folded), position, {}});
    }
    Word& kept = words_[it->second];
    if (!added) AddSpelling(word, category, kept);
    const bool one_more = AddCategory(category, kept.categories) && !added;
    if (one_more) several_.Count(position, kept.position.line);
    if (!added && !one_more) merged_.Count(position, kept.position.line);
  }

  std::vector<Word> Take() {
    if (merged_.count > 0) {
      Warn(merged_,
           SayBoth("合并了 $0 个重复的词，第一个在第 $2 行（与第 $3 行相同）",
                   "$0 $1 merged, the first in line $2 (as line $3)",
                   Grouped(merged_.count),
                   merged_.count == 1 ? "duplicate was" : "duplicates were",
                   merged_.first.line, merged_.as_line));
    }
    if (several_.count > 0) {
      Warn(
          several_,
          SayBoth("$0 行给前面的词又加了一个类别，第一处在第 $2 行（与第 $3 "
                  "行同词）：这个词属于它的每个类别",
                  "$0 $1 a word of an earlier row one more category, the first "
                  "in line $2 (as line $3): each of its categories has the "
                  "word",
                  Grouped(several_.count),
                  several_.count == 1 ? "row gives" : "rows give",
                  several_.first.line, several_.as_line));
    }
    return std::move(words_);
  }

 private:
  // Lines of one kind.
  struct Lines {
    size_t count = 0;
    Position first;
    uint32_t as_line = 0;  // Which the first is like.

    void Count(Position position, uint32_t earlier) {
      if (count++ > 0) return;
      first = position;
      as_line = earlier;
    }
  };

  // Before `category` is one of the word's. Most words are written one way.
  static void AddSpelling(absl::string_view text, absl::string_view category,
                          Word& word) {
    if (word.spellings.empty()) {
      if (text == word.text) return;
      word.spellings.push_back({word.text, word.categories});
    }
    auto found = absl::c_find_if(
        word.spellings,
        [text](const Word::Spelling& one) { return one.text == text; });
    if (found == word.spellings.end()) {
      found = word.spellings.insert(found, {std::string(text), {}});
    }
    AddCategory(category, found->categories);
  }

  // Whether `categories` did not have it.
  static bool AddCategory(absl::string_view category,
                          std::vector<std::string>& categories) {
    if (category.empty() || absl::c_linear_search(categories, category)) {
      return false;
    }
    categories.emplace_back(category);
    return true;
  }

  void Warn(const Lines& lines, Both what) {
    faults_.warnings().Add(file_, lines.first,
                           SayBoth("合并的词", "merged words"),
                           std::move(what));
  }

  const absl::string_view file_;
  Faults& faults_;
  std::vector<Word> words_;
  absl::flat_hash_map<std::string, size_t> seen_;  // Folded, to its word.
  Lines merged_;
  Lines several_;
};

void ForEachLineWord(absl::string_view file, absl::string_view content,
                     Faults& faults, WordVisit visit) {
  const auto add = [&](uint32_t number, absl::string_view line) {
    const absl::string_view word = WithoutComment(line);
    if (word.empty()) return;
    const auto offset = static_cast<size_t>(word.data() - line.data());
    visit(word, {number, PositionOf(line, offset).column}, "");
  };
  ForEachLine(file, content, faults, add);
}

Both CategoryFault(absl::string_view category) {
  const absl::string_view id = CategoryCalled(category);
  return SayBoth(
      "'category' 不是编号：可用小写字母、数字和 '-'、'_'、'.'，最多 "
      "64 个字符；这里写的是 $1$2",
      "'category' is no id, $0; here it is $1$3", kIdAllowed, Quoted(category),
      id.empty() ? "" : absl::StrCat("，请写 ", id),
      id.empty() ? "" : absl::StrCat(", write ", id));
}

void ForEachTableWord(absl::string_view file, absl::string_view content,
                      Faults& faults, WordVisit visit) {
  const TableColumn columns[] = {
      {"word"},
      {"category", false},
      {"weight", false,
       SayBoth("词表没有分值，请用规则的 score，或把表写在 weight_tables 中",
               "a list has no scores; write the rule's score, or the table "
               "under weight_tables")}};
  absl::flat_hash_set<std::string> told;
  const auto take = [&](absl::Span<const TableCell> cells) {
    const auto& [category, place] = cells[1];
    if (!category.empty() && !IsId(category)) {
      // Once, however many rows have it.
      if (!told.insert(std::string(category)).second) return;
      return faults.Add(file, place, CategoryFault(category));
    }
    visit(cells[0].text, cells[0].position, category);
  };
  ForEachTableRow(file, content, columns, faults, take);
}

}  // namespace

void Word::ForEachSpelling(
    absl::FunctionRef<void(const std::string&)> visit) const {
  if (spellings.empty()) visit(text);
  for (const Spelling& one : spellings) visit(one.text);
}

Word OfCategory(const Word& word, absl::string_view category) {
  Word of = word;
  std::erase_if(of.spellings, [category](const Word::Spelling& one) {
    return !absl::c_linear_search(one.categories, category);
  });
  if (!of.spellings.empty()) of.text = of.spellings.front().text;
  if (of.spellings.size() == 1) of.spellings.clear();
  return of;
}

std::string FoldWord(absl::string_view word) {
  std::string folded;
  FoldTable::Shared().Fold(word, folded);
  absl::StripAsciiWhitespace(&folded);
  return folded;
}

void ForEachWord(absl::string_view file, absl::string_view content,
                 Faults& faults, WordVisit visit) {
  const bool table = absl::EndsWith(file, ".csv");
  (table ? ForEachTableWord : ForEachLineWord)(file, content, faults, visit);
}

std::vector<Word> ParseWords(absl::string_view file, absl::string_view content,
                             Faults& faults) {
  Collector words(file, faults);
  ForEachWord(file, content, faults,
              [&words](absl::string_view word, Position position,
                       absl::string_view category) {
                words.Add(word, position, category);
              });
  return words.Take();
}

}  // namespace sluice::rules
