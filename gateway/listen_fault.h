#pragma once

// Why a server cannot listen, in words: neither gRPC nor the HTTP library tells
// its caller.

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gateway/config.h"

namespace sluice::gateway {

// OK when the address can be listened on now. Port 0 can.
// Errors: kUnavailable, as ListenFault().
absl::Status CheckListen(absl::string_view setting, const HostPort& at);

// After listening has failed: tries the address once more and says what is in
// the way and what to do. `setting` is the one that has it, such as
// "listen.address". Never OK. Errors: kUnavailable.
absl::Status ListenFault(absl::string_view setting, const HostPort& at);

}  // namespace sluice::gateway
