#pragma once

// What Chinese characters look and sound like: the parsed files of rules/data,
// which are built into the program, with characters as in folded texts. The
// levels evasive and homophone of folding are made from them.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"

namespace sluice::rules {

// One pronunciation of a character.
struct Reading {
  uint16_t syllable = 0;  // Index into HanTables::syllables.
  uint8_t tone = 0;       // 1 to 5; 5 is the neutral one.
};

struct HanTables {
  // lookalike_han.txt: a character to the one that stands for all that look
  // like it.
  absl::flat_hash_map<char32_t, char32_t> lookalikes;

  // near_han.txt: pairs that look nearly alike. A character of `lookalikes` is
  // not among them; the one that stands for it is.
  std::vector<std::pair<char32_t, char32_t>> near;

  // split_han.txt: a character and its parts, written side by side.
  struct Split {
    char32_t whole = 0;
    std::u32string parts;  // Two or three.
  };
  std::vector<Split> splits;

  // pinyin.txt: the commonest reading first.
  absl::flat_hash_map<char32_t, absl::InlinedVector<Reading, 1>> readings;
  // Without tones, sorted: a, ai, ..., zuo. v stands for ü.
  std::vector<std::string> syllables;

  // Parsed at the first call. Any thread.
  static const HanTables& Shared();
};

// Code points of valid UTF-8.
std::u32string CodePoints(absl::string_view utf8);

}  // namespace sluice::rules
