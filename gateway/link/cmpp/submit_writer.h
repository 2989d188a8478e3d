#pragma once

// Turns a segment into the octets of a CMPP_SUBMIT.
//
// Fees are fixed to free: what a sender pays us is settled elsewhere, and
// nothing may be charged to a phone.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/link/cmpp/options.h"
#include "gateway/link/cmpp/submit.h"
#include "gateway/link/flight.h"

namespace sluice::cmpp {

// One strand. Keeps one Submit, so that the fields that never change are filled
// in once and the strings' memory is used again.
class SubmitWriter {
 public:
  explicit SubmitWriter(const CmppLinkOptions& options);

  // Appends the PDU to `out`, which on an error stays as it was.
  // Errors: kInvalidArgument with the field that is too long.
  absl::Status Append(const link::Flight::Segment& segment, Version version,
                      uint32_t sequence, std::string& out);

 private:
  Submit submit_;
  absl::Time expire_at_ = absl::InfiniteFuture();  // That of valid_time.
};

// "YYMMDDhhmmsstnnp" in the carriers' zone: t tenths of a second, nn quarters
// of an hour from UTC, p ahead of it. Empty for InfiniteFuture.
// Source: SMPP 3.3 absolute time format, which CMPP refers to.
std::string ValidTime(absl::Time at);

}  // namespace sluice::cmpp
