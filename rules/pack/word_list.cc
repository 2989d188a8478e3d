#include "rules/pack/word_list.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "rules/base/csv.h"
#include "rules/base/list_lines.h"
#include "rules/fold/fold.h"
#include "rules/pack/file_checker.h"

namespace sluice::rules {
namespace {

// Takes the words of one list, with the faults that all lists can have.
class Collector {
 public:
  Collector(absl::string_view file, Faults& faults)
      : file_(file), faults_(faults) {}

  void Add(absl::string_view word, Position position, std::string category) {
    std::string folded = FoldWord(word);
    if (folded.empty()) {
      return faults_.Add(file_, position,
                         "nothing is left of this word when it is folded");
    }
    if (folded.size() > kWordSizeMax) {
      return faults_.Add(
          file_, position,
          absl::StrCat("too long: ", folded.size(), " bytes, at most ",
                       kWordSizeMax, " are allowed"));
    }
    const auto [it, added] = seen_.emplace(folded, position.line);
    if (!added) {
      return faults_.Add(file_, position,
                         absl::StrCat("duplicate of line ", it->second));
    }
    words_.push_back(
        {std::string(word), std::move(folded), position, std::move(category)});
  }

  std::vector<Word> Take() { return std::move(words_); }

 private:
  const absl::string_view file_;
  Faults& faults_;
  std::vector<Word> words_;
  absl::flat_hash_map<std::string, uint32_t> seen_;  // Folded, to line.
};

}  // namespace

std::string FoldWord(absl::string_view word) {
  std::string folded;
  FoldTable::Shared().Fold(word, folded);
  absl::StripAsciiWhitespace(&folded);
  return folded;
}

std::vector<Word> ParseWordList(absl::string_view file,
                                absl::string_view content, Faults& faults) {
  Collector words(file, faults);
  const auto add = [&](uint32_t number, absl::string_view line) {
    const absl::string_view word = WithoutComment(line);
    if (word.empty()) return;
    const auto offset = static_cast<size_t>(word.data() - line.data());
    words.Add(word, {number, PositionOf(line, offset).column}, "");
  };
  ForEachLine(file, content, faults, add);
  return words.Take();
}

std::vector<Word> ParseWordTable(absl::string_view file,
                                 absl::string_view content, Faults& faults) {
  Collector words(file, faults);
  std::vector<std::string> names;
  size_t word_column = 0;
  size_t category_column = 0;
  CsvReader reader(CsvCells::kTrimmed);
  const auto add = [&](uint32_t number, absl::string_view line) {
    const CsvReader::Row row = reader.Take(line);
    if (row != CsvReader::Row::kDone) {
      const uint32_t column = reader.fault_column();
      if (row == CsvReader::Row::kOpen) reader.Drop();  // A row is one line.
      return faults.Add(file, {number, column},
                        row == CsvReader::Row::kOpen
                            ? "a quote is not closed"
                            : "a quote must enclose the whole cell");
    }
    const std::vector<CsvCell>& cells = reader.cells();
    if (names.empty()) {
      for (const CsvCell& cell : cells) names.push_back(cell.text);
      const auto column_of = [&names](absl::string_view name) {
        return static_cast<size_t>(absl::c_find(names, name) - names.begin());
      };
      word_column = column_of("word");
      category_column = column_of("category");
      if (word_column == names.size()) {
        faults.Add(file, {number, 1},
                   "the first line names the columns: 'word' must be one, "
                   "'category' may");
      }
      return;
    }
    if (word_column == names.size() || cells.empty()) return;
    if (cells.size() != names.size()) {
      return faults.Add(file, {number, 1},
                        absl::StrCat(cells.size(),
                                     " cells, the first line "
                                     "has ",
                                     names.size()));
    }
    const std::string& word = cells[word_column].text;
    const std::string category =
        category_column < names.size() ? cells[category_column].text : "";
    if (!category.empty() && !IsId(category)) {
      return faults.Add(file, {number, 1},
                        absl::StrCat("'category' is no id, ", kIdAllowed));
    }
    // Where it stands, unless it is quoted there.
    const size_t at = line.find(word);
    words.Add(word, {number, at == line.npos ? 1 : PositionOf(line, at).column},
              category);
  };
  ForEachLine(file, content, faults, add);
  return words.Take();
}

}  // namespace sluice::rules
