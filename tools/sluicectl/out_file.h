#pragma once

// What a command makes, such as a proof: to a file, or to the output.

#include <string>

#include "absl/status/status.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

// Writes to the output when `path` is empty. Errors: kUnavailable.
absl::Status WriteOut(const Context& context, const std::string& path,
                      const std::string& text);

}  // namespace sluice::ctl
