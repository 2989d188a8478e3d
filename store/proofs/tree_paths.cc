#include "store/proofs/tree_paths.h"

#include <algorithm>
#include <bit>

#include "rules/base/check.h"
#include "rules/base/status_macros.h"

namespace sluice::store {
namespace {

// Where a tree over `size` > 1 leaves divides: the largest power of 2 below.
uint64_t Division(uint64_t size) { return std::bit_floor(size - 1); }

// Leaves [begin, end) of the whole tree.
struct Range {
  uint64_t begin = 0;
  uint64_t end = 0;

  uint64_t size() const { return end - begin; }
  Range Left() const { return {begin, begin + Division(size())}; }
  Range Right() const { return {begin + Division(size()), end}; }
};

// Takes the hashes of a proof one by one.
class PathReader {
 public:
  explicit PathReader(absl::Span<const Hash> path) : path_(path) {}

  const Hash* Take() {
    if (path_.empty()) return nullptr;
    const Hash* const hash = &path_.front();
    path_.remove_prefix(1);
    return hash;
  }

 private:
  absl::Span<const Hash> path_;
};

}  // namespace

absl::StatusOr<std::vector<Hash>> InclusionPath(uint64_t index, uint64_t size,
                                                RangeRoot root_of) {
  SLUICE_CHECK(index < size);
  std::vector<Hash> path;
  for (Range range = {0, size}; range.size() > 1;) {
    const Range left = range.Left();
    const Range right = range.Right();
    const bool goes_left = index < left.end;
    const Range& other = goes_left ? right : left;
    SLUICE_ASSIGN_OR_RETURN(const Hash root, root_of(other.begin, other.end));
    path.push_back(root);
    range = goes_left ? left : right;
  }
  // The RFC has the leaf's neighbour first.
  std::reverse(path.begin(), path.end());
  return path;
}

absl::StatusOr<std::vector<Hash>> ConsistencyPath(uint64_t first, uint64_t size,
                                                  RangeRoot root_of) {
  SLUICE_CHECK(0 < first && first <= size);
  std::vector<Hash> path;
  Range range = {0, size};
  // Down to the subtree that ends where the earlier tree did.
  while (range.end != first) {
    const Range left = range.Left();
    const Range right = range.Right();
    const bool goes_left = first <= left.end;
    const Range& other = goes_left ? right : left;
    SLUICE_ASSIGN_OR_RETURN(const Hash root, root_of(other.begin, other.end));
    path.push_back(root);
    range = goes_left ? left : right;
  }
  // The reader knows the root of a subtree that is the whole earlier tree.
  if (range.begin > 0) {
    SLUICE_ASSIGN_OR_RETURN(const Hash root, root_of(range.begin, range.end));
    path.push_back(root);
  }
  std::reverse(path.begin(), path.end());
  return path;
}

// RFC 9162, section 2.1.3.2.
TreeState StateOf(const MerkleTree& tree) {
  return {tree.count(), tree.count() == 0 ? EmptyRoot() : tree.Root()};
}

bool IncludesLeaf(const TreeState& tree, uint64_t index, const Hash& leaf,
                  absl::Span<const Hash> path) {
  if (index >= tree.size) return false;
  uint64_t node = index;
  uint64_t last = tree.size - 1;
  Hash root = leaf;
  for (const Hash& hash : path) {
    if (last == 0) return false;
    if ((node & 1) != 0 || node == last) {
      root = NodeHash(hash, root);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      root = NodeHash(root, hash);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && root == tree.root;
}

// RFC 9162, section 2.1.4.2.
bool GrewFrom(const TreeState& earlier, const TreeState& later,
              absl::Span<const Hash> path) {
  if (earlier.size > later.size) return false;
  if (earlier.size == later.size) {
    return path.empty() && earlier.root == later.root;
  }
  if (earlier.size == 0) return path.empty() && earlier.root == EmptyRoot();
  PathReader reader(path);
  const Hash* const first =
      std::has_single_bit(earlier.size) ? &earlier.root : reader.Take();
  if (first == nullptr) return false;
  uint64_t node = earlier.size - 1;
  uint64_t last = later.size - 1;
  while ((node & 1) != 0) {
    node >>= 1;
    last >>= 1;
  }
  Hash before = *first;
  Hash after = *first;
  while (const Hash* const hash = reader.Take()) {
    if (last == 0) return false;
    if ((node & 1) != 0 || node == last) {
      before = NodeHash(*hash, before);
      after = NodeHash(*hash, after);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      after = NodeHash(after, *hash);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && before == earlier.root && after == later.root;
}

}  // namespace sluice::store
