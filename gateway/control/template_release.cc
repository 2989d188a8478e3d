#include "gateway/control/template_release.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/wire/timestamp.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"

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

std::string ToString(const std::vector<TemplateHit>& hits, Language language) {
  const size_t told = std::min(hits.size(), kHitsToldMax);
  std::string text =
      absl::StrJoin(hits.begin(), hits.begin() + static_cast<ptrdiff_t>(told),
                    ", ", AppendHit);
  if (told < hits.size()) {
    absl::StrAppend(&text, Say(language, " 等，另有 $0 处", " and $0 more",
                               hits.size() - told));
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

void Accept(const std::vector<TemplateHit>& hits, const Acceptance& by,
            store::v1::Template& text) {
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
    accepted.set_actor(by.actor.key_id);
    accepted.set_reason(by.actor.reason);
    SetTimestamp(by.at_ms, *accepted.mutable_accept_time());
  }
}

absl::Status ReleaseTemplate(const rules::RuleSet& rules,
                             const filter::Policy& policy, bool accept,
                             const Acceptance& by, store::v1::Party& party) {
  store::v1::Template& text = *party.mutable_template_();
  const auto released = filter::ReadReleasedText(party.id(), text);
  if (!released.ok()) {
    return filter::OfTemplate(party.id(), released.status());
  }
  filter::TemplateReviewScratch scratch;
  const std::vector<TemplateHit> hits =
      filter::ReviewTemplate(rules, policy, text, **released, scratch);
  if (AnyProhibited(hits)) {
    const std::vector<TemplateHit> prohibited = OnlyProhibited(hits);
    return ErrorOf(
        absl::StatusCode::kFailedPrecondition,
        {absl::StrCat("模板 ", party.id(), " 的固定文字中有规则禁止的内容：",
                      ToString(prohibited, Language::kChinese),
                      "：请修改文字；禁止的内容不能用 --accept-rule-hits 接受"),
         absl::StrCat(
             "template ", party.id(),
             ": its fixed text has content that these rules prohibit: ",
             ToString(prohibited, Language::kEnglish),
             ": change the text; prohibited content cannot be accepted "
             "(accept_rule_hits)")});
  }
  if (!hits.empty() && !accept) {
    return ErrorOf(
        absl::StatusCode::kFailedPrecondition,
        {absl::StrCat("模板 ", party.id(), " 的固定文字命中规则 ",
                      ToString(hits, Language::kChinese),
                      "：请修改文字，或用 --accept-rule-hits 接受这些命中"),
         absl::StrCat(
             "template ", party.id(), ": its fixed text hits the rules ",
             ToString(hits, Language::kEnglish),
             ": change the text, or accept the hits (accept_rule_hits)")});
  }
  Accept(hits, by, text);
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

std::string ToString(const std::vector<TemplateHits>& hits, Language language) {
  const size_t told = std::min(hits.size(), kToldMax);
  std::string text = absl::StrJoin(
      hits.begin(), hits.begin() + static_cast<ptrdiff_t>(told), ", ",
      [language](std::string* out, const TemplateHits& one) {
        absl::StrAppend(out, one.template_id, " (",
                        ToString(one.hits, language), ")");
      });
  if (told < hits.size()) {
    absl::StrAppend(&text, Say(language, " 等，另有 $0 个", " and $0 more",
                               hits.size() - told));
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
  const std::string these = absl::StrCat(count, " 个已发布模板的固定文字");
  if (prohibited.empty()) {
    return ErrorOf(
        absl::StatusCode::kFailedPrecondition,
        {absl::StrCat("这些规则命中 ", these, "：",
                      ToString(hits, Language::kChinese),
                      "：请修改、暂停或注销这些模板，或接受这些命中"
                      "（accept_template_hits）"),
         absl::StrCat(
             "these rules hit the fixed text of ", those, ToString(hits),
             ": change, suspend or close the templates, or accept the hits "
             "(accept_template_hits)")});
  }
  for (TemplateHits& one : prohibited) {
    one.hits = OnlyProhibited(std::move(one.hits));
  }
  return ErrorOf(
      absl::StatusCode::kFailedPrecondition,
      {absl::StrCat("这些规则在 ", these, "中发现禁止的内容：",
                    ToString(prohibited, Language::kChinese),
                    "：请修改、暂停或注销这些模板；禁止的内容不能接受"
                    "（accept_template_hits）"),
       absl::StrCat("these rules find prohibited content in the fixed text of ",
                    those, ToString(prohibited),
                    ": change, suspend or close the templates; prohibited "
                    "content cannot be accepted (accept_template_hits)")});
}

}  // namespace sluice::gateway
