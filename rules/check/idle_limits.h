#pragma once

// Limits that never stop a message.

#include "rules/base/warnings.h"
#include "rules/pack/pack.h"

namespace sluice::rules {

// Adds a warning for a limit that never acts, since another one, which is
// enforced for the same messages, allows no more of them in its window; and for
// one of more messages than any phone gets.
void FindIdleLimits(const Pack& pack, Warnings& warnings);

}  // namespace sluice::rules
