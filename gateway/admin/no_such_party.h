#pragma once

// The fault of an id that no party of its kind has.

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "filter/registry/registry.h"

namespace sluice::gateway {

// kInvalidArgument, about the request's field: which id was probably meant,
// else how to see them all.
absl::Status NoSuchParty(const filter::Registry& registry,
                         store::v1::PartyKind kind, const std::string& id,
                         absl::string_view field);

}  // namespace sluice::gateway
