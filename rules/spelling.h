#pragma once

// A text spelled in another way than it was submitted, character by character,
// with the way back: what the levels evasive and homophone of folding make of a
// folded text.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace sluice::rules {

struct Spelling {
  // One code point of `bytes`.
  struct Unit {
    uint32_t byte = 0;  // Where it begins.
    // What of the submitted text it stands for, in code points.
    uint32_t begin = 0;
    uint32_t end = 0;
    char32_t c = 0;
    // Something that is left out stood before it.
    bool after_gap = false;
    uint8_t tone = 0;       // Of a syllable, 1 to 5; 0: not known, or none.
    bool repeated = false;  // It stood there more than once in a row.
    bool joined = false;    // Of parts that stood side by side.
  };

  std::string bytes;  // UTF-8.
  std::vector<Unit> units;
  uint32_t code_points = 0;  // Of the submitted text.

  void Clear();
  // Appends `unit`, whose `byte` is set here.
  void Append(Unit unit);

  // The number of the unit at `byte`, where one begins; units.size() at the
  // end.
  size_t UnitAt(size_t byte) const;

  // How matchers look at a text; the same as FoldedText's. What stands before
  // `byte` and what stands from there on are one word or one number.
  bool JoinedAt(size_t byte) const;
  // The units from `byte` on are what a word's marks ask for, one by one.
  bool Fits(size_t byte, absl::string_view marks) const;
  // Where stretches [begin, end), not empty, stem from.
  uint32_t BeginOf(size_t begin) const { return units[UnitAt(begin)].begin; }
  uint32_t EndOf(size_t end) const { return units[UnitAt(end) - 1].end; }
  const Spelling& WayBack(std::vector<uint32_t>&) const { return *this; }
};

// What a word asks of a unit beside its code point: its tone (0: any; a unit
// whose tone is not known has any), that it is there more than once, that it is
// joined of parts.
char MarkOf(uint8_t tone, bool repeated, bool joined = false);
char WithoutTone(char mark);

// Whether `left` and `right`, side by side, are letters of one word or digits
// of one number.
bool AreJoined(char32_t left, char32_t right);

}  // namespace sluice::rules
