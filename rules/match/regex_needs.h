#pragma once

// What every match of a regex must have, told from the regex alone: a text with
// less need not be searched for it.

#include <string>

#include "absl/strings/string_view.h"

namespace sluice::rules {

// What \w matches.
constexpr bool IsWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_';
}

// A regex whose matches are rows of x, one for each word character that a match
// of `regex` must have at least: "0 ?\d{9,}" is "x(?:)?x{9,}". Its shortest
// match is as long as the least number of word characters in any match of
// `regex`. Empty: not known, which means none.
std::string OnlyWordCharacters(absl::string_view regex);

}  // namespace sluice::rules
