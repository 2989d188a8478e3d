#pragma once

// The code point table behind FoldTable, and how it is made. Apart from fold.h
// because only the fold loop knows this shape.

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace sluice::rules {

// The folded form of each code point.
//
// An entry of `bmp` is packed: the low three bytes are the UTF-8 of one code
// point in order of output, the high byte is their number (1 to 3), never more
// than the code point itself takes. A high byte of 0 marks a special one: the
// rest is an index into `specials`, or kInvalid for surrogates.
struct FoldTables {
  static constexpr uint32_t kInvalid = 0xffffff;
  static constexpr size_t kPageSize = 256;

  // Anything that is not one code point of at most the same length: dropped
  // ones, expansions, longer ones. And what the fold loop must notice. Its
  // UTF-8 is pool[offset, offset + size).
  struct Special {
    uint32_t offset = 0;
    uint8_t size = 0;
    uint8_t code_points = 0;
    bool han = false;      // A digit that was a Chinese character.
    bool control = false;  // IsControl().
  };

  std::vector<uint32_t> bmp;  // 65,536 entries.
  // Beyond the BMP: pages[cp >> 8] numbers a page of 256 entries in `beyond`;
  // an entry is 0 for "stays as it is", else an index into `specials` plus 1.
  // Page 0 is all zeros.
  std::vector<uint16_t> pages;
  std::vector<uint32_t> beyond;
  std::vector<Special> specials;
  std::string pool;
  // The simplified form of each traditional numeral, of which folding makes a
  // digit: 贰 of 貳. By the traditional one.
  std::map<char32_t, char32_t> numerals;
};

// Asks ICU and OpenCC about every code point. Ends the program when their data
// files are not installed: nothing can be checked without them.
std::unique_ptr<const FoldTables> BuildFoldTables();

}  // namespace sluice::rules
