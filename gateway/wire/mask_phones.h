#pragma once

// Texts of callers that are journaled, though they must not hold a whole
// telephone number.

#include <string>

#include "absl/strings/string_view.h"

namespace sluice::gateway {

// `text` with every run of digits that is a telephone number masked:
// "to 138****8000". Other runs stay: times, counts, access numbers.
std::string MaskPhones(absl::string_view text);

}  // namespace sluice::gateway
