#pragma once

// Everyday words that lift hits: with one of them in a list under a `not`,
// almost every text is spared.

#include "rules/base/warnings.h"
#include "rules/pack/pack.h"

namespace sluice::rules {

// Adds a warning for each word or regex of which one is enough for a `not` to
// hold, and that is in so many everyday texts (everyday.h) that they are no
// exception. What lifts the hits of many rules, such as a shared list of
// warnings, must be rarer than what one rule excepts.
void FindLiftWarnings(const Pack& pack, Warnings& warnings);

}  // namespace sluice::rules
