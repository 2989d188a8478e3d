#pragma once

// The parties that send the generated load.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/lib/connection.h"

namespace sluice::load {

inline constexpr char kSignature[] = "测试小店";
inline constexpr char kContentProvider[] = "loadgen";

// Creates the missing ones of licensee, content provider, signature, a service
// and a commercial port and an account, all called loadgen, and a new key.
// Returns the key's secret. `admin` needs the role admin.
absl::StatusOr<std::string> SetUpWorld(const tools::Connection& admin);

// Releases the texts for 30 days, as an officer does before a campaign:
// otherwise Sluice holds a text once it went to many numbers. One call a text.
absl::Status ReviewTexts(const tools::Connection& admin,
                         const std::vector<std::string>& texts);

}  // namespace sluice::load
