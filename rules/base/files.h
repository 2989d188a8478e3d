#pragma once

// Whole files, read into memory.

#include <string>

#include "absl/status/statusor.h"

namespace sluice {

// Returns the content of the file at `path`. Errors, with the path: kNotFound
// (there is no such file); kUnavailable (it cannot be read, or is a folder).
absl::StatusOr<std::string> ReadFile(const std::string& path);

}  // namespace sluice
