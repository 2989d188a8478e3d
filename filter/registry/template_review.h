#pragma once

// Which content rules hit the fixed text of a template. Asked when a template
// is released and when rules are published, because messages that are made from
// it are only looked at in their variables (template.cc).

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "filter/policy/policy.h"
#include "filter/registry/registry.h"
#include "rules/rule_set.h"

namespace sluice::filter {

// Reuse one per thread.
struct TemplateReviewScratch {
  std::string text;
  rules::FoldedText folded;
  rules::RuleScratch match;
  std::vector<rules::Hit> hits;
};

// What fixed text hits, and what a yes to it is for.
struct TemplateHit {
  std::string rule;         // Or a threshold.
  std::string word;         // See WordOf; empty for a threshold.
  bool prohibited = false;  // No yes covers it.
  bool operator==(const TemplateHit&) const = default;
};

// What a hit is of: the word or regex as written in the pack; of a link or
// contact what it reads in the submitted `text`, folded; of a rule that only
// asks for what is absent the whole text. `kept` is memory that the answer may
// lie in.
absl::string_view WordOf(const rules::RuleSet& rules, const rules::Hit& hit,
                         absl::string_view text, std::string& kept);

// What the tags of `category` add up to in one text, each rule once.
uint32_t SumOfTags(const ContentPolicy& content,
                   absl::Span<const rules::Hit> hits, uint32_t category);

// Rules and thresholds that would decide about a message with this fixed text
// alone, and the tags that reach a threshold, with their words; each once, what
// is prohibited first, then by rule and word. What `party` has in its
// accepted_hits does not count, save where it is prohibited content. One that
// is only observed is told too: it will not stay so. A rule for certain content
// providers or classes counts when it may be about the template's messages; for
// certain accounts, ports, carriers or signatures it may.
//
// A variable stands as a line's end, so that no word is joined across it.
// `released` is what was made of party's text.
std::vector<TemplateHit> ReviewTemplate(const rules::RuleSet& rules,
                                        const Policy& policy,
                                        const store::v1::Template& party,
                                        const ReleasedText& released,
                                        TemplateReviewScratch& scratch);

}  // namespace sluice::filter
