#include "gateway/versions/explain.h"

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
#include "gateway/wire/message_view.h"
#include "gateway/wire/verdict_writer.h"
#include "rules/rule_set.h"

namespace sluice::gateway {
namespace {

constexpr uint32_t kTextCodePointsMax = 1'000;

using filter::ContentPolicy;
using filter::ContentSender;

// Who the message turned out to be from.
ContentSender SenderOf(const filter::Registry& registry,
                       const filter::MessageFacts& facts) {
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
  out.set_folding(hit.level);
  out.set_contact(hit.contact);
  out.set_domain_list(hit.domain_list);
  out.mutable_span()->set_begin(hit.begin);
  out.mutable_span()->set_end(hit.end);
}

// What the tags that were hit add up to, category by category.
void WriteSums(const rules::RuleSet& rules, const std::set<uint32_t>& hit,
               const std::set<uint32_t>& enforced,
               admin::v1::ExplainResponse& out) {
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

void WriteReasons(const filter::Snapshot& snapshot,
                  std::vector<filter::Finding> findings,
                  filter::Language language, admin::v1::ExplainResponse& out) {
  filter::SortByRank(findings);
  out.set_decision(filter::DecisionOf(findings));
  for (const filter::Finding& finding : findings) {
    WriteReason(
        snapshot, finding, language,
        finding.observed ? *out.add_would_reasons() : *out.add_reasons());
  }
}

// Of the recipient's carrier: whether a port serves it, whether a signature is
// filed with it.
bool IsAboutCarrier(const filter::Finding& finding) {
  return finding.rule == "carrier" &&
         (finding.code == filter::ReasonCode::kAccessCodeNotRegistered ||
          finding.code == filter::ReasonCode::kSignatureNotRegistered ||
          finding.code == filter::ReasonCode::kSignatureLapsed);
}

// Takes away what nobody can tell who does not know the number.
void ForgetRecipient(std::vector<filter::Finding>& findings) {
  std::erase_if(findings, [](const filter::Finding& finding) {
    return finding.field == "recipient" || IsAboutCarrier(finding);
  });
}

}  // namespace

absl::StatusOr<admin::v1::ExplainResponse> Explain(
    const filter::Snapshot& now, const CompiledVersion& version,
    const admin::v1::ExplainRequest& request, int64_t now_ms,
    filter::Language language) {
  filter::Snapshot snapshot = now;
  snapshot.rules = version.rules;
  snapshot.policy = version.policy;
  // What is lifted is lifted from the rules in force.
  if (version.rules != now.rules) snapshot.exemptions = nullptr;
  const filter::Exemptions* exemptions = snapshot.exemptions.get();
  const ContentPolicy& policy = version.policy->content();
  std::string text = request.message().text();
  MessageClass message_class = ClassOf(request.message().message_class());
  ContentSender sender;
  filter::MessageFacts facts;
  std::vector<filter::JudgedHit> judged;
  if (!request.account_id().empty()) {
    const filter::Account* account =
        snapshot.registry->AccountById(request.account_id());
    if (account == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(
          "account_id: there is no account ", request.account_id()));
    }
    filter::ExamineScratch examined;
    filter::Message message;
    Borrow(request.message(), message);
    std::vector<filter::VariableValue> values;
    for (const auto& [name, value] : request.message().variables()) {
      values.push_back({name, value});
    }
    message.variables = values;
    filter::Examine(snapshot, {account->number}, message, now_ms, examined,
                    facts);
    if (message.recipient.empty()) ForgetRecipient(facts.findings);
    judged.assign(examined.judged().begin(), examined.judged().end());
    sender = SenderOf(*snapshot.registry, facts);
    sender.template_id = request.message().template_id();
    // What a template makes of them.
    message_class = facts.message_class;
    if (!facts.made_text.empty()) text = facts.made_text;
  }
  // Without hits it would look as if the rules had let it pass. What is wrong
  // with a template that makes none is a reason.
  if (text.empty() && (request.account_id().empty() ||
                       request.message().template_id().empty())) {
    return absl::InvalidArgumentError("message.text: is empty");
  }
  rules::FoldedText folded;
  if (!rules::FoldTable::Shared().Fold(text, folded)) {
    return absl::InvalidArgumentError("message.text: not UTF-8");
  }
  if (folded.code_points > kTextCodePointsMax) {
    return absl::InvalidArgumentError(
        "message.text: at most 1,000 characters are allowed");
  }
  rules::RuleScratch scratch;
  const rules::TextFacts text_facts = {
      static_cast<v1::MessageClass>(message_class), folded.code_points, text};
  if (request.account_id().empty()) {
    std::vector<rules::Hit> hits;
    version.rules->Match(folded, text_facts, scratch, hits);
    policy.Judge(hits, message_class, sender, now_ms, facts.findings,
                 exemptions, &judged);
  }

  admin::v1::ExplainResponse response;
  response.set_rule_set(std::string(version.rules->id()));
  std::set<uint32_t> hit_rules;
  for (const rules::ExplainedHit& hit :
       version.rules->Explain(folded, text_facts, scratch)) {
    admin::v1::ExplainedHit& out = *response.add_hits();
    WriteHit(*version.rules, hit, out);
    if (!policy.Applies(hit.rule, message_class, sender)) continue;
    out.set_applies(true);
    hit_rules.insert(hit.rule);
    if (exemptions == nullptr) continue;
    out.set_exemption(
        exemptions->ExemptionOf(hit.rule, hit.pattern, sender, now_ms));
    out.set_braked(exemptions->IsBraked(hit.rule));
  }
  std::set<uint32_t> enforced;
  for (const filter::JudgedHit& hit : judged) {
    if (!hit.observed) enforced.insert(hit.rule);
  }
  WriteSums(*version.rules, hit_rules, enforced, response);
  WriteReasons(snapshot, std::move(facts.findings), language, response);
  return response;
}

}  // namespace sluice::gateway
