#pragma once

// Decides which buckets of the state are saved next, and which numbers leave
// memory with them: numbers that have not been used lately move to the views
// and are recalled when needed.

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
  // The journal bytes in which every bucket is saved once.
  uint64_t cycle_bytes = 512ull << 20;
  // The memory for the state of numbers; 0: no limit.
  uint64_t memory_bytes = 0;
};

// One thread, the partition's writer.
class BucketSaver {
 public:
  // The least bytes that a record counts for when the time of a replay is
  // bounded: a short record takes about as long as a message.
  static constexpr size_t kReplayBytesMin = 320;

  // `checkpointer` must outlive the saver.
  BucketSaver(const SavingOptions& options, Checkpointer& checkpointer)
      : options_(options), checkpointer_(checkpointer) {}

  // After a load that replayed `records`: continues with `bucket`, which is
  // furthest behind. Otherwise a partition that is killed again and again would
  // replay more each time.
  void BeginAt(uint32_t bucket, uint64_t records);

  // Counts the open group, of `records` and `bytes`, before it is committed.
  void Count(size_t records, size_t bytes);

  // Waits for the save under way and takes its outcome.
  void Wait(PartitionState& state);
  // The clock has gone back: times seen so far are void.
  void ForgetTimes();

  // The circumstances of one step.
  struct Moment {
    const filter::Policy& policy;
    int64_t now_ms = 0;
    // Numbers that must stay in memory.
    absl::Span<const Phone> pinned;
  };

  // The buckets to save now, as they are at the end of the open group of
  // `group_bytes`; null: none. Buckets are due when the journal has grown by
  // their share of a cycle, and more of them while memory is short. Hand them
  // to the checkpointer once the group is durable. One save at a time: evicted
  // numbers are kept until they are known to be written.
  std::shared_ptr<const BucketSaves> TakeDue(const Moment& moment,
                                             size_t group_bytes,
                                             PartitionState& state);

  // Saves everything and waits; `tail` is the end of the journal, with no group
  // on its way. Errors: kUnavailable.
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
  // Journal bytes that are not yet covered by saved buckets.
  uint64_t bytes_behind_ = 0;
  // Bytes of buckets that eviction may still go through; below 0 after a bucket
  // that was larger.
  int64_t evict_credit_bytes_ = 0;
  std::array<int64_t, kBuckets> trimmed_ms_ = {};
  // The day on which a bucket's idle numbers were last checked for expiry.
  std::array<int64_t, kBuckets> expired_day_ = {};
};

}  // namespace sluice::store
