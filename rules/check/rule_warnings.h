#pragma once

// Rules whose conditions say something else than their author means, whatever
// their words are.

#include "rules/base/warnings.h"
#include "rules/pack/pack.h"

namespace sluice::rules {

// Adds a warning for
// - a `near` without `within`: side by side only;
// - a scope that the rule's `except` takes back as a whole;
// - any link or contact under a `not`, which lifts the hits of who adds one;
// - a rule that decides about every text without certain words, since it asks
//   for nothing else;
// - a rule whose conditions are those of an earlier one: a copy that nobody
//   changed.
// Rules that are off do not count.
void FindRuleWarnings(const Pack& pack, Warnings& warnings);

}  // namespace sluice::rules
