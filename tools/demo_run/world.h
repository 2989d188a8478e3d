#pragma once

// Sets the demo's parties up through the API, as an engineer and a compliance
// officer would.

#include <string>

#include "absl/status/statusor.h"
#include "tools/demo_run/input.h"
#include "tools/lib/connection.h"

namespace sluice::demo {

// Creates the licensee, content providers, ports, signatures and account of
// `plan`, then a key of the account; returns the key's secret. `admin` needs
// the role admin.
absl::StatusOr<std::string> SetUpWorld(const tools::Connection& admin,
                                       const Plan& plan);

// Records the opt-outs of `plan`.
absl::Status AddOptOuts(const tools::Connection& officer, const Plan& plan);

}  // namespace sluice::demo
