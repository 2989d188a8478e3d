#include "filter/template_review.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/algorithm/container.h"

namespace sluice::filter {
namespace {

// Fixed text as one, with a gap for each variable.
void WriteFixed(const TemplateText& text, std::string& out) {
  out.clear();
  for (size_t i = 0; i <= text.variables().size(); ++i) {
    if (i > 0) out += '\n';
    const absl::string_view fixed = text.submitted(i);
    out.append(fixed.data(), fixed.size());
  }
}

bool MayBeAbout(const CompiledRule& rule, const v1::Template& party) {
  const auto c = static_cast<MessageClass>(party.message_class());
  if (rule.mode.off() || (rule.classes & MaskOf(c)) == 0) return false;
  if (!rule.scoped) return true;
  const auto& in = rule.scope.content_providers();
  const auto& out = rule.except.content_providers();
  const std::string& owner = party.content_provider_id();
  return (in.empty() || absl::c_linear_search(in, owner)) &&
         !absl::c_linear_search(out, owner);
}

}  // namespace

std::vector<std::string> ReviewTemplate(const rules::RuleSet& rules,
                                        const Policy& policy,
                                        const v1::Template& party,
                                        const ReleasedText& released,
                                        TemplateReviewScratch& scratch) {
  WriteFixed(released.text, scratch.text);
  scratch.hits.clear();
  rules::FoldTable::Shared().Fold(scratch.text, scratch.folded);
  rules.Match(scratch.folded,
              {party.message_class(), scratch.folded.code_points, scratch.text},
              scratch.match, scratch.hits);
  std::set<std::string> found;
  std::map<uint32_t, std::set<uint32_t>> tags;  // By category.
  const absl::Span<const CompiledRule> compiled = policy.content().rules();
  for (const rules::Hit& hit : scratch.hits) {
    const CompiledRule& rule = compiled[hit.rule];
    if (!MayBeAbout(rule, party) ||
        absl::c_linear_search(party.accepted_rules(), rule.id)) {
      continue;
    }
    if (rule.score == 0) {
      found.insert(rule.id);
    } else {
      tags[rule.category].insert(hit.rule);
    }
  }
  for (const CompiledThreshold& threshold : policy.content().thresholds()) {
    const auto those = tags.find(threshold.category);
    if (those == tags.end() || threshold.mode.off()) continue;
    uint32_t sum = 0;
    for (const uint32_t rule : those->second) sum += compiled[rule].score;
    if (sum < threshold.score) continue;
    found.insert(threshold.id);
    for (const uint32_t rule : those->second) found.insert(compiled[rule].id);
  }
  return {found.begin(), found.end()};
}

}  // namespace sluice::filter
