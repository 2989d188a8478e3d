#pragma once

// The tree over all records of one journal (RFC 6962, section 2.1). Its leaves
// are the hashes that the journal keeps, so retention, which removes bodies,
// does not change it.

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "store/journal/merkle.h"
#include "store/journal/position.h"
#include "store/proofs/tree_paths.h"

namespace sluice::store {

// Keeps 40 bytes for every 256 records: who wants a leaf reads the journal.
// One thread at a time; readers may share one that no longer changes.
class RecordTree {
 public:
  static constexpr uint64_t kBlockLeaves = 256;

  // 256 records that follow each other.
  struct Block {
    RecordRef first;
    Hash root = {};  // Of their subtree.
  };

  // The next record and its leaf; `ref` is above those before.
  void Add(RecordRef ref, const Hash& leaf);

  uint64_t size() const {
    return blocks_.size() * kBlockLeaves + open_.count();
  }
  Hash Root() const;
  TreeState State() const { return {size(), Root()}; }

  // The full blocks, and the first record of the one that is not full.
  const std::vector<Block>& blocks() const { return blocks_; }
  std::optional<RecordRef> open_first() const {
    return open_.count() == 0 ? std::nullopt : std::optional(open_first_);
  }

  // Continues a tree of which only full blocks are known.
  static RecordTree Of(std::vector<Block> blocks);

  // The leaf number of the first record of the block that has `ref` in it, if
  // the tree has: count on from there in the journal.
  uint64_t BlockOf(RecordRef ref) const;
  // The first record of the block with this leaf; the leaf must be in the tree.
  RecordRef FirstOfBlock(uint64_t leaf) const;

  // The root over leaves [begin, end), which begin where a block does when they
  // are more than a block's. `leaves_of` reads the leaves of a block from its
  // first record on: at least as many as are asked for.
  using LeavesOf = absl::FunctionRef<absl::StatusOr<std::vector<Hash>>(
      uint64_t first_leaf, uint64_t count)>;
  absl::StatusOr<Hash> RangeRoot(uint64_t begin, uint64_t end,
                                 LeavesOf leaves_of) const;

 private:
  std::vector<Block> blocks_;
  MerkleTree over_blocks_;
  MerkleTree open_;  // The leaves after the last full block.
  RecordRef open_first_;
};

}  // namespace sluice::store
