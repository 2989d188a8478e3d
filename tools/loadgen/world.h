#pragma once

// The parties that generated load belongs to.

#include <string>

#include "absl/status/statusor.h"
#include "tools/lib/connection.h"

namespace sluice::load {

inline constexpr char kSignature[] = "测试小店";
inline constexpr char kContentProvider[] = "loadgen";

// Makes licensee, content provider, signature, a service and a commercial port
// and an account, all called loadgen, where they are missing, and a new key.
// Returns its secret. `admin` needs the role admin.
absl::StatusOr<std::string> SetUpWorld(const tools::Connection& admin);

}  // namespace sluice::load
