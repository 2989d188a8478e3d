#pragma once

// Encodes a segment as a CMPP_SUBMIT.
//
// The fee is free unless the options say otherwise: senders pay the gateway
// outside CMPP. The phone that gets the message is never charged.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/link/cmpp/options.h"
#include "gateway/link/cmpp/submit.h"
#include "gateway/link/flight.h"

namespace sluice::cmpp {

// One strand. Keeps one Submit: constant fields are filled in once, and the
// memory of the strings is reused.
class SubmitWriter {
 public:
  explicit SubmitWriter(const CmppLinkOptions& options);

  // Appends the PDU to `out`, which is unchanged after an error.
  // Errors: kInvalidArgument with the field that is too long.
  absl::Status Append(const link::Flight::Segment& segment, Version version,
                      uint32_t sequence, std::string& out);

 private:
  Submit submit_;
  absl::Time expire_at_ = absl::InfiniteFuture();  // Encoded in valid_time.
};

// "YYMMDDhhmmsstnnp" in the carriers' zone: t tenths of a second, nn quarters
// of an hour from UTC, p the sign. Empty for InfiniteFuture.
// Source: SMPP 3.3 absolute time format, to which CMPP refers.
std::string ValidTime(absl::Time at);

}  // namespace sluice::cmpp
