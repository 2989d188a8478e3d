#pragma once

// The digests by which the two sides of a CMPP session prove that they know the
// shared secret.
// Source: China Mobile CMPP 2.0 and 3.0.0, the connect operation.

#include <array>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/link/cmpp/connect.h"

namespace sluice::cmpp {

using Digest = std::array<uint8_t, 16>;

// MMDDHHMMSS of `now` in the carriers' zone (UTC+8), as a decimal number.
uint32_t LoginTimestamp(absl::Time now);

// MD5(Source_Addr | nine NULs | secret | Timestamp in ten digits).
Digest AuthenticatorSource(absl::string_view source_addr,
                           absl::string_view secret, uint32_t timestamp);

// MD5(Status | AuthenticatorSource | secret); Status has `status_width` octets,
// 1 or 4.
Digest AuthenticatorIsmg(uint32_t status, size_t status_width,
                         const Digest& authenticator_source,
                         absl::string_view secret);

// Whether `resp` proves that the gateway knows the secret. The specification
// leaves the width of Status in the digest open, and gateways of both versions
// use both widths, so either width is accepted.
bool IsmgKnowsSecret(const ConnectResp& resp,
                     const Digest& authenticator_source,
                     absl::string_view secret);

// The reaction to a CONNECT_RESP with a wrong digest. Test gateways are known
// to send junk, so kWarn is the default of a link.
enum class AuthenticatorCheck : uint8_t { kOff, kWarn, kEnforce };

// The meaning of the Status of a CONNECT_RESP.
absl::string_view ConnectStatusText(uint32_t status);

}  // namespace sluice::cmpp
