#pragma once

// Whether each word of a pack's weight tables can be looked for.

#include "rules/base/faults.h"
#include "rules/base/stop.h"
#include "rules/pack/pack.h"

namespace sluice::rules {

// Faults: an id that is none, a word of no sign or of more than kSignsMax, a
// word that is there twice, more words or signs than allowed. Ends early when
// `stop` asks for it.
void CheckWeightTables(const Pack& pack, Faults& faults, const StopAsked& stop);

}  // namespace sluice::rules
