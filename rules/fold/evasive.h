#pragma once

// The folding level evasive: spells a text as a person reads it when a spammer
// has written 发*票, 发嘌, 发发票 or 女子 for 好. Made of a folded text in two
// steps.
//
// 1. Strip: separators, symbols and emoji go; foreign letters that look like
//    Latin ones become those, digits and symbols inside a word the letters that
//    they are written for (l0an, c@sh); repeated letters and Chinese characters
//    become one that knows it: a word with two (人人贷) is not met by one. What
//    ends a sentence stays, so that nothing is joined across
//    it: line ends, 。！？；!?; and a full stop before a blank.
//    Where that hides a word, a second stripped text has the other reading:
//    see alternating.h and leet.h.
// 2. SpellEvasive: parts side by side become the whole, and Chinese characters
//    the one that is read for all that look like it; what is scanned has the
//    one for all that look nearly like that (data/README.md).
//
// Words are spelled by the same steps, so that both meet. A joined part may
// belong to two words of a text (美女子夜): one of them is then not met at this
// level, though still at the level normal.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/base/characters.h"
#include "rules/fold/fold.h"
#include "rules/fold/spelling.h"

namespace sluice::rules {

// A folded text without the separators between the characters of its words.
// Reuse it: it keeps its buffers.
struct StrippedText {
  struct Unit {
    char32_t c = 0;
    char32_t looks_like = 0;  // See LooksLike().
    uint32_t begin = 0;       // As in Spelling.
    uint32_t end = 0;
    Gap gap = Gap::kNone;  // Before it.
    uint8_t times = 1;     // How often it stood there in a row; 3: or more.
    // It may be the first, a later part of a split character.
    bool first_part : 1 = false;
    bool later_part : 1 = false;
    bool separates : 1 = false;  // See alternating.h.
    bool two_words : 1 = false;  // As in Spelling.
    // It came again behind a gap: "your refund" has one r.
    bool again_apart : 1 = false;
  };

  std::vector<Unit> units;
  uint32_t code_points = 0;  // Of the submitted text.
  // Whether the text may have another reading: single characters that
  // alternate with others, letters written as digits.
  bool may_alternate = false;
  bool may_be_leet = false;

  // Of a text in pieces: the unit after the last of each. No word or regex goes
  // on from one to the next.
  std::vector<uint32_t> stretch_ends;

  // The same character again only makes the unit before it longer.
  void Append(const Unit& unit);
  void EndStretch();
};

void Strip(const FoldedText& folded, StrippedText& stripped);
// A word, folded and stripped.
StrippedText StripWord(absl::string_view word);

void SpellEvasive(const StrippedText& stripped, Spelling& spelling);

// Replaces what `joined` held by the stretches of `stripped` in which parts
// stand side by side, as the whole that they are read as, with up to `around`
// units beside them and no word or number cut. None: without units.
void JoinParts(const StrippedText& stripped, size_t around,
               StrippedText& joined);

// The begin of the Latin word or number that unit `at` is in, its end: where a
// stretch of `units` may be cut.
size_t WordBegin(const std::vector<StrippedText::Unit>& units, size_t at);
size_t WordEnd(const std::vector<StrippedText::Unit>& units, size_t at);

// Whether `c` ends a sentence wherever it stands; a full stop does so before a
// blank.
bool EndsSentence(char32_t c);

// The letter that a digit or symbol inside a word is written for; 0: none.
char32_t LetterFor(char32_t c);

// Chinese characters, and the radicals that stand for parts of them: ⺮
constexpr bool IsHanOrRadical(char32_t c) {
  return IsHan(c) || (c >= 0x2e80 && c <= 0x2fdf);
}

// The character that stands for all characters that look like `c`; often `c`
// itself.
char32_t LooksLike(char32_t c);
// The character that stands for all characters that look nearly like `c`,
// ordinary ones too, and for all that look nearly like those. Scans look for
// it.
char32_t LooksNearly(char32_t c);
// Whether two results of LooksLike() look nearly alike.
bool LookNearlyAlike(char32_t a, char32_t b);

}  // namespace sluice::rules
