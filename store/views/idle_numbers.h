#pragma once

// The numbers of a partition that are known but not in memory. Their state is
// in View::kIdle; this class has only enough to tell, without a read, that a
// number is not idle.
//
// The rule that makes this safe across a crash: View::kIdle holds a bucket's
// idle numbers exactly as of the bucket's checkpoint point. It changes only in
// the atomic write that also moves that point: evicted numbers are put, numbers
// recalled since the last such write are deleted. So after any crash, a
// bucket's checkpoint and its idle numbers together are the bucket's state at
// one point of the journal. Replay from there recalls each number before it
// applies a record about it, and ends in the state before the crash.
// the state there was.
// Until that write is known to have succeeded, evicted numbers stay here, are
// found here, and return to memory when the write fails.
//
// A number with a live message is never idle: effects on live messages
// (answers, reports, refunds, the last look) need no Recall().

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "filter/policy/policy.h"
#include "rules/base/phone.h"
#include "store/memory/outbox.h"
#include "store/memory/recipients.h"
#include "store/views/views.h"

namespace sluice::store {

// The content that one save writes for a bucket.
struct BucketSave {
  uint32_t bucket = 0;
  // A part, as EncodePart() made it; empty: the bucket has not changed, and
  // only its point moves.
  std::string content;
  // The number of the part. Deletes the parts in [replaces, part).
  uint32_t part = 0;
  uint32_t replaces = 0;
  // The part has all of the bucket, not only the changes.
  bool whole = false;
  std::vector<Phone> changed;
  // A number that left memory, as EncodeIdle() made it.
  struct Idle {
    Phone recipient;
    std::string value;
  };
  std::vector<Idle> evicted;
  // Numbers recalled since the bucket was last saved.
  std::vector<Phone> returned;
  // After the save, find the idle numbers that expired by this time; 0: do not.
  int64_t expired_at_ms = 0;
};
using BucketSaves = std::vector<BucketSave>;

// One thread, the partition's writer.
class IdleNumbers {
 public:
  // Puts the state of those `numbers` that are idle back into `recipients`,
  // with one read of the views for all. Costs one comparison while no number is
  // idle. Call it before any decision about a number: otherwise the number
  // looks unknown. Evict() must not come between recall and decision.
  // Errors: kUnavailable, kDataLoss. Then decide nothing about any of
  // `numbers`, because opt-outs and limits may not be in memory.
  absl::Status Recall(absl::Span<const Phone> numbers, const Views& views,
                      Recipients& recipients);

  // Recalls the numbers with a send or fact after `after_ms`, of the buckets
  // that `in` names. Reads all idle numbers, so it takes a second for about a
  // million. No save must be under way. Errors: as Recall().
  absl::Status RecallLater(int64_t after_ms,
                           const std::function<bool(uint32_t bucket)>& in,
                           const Views& views, Recipients& recipients);

  // Moves numbers of `save.bucket` from `recipients` to `save.evicted`: those
  // not touched since the last call, or (with `touched_too`) all, but no number
  // that is `pinned` or has a message in `outbox`. Returns the freed bytes.
  uint64_t Evict(bool touched_too, absl::Span<const Phone> pinned,
                 const filter::Policy& policy, const Outbox& outbox,
                 Recipients& recipients, BucketSave& save);

  // Moves the recalled numbers to `save.returned`. Call it for every save with
  // content, after Evict().
  void TakeReturned(BucketSave& save);

  // The saves are about to be written. Only one call until Saved().
  void Saving(std::shared_ptr<const BucketSaves> saves);
  // The saves were written, or not. `expired` are idle numbers to drop.
  void Saved(bool ok, absl::Span<const Phone> expired, Recipients& recipients);
  // The saves being written; null: none.
  const BucketSaves* saving() const { return saving_.get(); }

  // What memory keeps of each idle number; for the bucket's checkpoint.
  const absl::flat_hash_set<uint32_t>& Fingerprints(uint32_t bucket) const {
    return fingerprints_[bucket];
  }
  // At a start only: several threads may add, each to its own buckets; call
  // Count() after all of them.
  void AddFingerprint(uint32_t bucket, uint32_t fingerprint) {
    fingerprints_[bucket].insert(fingerprint);
  }
  void RemoveFingerprint(uint32_t bucket, uint32_t fingerprint) {
    fingerprints_[bucket].erase(fingerprint);
  }
  void Count();
  static uint32_t FingerprintOf(Phone recipient);

  uint64_t count() const { return count_; }
  // Idle numbers recalled since the start.
  uint64_t recalled() const { return recalled_; }
  // Memory for the fingerprints.
  uint64_t bytes() const { return bytes_; }

 private:
  void Remove(Phone recipient);
  absl::Status Return(Phone recipient, absl::string_view value,
                      Recipients& recipients);
  void CountBytes(uint32_t bucket, size_t capacity_before);

  // 32 bits of each idle number. No two idle numbers of a bucket share a
  // fingerprint: a number whose fingerprint is taken stays in memory. So the
  // set is exact for idle numbers, and a fingerprint can be removed alone. An
  // unknown number is mistaken for an idle one once in 2^32 / (idle numbers of
  // its bucket) times, which costs a read.
  std::array<absl::flat_hash_set<uint32_t>, kBuckets> fingerprints_;
  // Numbers that View::kIdle still has as last written, but that were recalled.
  std::array<absl::flat_hash_set<uint64_t>, kBuckets> returned_;
  // Saves being written; `waiting_` refers to their numbers that are still
  // idle.
  std::shared_ptr<const BucketSaves> saving_;
  absl::flat_hash_map<uint64_t, absl::string_view> waiting_;
  uint64_t count_ = 0;
  uint64_t recalled_ = 0;
  uint64_t bytes_ = 0;
  std::vector<Phone> wanted_;
};

}  // namespace sluice::store
