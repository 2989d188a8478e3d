#pragma once

// Everyday texts that a pack stops: each of its words may be rare, and its
// rules hit what everybody sends, by sound, by words near each other, by sums.

#include "rules/base/warnings.h"
#include "rules/pack/pack.h"
#include "rules/rule_set.h"

namespace sluice::rules {

// Adds a warning for each rule and threshold of `rules` that decides about an
// everyday text (check/everyday.h), with the first such text; `file` is its
// rules.yaml. Not for what FindWarnings tells: a single word or regex that
// decides alone and is in such a text as written.
void FindEverydayHits(const RuleSet& rules, const PackFile& file,
                      Warnings& warnings);

}  // namespace sluice::rules
