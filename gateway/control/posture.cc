#include "gateway/control/posture.h"

#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "filter/policy/asked_words.h"
#include "filter/policy/break_glass.h"
#include "filter/policy/exemptions.h"
#include "filter/policy/policy.h"
#include "filter/policy/reason.h"
#include "filter/standing_facts.h"
#include "gateway/control/posture_gaps.h"
#include "gateway/wire/timestamp.h"
#include "rules/base/language.h"

namespace sluice::gateway {
namespace {

using filter::Mode;
using filter::Policy;
using filter::ReasonCode;

constexpr ClassMask kEveryClass =
    static_cast<ClassMask>((1u << kMessageClasses) - 2);

using Since = admin::v1::NotEnforcedSince;

using Names = google::protobuf::RepeatedPtrField<std::string>;

// Nobody means anything by the order, nor by naming one twice.
bool AreSame(const Names& a, const Names& b) {
  return std::set<absl::string_view>(a.begin(), a.end()) ==
         std::set<absl::string_view>(b.begin(), b.end());
}

bool AreSame(const rules::v1::Scope& a, const rules::v1::Scope& b) {
  return AreSame(a.content_providers(), b.content_providers()) &&
         AreSame(a.accounts(), b.accounts()) && AreSame(a.ports(), b.ports()) &&
         AreSame(a.carriers(), b.carriers()) &&
         AreSame(a.signatures(), b.signatures());
}

// Whether both are about the same check, limit or rule, in the same mode, for
// the same cause and the same messages.
bool IsSame(const Since& since, const admin::v1::NotEnforced& line,
            bool has_cause) {
  return since.code() == line.code() && since.rule() == line.rule() &&
         since.mode() == line.mode() &&
         absl::c_equal(since.classes(), line.classes()) &&
         (!has_cause || (since.cause() == line.cause() &&
                         AreSame(since.scope(), line.scope()) &&
                         AreSame(since.except(), line.except())));
}

// Earlier versions of Sluice recorded no causes. Of these every pack has some:
// no class has all duties.
bool HaveCauses(absl::Span<const Since> known) {
  return absl::c_any_of(known, [](const Since& one) {
    return one.cause() != admin::v1::NOT_ENFORCED_CAUSE_UNSPECIFIED;
  });
}

// Adds a line to a response for everything that is not enforced; a line says
// who decided it.
class Lister {
 public:
  Lister(const PublishedRules& rules, int64_t now_ms, Language language,
         admin::v1::GetPostureResponse& out)
      : rules_(rules), now_ms_(now_ms), language_(language), out_(out) {}

  // Adds what the rules themselves do not enforce; `known` has since when.
  void ListOwn(absl::Span<const admin::v1::NotEnforcedSince> known) {
    ListChecks();
    ListDuties();
    ListLimits();
    ListRules();
    ListScopes();
    const bool has_cause = HaveCauses(known);
    for (admin::v1::NotEnforced& line : *out_.mutable_not_enforced()) {
      const auto since = absl::c_find_if(known, [&](const Since& one) {
        return IsSame(one, line, has_cause);
      });
      if (since == known.end()) continue;
      *line.mutable_start_time() = since->start_time();
      line.set_actor(since->actor());
      line.set_reason(since->reason());
    }
  }

  // Skips rules that are off or no longer in the pack.
  void ListRollbacksAndExemptions(
      const Lifted& suspended, const std::vector<store::v1::Party>& providers) {
    for (const admin::v1::Exemption& one : suspended.exemptions) {
      const std::optional<RuleFacts> rule = FindRule(one.rule());
      if (!rule) continue;
      admin::v1::NotEnforced& line =
          Add(rule->code, kObserved, rule->basis, rule->classes);
      line.set_rule(one.rule());
      line.set_cause(admin::v1::NOT_ENFORCED_CAUSE_EXEMPTION);
      line.set_content_provider_id(one.content_provider_id());
      *line.mutable_start_time() = one.create_time();
      SetTimestamp(filter::EndOf(one), *line.mutable_end_time());
      line.set_actor(one.author());
      line.set_reason(one.reason());
      line.set_note(NoteOf(one));
    }
    for (const RolledBackRule& one : suspended.rolled_back) {
      const std::optional<RuleFacts> rule = FindRule(one.rollback.rule());
      if (!rule) continue;
      const bool holds = one.rollback.mode() != rules::v1::CHECK_MODE_OBSERVE;
      admin::v1::NotEnforced& line = Add(rule->code, holds ? Mode() : kObserved,
                                         rule->basis, rule->classes);
      line.set_rule(one.rollback.rule());
      line.set_cause(admin::v1::NOT_ENFORCED_CAUSE_ROLLBACK);
      SetTimestamp(one.at_ms, *line.mutable_start_time());
      line.set_actor("sluiced");
      line.set_reason(
          Say(language_, "$3 分钟内拒绝了 $2 的 $1 条短信中的 $0 条",
              "rejected $0 of $1 messages of $2 in $3 minutes",
              one.rollback.refused(), one.rollback.messages(),
              IdOf(one.rollback, providers), one.rollback.minutes()));
      line.set_note(RollbackNote(holds));
    }
  }

