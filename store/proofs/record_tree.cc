#include "store/proofs/record_tree.h"

#include <algorithm>
#include <utility>

#include "rules/base/check.h"
#include "rules/base/status_macros.h"

namespace sluice::store {

void RecordTree::Add(RecordRef ref, const Hash& leaf, bool lasts) {
  if (open_.count() == 0) open_first_ = ref;
  open_.Add(leaf);
  if (lasts) lasting_.Add(leaf);
  if (open_.count() < kBlockLeaves) return;
  const Hash root = open_.Root();
  blocks_.push_back({open_first_, root});
  over_blocks_.Add(root);
  open_.Clear();
  before_block_ = std::exchange(before_open_, lasting_);
}

// The division of a tree is a power of 2, so a tree of more than a block's
// leaves divides between blocks: their roots are the leaves of its upper part.
Hash RecordTree::Root() const {
  if (size() == 0) return EmptyRoot();
  if (blocks_.empty()) return open_.Root();
  if (open_.count() == 0) return over_blocks_.Root();
  MerkleTree all = over_blocks_;
  all.Add(open_.Root());
  return all.Root();
}

RecordTree RecordTree::Of(std::vector<Block> blocks,
                          const MerkleTree& lasting) {
  RecordTree tree;
  tree.lasting_ = tree.before_open_ = lasting;
  tree.blocks_ = std::move(blocks);
  for (const Block& block : tree.blocks_) tree.over_blocks_.Add(block.root);
  return tree;
}

uint64_t RecordTree::BlockOf(RecordRef ref) const {
  if (open_.count() > 0 && open_first_ <= ref) {
    return blocks_.size() * kBlockLeaves;
  }
  const auto after = std::upper_bound(
      blocks_.begin(), blocks_.end(), ref,
      [](RecordRef one, const Block& block) { return one < block.first; });
  const auto index = static_cast<uint64_t>(after - blocks_.begin());
  return index == 0 ? 0 : (index - 1) * kBlockLeaves;
}

RecordRef RecordTree::FirstOfBlock(uint64_t leaf) const {
  SLUICE_CHECK(leaf < size());
  const uint64_t block = leaf / kBlockLeaves;
  return block < blocks_.size() ? blocks_[block].first : open_first_;
}

absl::StatusOr<Hash> RecordTree::RangeRoot(uint64_t begin, uint64_t end,
                                           LeavesOf leaves_of) const {
  SLUICE_CHECK(begin < end && end <= size());
  MerkleTree root;
  uint64_t at = begin;
  if (begin % kBlockLeaves == 0) {
    for (; end - at >= kBlockLeaves && at / kBlockLeaves < blocks_.size();
         at += kBlockLeaves) {
      root.Add(blocks_[at / kBlockLeaves].root);
    }
  }
  if (at == end) return root.Root();
  // The rest is of one block: it is the last leaf of the upper part, or all.
  const uint64_t first = at / kBlockLeaves * kBlockLeaves;
  SLUICE_CHECK(end - first <= kBlockLeaves);
  SLUICE_ASSIGN_OR_RETURN(const std::vector<Hash> leaves,
                          leaves_of(first, end - first));
  SLUICE_CHECK(leaves.size() >= end - first);
  MerkleTree rest;
  for (uint64_t i = at; i < end; ++i) rest.Add(leaves[i - first]);
  if (root.count() == 0) return rest.Root();
  root.Add(rest.Root());
  return root.Root();
}

}  // namespace sluice::store
