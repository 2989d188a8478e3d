#pragma once

// What the files of a pack's lists and weight tables give up of the shipped
// ones: words that hit and are gone, words that lift hits and are new.

#include "rules/compare/weaker.h"
#include "rules/pack/pack.h"

namespace sluice::rules {

// Compares lists and tables of the same id; one that no rule uses any more is
// told with the rules. One warning for each file and kind.
void FindWeakerLists(const Pack& shipped, const Pack& own, Weaker& weaker);

}  // namespace sluice::rules
