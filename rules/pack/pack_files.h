#pragma once

// A pack's folder as files, to be kept, sent and compared whole: the files that
// ReadPack reads and those for people.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sluice/admin/v1/rules.pb.h"

namespace sluice::rules {

using PackFiles = std::vector<admin::v1::PackFile>;

// SHA-256 over names and contents, hexadecimal; whatever their order.
std::string DigestOf(const PackFiles& files);

// The files of a folder and of those in it, by name; hidden ones not.
// Errors: kInvalidArgument (not a folder; a link, a pipe or anything else in it
// that is no plain file; what it holds is too large), kUnavailable (cannot be
// read).
absl::StatusOr<PackFiles> ReadPackFiles(const std::string& folder);

// Writes files into `folder`, which must not exist or be empty.
// Errors: kAlreadyExists (it is not empty), kInvalidArgument (a name that would
// leave it), kUnavailable.
absl::Status WritePackFiles(const PackFiles& files, const std::string& folder);

// Errors: kInvalidArgument (a name, a file twice, too large).
absl::Status CheckPackFiles(const PackFiles& files);

}  // namespace sluice::rules
