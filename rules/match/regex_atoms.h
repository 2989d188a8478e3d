#pragma once

// A regex as a row of atoms, as far as rewriting needs it: which atoms stand
// for characters, and which are syntax. Any UTF-8 is allowed; a regex that RE2
// accepts is accepted rewritten.

#include <cstddef>
#include <functional>
#include <string>

#include "absl/strings/string_view.h"

namespace sluice::rules {

// The size of the atom that `rest`, not empty, begins with: a class, an escape,
// \Q...\E, one UTF-8 character, or one byte of syntax.
size_t AtomSize(absl::string_view rest);

// The size of "{2,9}" or "{2,}" at the beginning of `rest`; 0: no such thing.
size_t CountSize(absl::string_view rest);

// `regex` with each character that it looks for, also those in classes,
// replaced by what `map` makes of it: one character, or itself. The ends of
// ranges stay.
std::string MapCharacters(absl::string_view regex,
                          const std::function<char32_t(char32_t)>& map);

}  // namespace sluice::rules
