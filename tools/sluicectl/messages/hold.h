#pragma once

// What other commands do with held messages.

#include <string>

#include "absl/status/statusor.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

// Releases or rejects every message that `rule` holds now, and says what became
// of them. Returns the exit code: 1 when some did not come out as asked.
// Errors: those of the calls.
absl::StatusOr<int> JudgeHeldBy(const Context& context, const std::string& rule,
                                const std::string& reason, bool reject);

}  // namespace sluice::ctl
