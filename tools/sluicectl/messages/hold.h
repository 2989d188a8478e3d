#pragma once

// Judging held messages, for other commands.

#include <string>

#include "absl/status/statusor.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

// Releases or rejects every message that `rule` holds now, and reports the
// outcomes. Returns the exit code: 1 when some outcomes are not as asked.
// Errors: those of the calls.
absl::StatusOr<int> JudgeHeldBy(const Context& context, const std::string& rule,
                                const std::string& reason, bool reject);

}  // namespace sluice::ctl
