#pragma once

// The hashes over a journal, as RFC 6962 (Certificate Transparency) defines
// them, so that ordinary tools can check proofs.
//
//   leaf(record)            = SHA-256(0x00 | record)
//   node(left, right)       = SHA-256(0x01 | left | right)
//   link(previous, tree)    = SHA-256(0x02 | previous root | tree root)
//
// The tree root covers one group's leaves. The root of a group is its link: it
// also covers the root of the group before, and so everything before it.

#include <array>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "store/journal/sha256.h"

namespace sluice::store {

Hash LeafHash(absl::string_view record);
// The root of a tree without leaves: SHA-256 of nothing.
Hash EmptyRoot();
Hash NodeHash(const Hash& left, const Hash& right);
Hash LinkHash(const Hash& previous_root, const Hash& tree_root);

// Takes leaves one by one and holds only the roots of the full subtrees so far.
class MerkleTree {
 public:
  void Add(const Hash& leaf);

  // The root over the leaves added since Clear(), at least one. Takes roots of
  // equal, full subtrees as leaves too: the root is then that of the tree over
  // all their leaves, also when the last one's subtree is not full.
  Hash Root() const;

  void Clear() { count_ = 0; }
  uint64_t count() const { return count_; }

  // The roots of its full subtrees, the largest first: with the count, all of
  // it. Of() makes it anew; nullopt when there are more or fewer roots than a
  // tree of `count` leaves has.
  absl::Span<const Hash> subtrees() const;
  static std::optional<MerkleTree> Of(uint64_t count,
                                      absl::Span<const Hash> subtrees);

 private:
  // A tree of n leaves has one full subtree for each 1 bit of n; the largest is
  // first. A journal has less than 2^62 records (RecordRef).
  std::array<Hash, 62> subtrees_;
  uint64_t count_ = 0;
};

}  // namespace sluice::store
