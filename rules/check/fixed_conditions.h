#pragma once

// Conditions that hold for every message or for none, whatever the words are.

#include "rules/base/warnings.h"
#include "rules/pack/pack.h"

namespace sluice::rules {

// Adds a warning for
// - a length that no text has, alone or beside another condition, or that is
//   below that of every word asked for;
// - classes of which none is left, by `classes`, `all` and `not` together;
// - a link or contact that a `not` forbids, and more of them than texts have;
// - a `near` of the same set twice;
// - a `not` of nothing but a `not`, and one of what always holds;
// - an alternative of `any` that always holds, so that the others say nothing.
// Rules that are off do not count. What rules themselves lift by words is for
// never_hits.h.
void FindFixedConditions(const Pack& pack, Warnings& warnings);

}  // namespace sluice::rules
