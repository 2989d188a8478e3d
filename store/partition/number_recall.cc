#include "store/partition/number_recall.h"

#include "absl/strings/str_cat.h"

namespace sluice::store {

absl::Status NumberRecall::Recall(absl::Span<const Phone> numbers,
                                  PartitionState& state) {
  return Counted(state.idle.Recall(numbers, views_, state.recipients));
}

absl::Status NumberRecall::RecallLater(
    int64_t after_ms, const std::function<bool(uint32_t bucket)>& in,
    PartitionState& state) {
  return Counted(
      state.idle.RecallLater(after_ms, in, views_, state.recipients));
}

absl::Status NumberRecall::Counted(const absl::Status& status) {
  if (status.ok()) return status;
  ++failed_;
  return absl::UnavailableError(absl::StrCat(
      "what is known of a recipient cannot be read: ", status.message()));
}

absl::Status NumberRecall::RecallAndPin(absl::Span<const Phone> numbers,
                                        PartitionState& state) {
  pinned_ = numbers;
  return Recall(numbers, state);
}

}  // namespace sluice::store
