#pragma once

// Decodes a CMPP_DELIVER as a status report or an MO.

#include <variant>

#include "absl/status/statusor.h"
#include "gateway/link/cmpp/deliver.h"
#include "gateway/link/link.h"

namespace sluice::cmpp {

// Errors: those of DecodeReport, for a DELIVER marked as a status report.
absl::StatusOr<std::variant<link::Report, link::Mo>> ReadDeliver(
    const Deliver& deliver);

}  // namespace sluice::cmpp
