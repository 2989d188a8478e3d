#pragma once

// Why a server could not listen, in words: neither gRPC nor the HTTP library
// tells its caller.

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gateway/config.h"

namespace sluice::gateway {

// Tries the address once more and says what is in the way and what to do.
// `setting` is the one that has it, such as "listen.address". Never OK.
// Errors: kUnavailable.
absl::Status ListenFault(absl::string_view setting, const HostPort& at);

}  // namespace sluice::gateway
