#pragma once

// Words of lists that their author hardly means as they stand: a separator, a
// comment or quotes became part of the word, which no text then has.

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "rules/base/language.h"

namespace sluice::rules {

struct OddWord {
  Both kind;          // For Warnings.
  Both what;          // What is odd and what to do.
  size_t offset = 0;  // Of the odd part, in bytes.
  // It may be meant: a phrase of two parts with a mark between them.
  bool may_be_phrase = false;
  // The odd part is nothing but marks: where they do not count, all is well,
  // or, if they stand between words, these are one.
  bool only_marks = false;
  bool joins = false;
};

// Whether it is a word with a separator in it.
bool HasSeparator(const OddWord& odd);

// What is odd about `word`, a trimmed word as it stands in a list or rule;
// nullopt: nothing. The first of: it is no word at all (odd_text.h), it is only
// punctuation, it is a comment, it is quoted, it is a web address, it is
// numbered or begins with a bullet, it has a separator, it has blanks that
// folding drops.
std::optional<OddWord> FindOddWord(absl::string_view word);

// `word` as the folding levels evasive and homophone read it, when these leave
// out its marks and nothing else; empty: no mark of it is left out so.
std::string WithoutMarks(absl::string_view word);

// Whether `word` is one letter, digit, Chinese character or mark, which stands
// in too many texts to decide about one. An emoji or another symbol is not.
bool IsOneCharacter(absl::string_view folded_word);

}  // namespace sluice::rules
