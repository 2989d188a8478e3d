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

// A hit in fixed text, as a person accepts it.
struct TemplateHit {
  std::string rule;         // Or a threshold, or kAsksForOptOutWord.
  std::string word;         // See WordOf; empty for a threshold.
  bool prohibited = false;  // Cannot be accepted.
  bool operator==(const TemplateHit&) const = default;
};

// The word of a hit: the word or regex as written in the pack; of a link or
// contact what it reads in the submitted `text`, folded; of a rule that only
// asks for what is absent the whole text. The answer may point into `kept`.
absl::string_view WordOf(const rules::RuleSet& rules, const rules::Hit& hit,
                         absl::string_view text, std::string& kept);

// Whether a rule of the pack found an opt-out word that is asked for with
// another meaning; then it decides, and no check of ours.
bool HasWordConflict(const ContentPolicy& content,
                     absl::Span<const rules::Hit> hits);

// The sum of the scores of `category` in one text, each rule once.
uint32_t SumOfTags(const ContentPolicy& content,
                   absl::Span<const rules::Hit> hits, uint32_t category);

// Rules and thresholds that would decide about a message with this fixed text
// alone, the tags that reach a threshold, with their words, and the opt-out
// words that the text asks for with another meaning (asked_words.h); each once,
// prohibited content first, then by rule and word. What `party` has in its
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
