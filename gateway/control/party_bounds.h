#pragma once

// What holds for the fields of every party, whichever kind it is: how long a
// text and a list may be, which times and enum values there are. By reflection,
// so that a new field is bounded too.

#include "absl/status/status.h"
#include "sluice/store/v1/party.pb.h"

namespace sluice::gateway {

// A text has at most 400 bytes, a template's text as many as 1,000 characters
// take; a list has at most 1,000 values; times are between the years 1 and
// 9999; enum values are known. accepted_hits are not checked: Sluice writes
// them. Errors: kInvalidArgument, naming the field.
absl::Status CheckBounds(const store::v1::Party& party);

}  // namespace sluice::gateway
