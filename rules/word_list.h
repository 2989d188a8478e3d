#pragma once

// Word lists: plain text that an officer can open anywhere. One word or phrase
// a line; a # at the beginning of a line or after a blank begins a comment.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/faults.h"

namespace sluice::rules {

struct Word {
  std::string text;    // As written, trimmed.
  std::string folded;  // Not empty.
  Position position;
};

// Longest word, in bytes as folded. Longer ones never hit: texts have at most
// 1,000 code points.
inline constexpr size_t kWordSizeMax = 400;

// Folds a word as texts are folded. Empty when nothing is left of it, or it is
// not UTF-8.
std::string FoldWord(absl::string_view word);

// Returns the words of `content`, in order. Faults: not UTF-8, a word of which
// folding leaves nothing, one that is too long, one that folds to the same as
// an earlier one of the list.
std::vector<Word> ParseWordList(absl::string_view file,
                                absl::string_view content, Faults& faults);

}  // namespace sluice::rules
