#pragma once

// Who makes a change, and why. Every record of a change has both.

#include <cstddef>
#include <string>

#include "absl/status/status.h"

namespace sluice::gateway {

struct Actor {
  std::string key_id;
  std::string reason;
};

inline constexpr size_t kReasonSizeMax = 1000;

// Errors: kInvalidArgument (the reason is empty or longer than 1000 bytes).
absl::Status CheckReason(const Actor& actor);
// The same for changes whose reason may be empty.
absl::Status CheckReasonSize(const Actor& actor);

}  // namespace sluice::gateway
