#pragma once

// Breaks a text into lines of a terminal, where a person would: between words,
// and between Chinese characters but not before their punctuation. A path is
// one word, and so is a command between backticks.

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace sluice::tools {

// Lines of at most `width` cells, at least one; a word that is wider is broken.
// `width`: at least 2, as a Chinese character.
std::vector<std::string> Wrap(absl::string_view text, size_t width);

// The lines of `text`, each broken where it is wider than `width` (0: none is);
// what goes on in a further line begins with `indent` blanks, fewer than
// `width`. A command between backticks is never broken, since it is copied.
std::string WrapLines(absl::string_view text, size_t width, size_t indent = 0);

}  // namespace sluice::tools
