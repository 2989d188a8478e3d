#pragma once

// What a pack for recipients in mainland China allows, and makes no sense
// there: against the regulation, or far from what carriers and vendors use. An
// officer may have reasons; a slip of the finger has none. What it gives up of
// the law is rules/compare's part.

#include "absl/time/time.h"
#include "rules/base/warnings.h"
#include "rules/pack/pack.h"

namespace sluice::rules {

// Adds a warning, with the usual value and why, for
// - a time zone that is not China's at `now`;
// - hardly any send hours in all;
// - an opt-out that is obeyed although the pack says otherwise; consent or
//   opt-outs of verification messages;
// - a validity in which no message arrives, or in which a code is of no use;
// - a limit that stops almost every verification message;
// - verification messages that wait for send hours;
// - signatures, deferrals, campaigns and holds with figures that make no sense.
// Nothing for a pack whose `countries` lack CN.
void FindPolicySense(const Pack& pack, absl::Time now, Warnings& warnings);

}  // namespace sluice::rules
