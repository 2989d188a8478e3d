#pragma once

// A property of any octets. The fuzzer and the seeded mutations both check it.

#include <cstdint>

#include "absl/strings/string_view.h"
#include "gateway/link/cmpp/bodies.h"
#include "rules/base/check.h"

namespace sluice::cmpp {

// Decodes `pdu` as a session does. Aborts when a decoded PDU does not encode
// and decode to the same value. Returns whether `pdu` was decoded.
inline bool CheckAnyBytes(Version version, absl::string_view pdu) {
  const absl::StatusOr<Header> header = DecodeHeader(pdu);
  if (!header.ok()) return false;
  bool read = false;
  WithBody(header->command, [&](auto body) {
    const absl::string_view octets = pdu.substr(kHeaderSize);
    if (!TakePduBody(octets, version, body).ok()) return;
    read = true;
    const Version layout = LayoutOf(header->command, octets.size(), version);
    const auto written = EncodePdu(body, layout, header->sequence);
    SLUICE_CHECK(written.ok());
    SLUICE_CHECK(written->size() == pdu.size());
    decltype(body) again;
    SLUICE_CHECK(TakePduBody(absl::string_view(*written).substr(kHeaderSize),
                             layout, again)
                     .ok());
    SLUICE_CHECK(again == body);
  });
  return read;
}

}  // namespace sluice::cmpp
