#pragma once

// Addresses that a server listens on.

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sluice::gateway {

// "127.0.0.1:7430", "[::1]:0", "localhost:7430".
struct HostPort {
  std::string host;  // Without brackets.
  uint16_t port = 0;
  // An address of 127.0.0.0/8 or ::1 in full, or the name localhost, if this
  // machine resolves it to these only.
  bool loopback = false;
};
// Errors: kInvalidArgument.
absl::StatusOr<HostPort> ParseHostPort(absl::string_view address);

// Whether two servers on this machine could not listen on both: the same port,
// other than 0, of the same address, or of all addresses.
bool Overlap(const HostPort& a, const HostPort& b);

}  // namespace sluice::gateway
