#pragma once

// Opt-out wording and replies that do not do what their author means: refusals
// that are not heard, and everyday replies that are taken for refusals.

#include "rules/base/warnings.h"
#include "rules/pack/pack.h"

namespace sluice::rules {

// Adds a warning for
// - a word of which an everyday reply (好的, 谢谢) is an opt-out or complaint;
// - a negation by which a plain refusal (请退订) is none;
// - accepted wording that asks for a reply which is no refusal, or for none.
void FindReplyWarnings(const Pack& pack, Warnings& warnings);

}  // namespace sluice::rules
