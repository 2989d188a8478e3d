#pragma once

// Sets a provider's world up through the API, as its engineer and its
// compliance officer would.

#include <string>

#include "absl/status/statusor.h"
#include "tools/demo_run/input.h"
#include "tools/lib/connection.h"

namespace sluice::demo {

// Makes licensee, content providers, ports, signatures and the account of
// `plan`, then a key of the account, and returns its secret. `admin` needs the
// role admin.
absl::StatusOr<std::string> SetUpWorld(const tools::Connection& admin,
                                       const Plan& plan);

// Records the refusals of `plan`.
absl::Status AddRefusals(const tools::Connection& officer, const Plan& plan);

}  // namespace sluice::demo
