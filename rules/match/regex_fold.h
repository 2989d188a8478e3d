#pragma once

// Regexes as texts are spelled, so that an officer may write 發票 and a level
// of folding is a rule's choice and not a way of writing.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sluice/rules/v1/pack.pb.h"

namespace sluice::rules {

// `regex` with its characters folded, where one becomes one. UTF-8.
std::string FoldRegex(const std::string& regex);

// A folded regex for the level evasive: characters become those that stand for
// all that look alike. What it asks for of separators or of the same character
// twice is not met at that level.
std::string EvasiveRegex(const std::string& folded);

// An evasive regex, loosened, for the text that is scanned, where one character
// stands for all that look nearly alike: it finds at least as much.
std::string ScannedRegex(absl::string_view evasive);

// What a regex is compiled as for a rule of this level.
std::vector<std::string> RegexForms(const std::string& regex,
                                    rules::v1::FoldingLevel level);

}  // namespace sluice::rules
