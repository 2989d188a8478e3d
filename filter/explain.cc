#include "filter/explain.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "filter/examine/examine.h"
#include "filter/policy/content_policy.h"
#include "filter/policy/decision.h"
#include "filter/policy/hash.h"
#include "filter/reason_writer.h"
#include "filter/registry/registry.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/quoted.h"
#include "rules/base/status_macros.h"
#include "rules/rule_set.h"

namespace sluice::filter {
namespace {

constexpr uint32_t kTextCodePointsMax = 1'000;
constexpr int kLiftedHitsMax = 5;

// Who the message turned out to be from.
ContentSender SenderOf(const Registry& registry, const MessageFacts& facts) {
  ContentSender sender;
  if (const auto* account = registry.Find(facts.account)) {
    sender.account = account->id;
  }
  if (const auto* provider = registry.Find(facts.content_provider)) {
    sender.content_provider = provider->id;
  }
  if (const auto* port = registry.Find(facts.port)) sender.port = port->id;
  if (const auto* signature = registry.Find(facts.signature)) {
    sender.signature = signature->name;
  }
  sender.carrier = facts.carrier;
  sender.recipient = facts.recipient.e164;
  return sender;
}

void WriteHit(const rules::RuleSet& rules, const rules::ExplainedHit& hit,
              admin::v1::ExplainedHit& out) {
  const rules::v1::ContentRule& rule = rules.rules()[hit.rule];
  out.set_rule(rule.id());
  out.set_category(rule.category());
  out.set_action(rule.action());
  out.set_score(rule.score());
  out.set_mode(rule.mode());
  out.set_pattern(hit.pattern);
  out.set_regex(hit.regex);
  out.set_word_list(hit.word_list);
  out.set_weight(hit.weight);
  out.set_weights(hit.weights);
  out.set_folding(hit.level);
  out.set_contact(hit.contact);
  out.set_domain_list(hit.domain_list);
  out.mutable_span()->set_begin(hit.begin);
  out.mutable_span()->set_end(hit.end);
}

// What the tags that were hit add up to, category by category.
void WriteSums(const rules::RuleSet& rules, const std::set<uint32_t>& hit,
               const std::set<uint32_t>& enforced,
               admin::v1::ExplainTextResponse& out) {
  std::map<std::string, admin::v1::ExplainedSum> sums;
  for (const uint32_t number : hit) {
    const rules::v1::ContentRule& rule = rules.rules()[number];
    if (rule.action() != rules::v1::RULE_ACTION_TAG) continue;
    admin::v1::ExplainedSum& sum = sums[rule.category()];
    sum.set_would_score(sum.would_score() + rule.score());
    if (!enforced.contains(number)) continue;
    sum.set_score(sum.score() + rule.score());
  }
  for (const rules::v1::Threshold& threshold : rules.thresholds()) {
    const auto sum = sums.find(threshold.category());
    if (sum == sums.end()) continue;
    admin::v1::ExplainedThreshold& to = *sum->second.add_thresholds();
    to.set_id(threshold.id());
    to.set_score(threshold.score());
    to.set_action(threshold.action());
  }
  for (auto& [category, sum] : sums) {
    std::sort(
        sum.mutable_thresholds()->begin(), sum.mutable_thresholds()->end(),
        [](const auto& a, const auto& b) { return a.score() < b.score(); });
    sum.set_category(category);
    *out.add_sums() = std::move(sum);
  }
}

void WriteReasons(const Snapshot& snapshot, std::vector<Finding> findings,
                  Language language, admin::v1::ExplainTextResponse& out) {
  SortByRank(findings);
  out.set_decision(DecisionOf(findings));
  for (const Finding& finding : findings) {
    WriteReason(
        snapshot, finding, language,
        finding.observed ? *out.add_would_reasons() : *out.add_reasons());
  }
}

// Of the recipient's carrier: whether a port serves it, whether a signature is
// filed with it.
bool IsAboutCarrier(const Finding& finding) {
  return finding.rule == "carrier" &&
         (finding.code == ReasonCode::kAccessCodeNotRegistered ||
          finding.code == ReasonCode::kSignatureNotRegistered ||
          finding.code == ReasonCode::kSignatureLapsed);
}

// Removes findings that depend on the number, when none is known.
void ForgetRecipient(std::vector<Finding>& findings) {
  std::erase_if(findings, [](const Finding& finding) {
    return finding.field == "recipient" || IsAboutCarrier(finding);
  });
}

// What the checks know about the message once they have looked at it.
struct Looked {
  std::string text;
  MessageClass message_class = MessageClass::kUnspecified;
  ContentSender sender;
  std::vector<Finding> findings;
  std::vector<JudgedHit> judged;
  const Template* made_from = nullptr;  // Where the text is made from one.
};

// The facts have the hash of a named template even if the text is none of its.
bool MissesItsTemplate(const MessageFacts& facts) {
  return absl::c_any_of(facts.findings, [](const Finding& one) {
    return one.code == ReasonCode::kTemplateMismatch ||
           one.code == ReasonCode::kTemplateUnknown;
  });
}

// Whether a person accepted the rule's hits in the template's fixed text, and
// none of them counts: one that is elsewhere, or prohibited, was judged.
bool IsAccepted(const Snapshot& snapshot, const Looked& looked, uint32_t rule) {
  if (looked.made_from == nullptr) return false;
  const auto& accepted = looked.made_from->party->accepted_hits();
  const std::string& id = snapshot.rules->rules()[rule].id();
  return std::any_of(accepted.begin(), accepted.end(),
                     [&id](const auto& one) { return one.rule() == id; }) &&
         std::none_of(
             looked.judged.begin(), looked.judged.end(),
             [rule](const JudgedHit& one) { return one.rule == rule; });
}

// All checks look at the message as the account's.
absl::Status LookAsAccount(const Snapshot& snapshot,
                           absl::string_view account_id, const Message& message,
                           int64_t now_ms, Looked& looked) {
  const Account* account = snapshot.registry->AccountById(account_id);
  if (account == nullptr) {
    return InvalidField(
        "account_id", absl::StrCat("there is no account ", Quoted(account_id)));
  }
  ExamineScratch examined;
  MessageFacts facts;
  Examine(snapshot, {account->number}, message, now_ms, examined, facts);
  if (message.recipient.empty()) ForgetRecipient(facts.findings);
  looked.judged.assign(examined.judged().begin(), examined.judged().end());
  looked.made_from = TemplateOf(*snapshot.registry, facts);
  looked.sender = SenderOf(*snapshot.registry, facts);
  looked.sender.template_id = message.template_id;
  // A template decides the class and may make the text.
  looked.message_class = facts.message_class;
  if (!facts.made_text.empty()) looked.text = facts.made_text;
  looked.findings = std::move(facts.findings);
  return absl::OkStatus();
}

absl::Status Fold(const std::string& text, rules::FoldedText& folded) {
  if (!rules::FoldTable::Shared().Fold(text, folded)) {
    return WithChinese(InvalidField("message.text", "not UTF-8"), "不是 UTF-8");
  }
  if (folded.code_points > kTextCodePointsMax) {
    return WithChinese(
        InvalidField("message.text", "at most 1,000 characters are allowed"),
        "最多 1,000 个字符");
  }
  return absl::OkStatus();
}

admin::v1::NotFor ProtoOf(NotFor why) {
  switch (why) {
    case NotFor::kClass:
      return admin::v1::NOT_FOR_CLASS;
    case NotFor::kScope:
      return admin::v1::NOT_FOR_SCOPE;
    case NotFor::kExcept:
      return admin::v1::NOT_FOR_EXCEPT;
    case NotFor::kNone:
      break;
  }
  return admin::v1::NOT_FOR_UNSPECIFIED;
}

admin::v1::LiftKind ProtoOf(rules::LiftKind kind) {
  switch (kind) {
    case rules::LiftKind::kNot:
      return admin::v1::LIFT_KIND_NOT;
    case rules::LiftKind::kRulePhrase:
      return admin::v1::LIFT_KIND_RULE_PHRASE;
    case rules::LiftKind::kPackPhrase:
      return admin::v1::LIFT_KIND_PACK_PHRASE;
  }
  return admin::v1::LIFT_KIND_UNSPECIFIED;
}

// The rules that an exception or a phrase keeps from hitting.
void WriteLifted(const Snapshot& snapshot, const Looked& looked,
                 const std::vector<rules::LiftedRule>& lifted,
                 admin::v1::ExplainTextResponse& out) {
  for (const rules::LiftedRule& one : lifted) {
    const rules::v1::ContentRule& rule = snapshot.rules->rules()[one.rule];
    admin::v1::LiftedRule& to = *out.add_lifted();
    to.set_rule(rule.id());
    for (const rules::Lift& by : one.by) {
      admin::v1::Lift& lift = *to.add_by();
      lift.set_kind(ProtoOf(by.kind));
      WriteHit(*snapshot.rules, by.hit, *lift.mutable_hit());
    }
    for (const rules::ExplainedHit& hit : one.hits) {
      if (to.hits_size() == kLiftedHitsMax) break;
      WriteHit(*snapshot.rules, hit, *to.add_hits());
    }
    to.set_action(rule.action());
    to.set_mode(rule.mode());
    to.set_category(rule.category());
    to.set_score(rule.score());
    to.set_applies(snapshot.policy->content().Applies(
        one.rule, looked.message_class, looked.sender));
  }
}

// Writes every hit; returns the rules whose hits apply to this message.
std::set<uint32_t> WriteHits(const Snapshot& snapshot, const Looked& looked,
                             const std::vector<rules::ExplainedHit>& hits,
                             int64_t now_ms,
                             admin::v1::ExplainTextResponse& out) {
  const Exemptions* exemptions = snapshot.exemptions.get();
  std::set<uint32_t> applying;
  for (const rules::ExplainedHit& hit : hits) {
    admin::v1::ExplainedHit& to = *out.add_hits();
    WriteHit(*snapshot.rules, hit, to);
    if (!snapshot.policy->content().Applies(hit.rule, looked.message_class,
                                            looked.sender)) {
      to.set_not_for(ProtoOf(snapshot.policy->content().WhyNotFor(
          hit.rule, looked.message_class, looked.sender)));
      continue;
    }
    to.set_applies(true);
    if (IsAccepted(snapshot, looked, hit.rule)) {
      to.set_accepted(true);
      continue;
    }
    applying.insert(hit.rule);
    if (exemptions == nullptr) continue;
    to.set_exemption(
        exemptions->ExemptionOf(hit.rule, hit.pattern, looked.sender, now_ms));
    to.set_rolled_back(exemptions->IsRolledBack(hit.rule));
  }
  return applying;
}

void WriteWords(
    const std::vector<rules::WeighedWord>& words,
    google::protobuf::RepeatedPtrField<admin::v1::ExplainedWord>& out) {
  for (const rules::WeighedWord& word : words) {
    admin::v1::ExplainedWord& to = *out.Add();
    to.set_word(word.text);
    to.set_weight(word.weight);
  }
}

// What the text weighs by the tables of rules, whether that is enough or not.
void WriteWeighings(const Snapshot& snapshot, const Looked& looked,
                    const std::vector<rules::Weighing>& weighings,
                    admin::v1::ExplainTextResponse& out) {
  for (const rules::Weighing& one : weighings) {
    const rules::v1::ContentRule& rule = snapshot.rules->rules()[one.rule];
    admin::v1::ExplainedWeighing& to = *out.add_weighings();
    to.set_rule(rule.id());
    to.set_table(one.table);
    to.set_sum(one.sum);
    to.set_at_least(static_cast<uint32_t>(one.at_least));
    WriteWords(one.words_for, *to.mutable_words_for());
    WriteWords(one.words_against, *to.mutable_words_against());
    to.set_action(rule.action());
    to.set_mode(rule.mode());
    to.set_applies(snapshot.policy->content().Applies(
        one.rule, looked.message_class, looked.sender));
    to.set_hit(std::any_of(out.hits().begin(), out.hits().end(),
                           [&rule](const admin::v1::ExplainedHit& hit) {
                             return hit.rule() == rule.id();
                           }));
  }
}

}  // namespace

const Template* TemplateOf(const Registry& registry,
                           const MessageFacts& facts) {
  if (facts.template_hash == 0 || MissesItsTemplate(facts)) return nullptr;
  for (const Template& one : registry.templates()) {
    if (one.active && one.content_provider != nullptr &&
        one.content_provider->number == facts.content_provider &&
        TemplateHash(one.id) == facts.template_hash) {
      return &one;
    }
  }
  return nullptr;
}

absl::StatusOr<admin::v1::ExplainTextResponse> Explain(
    const Snapshot& snapshot, absl::string_view account_id,
    const Message& message, int64_t now_ms, Language language) {
  Looked looked = {.text = std::string(message.text),
                   .message_class = message.message_class};
  if (!account_id.empty()) {
    SLUICE_RETURN_IF_ERROR(
        LookAsAccount(snapshot, account_id, message, now_ms, looked));
  }
  // An answer without hits would look as if the rules had let the text pass.
  // A template that makes no text is a finding already.
  if (looked.text.empty() &&
      (account_id.empty() || message.template_id.empty())) {
    return WithChinese(InvalidField("message.text", "is empty"), "为空");
  }
  rules::FoldedText folded;
  SLUICE_RETURN_IF_ERROR(Fold(looked.text, folded));
  rules::RuleScratch scratch;
  const rules::TextFacts text_facts = {
      static_cast<v1::MessageClass>(looked.message_class), folded.code_points,
      looked.text};
  if (account_id.empty()) {
    std::vector<rules::Hit> hits;
    snapshot.rules->Match(folded, text_facts, scratch, hits);
    snapshot.policy->content().Judge(hits, looked.message_class, looked.sender,
                                     now_ms, looked.findings,
                                     snapshot.exemptions.get(), &looked.judged);
  }

  admin::v1::ExplainTextResponse response;
  response.set_rule_set(std::string(snapshot.rules->id()));
  if (looked.made_from != nullptr) {
    response.set_template_id(std::string(looked.made_from->id));
  }
  const std::set<uint32_t> applying = WriteHits(
      snapshot, looked, snapshot.rules->Explain(folded, text_facts, scratch),
      now_ms, response);
  WriteWeighings(snapshot, looked,
                 snapshot.rules->Weigh(folded, text_facts, scratch), response);
  WriteLifted(snapshot, looked,
              snapshot.rules->Lifted(folded, text_facts, scratch), response);
  std::set<uint32_t> enforced;
  for (const JudgedHit& hit : looked.judged) {
    if (!hit.observed) enforced.insert(hit.rule);
  }
  WriteSums(*snapshot.rules, applying, enforced, response);
  WriteReasons(snapshot, std::move(looked.findings), language, response);
  return response;
}

}  // namespace sluice::filter
