#pragma once

// What rules.yaml gives up of the shipped pack's.

#include "rules/compare/weaker.h"
#include "rules/pack/pack.h"

namespace sluice::rules {

// Adds a warning for each shipped rule and threshold that is gone, does less or
// holds for fewer texts, and for what all rules together let pass now. Rules
// are told apart by their ids; one that only has another id is there.
void FindWeakerRules(const Pack& shipped, const Pack& own, Weaker& weaker);

}  // namespace sluice::rules
