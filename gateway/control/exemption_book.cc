#include "gateway/control/exemption_book.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "filter/policy/break_glass.h"
#include "filter/policy/exemptions.h"
#include "gateway/wire/duration.h"
#include "gateway/wire/timestamp.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/market_zone.h"
#include "rules/base/milliseconds.h"
#include "rules/base/quoted.h"
#include "rules/base/shell_word.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

constexpr uint32_t kMinutesMax = 240;
// How long nobody exempts from a rule again without a colleague.
constexpr int64_t kAloneMs = 24 * 60 * kMinuteMs;
constexpr size_t kIdSizeMax = 256;

absl::Status CheckRequest(const admin::v1::CreateExemptionRequest& request) {
  if (request.rule().empty()) {
    return InvalidField(
        "rule", SayBoth("请给出要豁免的规则", "name the rule to exempt from"));
  }
  if (request.content_provider_id().empty() == request.template_id().empty()) {
    return WithField(
        ErrorOf(absl::StatusCode::kInvalidArgument,
                SayBoth("内容提供者和模板须给出其一，且只能给出一个",
                        "content_provider_id, template_id: give exactly one of "
                        "them")),
        request.template_id().empty() ? "content_provider_id" : "template_id");
  }
  if (!WholeUnits(request.duration(), absl::Minutes(1), kMinutesMax)) {
    return InvalidField(
        "duration",
        SayBoth("须为整分钟数，1 至 $0 分钟",
                "whole minutes, 1 to $0, are allowed", kMinutesMax));
  }
  const bool rule_fits = request.rule().size() <= kIdSizeMax;
  if (!rule_fits || request.word().size() > 8 * kIdSizeMax) {
    return WithField(ErrorOf(absl::StatusCode::kInvalidArgument,
                             SayBoth("过长", "rule, word: too long")),
                     rule_fits ? "word" : "rule");
  }
  return absl::OkStatus();
}

absl::Status CheckTarget(const admin::v1::CreateExemptionRequest& request,
                         const PartyBook& parties) {
  const bool is_template = !request.template_id().empty();
  const std::string& id =
      is_template ? request.template_id() : request.content_provider_id();
  const store::v1::PartyKind kind =
      is_template ? store::v1::PARTY_KIND_TEMPLATE
                  : store::v1::PARTY_KIND_CONTENT_PROVIDER;
  if (parties.Find(kind, id) != nullptr) return absl::OkStatus();
  const absl::string_view field =
      is_template ? "template_id" : "content_provider_id";
  return ErrorOf(
      absl::StatusCode::kNotFound, field,
      is_template
          ? SayBoth("没有模板 $0", "no template $0", Quoted(id))
          : SayBoth("没有内容提供者 $0", "no content provider $0", Quoted(id)));
}

bool SameThing(const admin::v1::Exemption& a, const admin::v1::Exemption& b) {
  return a.rule() == b.rule() && a.word() == b.word() &&
         a.content_provider_id() == b.content_provider_id() &&
         a.template_id() == b.template_id();
}

// When it stopped, or will stop, to exempt without a colleague's confirmation.
int64_t EndOf(const admin::v1::Exemption& exemption) {
  return MillisOf(exemption.has_end_time() ? exemption.end_time()
                                           : exemption.confirm_expire_time());
}

// Whether its author cannot create another one for the same rule yet.
bool CountsAsAlone(const admin::v1::Exemption& exemption, int64_t now_ms) {
  return !exemption.has_confirm_time() && now_ms - EndOf(exemption) < kAloneMs;
}

// The category of a threshold or of a tag, which a threshold adds up; empty:
// neither.
std::string SumOf(const rules::RuleSet& rules, absl::string_view id) {
  for (const rules::v1::Threshold& threshold : rules.thresholds()) {
    if (threshold.id() == id) return threshold.category();
  }
  for (const rules::v1::ContentRule& rule : rules.rules()) {
    if (rule.id() == id && rule.action() == rules::v1::RULE_ACTION_TAG) {
      return rule.category();
    }
  }
  return "";
}

// Whether to exempt from one is to exempt from the other in part: texts that a
// threshold refuses pass without one of its tags too.
bool AreOneRule(const rules::RuleSet& rules, absl::string_view a,
                absl::string_view b) {
  if (a == b) return true;
  const std::string sum = SumOf(rules, a);
  return !sum.empty() && sum == SumOf(rules, b);
}

