#include "store/proofs/journal_follower.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"

namespace sluice::store {

JournalFollower::JournalFollower(const FollowedJournal& journal,
                                 const std::string& tree_path,
                                 std::optional<JournalTree> signed_tree)
    : journal_(journal), file_(tree_path), signed_(std::move(signed_tree)) {
  if (signed_ && signed_->tree.size == 0) signed_.reset();
  // Blocks that no head covers are read again: nothing else proves them.
  Begin(signed_ ? signed_->tree.size / RecordTree::kBlockLeaves : 0);
}

// The last block is read again: the file says where it begins, and not where
// the next one does.
void JournalFollower::Begin(size_t blocks_max) {
  SavedTree saved = file_.Load(blocks_max);
  Position from;
  skip_ = 0;
  from_file_ = !saved.blocks.empty();
  if (from_file_) {
    from = saved.blocks.back().first.position();
    skip_ = saved.blocks.back().first.index();
    saved.blocks.pop_back();
  }
  tree_ = RecordTree::Of(std::move(saved.blocks), saved.lasting);
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
  end_ = end;
  if (!signed_) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("it has ", tree_.size(),
                                          " records, and ", signed_->tree.size,
                                          " were signed"));
}

absl::Status JournalFollower::TakeGroup() {
  const std::vector<Hash>& leaves = reader_->leaves();
  const GroupView& group = reader_->group();
  for (uint32_t i = std::exchange(skip_, 0); i < leaves.size(); ++i) {
    const bool lasts = !group.Removed(i) && journal_.lasts(group.Record(i));
    tree_.Add(RecordRef(reader_->position(), i), leaves[i], lasts);
    if (!signed_ || tree_.size() < signed_->tree.size) continue;
    SLUICE_RETURN_IF_ERROR(CompareWithSigned());
    signed_.reset();
  }
  return absl::OkStatus();
}

absl::Status JournalFollower::CompareWithSigned() const {
  if (tree_.Root() != signed_->tree.root) {
    return absl::DataLossError(absl::StrCat("its first ", signed_->tree.size,
                                            " records are not those that were "
                                            "signed"));
  }
  const TreeState lasting = tree_.Lasting();
  if (lasting == signed_->lasting) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("of its first ", signed_->tree.size, " records ",
                   lasting.size, " are facts that retention keeps, and ",
                   signed_->lasting.size, " such facts were signed"));
}

}  // namespace sluice::store
