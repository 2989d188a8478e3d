#include "rules/fold/leet.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "rules/base/characters.h"

namespace sluice::rules {
namespace {

// Units before and after a word that a phrase may go on in.
constexpr size_t kPhraseMax = 12;
constexpr size_t kOwnMin = 2;

using Unit = StrippedText::Unit;

bool IsLetterOfWord(char32_t c) { return c >= 'a' && c <= 'z'; }

// The letter that `c` is written for, `one` where it may be i or l; 0: none.
char32_t LeetLetter(char32_t c, char32_t one) {
  switch (c) {
    case '1':
    case '!':
    case '|':
      return one;
    case '8':
      return 'b';
    case '9':
      return 'g';
    case U'€':
      return 'e';
    case U'£':
      return 'l';
    default:
      return LetterFor(c);
  }
}

// A word of letters and of what is written for letters.
struct LeetWord {
  uint32_t begin = 0;  // Bytes of the folded text.
  uint32_t end = 0;
  size_t first_unit = 0;  // Of the stripped text.
  size_t end_unit = 0;
};

class LeetSearch {
 public:
  LeetSearch(const FoldedText& folded, const StrippedText& stripped,
             std::vector<uint32_t>& origins, StrippedText& read)
      : folded_(folded),
        text_(folded.bytes),
        units_(stripped.units),
        origins_(origins),
        read_(read) {}

  void Run() {
    for (size_t at = 0; at < text_.size();) at = TakeWord(at);
    for (size_t i = 0; i < words_.size();) {
      size_t end = i + 1;
      while (end < words_.size() &&
             words_[end].first_unit <= words_[end - 1].end_unit + kPhraseMax) {
        ++end;
      }
      if (Read(i, end, 'l')) Read(i, end, 'i');
      i = end;
    }
  }

 private:
  char32_t Next(size_t& at) const {
    char32_t c = 0;
    U8_NEXT_UNSAFE(text_.data(), at, c);
    return c;
  }

  // The word that begins at `begin`, if one does. Returns where to go on.
  size_t TakeWord(size_t begin) {
    size_t own = 0;
    size_t written = 0;  // For letters, up to `end`.
    size_t pending = 0;  // The same after `end`: "free!!"
    bool none = false;
    size_t end = begin;
    size_t at = begin;
    while (at < text_.size()) {
      size_t next = at;
      const char32_t c = Next(next);
      if (IsLetterOfWord(c) || IsDigit(c) || c == '$' || c == '@' ||
          c == U'€') {
        written += std::exchange(pending, 0) + !IsLetterOfWord(c);
        own += IsLetterOfWord(c);
        none = none || (IsDigit(c) && LeetLetter(c, 'l') == 0);
        end = next;
      } else if (LeetLetter(c, 'l') != 0) {
        ++pending;
      } else {
        if (at == begin) at = next;
        break;
      }
      at = next;
    }
    if (!none && written > 0 && own >= kOwnMin && own >= written) {
      Add(begin, end);
    }
    return at;
  }

  void Add(size_t begin, size_t end) {
    if (words_.empty()) folded_.Origins(origins_);
    LeetWord& word = words_.emplace_back();
    word.begin = static_cast<uint32_t>(begin);
    word.end = static_cast<uint32_t>(end);
    word.first_unit = UnitAt(origins_[begin]);
    word.end_unit = UnitAt(origins_[end - 1] + 1);
  }

  // The first that begins at the code point `origin` or after it.
  size_t UnitAt(uint32_t origin) const {
    const auto found = std::lower_bound(
        units_.begin(), units_.end(), origin,
        [](const Unit& unit, uint32_t at) { return unit.begin < at; });
    return static_cast<size_t>(found - units_.begin());
  }

  // Appends the words [first, end) and what is beside and between them. Returns
  // whether one has a letter that may be i or l.
  bool Read(size_t first, size_t end, char32_t one) {
    bool doubtful = false;
    size_t unit = words_[first].first_unit;
    unit = WordBegin(units_, unit - std::min(unit, kPhraseMax));
    for (size_t i = first; i < end; ++i) {
      while (unit < words_[i].first_unit) read_.Append(units_[unit++]);
      doubtful = ReadWord(words_[i], one) || doubtful;
      unit = std::max(unit, words_[i].end_unit);
    }
    const size_t last =
        WordEnd(units_, std::min(unit + kPhraseMax, units_.size()));
    while (unit < last) read_.Append(units_[unit++]);
    read_.EndStretch();
    return doubtful;
  }

  bool ReadWord(const LeetWord& word, char32_t one) {
    bool doubtful = false;
    const bool after_letter = word.begin > 0 && IsAlnum(text_[word.begin - 1]);
    Gap gap = after_letter ? Gap::kNone : Gap::kSymbol;
    for (size_t at = word.begin; at < word.end;) {
      const uint32_t origin = origins_[at];
      const char32_t c = Next(at);
      const bool own = IsLetterOfWord(c);
      doubtful = doubtful || LeetLetter(c, 'l') != LeetLetter(c, 'i');
      const char32_t letter = own ? c : LeetLetter(c, one);
      read_.Append({letter, letter, origin, origin + 1, gap});
      gap = Gap::kNone;
    }
    return doubtful;
  }

  const FoldedText& folded_;
  const absl::string_view text_;
  const std::vector<Unit>& units_;
  std::vector<uint32_t>& origins_;
  StrippedText& read_;
  absl::InlinedVector<LeetWord, 8> words_;
};

}  // namespace

bool MayBeLeet(char32_t c) { return LeetLetter(c, 'l') != 0; }

void ReadLeet(const FoldedText& folded, const StrippedText& stripped,
              std::vector<uint32_t>& origins, StrippedText& read) {
  LeetSearch(folded, stripped, origins, read).Run();
}

}  // namespace sluice::rules
