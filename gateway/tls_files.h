#pragma once

// The certificate and key of the gRPC service, checked before anything starts:
// gRPC itself reports a wrong one only to the clients that connect.

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace sluice::gateway {

// How long before its end a certificate is reported.
inline constexpr absl::Duration kExpiryNotice = absl::Hours(30 * 24);

struct TlsFacts {
  absl::Time expires;      // The first of the chain to end.
  std::string expires_of;  // Its subject.
};

// Reads PEM files: a certificate with those that issued it, each after the one
// that it issued, and its key. Errors: kInvalidArgument, whose field is
// "tls_certificate" or "tls_key" (a file that cannot be read or is no PEM; a
// key of another certificate, or with a password; a chain in another order; a
// certificate that is not valid at `now`).
absl::StatusOr<TlsFacts> ReadTlsFiles(const std::string& certificate_path,
                                      const std::string& key_path,
                                      absl::Time now);

// "the certificate ... expires at ..., in 12 days"; empty if that is later than
// kExpiryNotice.
std::string ExpiryNotice(const TlsFacts& facts, absl::Time now);

}  // namespace sluice::gateway