  // Of each template one line for what one person accepted at one time of one
  // rule. A rule that is no longer in the pack lifts nothing, and neither does
  // a template that is not active.
  void ListTemplates(const std::vector<store::v1::Party>& templates) {
    for (const store::v1::Party& party : templates) {
      if (party.state() != store::v1::PARTY_STATE_ACTIVE) continue;
      std::map<std::string, admin::v1::NotEnforced*> lines;
      for (const auto& hit : party.template_().accepted_hits()) {
        ListAccepted(party, hit,
                     lines[absl::StrCat(hit.rule(), " ", hit.actor(), " ",
                                        MillisOf(hit.accept_time()))]);
      }
    }
  }

  // Released ones: what is nearly like them is not held.
  void ListCampaigns(const std::vector<admin::v1::Campaign>& campaigns) {
    constexpr ReasonCode kCode = ReasonCode::kCampaignUnreviewed;
    for (const admin::v1::Campaign& one : campaigns) {
      if (one.decision() != v1::DECISION_ACCEPTED) continue;
      admin::v1::NotEnforced& line =
          Add(kCode, kOff, rules_.policy->BasisOf(kCode), kEveryClass);
      line.set_rule(one.id());
      line.set_cause(admin::v1::NOT_ENFORCED_CAUSE_CAMPAIGN);
      line.set_content_provider_id(one.content_provider_id());
      *line.mutable_start_time() = one.decide_time();
      *line.mutable_end_time() = one.expire_time();
      line.set_actor(one.actor());
      line.set_reason(one.reason());
      line.set_note(Say(language_, "已放行的群发：`sluicectl campaign list`",
                        "a released campaign: `sluicectl campaign list`"));
    }
  }

  // Imported content providers add their consents later, so their consent
  // checks are observed although the pack enforces them.
  void ListImported(const std::vector<store::v1::Party>& providers) {
    const ClassMask classes = ClassesThatAskForConsent();
    if (classes == 0) return;
    for (const store::v1::Party& provider : providers) {
      const auto& imported = provider.content_provider().import_time();
      const int64_t since_ms = MillisOf(imported);
      const int64_t until_ms = since_ms + filter::kImportedObservedMs;
      if (since_ms <= 0 || now_ms_ >= until_ms) continue;
      const ReasonCode code = ReasonCode::kConsentMissing;
      admin::v1::NotEnforced& line =
          Add(code, {rules::v1::CHECK_MODE_OBSERVE, until_ms},
              rules_.policy->BasisOf(code), classes);
      line.set_cause(admin::v1::NOT_ENFORCED_CAUSE_IMPORT);
      line.set_content_provider_id(provider.id());
      line.set_note(
          Say(language_, "从其他系统导入；CONSENT_SCOPE 同此",
              "imported from another system; CONSENT_SCOPE likewise"));
      SetTimestamp(since_ms, *line.mutable_start_time());
      line.clear_actor();
      line.clear_reason();
    }
  }

  // Brackets in the body of a text are observed, whatever the pack says
  // (filter/examine/signature.cc).
  void ListBuiltIn() {
    AddBuiltIn(ReasonCode::kSignatureMalformed, kObserved,
               {"正文中的括号", "brackets in the body of a text"});
    for (const UnproducedCode& one : UnproducedCodes()) {
      AddBuiltIn(one.code, kOff, one.note);
    }
  }

