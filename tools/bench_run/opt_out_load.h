#pragma once

// Many opt-outs through OptOutsService.ImportOptOuts.

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "tools/lib/connection.h"

namespace sluice::bench {

// Adds opt-outs of the numbers [0, count) of `seed` (tools/loadgen/texts.h)
// from `content_provider`. Calls `progress(done)` now and then.
// Errors: those of the import; kFailedPrecondition when not all were new.
absl::Status LoadOptOuts(const tools::Connection& officer, uint64_t count,
                         uint64_t seed, const std::string& content_provider,
                         const std::function<void(uint64_t)>& progress);

}  // namespace sluice::bench
