#pragma once

// Which content rules hit the fixed text of a template. Asked when a template
// is released and when rules are published, because messages that are made from
// it are only looked at in their variables (template.cc).

#include <string>
#include <vector>

#include "filter/policy.h"
#include "filter/registry.h"
#include "rules/rule_set.h"

namespace sluice::filter {

// Reuse one per thread.
struct TemplateReviewScratch {
  std::string text;
  rules::FoldedText folded;
  rules::RuleScratch match;
  std::vector<rules::Hit> hits;
};

// Ids of the rules and thresholds that would decide about a message with this
// fixed text alone, and those of the tags that reach a threshold; sorted, each
// once. Rules that `party` accepted already do not count. One that is only
// observed is told too: it will not stay so. A rule for certain content
// providers or classes counts when it may be about the template's messages; for
// certain accounts, ports, carriers or signatures it may.
//
// A variable stands as a line's end, so that no word is joined across it.
// `released` is what was made of party's text.
std::vector<std::string> ReviewTemplate(const rules::RuleSet& rules,
                                        const Policy& policy,
                                        const v1::Template& party,
                                        const ReleasedText& released,
                                        TemplateReviewScratch& scratch);

}  // namespace sluice::filter
