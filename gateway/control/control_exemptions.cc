// What officers lift from the rules in force for a while, and what rules lift
// of themselves. Order 31, article 16 asks for rules; that some never give way
// is in filter/policy/exemptions.h.

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "filter/policy/exemptions.h"
#include "gateway/control/control_state.h"
#include "gateway/wire/timestamp.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

constexpr int64_t kMinuteMs = 60'000;
constexpr uint32_t kMinutesMax = 240;
// How long a second person has.
constexpr int64_t kConfirmMs = 30 * kMinuteMs;
// How long who let one lapse does not make it again.
constexpr int64_t kLapsedMs = 24 * 60 * kMinuteMs;
constexpr size_t kInForceMax = 100;
constexpr size_t kKeptMax = 1'000;
constexpr size_t kReasonSizeMax = 1'000;
constexpr size_t kIdSizeMax = 256;

absl::Status CheckReason(const Actor& actor) {
  if (absl::StripAsciiWhitespace(actor.reason).empty()) {
    return absl::InvalidArgumentError(
        "reason: say why, for the journal; it must not be empty");
  }
  if (actor.reason.size() > kReasonSizeMax) {
    return absl::InvalidArgumentError("reason: at most 1000 bytes");
  }
  return absl::OkStatus();
}

absl::Status CheckRequest(const admin::v1::ExemptRequest& request) {
  if (request.rule().empty()) {
    return absl::InvalidArgumentError("rule: which rule is exempted");
  }
  if (request.content_provider_id().empty() == request.template_id().empty()) {
    return absl::InvalidArgumentError(
        "content_provider_id, template_id: exactly one of both");
  }
  if (request.minutes() < 1 || request.minutes() > kMinutesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("minutes: 1 to ", kMinutesMax, " are allowed"));
  }
  if (request.rule().size() > kIdSizeMax ||
      request.word().size() > 8 * kIdSizeMax) {
    return absl::InvalidArgumentError("rule, word: too long");
  }
  return absl::OkStatus();
}

bool SameThing(const admin::v1::Exemption& a, const admin::v1::Exemption& b) {
  return a.rule() == b.rule() && a.word() == b.word() &&
         a.content_provider_id() == b.content_provider_id() &&
         a.template_id() == b.template_id();
}

absl::Status IsOver(const admin::v1::Exemption& exemption) {
  return absl::FailedPreconditionError(absl::StrCat(
      "exemption ", exemption.number(), " is over",
      exemption.has_ended()       ? ": it was ended"
      : exemption.has_confirmed() ? ": its time has passed"
                                  : ": nobody confirmed it in time, so it "
                                    "lapsed; somebody else than its author "
                                    "may make it anew"));
}

}  // namespace

void ControlState::PublishExemptions() {
  const int64_t now_ms = store_.NowMs();
  std::vector<admin::v1::Exemption> exemptions;
  for (const auto& [number, one] : exemptions_) {
    if (filter::IsInForce(one, now_ms)) exemptions.push_back(one);
  }
  std::vector<store::v1::RuleBraked> braked;
  for (const Braked& one : braked_) braked.push_back(one.brake);
  next_.exemptions = filter::Exemptions::Build(next_.rules, *next_.policy,
                                               exemptions, braked, now_ms);
  store_.Publish(std::make_shared<const filter::Snapshot>(next_));
}

absl::Status ControlState::CheckTarget(
    const admin::v1::ExemptRequest& request) const {
  const bool is_template = !request.template_id().empty();
  const std::string& id =
      is_template ? request.template_id() : request.content_provider_id();
  const store::v1::PartyKind kind =
      is_template ? store::v1::PARTY_KIND_TEMPLATE
                  : store::v1::PARTY_KIND_CONTENT_PROVIDER;
  if (parties_.contains({kind, id})) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat(is_template
                                              ? "template_id: no template "
                                              : "content_provider_id: no "
                                                "content provider ",
                                          id));
}

// What is in force, and what lapsed, stands in the way.
absl::Status ControlState::CheckOthers(const admin::v1::Exemption& made,
                                       bool one_person) const {
  const int64_t now_ms = store_.NowMs();
  size_t in_force = 0;
  for (const auto& [number, one] : exemptions_) {
    const bool holds = filter::IsInForce(one, now_ms);
    in_force += holds;
    if (!SameThing(one, made)) continue;
    if (holds) {
      return absl::AlreadyExistsError(absl::StrCat(
          "exemption ", number, " lifts the same, and is in force"));
    }
    const bool lapsed = !one.has_ended() && !one.has_confirmed();
    if (lapsed && !one_person && one.author() == made.author() &&
        now_ms - MillisOf(one.confirm_until()) < kLapsedMs) {
      return absl::FailedPreconditionError(absl::StrCat(
          "exemption ", number,
          " of the same was made with this key and nobody confirmed it: "
          "somebody else makes it now"));
    }
  }
  if (in_force < kInForceMax) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      kInForceMax, " exemptions are in force: end one, or publish a version"));
}

