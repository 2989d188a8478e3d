#pragma once

// Errors of the API in the words of the command line: the server names the
// field of a request, a person typed a flag.

#include <string>

#include "absl/status/status.h"
#include "rules/base/language.h"
#include "tools/lib/command_line.h"

namespace sluice::ctl {

// The prose of `status`. Where it begins with a field that a flag or argument
// of the chosen command sets, it begins with that one: "--content-provider: no
// content provider shop". In Chinese where the error has its Chinese. `line`
// has parsed the command.
std::string ErrorText(const absl::Status& status,
                      const tools::CommandLine& line, Language language);

}  // namespace sluice::ctl
