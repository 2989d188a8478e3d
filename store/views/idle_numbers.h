#pragma once

// The numbers of a partition that are known but not in memory. What is known of
// them is in View::kIdle; here is only enough to tell, without a read, that a
// number is not among them.
//
// The rule that makes this safe across a crash: View::kIdle holds a bucket's
// idle numbers exactly as of the bucket's checkpoint point. It changes only in
// the atomic write that also moves that point: numbers taken out of memory are
// put, numbers that came back since the last such write are deleted. So
// whatever a crash leaves, a bucket's checkpoint and its idle numbers together
// are the bucket's state at one point of the journal, and replay from there,
// which brings each number back before it applies a record about it, ends in
// the state there was.
//
// Until that write is known to have succeeded, what was taken out stays here,
// is found here, and goes back to memory when the write fails.
//
// A number with a message under way is never idle: effects on messages under
// way (answers, reports, refunds, the last look) need no Recall().

#include <array>
#include <cstdint>
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

// What one step writes of a bucket.
struct BucketSave {
  uint32_t bucket = 0;
  // A part, as EncodePart() made it; empty: the bucket is as it was last saved,
  // and only its point moves.
  std::string content;
  // Of the part. Those from `replaces` to before it go.
  uint32_t part = 0;
  uint32_t replaces = 0;
  // It has all of the bucket, and not only what changed.
  bool whole = false;
  std::vector<Phone> changed;
  // Numbers that left memory, as EncodeIdle() made them.
  struct Idle {
    Phone recipient;
    std::string value;
  };
  std::vector<Idle> evicted;
  // Numbers that came back since the bucket was last saved.
  std::vector<Phone> returned;
  // Afterwards find the idle numbers that may be dropped at this time; 0: not.
  int64_t expired_at_ms = 0;
};
using BucketSaves = std::vector<BucketSave>;

// One thread, the partition's writer.
class IdleNumbers {
 public:
  // Puts what is known of those of `numbers` that are idle back into
  // `recipients`, with one read of the views for all. Costs one comparison
  // while nothing is idle. Must come before anything is decided about a number:
  // without it a number looks as if nothing were known of it. Evict() must not
  // come between the two.
  // Errors: kUnavailable, kDataLoss; then nothing must be decided about any of
  // `numbers`, because opt-outs and limits may not be in memory.
  absl::Status Recall(absl::Span<const Phone> numbers, const Views& views,
                      Recipients& recipients);

  // Takes numbers of `save.bucket` out of `recipients` and adds them to
  // `save.evicted`: those not touched since the last time, or (with
  // `touched_too`) all, but none that is `pinned` or has a message in `outbox`.
  // Returns the bytes that were freed.
  uint64_t Evict(bool touched_too, absl::Span<const Phone> pinned,
                 const filter::Policy& policy, const Outbox& outbox,
                 Recipients& recipients, BucketSave& save);

  // Moves the numbers that came back to `save.returned`; for every save with
  // content, after Evict().
  void TakeReturned(BucketSave& save);

  // These saves are about to be written. One call at a time, until Saved().
  void Saving(std::shared_ptr<const BucketSaves> saves);
  // They have been written, or not. `expired` are numbers whose time to be
  // dropped had come.
  void Saved(bool ok, absl::Span<const Phone> expired, Recipients& recipients);
  // Null when none are.
  const BucketSaves* saving() const { return saving_.get(); }

  // For the bucket's checkpoint: what is kept of each idle number.
  const absl::flat_hash_set<uint32_t>& Fingerprints(uint32_t bucket) const {
    return fingerprints_[bucket];
  }
  // At a start only, buckets by several threads, and Count() after all.
  void AddFingerprint(uint32_t bucket, uint32_t fingerprint) {
    fingerprints_[bucket].insert(fingerprint);
  }
  void RemoveFingerprint(uint32_t bucket, uint32_t fingerprint) {
    fingerprints_[bucket].erase(fingerprint);
  }
  void Count();
  static uint32_t FingerprintOf(Phone recipient);

  uint64_t count() const { return count_; }
  // Idle numbers brought back since the start.
  uint64_t recalled() const { return recalled_; }
  // Of memory.
  uint64_t bytes() const { return bytes_; }

 private:
  void Remove(Phone recipient);
  absl::Status Return(Phone recipient, absl::string_view value,
                      Recipients& recipients);
  void CountBytes(uint32_t bucket, size_t capacity_before);

  // 32 bits of each idle number. No two idle numbers of a bucket share one: a
  // number whose fingerprint is taken stays in memory. So this is exact for
  // idle numbers, can be taken out one by one, and a number that is not known
  // at all is mistaken for an idle one once in 2^32 / (idle numbers of its
  // bucket) times, which costs a read.
  std::array<absl::flat_hash_set<uint32_t>, kBuckets> fingerprints_;
  // In View::kIdle as last written, and no longer idle.
  std::array<absl::flat_hash_set<uint64_t>, kBuckets> returned_;
  // On their way to the views; `waiting_` refers to those still idle.
  std::shared_ptr<const BucketSaves> saving_;
  absl::flat_hash_map<uint64_t, absl::string_view> waiting_;
  uint64_t count_ = 0;
  uint64_t recalled_ = 0;
  uint64_t bytes_ = 0;
  std::vector<Phone> wanted_;
};

}  // namespace sluice::store
