#pragma once

// Heads that somebody keeps where the store's owner cannot change them: a file
// of heads one after the other, as a witness has them, or a printed page.
//
// A page has lines of a name and a value; two of them matter, and a person can
// type them: the number and the fingerprint.
//
//   number       17
//   fingerprint  MFRG-GZDF-MZTW-Q2LK-NRWW-433Q-OFZX-E5DV

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/proofs/head.h"

namespace sluice::store {

// The first 20 octets of the SHA-256 of a head's text, so of all its roots and
// its signature, in base32 (RFC 4648): 8 groups of 4 characters.
std::string FingerprintOf(const SignedHead& head);

struct KeptHead {
  uint64_t number = 0;
  std::string fingerprint;
  std::optional<SignedHead> head;  // nullopt: a page.

  bool Is(const SignedHead& other) const {
    return number == other.head.number && fingerprint == FingerprintOf(other);
  }
};

KeptHead Keep(SignedHead head);

// Reads a page or one head or more, at least one. Lines between heads that are
// empty do not matter, and neither does a head that a crash cut off.
// Errors: kInvalidArgument, with the line.
absl::StatusOr<std::vector<KeptHead>> ReadKeptHeads(absl::string_view text);

}  // namespace sluice::store
