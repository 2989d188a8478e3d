#pragma once

// How an officer merges two changes of the rules: a draft made from an older
// version lacks what was published since, and would undo it.

#include <cstdint>

#include "rules/base/language.h"
#include "sluice/admin/v1/rule_version.pb.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

// The steps that carry the changes of `version` over to the version in force,
// and how to let `version` undo that one instead.
Both MergeSteps(const admin::v1::RuleVersion& version);

// Whether `version` lacks changes of version `in_force`: it was made from
// another one, neither directly nor by way of other drafts from this. False if
// the server does not say.
bool LacksChanges(const Context& context, const admin::v1::RuleVersion& version,
                  uint32_t in_force);

}  // namespace sluice::ctl
