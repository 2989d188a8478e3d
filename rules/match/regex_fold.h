#pragma once

// Rewrites regexes for the spelling of folded texts, so that an officer may
// write 發票, and a rule may change its folding level without new regexes.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sluice/rules/v1/pack.pb.h"

namespace sluice::rules {

// `regex` with its characters folded, where one becomes one. UTF-8.
std::string FoldRegex(const std::string& regex);

// A folded regex for the level evasive: characters become those that stand for
// all that look alike. A regex that asks for separators, or for the same
// character twice, does not match at that level.
std::string EvasiveRegex(const std::string& folded);

// An evasive regex, loosened, for the text that is scanned, where one character
// stands for all that look nearly alike: it finds at least as much.
std::string ScannedRegex(absl::string_view evasive);

// The form of a regex that is compiled for a rule of this level.
std::vector<std::string> RegexForms(const std::string& regex,
                                    rules::v1::FoldingLevel level);

}  // namespace sluice::rules