 private:
  // Adds a line for the hit, or its word to the `line` that there is.
  void ListAccepted(const store::v1::Party& party,
                    const store::v1::Template::AcceptedHit& hit,
                    admin::v1::NotEnforced*& line) {
    if (line == nullptr) {
      const std::optional<RuleFacts> rule = FactsOfAccepted(hit.rule());
      if (!rule) return;
      const v1::MessageClass one = party.template_().message_class();
      line = &Add(rule->code, kOff, rule->basis,
                  MaskOf(static_cast<MessageClass>(one)));
      line->set_rule(hit.rule());
      line->set_cause(admin::v1::NOT_ENFORCED_CAUSE_TEMPLATE);
      line->set_template_id(party.id());
      line->set_content_provider_id(party.template_().content_provider_id());
      line->clear_start_time();
      if (hit.has_accept_time())
        *line->mutable_start_time() = hit.accept_time();
      line->set_actor(hit.actor());
      line->set_reason(hit.reason());
      line->set_note(Say(language_, "已接受的命中", "accepted hits"));
    }
    if (hit.word().empty()) return;
    absl::StrAppend(line->mutable_note(), " ",
                    Say(language_, "“$0”", "\"$0\"", hit.word()));
  }

  void AddBuiltIn(ReasonCode code, const Mode& mode, const Words& note) {
    admin::v1::NotEnforced& line =
        Add(code, mode, rules_.policy->BasisOf(code), kEveryClass);
    line.set_cause(admin::v1::NOT_ENFORCED_CAUSE_BUILT_IN);
    line.set_note(std::string(note.in(language_)));
    line.clear_start_time();
    line.clear_actor();
    line.clear_reason();
  }

  // Classes that the pack's duties spare, unless the check's mode does anyway.
  void ListDuties() {
    for (const MissingDuty& duty : MissingDutiesOf(*rules_.policy)) {
      ClassMask classes = 0;
      for (int c = kFirstClass; c < kMessageClasses; ++c) {
        const auto one = static_cast<MessageClass>(c);
        if ((duty.classes & MaskOf(one)) != 0 &&
            rules_.policy->ModeOf(duty.code, one).enforced(now_ms_)) {
          classes |= MaskOf(one);
        }
      }
      if (classes == 0) continue;
      admin::v1::NotEnforced& line =
          Add(duty.code, kOff, rules_.policy->BasisOf(duty.code), classes);
      line.set_cause(admin::v1::NOT_ENFORCED_CAUSE_CLASS_DUTY);
      line.set_note(std::string(duty.note.in(language_)));
    }
  }

  // Rules and thresholds that are enforced, but not for all messages.
  void ListScopes() {
    const auto list = [this](const auto& one, ClassMask classes) {
      if (!one.audience.limited || !one.mode.enforced(now_ms_)) return;
      admin::v1::NotEnforced& line = Add(one.code, kOff, one.basis, classes);
      line.set_rule(one.id);
      line.set_cause(admin::v1::NOT_ENFORCED_CAUSE_SCOPE);
      *line.mutable_scope() = one.audience.scope;
      *line.mutable_except() = one.audience.except;
    };
    const filter::ContentPolicy& content = rules_.policy->content();
    for (const auto& rule : content.rules()) list(rule, rule.classes);
    for (const auto& sum : content.thresholds()) list(sum, kEveryClass);
  }

  void ListChecks() {
    for (int code = 0; code < filter::kReasonCodes; ++code) {
      ListCheck(static_cast<ReasonCode>(code));
    }
  }

  void ListLimits() {
    for (const filter::Limit& limit : rules_.policy->limits()) {
      if (limit.mode.enforced(now_ms_)) continue;
      admin::v1::NotEnforced& line =
          Add(limit.code, limit.mode, limit.basis, limit.classes);
      line.set_rule(limit.id);
    }
  }

  void ListRules() {
    const auto rules = rules_.policy->content().rules();
    for (size_t i = 0; i < rules.size(); ++i) {
      const filter::CompiledRule& rule = rules[i];
      if (rule.mode.enforced(now_ms_)) continue;
      admin::v1::NotEnforced& line =
          Add(rule.code, rule.mode, rule.basis, rule.classes);
      line.set_rule(rule.id);
      line.set_note(OfPack(rules_.rules->rules()[i].note()));
    }
    for (const auto& sum : rules_.policy->content().thresholds()) {
      if (sum.mode.enforced(now_ms_)) continue;
      Add(sum.code, sum.mode, sum.basis, kEveryClass).set_rule(sum.id);
    }
  }

  static constexpr Mode kObserved = {.mode = rules::v1::CHECK_MODE_OBSERVE};
  static constexpr Mode kOff = {.mode = rules::v1::CHECK_MODE_OFF};

