#pragma once

// The id of an import of opt-outs, by which a mistaken import is corrected.

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace sluice::ctl {

// "numbers.txt-3fa9c2d41b07": of the file's name, and of a digest of its
// content and of `flags`, which complete its lines. So the same file imported
// again belongs to the same import, and with other flags to another one.
// Errors: kUnavailable (the file cannot be read).
absl::StatusOr<std::string> ImportIdOf(const std::string& path,
                                       const std::vector<std::string>& flags);

}  // namespace sluice::ctl
