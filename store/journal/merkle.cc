#include "store/journal/merkle.h"

#include <algorithm>
#include <bit>

#include "rules/base/check.h"

namespace sluice::store {

Hash LeafHash(absl::string_view record) { return Sha256(0x00, record); }

Hash EmptyRoot() {
  static const Hash root = Sha256({});
  return root;
}

Hash NodeHash(const Hash& left, const Hash& right) {
  return Sha256(0x01, AsBytes(left), AsBytes(right));
}

Hash LinkHash(const Hash& previous_root, const Hash& tree_root) {
  return Sha256(0x02, AsBytes(previous_root), AsBytes(tree_root));
}

void MerkleTree::Add(const Hash& leaf) {
  // Like adding 1 to a binary number: each carry joins two equal subtrees.
  int top = std::popcount(count_);
  Hash subtree = leaf;
  for (uint64_t carry = count_; (carry & 1) != 0; carry >>= 1) {
    subtree = NodeHash(subtrees_[--top], subtree);
  }
  subtrees_[top] = subtree;
  ++count_;
}

Hash MerkleTree::Root() const {
  SLUICE_CHECK(count_ > 0);
  int top = std::popcount(count_) - 1;
  Hash root = subtrees_[top];
  while (top > 0) root = NodeHash(subtrees_[--top], root);
  return root;
}

absl::Span<const Hash> MerkleTree::subtrees() const {
  return absl::MakeSpan(subtrees_).first(std::popcount(count_));
}

std::optional<MerkleTree> MerkleTree::Of(uint64_t count,
                                         absl::Span<const Hash> subtrees) {
  MerkleTree tree;
  if (count >> tree.subtrees_.size() != 0) return std::nullopt;
  if (subtrees.size() != static_cast<size_t>(std::popcount(count))) {
    return std::nullopt;
  }
  std::copy(subtrees.begin(), subtrees.end(), tree.subtrees_.begin());
  tree.count_ = count;
  return tree;
}

}  // namespace sluice::store
