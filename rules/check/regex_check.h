#pragma once

// Whether a regex can match what its author means.

#include <string>

#include "rules/base/language.h"
#include "rules/match/regex_size.h"

namespace sluice::rules {

// Longest regex, in bytes.
inline constexpr size_t kRegexSizeMax = 2000;

// The size of the larger of its two forms, the one that is scanned for at the
// level normal and the one at evasive.
RegexSize RegexSizeOf(const std::string& regex);

// Empty in English when the regex is good, else its fault and what is allowed:
// it is too large (kRegexMax), it is not Hyperscan's syntax, or it names
// characters that folding changes, so that it could never hit: capitals, full
// width, traditional characters, spaces between Chinese ones.
Both RegexFault(const std::string& regex);

}  // namespace sluice::rules
