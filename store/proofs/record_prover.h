#pragma once

// Proofs about one journal's records, made from its tree and its files.

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/journal/merkle.h"
#include "store/journal/position.h"
#include "store/proofs/journal_follower.h"
#include "store/proofs/record_proof.h"

namespace sluice::store {

// Any thread, as long as the follower rests. All must outlive it.
class RecordProver {
 public:
  explicit RecordProver(const JournalFollower& follower)
      : follower_(follower) {}

  // That a record is among the first `size`, which the tree has.
  // Errors: kNotFound (no such record among them); kDataLoss; kUnavailable.
  absl::StatusOr<RecordProof> Prove(RecordRef ref, uint64_t size) const;

  // That the first `size` records, which the tree has, begin with the first
  // `first`; 0 < first <= size. Errors: kDataLoss; kUnavailable.
  absl::StatusOr<std::vector<Hash>> ProveGrowth(uint64_t first,
                                                uint64_t size) const;

 private:
  using Visit = absl::FunctionRef<bool(RecordRef ref, const Hash& leaf,
                                       absl::string_view record)>;
  absl::Status VisitFrom(RecordRef first, Visit visit) const;
  absl::StatusOr<std::vector<Hash>> Leaves(uint64_t first,
                                           uint64_t count) const;
  absl::StatusOr<Hash> RootOf(uint64_t begin, uint64_t end) const;

  const JournalFollower& follower_;
};

}  // namespace sluice::store
