#pragma once

// Names of people: a word that is one refuses every text that names somebody
// of that name.

#include "absl/strings/string_view.h"

namespace sluice::rules {

// The commonest surnames of one character, one after the other.
absl::string_view CommonSurnames();

// Whether `word` is a common surname with one or two characters that names are
// made of, such as 王建国, or an example's name such as 张三. Rare names are
// none: most words that look like one are words.
bool IsPersonName(absl::string_view word);

}  // namespace sluice::rules
