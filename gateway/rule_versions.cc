#include "gateway/rule_versions.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "gateway/timestamp.h"

namespace sluice::gateway {
namespace {

v1::RuleVersionStepKind KindOf(v1::RuleVersionState before,
                               v1::RuleVersionState now) {
  switch (now) {
    case v1::RULE_VERSION_STATE_DRAFT:
      return v1::RULE_VERSION_STEP_KIND_PUT;
    case v1::RULE_VERSION_STATE_APPROVED:
      return before == v1::RULE_VERSION_STATE_PLANNED
                 ? v1::RULE_VERSION_STEP_KIND_UNPLANNED
                 : v1::RULE_VERSION_STEP_KIND_APPROVED;
    case v1::RULE_VERSION_STATE_PLANNED:
      return v1::RULE_VERSION_STEP_KIND_PLANNED;
    case v1::RULE_VERSION_STATE_PUBLISHED:
      return before == v1::RULE_VERSION_STATE_PUBLISHED
                 ? v1::RULE_VERSION_STEP_KIND_BROUGHT_BACK
                 : v1::RULE_VERSION_STEP_KIND_PUBLISHED;
    case v1::RULE_VERSION_STATE_WITHDRAWN:
      return v1::RULE_VERSION_STEP_KIND_WITHDRAWN;
    default:
      return v1::RULE_VERSION_STEP_KIND_UNSPECIFIED;
  }
}

}  // namespace

void RuleVersions::Apply(const v1::RuleVersionChanged& changed, int64_t at_ms) {
  const v1::RuleVersion& now = changed.version();
  v1::RuleVersion& version = versions_[now.number()];
  v1::RuleVersionStep step;
  step.set_kind(KindOf(version.state(), now.state()));
  step.set_actor(changed.actor());
  step.set_reason(changed.reason());
  SetTimestamp(at_ms, *step.mutable_at());
  if (now.state() == v1::RULE_VERSION_STATE_PLANNED) {
    *step.mutable_publish_at() = now.publish_at();
  }
  version = now;
  if (now.state() == v1::RULE_VERSION_STATE_PUBLISHED) {
    PutInForce(now.number(), std::move(step));
  } else {
    steps_[now.number()].push_back(std::move(step));
  }
}

// Going back to one takes back all that came after it.
void RuleVersions::PutInForce(uint32_t number, v1::RuleVersionStep step) {
  // To examine anew what waits, the one in force may be put in force again.
  if (number != in_force()) step.set_other(in_force());
  if (absl::c_linear_search(in_force_, number)) {
    for (; in_force_.back() != number; in_force_.pop_back()) {
      v1::RuleVersionStep& taken_back = steps_[in_force_.back()].emplace_back();
      taken_back = step;
      taken_back.set_kind(v1::RULE_VERSION_STEP_KIND_TAKEN_BACK);
      taken_back.set_other(number);
    }
  } else {
    in_force_.push_back(number);
  }
  steps_[number].push_back(std::move(step));
}

const v1::RuleVersion* RuleVersions::Find(uint32_t number) const {
  const auto found = versions_.find(number == 0 ? in_force() : number);
  return found == versions_.end() ? nullptr : &found->second;
}

v1::RuleVersion RuleVersions::Shown(uint32_t number) const {
  v1::RuleVersion version = versions_.at(number);
  version.set_in_force(number == in_force());
  version.clear_not_enforced();
  const auto steps = steps_.find(number);
  if (steps == steps_.end()) return version;
  *version.mutable_steps() = {steps->second.begin(), steps->second.end()};
  return version;
}

}  // namespace sluice::gateway
