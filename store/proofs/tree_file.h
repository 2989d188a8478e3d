#pragma once

// Keeps the blocks of a journal's tree, so that a start need not read the whole
// journal again. One entry of 40 bytes for every full block, in order:
//
//   entry := RecordRef of its first record: u64, big-endian | root: 32 bytes
//
// The journal can rebuild the file: it is not synced, and what is torn, missing
// or wrong in it costs time and nothing else.

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "store/proofs/record_tree.h"

namespace sluice::store {

// One thread.
class TreeFile {
 public:
  explicit TreeFile(std::string path) : path_(std::move(path)) {}

  // The first blocks that the file has, at most `blocks_max`. Those of a file
  // that cannot be read, or whose references do not ascend, are none.
  std::vector<RecordTree::Block> Load(size_t blocks_max);

  // Writes what the tree has more than the file. Errors: kUnavailable.
  absl::Status Save(const RecordTree& tree);

  // The next Save() writes all of it.
  void Forget() { saved_ = 0; }

 private:
  const std::string path_;
  size_t saved_ = 0;  // Blocks that the file has, of the tree at hand.
};

}  // namespace sluice::store
