#pragma once

// Every pack that ever was a draft or in force, as it was put: folders
// <store>/rules/<digest of all files>. What is in a folder never changes, and
// its name tells when it was damaged.

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rules/pack/pack_files.h"

namespace sluice::gateway {

using rules::PackFiles;

// Any thread.
class PackLibrary {
 public:
  explicit PackLibrary(std::string folder) : folder_(std::move(folder)) {}

  // Keeps `files` for good; durable when it returns. Returns their digest.
  // Errors: kInvalidArgument (a name, a file twice, too large), kUnavailable.
  absl::StatusOr<std::string> Put(const PackFiles& files) const;

  // Errors: kNotFound, kDataLoss (they are not what was put).
  absl::StatusOr<PackFiles> Get(absl::string_view digest) const;

  // Forgets a pack that is no version.
  void Drop(absl::string_view digest) const;

  // The folder of a pack.
  std::string PathOf(absl::string_view digest) const;

  // Which pack was put in force last: a hint for a start, which needs rules
  // before it can read the journal that knows. Empty: nobody noted one. Kept in
  // a file of its own; what cannot be kept is only missed.
  std::string InForce() const;
  void NoteInForce(absl::string_view digest) const;

 private:
  const std::string folder_;
};

}  // namespace sluice::gateway