absl::StatusOr<admin::v1::Exemption> ControlState::Exempt(
    const admin::v1::ExemptRequest& request, const Actor& actor,
    bool one_person) {
  SLUICE_RETURN_IF_ERROR(CheckReason(actor));
  SLUICE_RETURN_IF_ERROR(CheckRequest(request));
  MutexLock lock(mutex_);
  SLUICE_RETURN_IF_ERROR(CheckTarget(request));
  std::string word = request.word();
  SLUICE_RETURN_IF_ERROR(filter::CheckExemption(*next_.rules, *next_.policy,
                                                request.rule(), word));
  admin::v1::Exemption made;
  made.set_rule(request.rule());
  made.set_word(word);
  made.set_content_provider_id(request.content_provider_id());
  made.set_template_id(request.template_id());
  made.set_author(actor.key_id);
  made.set_reason(actor.reason);
  SLUICE_RETURN_IF_ERROR(CheckOthers(made, one_person));
  const int64_t now_ms = store_.NowMs();
  const int64_t until_ms = now_ms + request.minutes() * kMinuteMs;
  made.set_number(exemptions_.empty() ? 1 : exemptions_.rbegin()->first + 1);
  SetTimestamp(now_ms, *made.mutable_created());
  SetTimestamp(until_ms, *made.mutable_until());
  SetTimestamp(std::min(until_ms, now_ms + kConfirmMs),
               *made.mutable_confirm_until());
  return PutExemption(made, actor);
}

absl::StatusOr<admin::v1::Exemption> ControlState::FindExemption(
    uint32_t number) const {
  const auto found = exemptions_.find(number);
  if (found == exemptions_.end()) {
    return absl::NotFoundError(absl::StrCat("there is no exemption ", number));
  }
  if (!filter::IsInForce(found->second, store_.NowMs())) {
    return IsOver(found->second);
  }
  return found->second;
}

absl::StatusOr<admin::v1::Exemption> ControlState::ConfirmExemption(
    uint32_t number, const Actor& actor, bool one_person) {
  SLUICE_RETURN_IF_ERROR(CheckReason(actor));
  MutexLock lock(mutex_);
  SLUICE_ASSIGN_OR_RETURN(admin::v1::Exemption exemption,
                          FindExemption(number));
  if (exemption.has_confirmed()) {
    return absl::FailedPreconditionError(
        absl::StrCat("exemption ", number, " is confirmed already"));
  }
  if (!one_person && exemption.author() == actor.key_id) {
    return absl::FailedPreconditionError(absl::StrCat(
        "exemption ", number,
        " was made with this key: somebody else confirms it (or the "
        "configuration says rules.approval: one_person)"));
  }
  exemption.set_confirmer(actor.key_id);
  SetTimestamp(store_.NowMs(), *exemption.mutable_confirmed());
  return PutExemption(exemption, actor);
}

absl::StatusOr<admin::v1::Exemption> ControlState::EndExemption(
    uint32_t number, const Actor& actor) {
  SLUICE_RETURN_IF_ERROR(CheckReason(actor));
  MutexLock lock(mutex_);
  SLUICE_ASSIGN_OR_RETURN(admin::v1::Exemption exemption,
                          FindExemption(number));
  exemption.set_ended_by(actor.key_id);
  SetTimestamp(store_.NowMs(), *exemption.mutable_ended());
  return PutExemption(exemption, actor);
}

absl::StatusOr<admin::v1::Exemption> ControlState::PutExemption(
    const admin::v1::Exemption& exemption, const Actor& actor) {
  store::v1::Record record;
  store::v1::ExemptionChanged& changed = *record.mutable_exemption_changed();
  *changed.mutable_exemption() = exemption;
  changed.set_actor(actor.key_id);
  changed.set_reason(actor.reason);
  SLUICE_RETURN_IF_ERROR(store_.AppendControl(record));
  Apply(record);
  PublishExemptions();
  return exemption;
}

// The journal keeps them all; here are those that may still matter.
void ControlState::ForgetOldExemptions() {
  for (auto it = exemptions_.begin();
       it != exemptions_.end() && exemptions_.size() > kKeptMax;) {
    const bool holds = filter::IsInForce(it->second, store_.NowMs());
    it = holds ? std::next(it) : exemptions_.erase(it);
  }
}

std::vector<admin::v1::Exemption> ControlState::ListExemptions(bool all) const {
  MutexLock lock(mutex_);
  std::vector<admin::v1::Exemption> found;
  for (auto it = exemptions_.rbegin(); it != exemptions_.rend(); ++it) {
    if (all || filter::IsInForce(it->second, store_.NowMs())) {
      found.push_back(it->second);
    }
  }
  return found;
}

absl::Status ControlState::Brake(const RulesInForce& rules,
                                 const store::v1::RuleBraked& brake) {
  MutexLock lock(mutex_);
  if (rules.counters != in_force_.counters) return absl::OkStatus();
  store::v1::Record record;
  record.set_at_ms(store_.NowMs());
  *record.mutable_rule_braked() = brake;
  SLUICE_RETURN_IF_ERROR(store_.AppendControl(record));
  Apply(record);
  PublishExemptions();
  return absl::OkStatus();
}

std::vector<Braked> ControlState::braked() const {
  MutexLock lock(mutex_);
  return braked_;
}

}  // namespace sluice::gateway
