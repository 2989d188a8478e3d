#pragma once

// What RE2 and Hyperscan say about a regex that they do not take, in Chinese.
// They say it in English only, in words that may change with their versions.

#include <string>

#include "absl/strings/string_view.h"

namespace sluice::rules {

// The kind of the fault, with their own words in brackets: they have the place.
std::string ChineseOfRegexFault(absl::string_view english);

}  // namespace sluice::rules
