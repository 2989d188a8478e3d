#pragma once

// Examples that do not do what they must, and why: which word hits one that
// must pass, what is missing in one that must be hit.

#include "rules/base/faults.h"
#include "rules/base/stop.h"
#include "rules/pack/pack.h"
#include "rules/rule_set.h"

namespace sluice::rules {

// Adds a fault for each example of a rule of `pack` that `rules`, which was
// compiled from it, does not find (must_hit) or finds (must_pass). Examples are
// texts like any other: what they show is what traffic will meet. Each is tried
// in the first class that its rule is for. A rule with an example that is not
// found is compiled once more, in its parts, to say why: the first few such
// rules, of a pack that is not large.
void TryExamples(const RuleSet& rules, const Pack& pack, const StopAsked& stop,
                 Faults& faults);

}  // namespace sluice::rules
