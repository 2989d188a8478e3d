#pragma once

// Weight tables, and rules about them, that do not do what their author means.

#include "rules/base/warnings.h"
#include "rules/pack/pack.h"

namespace sluice::rules {

// Adds a warning for
// - a word that is heavy enough alone for some rule, and one with marks, which
//   say nothing in a table;
// - a rule that asks for more than the heaviest words of its table make
//   together, so that no usual text reaches it;
// - a rule that asks for no less than another one on the same table that
//   decides about all these texts already.
// Not of tables that could not be read whole.
void FindWeightWarnings(const Pack& pack, Warnings& warnings);

}  // namespace sluice::rules
