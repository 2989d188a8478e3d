#pragma once

// The frequency limits of the shipped pack that a pack lacks or loosens.

#include "rules/compare/weaker.h"
#include "rules/pack/pack.h"

namespace sluice::rules {

// Adds a warning for each shipped limit that no limit of `own` replaces: one of
// any id that counts all of its messages, with at most as many in at least as
// long a window, by at most the same parts of a key, with the same effect.
void FindWeakerLimits(const Pack& shipped, const Pack& own, Weaker& weaker);

}  // namespace sluice::rules