// What a colleague types to create the exemption `made` in its author's place.
std::string CreateCommand(const admin::v1::Exemption& made) {
  std::string command =
      absl::StrCat("sluicectl rules exempt --rule ", ShellWord(made.rule()));
  const auto add = [&command](const char* flag, const std::string& value) {
    if (value.empty()) return;
    absl::StrAppend(&command, " ", flag, " ", ShellWord(value));
  };
  add("--word", made.word());
  add("--content-provider", made.content_provider_id());
  add("--template", made.template_id());
  const int64_t minutes =
      (MillisOf(made.expire_time()) - MillisOf(made.create_time())) / 60'000;
  add("--for", absl::StrCat(minutes, "m"));
  return command + " --reason WHY";
}

absl::Status NeedsColleague(const admin::v1::Exemption& alone, bool in_force,
                            const admin::v1::Exemption& made) {
  const std::string until = absl::FormatTime(
      "%Y-%m-%d %H:%M %Ez", absl::FromUnixMillis(EndOf(alone) + kAloneMs),
      MarketZone());
  const std::string create = CreateCommand(made);
  const Both first = in_force ? SayBoth("，或先由同事确认那一项：`$0`",
                                        ", or confirm that one first: `$0`",
                                        ConfirmCommand(alone))
                              : Both();
  return WithReason(
      ErrorOf(absl::StatusCode::kFailedPrecondition,
              {absl::StrCat("对规则 ", alone.rule(), " 的豁免 ", alone.number(),
                            " 由同一人创建，没有同事确认：在 ", until,
                            " 之前，这一项须由同事用自己的密钥创建：`", create,
                            "`", first.chinese),
               absl::StrCat("exemption ", alone.number(), " from rule ",
                            Quoted(alone.rule()),
                            " was created by the same person and no colleague "
                            "has confirmed it: until ",
                            until,
                            " a colleague must create this one, with their own "
                            "key: `",
                            create, "`", first.english)}),
      ErrorReason::kNeedsColleague);
}

}  // namespace

bool ExemptionBook::StillMatters(const admin::v1::Exemption& exemption,
                                 int64_t now_ms) const {
  return CountsAsAlone(exemption, now_ms);
}

// Errors: kAlreadyExists (the same exemption is in force), kFailedPrecondition
// (too many are in force, or the author has had one from this rule alone: one
// person, one rule, once a day, or ending and creating would go on for ever).
absl::Status ExemptionBook::CheckOthers(const rules::RuleSet& rules,
                                        const admin::v1::Exemption& made,
                                        bool one_person) const {
  const int64_t now = now_ms();
  size_t in_force = 0;
  const admin::v1::Exemption* alone = nullptr;
  for (const auto& [number, one] : all()) {
    const bool holds = filter::IsInForce(one, now);
    in_force += holds;
    if (CountsAsAlone(one, now) && AreOneRule(rules, one.rule(), made.rule()) &&
        holders().IsOnePerson(one.author(), made.author())) {
      alone = &one;
    }
    if (holds && SameThing(one, made)) {
      return WithField(
          ErrorOf(absl::StatusCode::kAlreadyExists,
                  SayBoth("豁免 $0 已生效，内容相同",
                          "exemption $0 already exempts the same and is in "
                          "force",
                          number)),
          "rule");
    }
  }
  if (alone != nullptr && !one_person) {
    return NeedsColleague(*alone, filter::IsInForce(*alone, now), made);
  }
  if (in_force < kInForceMax) return absl::OkStatus();
  return ErrorOf(
      absl::StatusCode::kFailedPrecondition,
      SayBoth("生效的豁免已达上限 $0 项：请结束一项，或发布改正后的版本",
              "$0 exemptions are in force, the maximum: end one, or "
              "publish a corrected version",
              kInForceMax));
}

absl::StatusOr<admin::v1::Exemption> ExemptionBook::Exempt(
    const admin::v1::CreateExemptionRequest& request,
    const PublishedRules& rules, const PartyBook& parties, const Actor& actor,
    bool one_person) {
  SLUICE_RETURN_IF_ERROR(CheckReason(actor));
  SLUICE_RETURN_IF_ERROR(CheckRequest(request));
  SLUICE_RETURN_IF_ERROR(CheckTarget(request, parties));
  std::string word = request.word();
  SLUICE_RETURN_IF_ERROR(filter::CheckExemption(*rules.rules, *rules.policy,
                                                request.rule(), word));
  admin::v1::Exemption made;
  made.set_rule(request.rule());
  made.set_word(word);
  made.set_content_provider_id(request.content_provider_id());
  made.set_template_id(request.template_id());
  made.set_author(actor.key_id);
  Begin(request.duration().seconds() * 1'000, actor, made);
  SLUICE_RETURN_IF_ERROR(CheckOthers(*rules.rules, made, one_person));
  return Put(made, actor);
}

}  // namespace sluice::gateway
