#pragma once

// Regexes as texts are spelled, so that an officer may write 發票 and a level
// of folding is a rule's choice and not a way of writing.

#include <string>

namespace sluice::rules {

// `regex` with its characters folded, where one becomes one. UTF-8.
std::string FoldRegex(const std::string& regex);

// A folded regex for the level evasive: characters become those that stand for
// all that look alike, and what stands there twice stands there once. What it
// asks for of separators is not met at that level.
std::string EvasiveRegex(const std::string& folded);

}  // namespace sluice::rules
