#pragma once

// What every match of a regex must have, told from the regex alone: a text with
// less need not be searched for it.

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace sluice::rules {

// What is counted in a text: ASCII letters a to z, ASCII digits.
enum class Counted : uint8_t { kLetters, kDigits };

// A regex whose matches are rows of x, one for each counted character that a
// match of `regex` must have at least: "0 ?\d{9,}" is "x(?:)?x{9,}" of
// digits. Its shortest match is as long as the least
// number of counted characters in any match of `regex`. Empty: not known, which
// means none.
std::string OnlyCounted(absl::string_view regex, Counted counted);

}  // namespace sluice::rules
