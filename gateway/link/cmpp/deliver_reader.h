#pragma once

// Turns a CMPP_DELIVER into what it brings: a status report or an MO.

#include <variant>

#include "absl/status/statusor.h"
#include "gateway/link/cmpp/deliver.h"
#include "gateway/link/link.h"

namespace sluice::cmpp {

// Errors: those of DecodeReport, when it calls itself a report and is none.
absl::StatusOr<std::variant<link::Report, link::Mo>> ReadDeliver(
    const Deliver& deliver);

}  // namespace sluice::cmpp
