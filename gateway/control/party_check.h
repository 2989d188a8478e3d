#pragma once

// What a party must hold when it is written, beyond what filter::Registry needs
// to work. Apart from it, so that a party of an older journal that would not be
// accepted today can still be read, and change its state.

#include "absl/status/status.h"
#include "sluice/store/v1/party.pb.h"

namespace sluice::gateway {

// Errors: kInvalidArgument, naming the field.
absl::Status CheckParty(const store::v1::Party& party);

}  // namespace sluice::gateway
