#include "store/proofs/tree_paths.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "store/journal/merkle.h"
#include "store/proofs/record_tree.h"

namespace sluice::store {
namespace {

std::vector<Hash> Leaves(uint64_t count) {
  std::vector<Hash> leaves;
  for (uint64_t i = 0; i < count; ++i) {
    leaves.push_back(LeafHash(absl::StrCat("record ", i)));
  }
  return leaves;
}

// As RFC 6962, section 2.1, defines the root, word for word.
Hash Defined(absl::Span<const Hash> leaves) {
  if (leaves.empty()) return EmptyRoot();
  if (leaves.size() == 1) return leaves[0];
  size_t left = 1;
  while (left * 2 < leaves.size()) left *= 2;
  return NodeHash(Defined(leaves.subspan(0, left)),
                  Defined(leaves.subspan(left)));
}

TreeState StateOf(absl::Span<const Hash> leaves) {
  return {leaves.size(), Defined(leaves)};
}

// A record every 100 octets.
RecordRef RefOf(uint64_t leaf) {
  return RecordRef(Position(0, static_cast<uint32_t>(80 + leaf / 7 * 100)),
                   static_cast<uint32_t>(leaf % 7));
}

RecordTree TreeOf(absl::Span<const Hash> leaves) {
  RecordTree tree;
  for (size_t i = 0; i < leaves.size(); ++i)
    tree.Add(RefOf(i), leaves[i], false);
  return tree;
}

// Root of a range, as the tree of blocks tells it.
class Ranges {
 public:
  explicit Ranges(const std::vector<Hash>& leaves)
      : leaves_(leaves), tree_(TreeOf(leaves)) {}

  absl::StatusOr<Hash> operator()(uint64_t begin, uint64_t end) const {
    return tree_.RangeRoot(
        begin, end,
        [this](uint64_t first,
               uint64_t count) -> absl::StatusOr<std::vector<Hash>> {
          EXPECT_EQ(first % RecordTree::kBlockLeaves, 0);
          const auto from = leaves_.begin() + static_cast<ptrdiff_t>(first);
          return std::vector<Hash>(from, from + static_cast<ptrdiff_t>(count));
        });
  }

