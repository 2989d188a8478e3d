#pragma once

// Words and regexes that are in everyday texts (everyday_texts.h), by which
// they show that they are too common to decide, or to lift hits, alone.

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace sluice::rules {

struct EverydayUse {
  size_t texts = 0;         // How many of them have it.
  size_t of = 0;            // Of how many: those in the script of a word.
  absl::string_view first;  // One of them; empty: none.
};

// Of a word as folded. As texts are searched, `win` is not in `windows`.
EverydayUse EverydayUseOf(absl::string_view folded);

// Of a regex that matches somewhere in a text; none of one that is no good.
EverydayUse EverydayUseOfRegex(const std::string& regex);

}  // namespace sluice::rules
