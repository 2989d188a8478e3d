#pragma once

// The folders of a store, looked at before anything in them is opened: what a
// start needs and cannot have is named, with what to do. The libraries below
// would name it badly, or end the process.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "store/store.h"

namespace sluice::store {

// The file that is in a folder into which a backup is being restored: no start
// until it is gone.
inline constexpr char kRestoringName[] = "restoring";

// That this process can use the folders and files of the store, and that the
// disk has room for what a start writes. Makes nothing: what is missing is made
// later, or is missed.
// Errors: kFailedPrecondition (no folder, no permission, a read-only file
// system, a restore that did not end), with the path and what to do;
// kResourceExhausted, with ErrorReason::kDiskFull: what is needed and what is
// free; kUnavailable.
absl::Status CheckStart(const StoreOptions& options);

// That this process can list the folder and make files in it; if it is missing,
// that it can be made.
// Errors: as CheckStart().
absl::Status CheckFolder(const std::string& path);

// CheckFolder(), and that this process can read everything below `path` and
// make files in its folders.
// Errors: as CheckStart().
absl::Status CheckTree(const std::string& path);

}  // namespace sluice::store
