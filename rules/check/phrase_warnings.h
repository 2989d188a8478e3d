#pragma once

// Allowed phrases that lift nothing: their author believes that a text with
// such a phrase passes, and a phrase lifts only the hits inside it.

#include "rules/base/warnings.h"
#include "rules/pack/pack.h"

namespace sluice::rules {

// Adds a warning for each phrase of the pack, and of a rule, inside which none
// of its words and regexes can be found, however written: 的, 您好. Phrases of
// rules that ask for links or contacts do not count, nor do rules that are off.
void FindPhraseWarnings(const Pack& pack, Warnings& warnings);

}  // namespace sluice::rules
