#pragma once

// Why a server cannot listen on an address: neither gRPC nor the HTTP library
// reports the reason.

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gateway/config.h"

namespace sluice::gateway {

// Returns OK if the server can listen on the address now; always for port 0.
// Errors: kUnavailable, as ListenFault().
absl::Status CheckListen(absl::string_view setting, const HostPort& at);

// Call it after listening has failed: tries the address once more and returns
// the reason and the remedy. `setting` names the setting with the address, such
// as "listen.address". Never OK. Errors: kUnavailable.
absl::Status ListenFault(absl::string_view setting, const HostPort& at);

}  // namespace sluice::gateway
