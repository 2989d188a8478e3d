#include "gateway/versions/rule_versions.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "gateway/wire/timestamp.h"

namespace sluice::gateway {
namespace {

// Who ends a plan that fails; what the records of earlier versions of Sluice
// tell it by.
constexpr char kProgram[] = "sluiced";

// Of a version that was planned and is so no longer.
admin::v1::RuleVersionStepKind EndOfPlan(
    const store::v1::RuleVersionChanged& changed) {
  return changed.version().has_plan_failure() || changed.actor() == kProgram
             ? admin::v1::RULE_VERSION_STEP_KIND_PLAN_FAILED
             : admin::v1::RULE_VERSION_STEP_KIND_UNPLANNED;
}

admin::v1::RuleVersionStepKind KindOf(
    admin::v1::RuleVersionState before,
    const store::v1::RuleVersionChanged& changed) {
  switch (changed.version().state()) {
    case admin::v1::RULE_VERSION_STATE_DRAFT:
      return admin::v1::RULE_VERSION_STEP_KIND_PUT;
    case admin::v1::RULE_VERSION_STATE_APPROVED:
      return before == admin::v1::RULE_VERSION_STATE_PLANNED
                 ? EndOfPlan(changed)
                 : admin::v1::RULE_VERSION_STEP_KIND_APPROVED;
    case admin::v1::RULE_VERSION_STATE_PLANNED:
      return admin::v1::RULE_VERSION_STEP_KIND_PLANNED;
    case admin::v1::RULE_VERSION_STATE_PUBLISHED:
      return before == admin::v1::RULE_VERSION_STATE_PUBLISHED
                 ? admin::v1::RULE_VERSION_STEP_KIND_BROUGHT_BACK
                 : admin::v1::RULE_VERSION_STEP_KIND_PUBLISHED;
    case admin::v1::RULE_VERSION_STATE_WITHDRAWN:
      return admin::v1::RULE_VERSION_STEP_KIND_WITHDRAWN;
    default:
      return admin::v1::RULE_VERSION_STEP_KIND_UNSPECIFIED;
  }
}

}  // namespace

void RuleVersions::Apply(const store::v1::RuleVersionChanged& changed,
                         int64_t at_ms) {
  const admin::v1::RuleVersion& now = changed.version();
  admin::v1::RuleVersion& version = versions_[now.number()];
  admin::v1::RuleVersionStep step;
  step.set_kind(KindOf(version.state(), changed));
  step.set_actor(changed.actor());
  step.set_reason(changed.reason());
  SetTimestamp(at_ms, *step.mutable_time());
  if (now.state() == admin::v1::RULE_VERSION_STATE_PLANNED) {
    *step.mutable_planned_time() = now.planned_time();
  }
  if (step.kind() == admin::v1::RULE_VERSION_STEP_KIND_PLAN_FAILED &&
      now.has_plan_failure()) {
    *step.mutable_plan_failure() = now.plan_failure();
  }
  version = now;
  if (now.state() == admin::v1::RULE_VERSION_STATE_PUBLISHED) {
    PutInForce(now.number(), std::move(step));
  } else {
    steps_[now.number()].push_back(std::move(step));
  }
}

// A rollback to a version replaces all versions published after it.
void RuleVersions::PutInForce(uint32_t number,
                              admin::v1::RuleVersionStep step) {
  // For a recheck the version in force may be put in force again.
  if (number != in_force()) step.set_other(in_force());
  if (absl::c_linear_search(in_force_, number)) {
    for (; in_force_.back() != number; in_force_.pop_back()) {
      admin::v1::RuleVersionStep& taken_back =
          steps_[in_force_.back()].emplace_back();
      taken_back = step;
      taken_back.set_kind(admin::v1::RULE_VERSION_STEP_KIND_TAKEN_BACK);
      taken_back.set_other(number);
    }
  } else {
    in_force_.push_back(number);
  }
  steps_[number].push_back(std::move(step));
}

const admin::v1::RuleVersion* RuleVersions::Find(uint32_t number) const {
  const auto found = versions_.find(number == 0 ? in_force() : number);
  return found == versions_.end() ? nullptr : &found->second;
}

// A version is made from an earlier one; a journal that says otherwise must not
// keep the walk going.
bool RuleVersions::StemsFrom(uint32_t number, uint32_t ancestor) const {
  while (number > ancestor) {
    const auto found = versions_.find(number);
    if (found == versions_.end() || found->second.based_on() >= number) {
      return false;
    }
    number = found->second.based_on();
  }
  return number == ancestor;
}

uint32_t RuleVersions::TakenBackBetween(uint32_t number,
                                        uint32_t ancestor) const {
  for (number = versions_.at(number).based_on(); number > ancestor;
       number = versions_.at(number).based_on()) {
    if (IsTakenBack(number)) return number;
  }
  return 0;
}

bool RuleVersions::IsTakenBack(uint32_t number) const {
  const auto found = versions_.find(number);
  return found != versions_.end() &&
         found->second.state() == admin::v1::RULE_VERSION_STATE_PUBLISHED &&
         !absl::c_linear_search(in_force_, number);
}

admin::v1::RuleVersion RuleVersions::Shown(uint32_t number) const {
  admin::v1::RuleVersion version = versions_.at(number);
  version.set_in_force(number == in_force());
  version.clear_not_enforced();
  const auto steps = steps_.find(number);
  if (steps == steps_.end()) return version;
  *version.mutable_steps() = {steps->second.begin(), steps->second.end()};
  return version;
}

}  // namespace sluice::gateway
