#include "gateway/control/template_release.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace sluice::gateway {
namespace {

constexpr size_t kToldMax = 20;
// Most hits of one template, and most bytes of a word, in a message.
constexpr size_t kHitsToldMax = 20;
constexpr size_t kWordToldMax = 120;

using filter::TemplateHit;

void AppendHit(std::string* out, const TemplateHit& hit) {
  absl::StrAppend(out, hit.rule);
  if (hit.word.empty() || hit.word.size() > kWordToldMax) return;
  absl::StrAppend(out, " \"", hit.word, "\"");
}

std::string ToString(const std::vector<TemplateHit>& hits) {
  const size_t told = std::min(hits.size(), kHitsToldMax);
  std::string text =
      absl::StrJoin(hits.begin(), hits.begin() + static_cast<ptrdiff_t>(told),
                    ", ", AppendHit);
  if (told < hits.size()) {
    absl::StrAppend(&text, " and ", hits.size() - told, " more");
  }
  return text;
}

std::vector<TemplateHit> OnlyProhibited(std::vector<TemplateHit> hits) {
  // ReviewTemplate puts prohibited content first.
  hits.erase(
      std::find_if(hits.begin(), hits.end(),
                   [](const TemplateHit& hit) { return !hit.prohibited; }),
      hits.end());
  return hits;
}

}  // namespace

bool AnyProhibited(const std::vector<TemplateHit>& hits) {
  return !hits.empty() && hits.front().prohibited;
}

bool AnyProhibited(const std::vector<TemplateHits>& hits) {
  return std::any_of(hits.begin(), hits.end(), [](const TemplateHits& one) {
    return AnyProhibited(one.hits);
  });
}

void Accept(const std::vector<TemplateHit>& hits, store::v1::Template& text) {
  for (const TemplateHit& hit : hits) {
    const bool known =
        std::any_of(text.accepted_hits().begin(), text.accepted_hits().end(),
                    [&hit](const auto& one) {
                      return one.rule() == hit.rule && one.word() == hit.word;
                    });
    if (known) continue;
    store::v1::Template::AcceptedHit& accepted = *text.add_accepted_hits();
    accepted.set_rule(hit.rule);
    accepted.set_word(hit.word);
  }
}

absl::Status ReleaseTemplate(const rules::RuleSet& rules,
                             const filter::Policy& policy, bool accept,
                             store::v1::Party& party) {
  store::v1::Template& text = *party.mutable_template_();
  const auto released = filter::ReadReleasedText(party.id(), text);
  if (!released.ok()) {
    return filter::OfTemplate(party.id(), released.status());
  }
  filter::TemplateReviewScratch scratch;
  const std::vector<TemplateHit> hits =
      filter::ReviewTemplate(rules, policy, text, **released, scratch);
  if (AnyProhibited(hits)) {
    return absl::FailedPreconditionError(
        absl::StrCat("template ", party.id(),
                     ": its fixed text has content that these rules prohibit: ",
                     ToString(OnlyProhibited(hits)),
                     ": change the text; prohibited content cannot be accepted "
                     "(accept_rule_hits)"));
  }
  if (!hits.empty() && !accept) {
    return absl::FailedPreconditionError(absl::StrCat(
        "template ", party.id(), ": its fixed text hits the rules ",
        ToString(hits),
        ": change the text, or accept the hits (accept_rule_hits)"));
  }
  Accept(hits, text);
  return absl::OkStatus();
}

TemplateReview ReviewTemplates(std::shared_ptr<const filter::Registry> registry,
                               const rules::RuleSet& rules,
                               const filter::Policy& policy) {
  std::vector<TemplateHits> found;
  filter::TemplateReviewScratch scratch;
  for (const filter::Template& one : registry->templates()) {
    if (!one.active) continue;
    std::vector<TemplateHit> hits = filter::ReviewTemplate(
        rules, policy, *one.party, *one.released, scratch);
    if (hits.empty()) continue;
    found.push_back({std::string(one.id), std::move(hits)});
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.template_id < b.template_id;
  });
  return {std::move(registry), std::move(found)};
}

std::string ToString(const std::vector<TemplateHits>& hits) {
  const size_t told = std::min(hits.size(), kToldMax);
  std::string text = absl::StrJoin(
      hits.begin(), hits.begin() + static_cast<ptrdiff_t>(told), ", ",
      [](std::string* out, const TemplateHits& one) {
        absl::StrAppend(out, one.template_id, " (", ToString(one.hits), ")");
      });
  if (told < hits.size()) {
    absl::StrAppend(&text, " and ", hits.size() - told, " more");
  }
  return text;
}

absl::Status RefusedForTemplates(const std::vector<TemplateHits>& hits) {
  std::vector<TemplateHits> prohibited;
  std::copy_if(hits.begin(), hits.end(), std::back_inserter(prohibited),
               [](const TemplateHits& one) { return AnyProhibited(one.hits); });
  const size_t count = prohibited.empty() ? hits.size() : prohibited.size();
  const std::string those =
      absl::StrCat(count, " released template", count == 1 ? "" : "s", ": ");
  if (prohibited.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "these rules hit the fixed text of ", those, ToString(hits),
        ": change, suspend or close the templates, or accept the hits "
        "(accept_template_hits)"));
  }
  for (TemplateHits& one : prohibited) {
    one.hits = OnlyProhibited(std::move(one.hits));
  }
  return absl::FailedPreconditionError(
      absl::StrCat("these rules find prohibited content in the fixed text of ",
                   those, ToString(prohibited),
                   ": change, suspend or close the templates; prohibited "
                   "content cannot be accepted (accept_template_hits)"));
}

}  // namespace sluice::gateway
