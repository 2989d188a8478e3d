#pragma once

// Decides which buckets of the state are saved next, and which numbers leave
// memory with them: what has not been asked for goes to the views and comes
// back when it is.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "filter/policy/policy.h"
#include "rules/base/phone.h"
#include "store/journal/journal.h"
#include "store/memory/recipients.h"
#include "store/partition/checkpointer.h"
#include "store/partition/partition_state.h"
#include "store/views/idle_numbers.h"

namespace sluice::store {

struct SavingOptions {
  // Journal bytes in which every bucket is saved once.
  uint64_t cycle_bytes = 512ull << 20;
  // Of memory for what is known of numbers; 0: no limit.
  uint64_t memory_bytes = 0;
};

// One thread, the partition's writer.
class BucketSaver {
 public:
  // What a record counts for at least where the time of a replay is bounded: it
  // takes about as long for a short record as for a message.
  static constexpr size_t kReplayBytesMin = 320;

  // `checkpointer` must outlive it.
  BucketSaver(const SavingOptions& options, Checkpointer& checkpointer)
      : options_(options), checkpointer_(checkpointer) {}

  // After a load that replayed `records`: goes on with `bucket`, which is the
  // furthest behind, or a partition that is killed again and again would replay
  // more each time.
  void BeginAt(uint32_t bucket, uint64_t records);

  // The open group of `records` and `bytes` is about to be sent.
  void Count(size_t records, size_t bytes);

  // What a step may look at.
  struct Moment {
    const filter::Policy& policy;
    int64_t now_ms = 0;
    // Numbers that must stay in memory.
    absl::Span<const Phone> pinned;
  };

  // The buckets to save now, as they are at the end of the open group of
  // `group_bytes`; null: none. They are due when the journal has grown by their
  // share of a cycle, and more of them while memory is short. Hand them to the
  // checkpointer once the group is durable. One save at a time: what it takes
  // out of memory is kept until it is known to be written.
  std::shared_ptr<const BucketSaves> TakeDue(const Moment& moment,
                                             size_t group_bytes,
                                             PartitionState& state);

  // Saves everything; `tail` is the end of the journal, with nothing on its
  // way. Waits. Errors: kUnavailable.
  absl::Status SaveAll(const JournalPoint& tail, PartitionState& state);

 private:
  bool MemoryIsShort(const PartitionState& state) const;
  void EarnCredit(size_t group_bytes, const PartitionState& state);
  bool Settle(PartitionState& state);
  BucketSave SaveOf(uint32_t bucket, bool must, const Moment& moment,
                    PartitionState& state);
  void Evict(const Moment& moment, PartitionState& state, BucketSave& save);
  void AskForExpired(int64_t now_ms, const PartitionState& state,
                     BucketSave& save);
  uint64_t share() const { return options_.cycle_bytes / kBuckets; }

  const SavingOptions options_;
  Checkpointer& checkpointer_;
  uint32_t next_ = 0;
  // Journal bytes that no saved bucket stands for yet.
  uint64_t bytes_behind_ = 0;
  // Bytes of buckets that may be gone through for the sake of memory; below 0
  // after a bucket that was larger.
  int64_t evict_credit_bytes_ = 0;
  std::array<int64_t, kBuckets> trimmed_ms_ = {};
  // The day for which a bucket's idle numbers were last looked through.
  std::array<int64_t, kBuckets> expired_day_ = {};
};

}  // namespace sluice::store
