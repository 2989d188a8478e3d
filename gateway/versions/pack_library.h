#pragma once

// Every pack that was ever a draft or in force, as folders
// <store>/rules/<digest of all files>. A folder's files never change, and its
// name shows damage.

#include <set>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rules/pack/pack_files.h"

namespace sluice::gateway {

using rules::PackFiles;

// Any thread; Put, Keep and Drop of one digest by one thread at a time.
class PackLibrary {
 public:
  explicit PackLibrary(std::string folder) : folder_(std::move(folder)) {}

  // Stores `files`, if they are not there already; durable when it returns.
  // Returns their digest. Until Keep() a new pack is pending: a process that is
  // killed meanwhile removes it at its next start. Errors: kInvalidArgument (a
  // name, a file twice, too large), kUnavailable.
  absl::StatusOr<std::string> Put(const PackFiles& files) const;
  // A version has this pack: it is no longer pending.
  void Keep(absl::string_view digest) const;

  // Errors: kNotFound, kDataLoss (the files do not have this digest).
  absl::StatusOr<PackFiles> Get(absl::string_view digest) const;

  // Removes a pending pack; does nothing about others.
  void Drop(absl::string_view digest) const;

  // Removes what a process that was killed left: half a pack, and a pending
  // pack that is none of `known`, the digests of all versions. Once, at start.
  void Clean(const std::set<std::string>& known) const;

  // The folder of a pack.
  std::string PathOf(absl::string_view digest) const;

  // The digest of the pack that came into force last: a hint for a start, which
  // needs rules before it can read the journal. Empty: none is noted. Kept in a
  // file of its own; a failed write does no harm.
  std::string InForce() const;
  void NoteInForce(absl::string_view digest) const;

 private:
  std::string MarkOf(absl::string_view digest) const;

  const std::string folder_;
};

}  // namespace sluice::gateway
