#pragma once

// Whether a regex can match what its author means.

#include <string>

#include "absl/strings/string_view.h"

namespace sluice::rules {

// Longest regex, in bytes.
inline constexpr size_t kRegexSizeMax = 2000;

// Empty when the regex is good, else its fault and what is allowed: it is not
// Hyperscan's syntax, or it names characters that folding changes, so that it
// could never hit: capitals, full width, traditional characters, spaces between
// Chinese ones.
std::string RegexFault(const std::string& regex);

}  // namespace sluice::rules
