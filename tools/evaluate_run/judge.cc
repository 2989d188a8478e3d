#include "tools/evaluate_run/judge.h"

#include "absl/time/clock.h"
#include "filter/policy/decision.h"
#include "rules/base/characters.h"
#include "rules/base/status_macros.h"
#include "rules/fold/han_tables.h"

namespace sluice::evaluate {

absl::StatusOr<std::unique_ptr<Judge>> Judge::Load(
    const std::string& pack, v1::MessageClass message_class) {
  std::unique_ptr<Judge> judge(new Judge);
  SLUICE_ASSIGN_OR_RETURN(judge->rules_, rules::RuleSet::Load(pack));
  SLUICE_ASSIGN_OR_RETURN(judge->policy_,
                          filter::Policy::Build(*judge->rules_));
  judge->class_ = message_class;
  return judge;
}

Outcome Judge::Of(absl::string_view text) {
  hits_.clear();
  findings_.clear();
  deciding_.clear();
  rules::FoldTable::Shared().Fold(text, folded_);
  rules_->Match(folded_, {class_, folded_.code_points, text}, scratch_, hits_);
  policy_->content().Judge(hits_, static_cast<MessageClass>(class_), {},
                           absl::ToUnixMillis(absl::Now()), findings_);
  for (const filter::Finding& finding : findings_) {
    if (!finding.observed) deciding_.push_back(finding.rule);
  }
  switch (filter::DecisionOf(findings_)) {
    case v1::DECISION_REJECTED:
      return Outcome::kRejected;
    case v1::DECISION_HELD:
      return Outcome::kHeld;
    default:
      return Outcome::kPassed;
  }
}

std::vector<Judge::Found> Judge::FoundIn(absl::string_view text) const {
  const std::u32string characters = rules::CodePoints(text);
  std::vector<Found> found;
  for (const rules::Hit& hit : hits_) {
    Found& one = found.emplace_back();
    one.rule = rules_->rules()[hit.rule].id();
    one.looked_for = rules_->PatternText(hit.pattern);
    for (uint32_t at = hit.begin; at < hit.end; ++at) {
      AppendUtf8(characters[at], one.written);
    }
  }
  return found;
}

}  // namespace sluice::evaluate
