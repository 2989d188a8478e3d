#pragma once

// What a pack for recipients in mainland China allows, and should not: against
// the regulation, or far from what carriers and vendors use. An officer may
// have reasons; a slip of the finger has none.

#include "absl/time/time.h"
#include "rules/base/warnings.h"
#include "rules/pack/pack.h"

namespace sluice::rules {

// Adds a warning, with the usual value and why, for
// - a time zone that is not China's at `now`;
// - send hours of commercial messages at night, or hardly any in all; none;
// - a duty that the regulation gives a class, and that is not asked for; a
//   signature that carriers ask for;
// - an opt-out that is obeyed although the pack says otherwise;
// - a validity in which no message arrives, or in which a code is of no use;
// - commercial or verification messages of which the tightest limit stops
//   nobody, or a limit almost everybody; no limit that is enforced;
// - verification messages that wait for send hours;
// - records, signatures, deferrals, links and holds with figures that make no
//   sense;
// - campaigns of a few numbers, or of so many that none is;
// - what the regulation demands with another basis, or turned off.
// Nothing for a pack whose `countries` lack CN.
void FindPolicySense(const Pack& pack, absl::Time now, Warnings& warnings);

}  // namespace sluice::rules
