#pragma once

// What people call the calls of the operator log.

#include <string>

#include "tools/sluicectl/command.h"

namespace sluice::ctl {

// "查看号码档案" of DossierService.GetDossier; in English its name.
std::string CallText(const Context& context, const std::string& method);

}  // namespace sluice::ctl