  // Id of the content provider whose messages the rule rejected too often.
  std::string IdOf(const store::v1::RuleRolledBack& rollback,
                   const std::vector<store::v1::Party>& providers) const {
    for (const store::v1::Party& one : providers) {
      if (one.number() == rollback.content_provider()) return one.id();
    }
    return Say(language_, "某个内容提供者", "a content provider");
  }

  std::string NoteOf(const admin::v1::Exemption& exemption) const {
    std::string note =
        Say(language_, "豁免 $0", "exemption $0", exemption.number());
    if (!exemption.word().empty()) {
      note += Say(language_, "，词“$0”", ", of $0", exemption.word());
    }
    if (!exemption.template_id().empty()) {
      note += Say(language_, "，模板 $0", ", for template $0",
                  exemption.template_id());
    }
    if (exemption.has_confirm_time()) return note;
    return note + Say(language_, "，尚未确认", ", not confirmed yet");
  }

  std::string RollbackNote(bool holds) const {
    const std::string note =
        Say(language_, "已自动回滚，对所有内容提供者，直到下一次发布",
            "rolled back automatically, for all content providers, until the "
            "next publication");
    if (!holds) return note;
    return note + Say(language_, "：原先拒绝的短信改为转人工审核",
                      ": it holds the messages that it rejected before");
  }

  // What a line says about a rule or threshold.
  struct RuleFacts {
    ReasonCode code;
    v1::Basis basis;
    ClassMask classes;
  };
  // Of what a template lifts: a rule, or the check of opt-out words.
  std::optional<RuleFacts> FactsOfAccepted(const std::string& id) const {
    if (id != filter::kAsksForOptOutWord) return FindRule(id);
    constexpr ReasonCode kCode = ReasonCode::kOptoutWordConflict;
    return RuleFacts{kCode, rules_.policy->BasisOf(kCode), kEveryClass};
  }
  std::optional<RuleFacts> FindRule(const std::string& id) const {
    const filter::ContentPolicy& content = rules_.policy->content();
    const auto number = filter::NumberOfRule(content, id);
    if (!number) return std::nullopt;
    if ((*number & filter::kThresholdBit) != 0) {
      const auto& sum = content.thresholds()[*number & ~filter::kThresholdBit];
      return RuleFacts{sum.code, sum.basis, kEveryClass};
    }
    const filter::CompiledRule& rule = content.rules()[*number];
    return RuleFacts{rule.code, rule.basis, rule.classes};
  }

  // Adds one line for all classes that have the same mode.
  void ListCheck(ReasonCode code) {
    ClassMask listed = 0;
    for (int c = kFirstClass; c < kMessageClasses; ++c) {
      const Mode mode =
          rules_.policy->ModeOf(code, static_cast<MessageClass>(c));
      if (mode.enforced(now_ms_) || (listed & (1u << c)) != 0) continue;
      ClassMask classes = 0;
      for (int other = c; other < kMessageClasses; ++other) {
        const Mode same =
            rules_.policy->ModeOf(code, static_cast<MessageClass>(other));
        if (same.mode == mode.mode &&
            same.observe_until_ms == mode.observe_until_ms) {
          classes |= MaskOf(static_cast<MessageClass>(other));
        }
      }
      listed |= classes;
      admin::v1::NotEnforced& line =
          Add(code, mode, rules_.policy->BasisOf(code), classes);
      line.set_note(OfPack(NoteOf(line.code())));
    }
  }

  ClassMask ClassesThatAskForConsent() const {
    ClassMask classes = 0;
    for (int c = kFirstClass; c < kMessageClasses; ++c) {
      const auto message_class = static_cast<MessageClass>(c);
      if (rules_.policy->of(message_class).needs_consent &&
          rules_.policy->ModeOf(ReasonCode::kConsentMissing, message_class)
              .enforced(now_ms_)) {
        classes |= MaskOf(message_class);
      }
    }
    return classes;
  }

  // What the pack's author says, in the author's language.
  std::string OfPack(const std::string& note) const {
    return note.empty() ? "" : Say(language_, "规则包注：“$0”", "$0", note);
  }

  std::string NoteOf(const std::string& code) const {
    for (const rules::v1::CheckSetting& check :
         rules_.rules->policy().checks()) {
      if (check.code() == code && !check.note().empty()) return check.note();
    }
    return "";
  }

