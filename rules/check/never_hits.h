#pragma once

// What a rule looks for and can never hit, because the rule lifts it itself.

#include "rules/base/warnings.h"
#include "rules/pack/pack.h"

namespace sluice::rules {

// Adds a warning for
// - a part of a rule that never holds: all its words are lifted by its `not`,
//   which has them or shorter words that they hold, or by the rule's
//   `allow_phrases`; or its `count` wants more words than it has. The rule as a
//   whole, when it needs that part;
// - a word that stands in the rule and is lifted so, beside others that are
//   not. Not of a list: that is a way of taking one word out of it.
// A `not` lifts a word for certain only when it asks for words alone. Rules
// that are off do not count.
void FindNeverHits(const Pack& pack, Warnings& warnings);

}  // namespace sluice::rules
