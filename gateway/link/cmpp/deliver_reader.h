#pragma once

// Decodes a CMPP_DELIVER as a status report or an MO.

#include <variant>

#include "absl/status/statusor.h"
#include "gateway/link/cmpp/deliver.h"
#include "gateway/link/link.h"

namespace sluice::cmpp {

// A DELIVER that is marked as a status report and cannot be one is an MO: a
// refusal must not be lost to a wrong mark. A report that is cut after its Stat
// is still a report.
// Errors: kInvalidArgument, when it is neither.
absl::StatusOr<std::variant<link::Report, link::Mo>> ReadDeliver(
    const Deliver& deliver);

}  // namespace sluice::cmpp
