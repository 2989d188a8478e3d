#pragma once

// Recalls numbers into memory before a decision about them, and pins those that
// must stay there until the current command is done: during the command groups
// may fill and buckets be saved.

#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "rules/base/phone.h"
#include "store/partition/partition_state.h"
#include "store/views/views.h"

namespace sluice::store {

// One thread, the partition's writer.
class NumberRecall {
 public:
  // `views` must outlive it.
  explicit NumberRecall(const Views& views) : views_(views) {}

  // Errors: kUnavailable. Then decide nothing about any of `numbers`: their
  // opt-outs and limits cannot be read.
  absl::Status Recall(absl::Span<const Phone> numbers, PartitionState& state);
  // Recall(), and keeps the numbers in memory until Unpin(); `numbers` must
  // stay valid until then.
  absl::Status RecallAndPin(absl::Span<const Phone> numbers,
                            PartitionState& state);
  // See IdleNumbers::RecallLater(). Errors: kUnavailable.
  absl::Status RecallLater(int64_t after_ms,
                           const std::function<bool(uint32_t bucket)>& in,
                           PartitionState& state);
  void Unpin() { pinned_ = {}; }

  absl::Span<const Phone> pinned() const { return pinned_; }
  // The number of failed recalls.
  uint64_t failed() const { return failed_; }

 private:
  absl::Status Counted(const absl::Status& status);

  const Views& views_;
  absl::Span<const Phone> pinned_;
  uint64_t failed_ = 0;
};

}  // namespace sluice::store