  admin::v1::NotEnforced& Add(ReasonCode code, const Mode& mode,
                              v1::Basis basis, ClassMask classes) {
    admin::v1::NotEnforced& line = *out_.add_not_enforced();
    line.set_code(std::string(filter::Name(code)));
    line.set_mode(mode.mode);
    line.set_basis(basis);
    if ((classes & kEveryClass) != kEveryClass) {
      for (int c = kFirstClass; c < kMessageClasses; ++c) {
        if ((classes & (1u << c)) == 0) continue;
        line.add_classes(static_cast<v1::MessageClass>(c));
      }
    }
    SetTimestamp(rules_.since_ms, *line.mutable_start_time());
    if (mode.observe_until_ms != std::numeric_limits<int64_t>::max()) {
      SetTimestamp(mode.observe_until_ms, *line.mutable_end_time());
    }
    line.set_actor(rules_.actor);
    line.set_reason(rules_.reason);
    return line;
  }

  const PublishedRules& rules_;
  const int64_t now_ms_;
  const Language language_;
  admin::v1::GetPostureResponse& out_;
};

// The entries of `rules`; those that `known` has keep its start, actor and
// reason.
std::vector<Since> EntriesOf(const PublishedRules& rules,
                             absl::Span<const Since> known, int64_t now_ms) {
  admin::v1::GetPostureResponse response;
  Lister(rules, now_ms, Language::kEnglish, response).ListOwn(known);
  std::vector<Since> found;
  for (admin::v1::NotEnforced& line : *response.mutable_not_enforced()) {
    Since& since = found.emplace_back();
    since.set_code(line.code());
    since.set_rule(line.rule());
    since.set_mode(line.mode());
    *since.mutable_classes() = line.classes();
    *since.mutable_start_time() = line.start_time();
    since.set_actor(line.actor());
    since.set_reason(line.reason());
    since.set_cause(line.cause());
    if (line.has_scope()) *since.mutable_scope() = line.scope();
    if (line.has_except()) *since.mutable_except() = line.except();
  }
  return found;
}

}  // namespace

std::vector<std::string> NoticesOf(const rules::v1::PackHeader& header,
                                   Language language) {
  std::vector<std::string> notices;
  if (!header.effective_to().empty()) {
    notices.push_back(
        Say(language, "$0 所依据的法规有效期至 $1；取代它的法规可能要求更多",
            "the regulation behind $0 was in force until $1; its "
            "successor may require more",
            header.name(), header.effective_to()));
  }
  if (header.name() == "cn-2015") {
    notices.push_back(Say(
        language, "2015 年第 31 号令已于 2026-05-01 由 2026 年第 74 号令取代",
        "Order 31 of 2015 was replaced by Order 74 of 2026 on 2026-05-01"));
  }
  return notices;
}

std::vector<admin::v1::NotEnforcedSince> NotEnforcedOf(
    const PublishedRules& rules, const PublishedRules& before, int64_t now_ms) {
  if (before.policy == nullptr || before.not_enforced.empty() ||
      HaveCauses(before.not_enforced)) {
    return EntriesOf(rules, before.not_enforced, now_ms);
  }
  return EntriesOf(rules, EntriesOf(before, before.not_enforced, now_ms),
                   now_ms);
}

admin::v1::GetPostureResponse PostureOf(
    const PublishedRules& rules, const std::vector<store::v1::Party>& providers,
    const Lifted& lifted, int64_t now_ms, Language language) {
  admin::v1::GetPostureResponse response;
  const rules::v1::PackHeader& header = rules.rules->header();
  admin::v1::PackInForce& pack = *response.add_packs();
  pack.set_rule_set(std::string(rules.rules->id()));
  pack.set_pack(header.name());
  pack.set_version(header.version());
  pack.set_title(header.title());
  pack.set_effective_from(header.effective_from());
  pack.set_effective_to(header.effective_to());
  SetTimestamp(rules.since_ms, *pack.mutable_publish_time());
  pack.set_actor(rules.actor);
  pack.set_reason(rules.reason);
  for (std::string& notice : NoticesOf(header, language)) {
    pack.add_notices(std::move(notice));
  }
  Lister lister(rules, now_ms, language, response);
  lister.ListOwn(rules.not_enforced);
  lister.ListRollbacksAndExemptions(lifted, providers);
  lister.ListTemplates(lifted.templates);
  lister.ListCampaigns(lifted.campaigns);
  lister.ListImported(providers);
  lister.ListBuiltIn();
  return response;
}

}  // namespace sluice::gateway
