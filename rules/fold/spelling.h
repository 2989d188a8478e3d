#pragma once

// A text in another spelling than the submitted one, character by character,
// with the way back: the result of the folding levels evasive and homophone.

#include <unicode/utf8.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rules/fold/mark.h"

namespace sluice::rules {

// What a folding level has left out before a character.
enum class Gap : uint8_t {
  kNone,
  kBlank,   // Blanks and apostrophes: between two Latin words.
  kSymbol,  // Symbols, emoji: what is written between a word's own.
  kClause,  // Also a comma, colon, bracket or quote: two phrases may meet
            // there.
};

// How a character was written that is read as another one.
enum Disguise : uint8_t {
  kAsItself = 0,
  kAsAlike = 1,  // As one that looks like it.
  kInParts = 2,  // As its parts, side by side.
};

struct Spelling {
  // One code point of `bytes`.
  struct Unit {
    uint32_t byte = 0;  // Where it begins.
    // The stretch of the submitted text that it stands for, in code points.
    uint32_t begin = 0;
    uint32_t end = 0;
    char32_t c = 0;
    // The character that a reader sees there: the one that stands for all that
    // look like the submitted one. 0: none, as for pinyin.
    char32_t read = 0;
    Gap gap = Gap::kNone;   // Before it.
    uint8_t tone = 0;       // Of a syllable, 1 to 5; 0: not known, or none.
    bool repeated = false;  // It stood there more than once in a row.
    uint8_t disguise : 2 = kAsItself;  // Bits of Disguise.
    // A letter of two Latin words, which ends one and begins the next: "be es".
    bool two_words : 1 = false;

    // Of parts that stood side by side.
    bool joined() const { return (disguise & kInParts) != 0; }
  };

  std::string bytes;  // UTF-8.
  std::vector<Unit> units;
  uint32_t code_points = 0;  // Of the submitted text.

  // How matchers look at a text; the same as FoldedText's.
  class Back {
   public:
    Back(const Spelling& text, std::vector<uint32_t>& unit_at);
    // Whether the characters before and behind `byte` are one word or one
    // number.
    bool JoinedAt(size_t byte) const;
    // Whether `unit`, a letter of a word, follows the letter before it across a
    // blank or comma, and both belong to longer pieces: "who re" is not
    // "whore", though "w h o r e" and "who-re" are.
    bool IsOtherWord(const Unit* unit) const;
    // Whether the units from `byte` on meet the marks of a word.
    bool Fits(size_t byte, absl::Span<const Mark> marks) const;
    // The text that regexes are matched against: the characters as a reader
    // sees them. As long as the scanned text, so places are the same. `space`
    // must outlive it.
    absl::string_view ForRegexes(std::string& space) const;
    // Where stretches [begin, end), not empty, stem from.
    uint32_t BeginOf(size_t begin) const { return units_[at_[begin]].begin; }
    uint32_t EndOf(size_t end) const { return units_[at_[end] - 1].end; }

   private:
    const std::vector<Unit>& units_;
    // By byte, of those where a unit begins, and of the end: which unit.
    const std::vector<uint32_t>& at_;
  };
  // `unit_at` is working space that must outlive it.
  Back WayBack(std::vector<uint32_t>& unit_at) const {
    return Back(*this, unit_at);
  }
};

// Writes a spelling from its beginning to its end, into room that is there.
class SpellingWriter {
 public:
  // Of a text of so many code points; never more than `units_max` units.
  SpellingWriter(size_t units_max, uint32_t code_points, Spelling& spelling)
      : spelling_(spelling) {
    spelling.code_points = code_points;
    spelling.units.resize(units_max);
    spelling.bytes.resize(units_max * U8_MAX_LENGTH);
    first_ = next_ = spelling.units.data();
    bytes_ = reinterpret_cast<uint8_t*>(spelling.bytes.data());
  }
  ~SpellingWriter() {
    spelling_.units.resize(static_cast<size_t>(next_ - first_));
    spelling_.bytes.resize(size_);
  }
  SpellingWriter(const SpellingWriter&) = delete;
  SpellingWriter& operator=(const SpellingWriter&) = delete;

  // `unit.byte` is set here.
  void Append(const Spelling::Unit& unit) {
    *next_ = unit;
    next_++->byte = size_;
    U8_APPEND_UNSAFE(bytes_, size_, unit.c);
  }

  bool empty() const { return next_ == first_; }
  // The one appended last; not empty.
  Spelling::Unit& back() { return next_[-1]; }

 private:
  Spelling& spelling_;
  Spelling::Unit* first_;
  Spelling::Unit* next_;
  uint8_t* bytes_;
  uint32_t size_ = 0;
};

// Whether `left` and `right`, side by side, are letters of one word or digits
// of one number.
bool AreJoined(char32_t left, char32_t right);

}  // namespace sluice::rules
