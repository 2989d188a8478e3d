#pragma once

// Keeps the trees of a journal, so that a start need not read the whole journal
// again. One entry of 40 octets for every full block, in order:
//
//   entry := RecordRef of its first record: u64 | root: 32
//
// and in a second file, `*.lasting`, the tree over the lasting records before
// the last of these blocks, where reading begins again:
//
//   blocks: u64 | lasting records: u64 | roots of full subtrees: 32 each
//
// Integers are big-endian. The journal can rebuild both files: they are not
// synced, and what is torn, missing or wrong in them costs time and nothing
// else.

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "store/journal/merkle.h"
#include "store/proofs/record_tree.h"

namespace sluice::store {

struct SavedTree {
  std::vector<RecordTree::Block> blocks;
  MerkleTree lasting;  // Before the last of `blocks`.
};

// One thread.
class TreeFile {
 public:
  explicit TreeFile(std::string path) : path_(std::move(path)) {}

  // What the files have; nothing when they have more than `blocks_max` blocks,
  // cannot be read, do not fit together, or references do not ascend.
  SavedTree Load(size_t blocks_max);

  // Writes what the tree has more than the files. Errors: kUnavailable.
  absl::Status Save(const RecordTree& tree);

  // The next Save() writes all of it.
  void Forget() { saved_ = 0; }

 private:
  std::vector<RecordTree::Block> LoadBlocks(size_t blocks_max) const;
  // How many blocks `lasting` is of; 0: none.
  size_t LoadLasting(MerkleTree& lasting) const;
  absl::Status SaveLasting(const RecordTree& tree) const;

  const std::string path_;
  size_t saved_ = 0;  // Blocks that the file has, of the tree at hand.
};

}  // namespace sluice::store
