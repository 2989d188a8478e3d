#pragma once

// Rules that hold what another rule rejects already.

#include "rules/base/warnings.h"
#include "rules/pack/pack.h"

namespace sluice::rules {

// Adds a warning for each rule with `action: hold` that looks for nothing but
// words of which each is, or holds, a word that an enforced rule rejects by
// itself, for every message and at the same folding level or a higher one: a
// rejection goes before a hold. Rules with `folding: exact` do not count.
void FindShadowWarnings(const Pack& pack, Warnings& warnings);

}  // namespace sluice::rules
