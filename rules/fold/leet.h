#pragma once

// Letters written as digits and symbols: fr33, v14gr4, $ex. Strip reads single
// ones between letters (l0an); here are all others, as a second reading, for
// most words of letters and digits are what they are: 10am, vx33, AB1001.

#include <cstdint>
#include <vector>

#include "rules/fold/evasive.h"
#include "rules/fold/fold.h"

namespace sluice::rules {

// Whether `c`, a digit or symbol beside a letter, may be one of these.
bool MayBeLeet(char32_t c);

// Appends the words of `folded` that may be written so to `read`, as letters,
// with what stands beside them; twice where a letter may be i or l. A word has
// at least two letters of its own, and as many as it has others. `stripped` is
// the text's; `origins` is scratch.
void ReadLeet(const FoldedText& folded, const StrippedText& stripped,
              std::vector<uint32_t>& origins, StrippedText& read);

}  // namespace sluice::rules
