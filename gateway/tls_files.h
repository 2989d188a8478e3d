#pragma once

// The certificate and key of gRPC and HTTP, checked before anything uses them:
// gRPC itself reports wrong ones only to the clients that connect.

#include <openssl/types.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace sluice::gateway {

// How long before its end a certificate is reported.
inline constexpr absl::Duration kExpiryNotice = absl::Hours(30 * 24);

struct TlsFiles {
  std::string certificate;  // PEM, with those that issued it.
  std::string key;          // PEM.
  absl::Time expires;       // The first of the chain to end.
  std::string expires_of;   // Its subject.
  // Both in use: of a server of TLS 1.2 and later.
  std::shared_ptr<SSL_CTX> context;
};

// Reads PEM files: a certificate with those that issued it, each after the one
// that it issued, and its key. Errors: kInvalidArgument, whose field is
// "tls_certificate" or "tls_key" (a file that cannot be read or is no PEM; a
// key of another certificate, or with a password; a chain in another order; a
// certificate that is not valid at `now`; one that OpenSSL finds too weak).
absl::StatusOr<TlsFiles> ReadTlsFiles(const std::string& certificate_path,
                                      const std::string& key_path,
                                      absl::Time now);

// "the TLS certificate of ... expires at ..., in 12 days; ..."; empty if that
// is later than kExpiryNotice.
std::string ExpiryNotice(const TlsFiles& files, absl::Time now);

// "the TLS certificate of ..., until ...".
std::string Describe(const TlsFiles& files);

}  // namespace sluice::gateway
