#pragma once

// What policy.yaml, and the modes of rules, say otherwise than is meant.

#include "absl/time/time.h"
#include "rules/base/warnings.h"
#include "rules/pack/pack.h"

namespace sluice::rules {

// Adds a warning for
// - send hours across midnight, which are mostly night;
// - a class that has send hours, a limit or a campaign limit, and no entry
//   under `classes`: it has no duties;
// - a rule, threshold, limit or check that is observed until a day before `now`
//   in the pack's time zone: it has been enforced since; or for more than two
//   years: it is not enforced.
void FindPolicyWarnings(const Pack& pack, absl::Time now, Warnings& warnings);

}  // namespace sluice::rules
