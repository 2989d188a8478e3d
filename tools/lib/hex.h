#pragma once

// Octets as people write them: hexadecimal digits with spaces, line ends,
// colons or 0x in between.

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sluice::tools {

// Errors: kInvalidArgument with the position of the fault.
absl::StatusOr<std::string> ParseHex(absl::string_view text);

}  // namespace sluice::tools
