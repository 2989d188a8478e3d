#include "store/proofs/record_prover.h"

#include <optional>

#include "rules/base/status_macros.h"
#include "store/journal/journal_reader.h"
#include "store/proofs/tree_paths.h"

namespace sluice::store {

// Calls `visit` with the records from `first` on, until it returns false.
absl::Status RecordProver::VisitFrom(RecordRef first, Visit visit) const {
  const FollowedJournal& journal = follower_.journal();
  JournalReader reader(journal.files, journal.identity, first.position(),
                       Proof::kHashes);
  uint32_t skip = first.index();
  for (;;) {
    SLUICE_ASSIGN_OR_RETURN(const bool more, reader.Next(follower_.end()));
    if (!more) return absl::OkStatus();
    const std::vector<Hash>& leaves = reader.leaves();
    for (uint32_t i = skip; i < leaves.size(); ++i) {
      if (!visit(RecordRef(reader.position(), i), leaves[i],
                 reader.group().Record(i))) {
        return absl::OkStatus();
      }
    }
    skip = 0;
  }
}

absl::StatusOr<std::vector<Hash>> RecordProver::Leaves(uint64_t first,
                                                       uint64_t count) const {
  std::vector<Hash> leaves;
  leaves.reserve(count);
  SLUICE_RETURN_IF_ERROR(
      VisitFrom(follower_.tree().FirstOfBlock(first),
                [&](RecordRef, const Hash& leaf, absl::string_view) {
                  leaves.push_back(leaf);
                  return leaves.size() < count;
                }));
  if (leaves.size() == count) return leaves;
  return absl::DataLossError("the journal has fewer records than its tree");
}

absl::StatusOr<Hash> RecordProver::RootOf(uint64_t begin, uint64_t end) const {
  return follower_.tree().RangeRoot(
      begin, end,
      [this](uint64_t first, uint64_t count) { return Leaves(first, count); });
}

absl::StatusOr<RecordProof> RecordProver::Prove(RecordRef ref,
                                                uint64_t size) const {
  const RecordTree& tree = follower_.tree();
  if (tree.size() == 0) return absl::NotFoundError("the journal is empty");
  RecordProof proof = {.index = tree.BlockOf(ref)};
  std::optional<Hash> leaf;
  SLUICE_RETURN_IF_ERROR(
      VisitFrom(tree.FirstOfBlock(proof.index),
                [&](RecordRef at, const Hash& hash, absl::string_view bytes) {
                  if (at == ref) {
                    leaf = hash;
                    proof.record = std::string(bytes);
                  }
                  if (at < ref) ++proof.index;
                  return at < ref;
                }));
  if (!leaf || proof.index >= size) {
    return absl::NotFoundError("the record is not among those that are signed");
  }
  proof.leaf = *leaf;
  SLUICE_ASSIGN_OR_RETURN(
      proof.path,
      InclusionPath(proof.index, size,
                    [this](uint64_t b, uint64_t e) { return RootOf(b, e); }));
  return proof;
}

absl::StatusOr<std::vector<Hash>> RecordProver::ProveGrowth(
    uint64_t first, uint64_t size) const {
  return ConsistencyPath(
      first, size, [this](uint64_t b, uint64_t e) { return RootOf(b, e); });
}

}  // namespace sluice::store
