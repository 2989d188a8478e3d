#pragma once

// `registry history`.

#include "tools/sluicectl/command.h"

namespace sluice::ctl {

void AddRegistryHistory(tools::CommandLine& group, Context& context);

}  // namespace sluice::ctl
