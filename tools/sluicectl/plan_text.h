#pragma once

// Planned publications of rules that fail, in words.

#include <string>

#include "sluice/admin/v1/rules.pb.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

// Why it failed, or will.
std::string CauseOf(const Context& context, const admin::v1::PlanFailure& why);

// Prints each version whose planned publication failed lately, or will fail,
// with the cause and a person's next steps; nothing when there is none.
void PrintPlans(const Context& context, const admin::v1::RuleSetStatus& status);

}  // namespace sluice::ctl