 private:
  const std::vector<Hash>& leaves_;
  const RecordTree tree_;
};

TEST(RecordTree, HasTheRootThatTheRfcDefines) {
  const std::vector<Hash> leaves = Leaves(1100);
  RecordTree tree;
  EXPECT_EQ(tree.Root(), EmptyRoot());
  for (size_t i = 0; i < leaves.size(); ++i) {
    tree.Add(RefOf(i), leaves[i], false);
    const bool look = i < 20 || i % 37 == 0 || i % 256 < 3 || i % 256 > 253;
    if (!look) continue;
    EXPECT_EQ(tree.Root(), Defined(absl::MakeSpan(leaves).subspan(0, i + 1)))
        << i;
  }
}

// The published root of the empty tree.
TEST(RecordTree, AnEmptyOneHasTheHashOfNothing) {
  EXPECT_EQ(EmptyRoot()[0], 0xe3);
  EXPECT_EQ(EmptyRoot()[31], 0x55);
}

TEST(RecordTree, ContinuesFromItsBlocks) {
  const std::vector<Hash> leaves = Leaves(700);
  const RecordTree whole = TreeOf(leaves);
  RecordTree again = RecordTree::Of(whole.blocks(), MerkleTree());
  EXPECT_EQ(again.size(), 512);
  for (size_t i = 512; i < 700; ++i) again.Add(RefOf(i), leaves[i], false);
  EXPECT_EQ(again.State(), whole.State());
}

TEST(RecordTree, FindsTheBlockOfARecord) {
  const RecordTree tree = TreeOf(Leaves(700));
  for (const uint64_t leaf : {0, 1, 255, 256, 300, 511, 512, 699}) {
    const uint64_t first = leaf / 256 * 256;
    EXPECT_EQ(tree.BlockOf(RefOf(leaf)), first) << leaf;
    EXPECT_EQ(tree.FirstOfBlock(leaf), RefOf(first)) << leaf;
  }
}

// Every leaf of every small tree, and some of larger ones.
TEST(TreePaths, ProveEachLeafAndNoOther) {
  for (const uint64_t size :
       {1, 2, 3, 5, 8, 13, 64, 255, 256, 257, 700, 1100}) {
    const std::vector<Hash> leaves = Leaves(size);
    const Ranges ranges(leaves);
    const TreeState state = StateOf(leaves);
    const uint64_t step = size < 70 ? 1 : 41;
    for (uint64_t i = 0; i < size; i += step) {
      const auto path = InclusionPath(i, size, ranges);
      ASSERT_TRUE(path.ok()) << path.status();
      EXPECT_TRUE(IncludesLeaf(state, i, leaves[i], *path)) << size << " " << i;
      EXPECT_FALSE(IncludesLeaf(state, i, LeafHash("another"), *path));
      EXPECT_FALSE(IncludesLeaf(state, i + 1, leaves[i], *path))
          << size << " " << i;
      EXPECT_FALSE(IncludesLeaf({size, LeafHash("root")}, i, leaves[i], *path));
    }
  }
}

// A proof with a hash too few, too many or changed proves nothing.
TEST(TreePaths, AChangedProofProvesNothing) {
  const std::vector<Hash> leaves = Leaves(700);
  const Ranges ranges(leaves);
  const TreeState state = StateOf(leaves);
  const auto path = InclusionPath(300, 700, ranges);
  ASSERT_TRUE(path.ok());
  for (size_t i = 0; i < path->size(); ++i) {
    std::vector<Hash> changed = *path;
    changed[i][7] ^= 1;
    EXPECT_FALSE(IncludesLeaf(state, 300, leaves[300], changed)) << i;
    std::vector<Hash> shorter = *path;
    shorter.erase(shorter.begin() + static_cast<ptrdiff_t>(i));
    EXPECT_FALSE(IncludesLeaf(state, 300, leaves[300], shorter)) << i;
  }
  std::vector<Hash> longer = *path;
  longer.push_back(leaves[0]);
  EXPECT_FALSE(IncludesLeaf(state, 300, leaves[300], longer));
}

TEST(TreePaths, ProveThatATreeGrew) {
  constexpr uint64_t kSizes[] = {1,   2,   3,   4,   7,   8,
                                 100, 255, 256, 257, 512, 700};
  const std::vector<Hash> all = Leaves(700);
  for (const uint64_t size : kSizes) {
    const std::vector<Hash> leaves(all.begin(),
                                   all.begin() + static_cast<ptrdiff_t>(size));
    const Ranges ranges(leaves);
    const TreeState later = StateOf(leaves);
    for (const uint64_t first : kSizes) {
      if (first > size) continue;
      const TreeState earlier =
          StateOf(absl::MakeSpan(leaves).subspan(0, first));
      const auto path = ConsistencyPath(first, size, ranges);
      ASSERT_TRUE(path.ok()) << path.status();
      EXPECT_TRUE(GrewFrom(earlier, later, *path)) << first << " " << size;
      const TreeState forged = {first, LeafHash("forged")};
      EXPECT_FALSE(GrewFrom(forged, later, *path)) << first << " " << size;
      for (size_t i = 0; i < path->size(); ++i) {
        std::vector<Hash> changed = *path;
        changed[i][0] ^= 1;
        EXPECT_FALSE(GrewFrom(earlier, later, changed)) << first << " " << size;
      }
      if (path->empty()) continue;
      std::vector<Hash> shorter = *path;
      shorter.pop_back();
      EXPECT_FALSE(GrewFrom(earlier, later, shorter)) << first << " " << size;
    }
  }
}

TEST(TreePaths, EveryTreeGrewFromTheEmptyOne) {
  const TreeState later = StateOf(Leaves(9));
  EXPECT_TRUE(GrewFrom({0, EmptyRoot()}, later, {}));
  EXPECT_FALSE(GrewFrom({0, LeafHash("x")}, later, {}));
  EXPECT_FALSE(GrewFrom(later, {0, EmptyRoot()}, {}));
}

}  // namespace
}  // namespace sluice::store
