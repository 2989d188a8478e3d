#include "filter/policy/content_policy.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "filter/policy/exemptions.h"
#include "filter/policy/hash.h"
#include "filter/policy/number_table.h"
#include "rules/base/status_macros.h"

namespace sluice::filter {
namespace {

// Places that one finding lists; further ones say nothing new.
constexpr size_t kSpansMax = 16;

// Several patterns may hit one place; they come one after the other.
void AddSpan(const rules::Hit& hit, Finding& finding) {
  const TextSpan span = {hit.begin, hit.end};
  if (finding.spans.size() >= kSpansMax) return;
  if (!finding.spans.empty() && finding.spans.back() == span) return;
  finding.spans.push_back(span);
}

template <typename Names>
bool IsAmong(const Names& names, absl::string_view name) {
  return !name.empty() && absl::c_linear_search(names, name);
}

template <typename Names>
bool Allows(const Names& names, absl::string_view name) {
  return names.empty() || IsAmong(names, name);
}

template <typename Part>
Audience AudienceOf(const Part& part) {
  return {part.has_scope() || part.has_except(), part.scope(), part.except()};
}

// A number is always or never in a rule's sample, and samples of different
// rules have nothing to do with each other.
bool InSample(const CompiledRule& rule, uint64_t recipient) {
  return HashOf(rule.id, recipient) % 100 < rule.sample_percent;
}

bool IsObserved(const CompiledRule& rule, uint64_t recipient, int64_t now_ms) {
  if (rule.mode.mode == rules::v1::CHECK_MODE_SAMPLE) {
    return !InSample(rule, recipient);
  }
  return rule.mode.observed(now_ms);
}

v1::Basis BasisOr(v1::Basis basis) {
  return basis == v1::BASIS_UNSPECIFIED ? v1::BASIS_POLICY : basis;
}

absl::StatusOr<CompiledRule> Compile(const rules::v1::ContentRule& in,
                                     const absl::TimeZone& zone) {
  CompiledRule out;
  out.id = in.id();
  if (!in.code().empty()) {
    SLUICE_ASSIGN_OR_RETURN(out.code, CodeNamed(in.code()));
  }
  out.basis = BasisOr(in.basis());
  out.classes = ReadClassMask(in.classes());
  out.hold = in.action() == rules::v1::RULE_ACTION_HOLD;
  out.score = in.action() == rules::v1::RULE_ACTION_TAG ? in.score() : 0;
  out.audience = AudienceOf(in);
  out.sample_percent = in.sample_percent();
  // A tag decides nothing, so that nothing can be relaxed by it.
  const ReasonCode code =
      out.score != 0 ? ReasonCode::kContentUnwanted : out.code;
  SLUICE_ASSIGN_OR_RETURN(
      out.mode, ReadMode(in.mode(), in.observe_until(), out.basis, code, zone));
  return out;
}

absl::StatusOr<CompiledThreshold> Compile(const rules::v1::Threshold& in,
                                          const absl::TimeZone& zone) {
  CompiledThreshold out;
  out.id = in.id();
  if (!in.code().empty()) {
    SLUICE_ASSIGN_OR_RETURN(out.code, CodeNamed(in.code()));
  }
  out.basis = BasisOr(in.basis());
  out.score = in.score();
  out.hold = in.action() == rules::v1::RULE_ACTION_HOLD;
  out.audience = AudienceOf(in);
  SLUICE_ASSIGN_OR_RETURN(out.mode, ReadMode(in.mode(), in.observe_until(),
                                             out.basis, out.code, zone));
  return out;
}

}  // namespace

bool Audience::Has(const ContentSender& sender) const {
  return !limited || (InScope(sender) && !IsExcepted(sender));
}

bool Audience::InScope(const ContentSender& sender) const {
  return Allows(scope.content_providers(), sender.content_provider) &&
         Allows(scope.accounts(), sender.account) &&
         Allows(scope.ports(), sender.port) &&
         Allows(scope.carriers(), Name(sender.carrier)) &&
         Allows(scope.signatures(), sender.signature);
}

bool Audience::IsExcepted(const ContentSender& sender) const {
  return IsAmong(except.content_providers(), sender.content_provider) ||
         IsAmong(except.accounts(), sender.account) ||
         IsAmong(except.ports(), sender.port) ||
         IsAmong(except.carriers(), Name(sender.carrier)) ||
         IsAmong(except.signatures(), sender.signature);
}

absl::StatusOr<ContentPolicy> ContentPolicy::Build(
    absl::Span<const rules::v1::ContentRule> rules,
    absl::Span<const rules::v1::Threshold> thresholds,
    absl::Span<const rules::v1::ImpersonationCategory> impersonations,
    const absl::TimeZone& zone) {
  ContentPolicy policy;
  std::map<absl::string_view, uint32_t> categories;
  const auto number_of = [&](absl::string_view category) {
    return categories
        .emplace(category, static_cast<uint32_t>(categories.size()))
        .first->second;
  };
  for (const auto& in : impersonations) {
    Impersonation& out = policy.impersonations_.emplace_back();
    out.category = number_of(in.category());
    for (size_t i = 0; i < rules.size(); ++i) {
      if (!IsAmong(in.named_by(), rules[i].id())) continue;
      out.named_by.push_back(static_cast<uint32_t>(i));
    }
  }
  const auto is_unliftable = [&](ReasonCode code, uint32_t category) {
    return IsAlwaysEnforced(code) &&
           policy.FindImpersonation(category) == nullptr;
  };
  for (const rules::v1::ContentRule& rule : rules) {
    auto compiled = Compile(rule, zone);
    if (!compiled.ok()) {
      return InvalidValue(absl::StrCat("rules: ", rule.id()),
                          compiled.status().message());
    }
    compiled->category = number_of(rule.category());
    compiled->unliftable = compiled->score == 0 &&
                           is_unliftable(compiled->code, compiled->category);
    policy.rules_.push_back(*std::move(compiled));
  }
  for (const rules::v1::Threshold& threshold : thresholds) {
    auto compiled = Compile(threshold, zone);
    if (!compiled.ok()) {
      return InvalidValue(absl::StrCat("thresholds: ", threshold.id()),
                          compiled.status().message());
    }
    compiled->category = number_of(threshold.category());
    compiled->unliftable = is_unliftable(compiled->code, compiled->category);
    policy.thresholds_.push_back(*std::move(compiled));
  }
  absl::c_sort(policy.thresholds_, [](const auto& a, const auto& b) {
    return std::tuple(a.category, b.score) < std::tuple(b.category, a.score);
  });
  return policy;
}

bool ContentPolicy::Applies(size_t rule, MessageClass message_class,
                            const ContentSender& sender) const {
  const CompiledRule& one = rules_[rule];
  return !one.mode.off() && (one.classes & MaskOf(message_class)) != 0 &&
         one.audience.Has(sender);
}

NotFor ContentPolicy::WhyNotFor(size_t rule, MessageClass message_class,
                                const ContentSender& sender) const {
  const CompiledRule& one = rules_[rule];
  if ((one.classes & MaskOf(message_class)) == 0) return NotFor::kClass;
  if (!one.audience.limited) return NotFor::kNone;
  if (!one.audience.InScope(sender)) return NotFor::kScope;
  return one.audience.IsExcepted(sender) ? NotFor::kExcept : NotFor::kNone;
}

const ContentPolicy::Impersonation* ContentPolicy::FindImpersonation(
    uint32_t category) const {
  for (const Impersonation& one : impersonations_) {
    if (one.category == category) return &one;
  }
  return nullptr;
}

bool ContentPolicy::NamesSpeaker(uint32_t category, uint32_t rule) const {
  const Impersonation* one = FindImpersonation(category);
  return one != nullptr && absl::c_linear_search(one->named_by, rule);
}

// The effect of an impersonation category on a sender that speaks for itself.
ContentPolicy::Effect ContentPolicy::Lifted(const Judging& judging,
                                            uint32_t category,
                                            Effect effect) const {
  if (effect.observed || FindImpersonation(category) == nullptr) return effect;
  switch (judging.speaker(category)) {
    case Speaker::kStranger:
      break;
    case Speaker::kItself:
      effect.hold = true;
      break;
    case Speaker::kItselfFiled:
      effect.observed = true;
      break;
  }
  return effect;
}

ContentPolicy::Effect ContentPolicy::WithExemptions(const Judging& judging,
                                                    uint32_t rule,
                                                    uint32_t pattern,
                                                    ReasonCode code,
                                                    Effect effect) {
  const Exemptions* exemptions = judging.exemptions;
  if (exemptions == nullptr || effect.observed) return effect;
  if (exemptions->IsRolledBack(rule)) {
    (IsAlwaysEnforced(code) ? effect.hold : effect.observed) = true;
  }
  if (exemptions->ExemptionOf(rule, pattern, judging.sender, judging.now_ms) !=
      0) {
    effect.observed = true;
  }
  effect.exempted = effect.observed;
  return effect;
}

void ContentPolicy::Judge(absl::Span<const rules::Hit> hits,
                          MessageClass message_class,
                          const ContentSender& sender, int64_t now_ms,
                          std::vector<Finding>& findings,
                          const Exemptions* exemptions,
                          std::vector<JudgedHit>* judged,
                          SpeakerOf speaker) const {
  const Judging judging = {hits, sender, now_ms, exemptions, judged, speaker};
  const size_t first = findings.size();
  Tags tags;
  for (const rules::Hit& hit : hits) {
    if (!Applies(hit.rule, message_class, sender)) continue;
    const CompiledRule& rule = rules_[hit.rule];
    Effect effect =
        WithExemptions(judging, hit.rule, hit.pattern, rule.code,
                       {IsObserved(rule, sender.recipient, now_ms), rule.hold});
    if (rule.score == 0) effect = Lifted(judging, rule.category, effect);
    if (judged != nullptr) {
      judged->push_back({hit.rule, hit.pattern, effect.observed,
                         !effect.exempted && !effect.hold && rule.score == 0});
    }
    if (rule.score == 0) {
      Add(hit, effect, first, findings);
      continue;
    }
    const auto tag = absl::c_find_if(
        tags, [&hit](const Tag& one) { return one.rule == hit.rule; });
    if (tag == tags.end()) {
      tags.push_back({hit.rule, effect.observed});
    } else {
      tag->observed = tag->observed && effect.observed;
    }
  }
  if (!tags.empty()) AddSums(judging, tags, findings);
}

// A rule that is exempted for one of its words and hits by another holds: for
// that one.
void ContentPolicy::Add(const rules::Hit& hit, Effect effect, size_t first,
                        std::vector<Finding>& findings) const {
  const CompiledRule& rule = rules_[hit.rule];
  const auto same = std::find_if(
      findings.begin() + static_cast<ptrdiff_t>(first), findings.end(),
      [&](const Finding& f) { return f.rule.data() == rule.id.data(); });
  if (same != findings.end()) {
    if (effect.observed && !same->observed) return;
    if (!effect.observed && same->observed) same->spans.clear();
  }
  Finding& finding = same != findings.end() ? *same : findings.emplace_back();
  finding.code = rule.code;
  finding.basis = rule.basis;
  finding.observed = effect.observed;
  finding.hold = effect.hold;
  finding.rule = rule.id;
  finding.field = "text";
  AddSpan(hit, finding);
}

// Of each category, the highest threshold that is reached holds. One that is
// only reached with observed tags, or is observed itself, is noted, and those
// below it are still looked at.
void ContentPolicy::AddSums(const Judging& judging, const Tags& tags,
                            std::vector<Finding>& findings) const {
  bool noted = false;
  bool decided = false;
  for (size_t i = 0; i < thresholds_.size(); ++i) {
    const CompiledThreshold& threshold = thresholds_[i];
    if (i == 0 || threshold.category != thresholds_[i - 1].category) {
      noted = decided = false;
    }
    if (decided || threshold.mode.off() ||
        !threshold.audience.Has(judging.sender)) {
      continue;
    }
    uint32_t enforced = 0;
    uint32_t all = 0;
    for (const Tag& tag : tags) {
      const CompiledRule& rule = rules_[tag.rule];
      if (rule.category != threshold.category) continue;
      all += rule.score;
      if (!tag.observed) enforced += rule.score;
    }
    if (all < threshold.score) continue;
    const uint32_t number = kThresholdBit | static_cast<uint32_t>(i);
    const Effect effect =
        Lifted(judging, threshold.category,
               WithExemptions(
                   judging, number, kWholeRule, threshold.code,
                   {threshold.mode.observed(judging.now_ms), threshold.hold}));
    decided = enforced >= threshold.score && !effect.observed;
    if (!decided && std::exchange(noted, true)) continue;
    if (judging.judged != nullptr) {
      judging.judged->push_back(
          {number, kWholeRule, !decided, !effect.exempted && !effect.hold});
    }
    Finding& finding = findings.emplace_back();
    finding.code = threshold.code;
    finding.basis = threshold.basis;
    finding.observed = !decided;
    finding.hold = effect.hold;
    finding.rule = threshold.id;
    finding.field = "text";
    for (const rules::Hit& hit : judging.hits) {
      const bool counts = absl::c_any_of(tags, [&](const Tag& tag) {
        return tag.rule == hit.rule && !(decided && tag.observed) &&
               rules_[tag.rule].category == threshold.category;
      });
      if (counts) AddSpan(hit, finding);
    }
  }
}

}  // namespace sluice::filter
