#include "store/proofs/journal_follower.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"

namespace sluice::store {

JournalFollower::JournalFollower(const FollowedJournal& journal,
                                 const std::string& tree_path,
                                 std::optional<TreeState> signed_tree)
    : journal_(journal), file_(tree_path), signed_(std::move(signed_tree)) {
  if (signed_ && signed_->size == 0) signed_.reset();
  // Blocks that no head covers are read again: nothing else proves them.
  Begin(signed_ ? signed_->size / RecordTree::kBlockLeaves : 0);
}

// The last block is read again: the file says where it begins, and not where
// the next one does.
void JournalFollower::Begin(size_t blocks_max) {
  std::vector<RecordTree::Block> blocks = file_.Load(blocks_max);
  Position from;
  skip_ = 0;
  from_file_ = !blocks.empty();
  if (from_file_) {
    from = blocks.back().first.position();
    skip_ = blocks.back().first.index();
    blocks.pop_back();
  }
  tree_ = RecordTree::Of(std::move(blocks));
  reader_ = std::make_unique<JournalReader>(journal_.files, journal_.identity,
                                            from, Proof::kHashes);
}

absl::Status JournalFollower::Follow(Position end, const StopAsked& stop) {
  absl::Status status = Read(end, stop);
  // The file may be what is wrong.
  const bool file_only = absl::IsDataLoss(status) || absl::IsOutOfRange(status);
  if (!file_only || !from_file_ || !signed_) return status;
  file_.Forget();
  Begin(0);
  return Read(end, stop);
}

absl::Status JournalFollower::Read(Position end, const StopAsked& stop) {
  for (;;) {
    SLUICE_RETURN_IF_ERROR(CheckStop(stop));
    SLUICE_ASSIGN_OR_RETURN(const bool more, reader_->Next(end));
    if (!more) break;
    SLUICE_RETURN_IF_ERROR(TakeGroup());
  }
  if (!signed_) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("it has ", tree_.size(),
                                          " records, and ", signed_->size,
                                          " were signed"));
}

absl::Status JournalFollower::TakeGroup() {
  const std::vector<Hash>& leaves = reader_->leaves();
  for (uint32_t i = std::exchange(skip_, 0); i < leaves.size(); ++i) {
    tree_.Add(RecordRef(reader_->position(), i), leaves[i]);
    if (!signed_ || tree_.size() < signed_->size) continue;
    if (tree_.Root() != signed_->root) {
      return absl::DataLossError(absl::StrCat("its first ", signed_->size,
                                              " records are not those that "
                                              "were signed"));
    }
    signed_.reset();
  }
  return absl::OkStatus();
}

}  // namespace sluice::store
