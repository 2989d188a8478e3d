#pragma once

// The tree over all records of one journal (RFC 6962, section 2.1), and the one
// over those that last. Their leaves are the hashes that the journal keeps, so
// retention, which removes the bodies of records that do not last, changes
// neither.

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

  // The next record, its leaf, and whether it lasts; `ref` is above those
  // before.
  void Add(RecordRef ref, const Hash& leaf, bool lasts);

  uint64_t size() const {
    return blocks_.size() * kBlockLeaves + open_.count();
  }
  Hash Root() const;
  TreeState State() const { return {size(), Root()}; }
  TreeState Lasting() const { return StateOf(lasting_); }

  // The full blocks, and the first record of the one that is not full.
  const std::vector<Block>& blocks() const { return blocks_; }
  std::optional<RecordRef> open_first() const {
    return open_.count() == 0 ? std::nullopt : std::optional(open_first_);
  }

  // The tree over the lasting records before the last full block.
  const MerkleTree& lasting_before_block() const { return before_block_; }

  // Continues a tree of which only full blocks are known; `lasting` is the tree
  // over the records in them that last.
  static RecordTree Of(std::vector<Block> blocks, const MerkleTree& lasting);

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
  MerkleTree lasting_;
  // The same before the first record of the open block, and of the one before.
  MerkleTree before_open_;
  MerkleTree before_block_;
};

}  // namespace sluice::store
