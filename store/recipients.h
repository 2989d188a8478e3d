#pragma once

// The state of all numbers of a partition, packed: sends and standing facts by
// number. In buckets, one for each slot, so that no table ever grows all at
// once and each bucket can be saved by itself between two groups.

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "filter/base/phone.h"
#include "filter/recipient_state.h"
#include "store/slab.h"
#include "store/slot.h"

namespace sluice::store {

inline constexpr uint32_t kBuckets = kSlots;

inline uint32_t BucketOf(Phone recipient) { return SlotOf(recipient.e164); }

// Most sends kept for one number. A number that has as many gets no more
// messages until old ones leave the ledger: memory and time stay bounded (P10).
inline constexpr size_t kSendsPerRecipientMax = 4096;

// One thread, the partition's writer.
class Recipients {
 public:
  // Both empty when nothing is known. Valid until the next change.
  filter::RecipientState Find(Phone recipient) const;

  // Brings the number's place into the cache, ahead of Find().
  void Prefetch(Phone recipient) const;

  void AddSend(Phone recipient, const filter::Send& send);
  // Null when there is none. Valid until the next change.
  filter::Send* FindSend(Phone recipient, uint64_t message);
  // Drops the sends for which `forget` says so.
  void DropSends(Phone recipient,
                 const std::function<bool(const filter::Send&)>& forget);
  void RemoveSend(Phone recipient, uint64_t message);

  void AddFact(Phone recipient, const filter::StandingFact& fact);
  // Removes the fact that `record` had added. Returns false when there is none.
  bool RemoveFact(Phone recipient, uint64_t record);

  // Calls `visit` for every number of a bucket, in no order.
  void ForEach(uint32_t bucket,
               const std::function<void(Phone, const filter::RecipientState&)>&
                   visit) const;
  void ClearBucket(uint32_t bucket);

  uint64_t recipients() const;
  uint64_t sends() const { return sends_.used(); }
  uint64_t facts() const { return facts_.used(); }
  // Of memory, tables and slabs together.
  uint64_t bytes() const;

 private:
  struct Entry {
    Slab<filter::Send>::Run sends;
    Slab<filter::StandingFact>::Run facts;
  };
  using Table = absl::flat_hash_map<uint64_t, Entry>;

  Table& TableOf(Phone recipient) { return tables_[BucketOf(recipient)]; }
  const Table& TableOf(Phone recipient) const {
    return tables_[BucketOf(recipient)];
  }
  void DropIfEmpty(Table& table, Table::iterator it);

  std::array<Table, kBuckets> tables_;
  Slab<filter::Send> sends_;
  Slab<filter::StandingFact> facts_;
};

}  // namespace sluice::store
