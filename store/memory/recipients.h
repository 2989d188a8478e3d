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
#include "filter/recipient_state.h"
#include "rules/base/phone.h"
#include "store/memory/slab.h"
#include "store/memory/slot.h"

namespace sluice::store {

inline constexpr uint32_t kBuckets = kSlots;

inline uint32_t BucketOf(Phone recipient) { return SlotOf(recipient.e164); }

// Buckets in a row that share memory. Regions share nothing: at a start several
// threads fill one each.
inline constexpr uint32_t kRegions = 8;
inline constexpr uint32_t kBucketsPerRegion = kBuckets / kRegions;

// Most sends kept for one number. A number that has as many gets no more
// messages until old ones leave the ledger: memory and time stay bounded (P10).
inline constexpr size_t kSendsPerRecipientMax = 4096;

// Most opt-outs kept of one number, each of another scope. A further opt-out of
// a number that has as many is taken as an opt-out of everybody: memory and
// time stay bounded, and nothing is sent that was opted out of.
inline constexpr size_t kFactsPerRecipientMax = 4096;

// One thread, the partition's writer; before it starts, one a region.
class Recipients {
 public:
  // Both empty when nothing is known. Valid until the next change.
  filter::RecipientState Find(Phone recipient) const;

  // Brings the number's place into the cache, ahead of Find(); and, once that
  // is there, its sends.
  void Prefetch(Phone recipient) const;
  void PrefetchSends(Phone recipient) const;

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

  bool Contains(Phone recipient) const;
  // Puts a number back as it was taken out. Nothing is known of it yet.
  void Put(Phone recipient, const filter::RecipientState& known);
  // Everything known of it.
  void Remove(Phone recipient);
  // Makes room for as many numbers in all.
  void Reserve(uint32_t bucket, size_t numbers);
  // Takes out the numbers of a bucket that have not been touched (added to, or
  // put back) since the last time (with `touched_too`, all), if `take` says so.
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
  // Of memory, tables and slabs together. Slabs keep what is given back.
  uint64_t bytes() const;
  // Of these, what holds something.
  uint64_t held_bytes() const;

 private:
  struct Entry {
    Slab<filter::Send>::Run sends;  // Its mark: touched.
    Slab<filter::StandingFact>::Run facts;
  };
  using Table = absl::flat_hash_map<uint64_t, Entry>;

  // On a cache line of its own, because another thread may fill the next one.
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
  // Makes one when there is none, and marks it as touched.
  Entry& EntryOf(Phone recipient);
  void DropIfEmpty(Table& table, Table::iterator it);
  template <typename Value>
  uint64_t Sum(const Value& value) const;

  std::array<Table, kBuckets> tables_;
  std::array<Region, kRegions> regions_;
};

}  // namespace sluice::store
