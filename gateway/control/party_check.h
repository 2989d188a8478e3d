#pragma once

// What a party must satisfy when it is created or changed, in addition to the
// needs of filter::Registry. Apart from the registry, so that a party in an
// older journal that would fail these checks can still be read, suspended and
// closed.

#include "absl/status/status.h"
#include "sluice/store/v1/party.pb.h"

namespace sluice::gateway {

// Errors: kInvalidArgument, naming the field.
absl::Status CheckParty(const store::v1::Party& party);

// The part of CheckParty that also holds for a change of the state alone: the
// state is a known one, or not given.
absl::Status CheckState(const store::v1::Party& party);

}  // namespace sluice::gateway
