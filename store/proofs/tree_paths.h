#pragma once

// Proofs about the tree over a journal's records, as RFC 6962 defines them:
// that a record is in the tree with a certain root (section 2.1.1), and that a
// tree has grown out of a smaller one (section 2.1.2). A proof is a short list
// of hashes, in the RFC's order; its reader needs nothing else.

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "store/journal/merkle.h"

namespace sluice::store {

// The root over leaves [begin, end), at least one.
using RangeRoot =
    absl::FunctionRef<absl::StatusOr<Hash>(uint64_t begin, uint64_t end)>;

// The proof that leaf `index` is in the tree over the first `size` leaves;
// index < size. Errors: those of `root_of`.
absl::StatusOr<std::vector<Hash>> InclusionPath(uint64_t index, uint64_t size,
                                                RangeRoot root_of);

// The proof that the tree over the first `size` leaves begins with the one over
// the first `first`; 0 < first <= size. Errors: those of `root_of`.
absl::StatusOr<std::vector<Hash>> ConsistencyPath(uint64_t first, uint64_t size,
                                                  RangeRoot root_of);

// A tree at some time: how many leaves, and the root over them.
struct TreeState {
  uint64_t size = 0;
  Hash root = {};

  bool operator==(const TreeState&) const = default;
};

TreeState StateOf(const MerkleTree& tree);

// Whether `path` proves that leaf `index` of `tree` is `leaf`.
bool IncludesLeaf(const TreeState& tree, uint64_t index, const Hash& leaf,
                  absl::Span<const Hash> path);

// Whether `path` proves that `later` begins with all of `earlier`. Every tree
// begins with the empty one, and each with itself, without a proof.
bool GrewFrom(const TreeState& earlier, const TreeState& later,
              absl::Span<const Hash> path);

}  // namespace sluice::store
