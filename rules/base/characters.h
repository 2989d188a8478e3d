#pragma once

// Single characters: which kind one is, and how it is written as UTF-8.

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace sluice {

// Whether `c` is one of 0 to 9. A byte of UTF-8 beyond ASCII is none.
constexpr bool IsDigit(char32_t c) { return c >= '0' && c <= '9'; }

// Whether `c` is a letter of ASCII or a digit.
constexpr bool IsAlnum(char32_t c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Whether `text` holds nothing but ASCII: true when it is empty.
bool IsAscii(absl::string_view text);

// Whether `text` holds nothing but the digits 0 to 9: true when it is empty.
bool AllDigits(absl::string_view text);

// Whether `c` is a Chinese character: U+3400 to U+9FFF and the planes 2 and 3,
// which Unicode keeps for them. Not the numeral 〇, nor radicals.
constexpr bool IsHan(char32_t c) {
  return (c >= 0x3400 && c <= 0x9fff) || (c >= 0x20000 && c <= 0x3ffff);
}

// Code points [begin, end) of `text`, which is UTF-8.
absl::string_view PartOf(absl::string_view text, uint32_t begin, uint32_t end);

// Appends the code point `c`, at most U+10FFFF, as UTF-8.
void AppendUtf8(char32_t c, std::string& utf8);

}  // namespace sluice
