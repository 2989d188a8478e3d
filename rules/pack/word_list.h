#pragma once

// Word lists: files that an officer can open anywhere. Plain text, one word or
// phrase a line; a # at the beginning of a line or after a blank begins a
// comment. Or a table (CSV, RFC 4180, a row a line), whose first line names its
// columns: `word`, and maybe `category`; others are for people.

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "rules/base/faults.h"

namespace sluice::rules {

struct Word {
  // One way in which it is written.
  struct Spelling {
    std::string text;
    std::vector<std::string> categories;  // Of the rows that have it.
  };

  std::string text;    // As written, trimmed.
  std::string folded;  // Not empty.
  Position position;
  // Of a table: those of all rows with the word, as they come; maybe none.
  std::vector<std::string> categories;
  // All of them, when there are several: each counts where a rule's folding is
  // exact. Else empty.
  std::vector<Spelling> spellings;

  // Calls `visit` with each.
  void ForEachSpelling(
      absl::FunctionRef<void(const std::string& text)> visit) const;
};

// `word` as the category's part of its table has it.
Word OfCategory(const Word& word, absl::string_view category);

// Longest word, in bytes as folded. Longer ones never hit: texts have at most
// 1,000 code points.
inline constexpr size_t kWordSizeMax = 400;

// Folds a word as texts are folded. Empty when folding drops all its
// characters, or it is not UTF-8.
std::string FoldWord(absl::string_view word);

// Returns the words of `content`, in order; a table when the name of `file`
// ends in .csv. A word that folds to the same as an earlier one is merged with
// it, and its category becomes one more of that word; so becomes its spelling,
// when it is written otherwise. One warning says how many were merged. Faults:
// not UTF-8, a word whose characters folding drops, one that is too long; of a
// table: no column `word`, a row with another number of cells than the first, a
// quote that is not closed, a category that is no id. Empty rows are skipped.
std::vector<Word> ParseWords(absl::string_view file, absl::string_view content,
                             Faults& faults);

// The same before words are merged: calls `visit` for each line with a word.
void ForEachWord(
    absl::string_view file, absl::string_view content, Faults& faults,
    absl::FunctionRef<void(absl::string_view word, Position position,
                           absl::string_view category)>
        visit);

}  // namespace sluice::rules
