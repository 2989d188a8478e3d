#pragma once

// Whole files, read into memory and written from it.

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sluice {

// What a file may have that is read whole, where nobody says otherwise.
inline constexpr size_t kFileBytesMax = 256 << 20;

// Returns the content of the file at `path`. Errors, with the path: kNotFound
// (there is no such file); kUnavailable (it cannot be read, is a folder, or has
// more than `bytes_max` bytes, of which no more are read).
absl::StatusOr<std::string> ReadFile(const std::string& path,
                                     size_t bytes_max = kFileBytesMax);

// Returns the content of the file `name` ("lists/words.txt") of `folder`, which
// others may have filled: no part of `name` may be a link, which could show any
// file of this machine, and what is no plain file, such as a pipe, is refused
// and not waited for. Errors, without the path: kNotFound; kInvalidArgument (a
// link, no plain file, more than `bytes_max` bytes); kUnavailable.
absl::StatusOr<std::string> ReadFileIn(const std::string& folder,
                                       absl::string_view name,
                                       size_t bytes_max);

// Writes the file at `path`, which only this user may read: after a power cut
// it is the old one or the new one, whole. Errors, with the path: kUnavailable.
absl::Status ReplaceFile(const std::string& path, absl::string_view bytes);

}  // namespace sluice
