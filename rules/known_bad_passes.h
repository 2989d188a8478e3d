#pragma once

// Texts that the shipped pack stops (rules/compare/known_bad.h) and a compiled
// pack lets pass, whatever the reason.

#include <string>

#include "absl/strings/string_view.h"
#include "rules/compare/weaker.h"
#include "rules/pack/pack.h"
#include "rules/rule_set.h"

namespace sluice::rules {

// The rule or threshold that rejects or holds the text as a commercial message
// of anybody, the first in the pack; empty: it passes. One with a scope stops
// no message of anybody.
std::string StoppedBy(const RuleSet& rules, absl::string_view text);

// Adds how many known bad texts pass, of which kinds, and for each kind an
// example with the rule that stops it in the shipped pack and, where it is
// known, what lifts its hits now. `file` is the pack's rules.yaml.
void FindKnownBadPasses(const RuleSet& rules, const PackFile& file,
                        Weaker& weaker);

}  // namespace sluice::rules
