#pragma once

// The state of all numbers of a partition, packed: sends and standing facts by
// number. One bucket for each slot, so that no table ever grows all at once and
// each bucket can be saved by itself between two groups.

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "filter/recipient_state.h"
#include "rules/base/phone.h"
#include "store/memory/slab.h"
#include "store/memory/slot.h"

namespace sluice::store {

inline constexpr uint32_t kBuckets = kSlots;

inline uint32_t BucketOf(Phone recipient) { return SlotOf(recipient.e164); }

// A region is a run of buckets that share memory. Regions share nothing, so
// that at a start several threads can fill one each.
inline constexpr uint32_t kRegions = 8;
inline constexpr uint32_t kBucketsPerRegion = kBuckets / kRegions;

// The most sends kept for one number. A number with so many gets no more
// messages until old sends leave the ledger: memory and time stay bounded
// (P10).
inline constexpr size_t kSendsPerRecipientMax = 4096;

// The most opt-outs kept for one number, each of another scope or origin. A
// further opt-out of such a number becomes an opt-out from everybody: memory
// and time stay bounded, and no opt-out is broken.
inline constexpr size_t kFactsPerRecipientMax = 4096;

// One thread, the partition's writer; before it starts, one thread a region.
class Recipients {
 public:
  // Both spans are empty for an unknown number. Valid until the next change.
  filter::RecipientState Find(Phone recipient) const;

  // Brings the number's table entry into the cache, ahead of Find(); once the
  // entry is cached, its sends.
  void Prefetch(Phone recipient) const;
  void PrefetchSends(Phone recipient) const;

  void AddSend(Phone recipient, const filter::Send& send);
  // Null when there is no such send. Valid until the next change.
  filter::Send* FindSend(Phone recipient, uint64_t message);
  // Removes the sends for which `forget` returns true.
  void DropSends(Phone recipient,
                 const std::function<bool(const filter::Send&)>& forget);
  void RemoveSend(Phone recipient, uint64_t message);

  void AddFact(Phone recipient, const filter::StandingFact& fact);
  // Removes the fact that `record` added. Returns false when there is none.
  bool RemoveFact(Phone recipient, uint64_t record);

  bool Contains(Phone recipient) const;
  // Puts back a number that was taken out; it must be unknown here.
  void Put(Phone recipient, const filter::RecipientState& known);
  // Removes everything known of the number.
  void Remove(Phone recipient);
  // Makes room for `numbers` numbers in all.
  void Reserve(uint32_t bucket, size_t numbers);
  // Removes the numbers of a bucket that were not touched (added to, or put
  // back) since the last call (with `touched_too`, all), if `take` returns
  // true.
  void TakeUntouched(
      uint32_t bucket, bool touched_too,
      const std::function<bool(Phone, const filter::RecipientState&)>& take);

  // Calls `visit` for every number of a bucket, in no order.
  void ForEach(uint32_t bucket,
               const std::function<void(Phone, const filter::RecipientState&)>&
                   visit) const;

  uint64_t recipients() const;
  uint64_t recipients(uint32_t bucket) const { return tables_[bucket].size(); }
  uint64_t sends() const;
  uint64_t facts() const;
  // Memory of tables and slabs. Slabs keep freed memory.
  uint64_t bytes() const;
  // The part of bytes() that holds something.
  uint64_t held_bytes() const;

 private:
  struct Entry {
    Slab<filter::Send>::Run sends;  // `mark`: touched.
    Slab<filter::StandingFact>::Run facts;
  };
  using Table = absl::flat_hash_map<uint64_t, Entry>;

  // On cache lines of its own, because another thread may fill the next region.
  struct alignas(64) Region {
    Slab<filter::Send> sends;
    Slab<filter::StandingFact> facts;
    uint64_t table_bytes = 0;

    filter::RecipientState View(const Entry& entry) const {
      return {sends.View(entry.sends), facts.View(entry.facts)};
    }
    void Clear(Entry& entry) {
      sends.Clear(entry.sends);
      facts.Clear(entry.facts);
    }
  };

  Table& TableOf(Phone recipient) { return tables_[BucketOf(recipient)]; }
  const Table& TableOf(Phone recipient) const {
    return tables_[BucketOf(recipient)];
  }
  Region& RegionOf(uint32_t bucket) {
    return regions_[bucket / kBucketsPerRegion];
  }
  const Region& RegionOf(uint32_t bucket) const {
    return regions_[bucket / kBucketsPerRegion];
  }
  Region& RegionOf(Phone recipient) { return RegionOf(BucketOf(recipient)); }
  const Region& RegionOf(Phone recipient) const {
    return RegionOf(BucketOf(recipient));
  }
  // Makes an entry when there is none, and marks it as touched.
  Entry& EntryOf(Phone recipient);
  void DropIfEmpty(Table& table, Table::iterator it);
  template <typename Value>
  uint64_t Sum(const Value& value) const;

  std::array<Table, kBuckets> tables_;
  std::array<Region, kRegions> regions_;
};

}  // namespace sluice::store
