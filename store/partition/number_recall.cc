#include "store/partition/number_recall.h"

#include "absl/strings/str_cat.h"

namespace sluice::store {

absl::Status NumberRecall::Recall(absl::Span<const Phone> numbers,
                                  PartitionState& state) {
  const absl::Status status =
      state.idle.Recall(numbers, views_, state.recipients);
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
