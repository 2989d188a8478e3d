#pragma once

// A signed head: what a store says that it holds at one time. Whoever keeps
// heads elsewhere can prove later that a record was removed, changed or added.
//
//   sluice head 1
//   number 17
//   time 2026-12-02T10:15:00.123Z
//   store 5d0f...                       16 octets
//   previous 9c1e...                    SHA-256 of the text of head 16
//   journal partition-000 41822 77ab... 12 9c3e...
//   journal control 903 12fe... 903 12fe...
//   key 31f0a4d2c9b86e57
//   signature rT0k...==
//
// The line of a journal has its records and the root of the tree over them;
// then how many of them last, which retention never removes (store/lasting.h),
// and the root of the tree over those. The control journal is the last one.
//
// The signature is over all lines before its own, line ends included. Hex is in
// lower case, base64 as in RFC 4648; each line ends with a line feed.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/proofs/signing_key.h"
#include "store/proofs/tree_paths.h"

namespace sluice::store {

// "partition-003", "control".
std::string TreeName(uint16_t partition);

struct JournalTree {
  std::string journal;  // As TreeName() says.
  TreeState tree;
  TreeState lasting;  // Over the leaves of the records that last.

  bool operator==(const JournalTree&) const = default;
};

struct Head {
  uint64_t number = 1;  // From 1.
  int64_t time_ms = 0;
  std::string store;   // Hex.
  Hash previous = {};  // Zeros in the first.
  std::vector<JournalTree> journals;

  bool operator==(const Head&) const = default;

  // What the head says of a journal; nullptr: nothing.
  const JournalTree* Of(absl::string_view journal) const;
};

struct SignedHead {
  Head head;
  std::string key_id;
  std::string text;  // All of it.
  Signature signature = {};

  // What the next head names as the previous one.
  Hash hash() const;
  // The part of the text that is signed.
  absl::string_view signed_text() const;
};

SignedHead SignHead(const Head& head, const SigningKey& key);

// Reads a head, and nothing after it. Whether its signature is right depends on
// the key: see IsSignedBy().
// Errors: kInvalidArgument, naming the line.
absl::StatusOr<SignedHead> ParseHead(absl::string_view text);

}  // namespace sluice::store
