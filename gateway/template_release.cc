#include "gateway/template_release.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "filter/template_review.h"

namespace sluice::gateway {
namespace {

constexpr size_t kToldMax = 20;

}  // namespace

absl::Status ReleaseTemplate(const rules::RuleSet& rules,
                             const filter::Policy& policy, bool accept,
                             v1::Party& party) {
  v1::Template& text = *party.mutable_template_();
  text.clear_accepted_rules();
  const auto released = filter::ReadReleasedText(party.id(), text);
  if (!released.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "template ", party.id(), ": ", released.status().message()));
  }
  filter::TemplateReviewScratch scratch;
  const std::vector<std::string> hits =
      filter::ReviewTemplate(rules, policy, text, **released, scratch);
  if (!hits.empty() && !accept) {
    return absl::FailedPreconditionError(absl::StrCat(
        "template ", party.id(), ": its fixed text hits the rules ",
        absl::StrJoin(hits, ", "),
        ": change the text, or release it all the same (accept_rule_hits)"));
  }
  for (const std::string& rule : hits) text.add_accepted_rules(rule);
  return absl::OkStatus();
}

std::vector<TemplateHits> ReviewTemplates(const filter::Registry& registry,
                                          const rules::RuleSet& rules,
                                          const filter::Policy& policy) {
  std::vector<TemplateHits> found;
  filter::TemplateReviewScratch scratch;
  for (const filter::Template& one : registry.templates()) {
    if (one.closed) continue;
    std::vector<std::string> hits = filter::ReviewTemplate(
        rules, policy, *one.party, *one.released, scratch);
    if (hits.empty()) continue;
    found.push_back({std::string(one.id), std::move(hits)});
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.template_id < b.template_id;
  });
  return found;
}

std::string ToString(const std::vector<TemplateHits>& hits) {
  const size_t told = std::min(hits.size(), kToldMax);
  std::string text =
      absl::StrJoin(hits.begin(), hits.begin() + static_cast<ptrdiff_t>(told),
                    ", ", [](std::string* out, const TemplateHits& one) {
                      absl::StrAppend(out, one.template_id, " (",
                                      absl::StrJoin(one.rules, ", "), ")");
                    });
  if (told < hits.size()) {
    absl::StrAppend(&text, " and ", hits.size() - told, " more");
  }
  return text;
}

absl::Status RefusedForTemplates(const std::vector<TemplateHits>& hits) {
  return absl::FailedPreconditionError(absl::StrCat(
      "these rules hit the fixed text of ", hits.size(),
      hits.size() == 1 ? " released template: " : " released templates: ",
      ToString(hits),
      ": change or close them, or publish all the same "
      "(accept_template_hits)"));
}

}  // namespace sluice::gateway
