#pragma once

// The hashes of records in groups that were proven lately. With them, another
// record of such a group is proven by its own bytes: a group has up to 16,383
// records, and a link that reads the texts of waiting messages reads most of
// them, one by one.

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/base/mutex.h"
#include "store/journal/position.h"
#include "store/journal/sha256.h"

namespace sluice::store {

// Any thread.
class ProvenLeaves {
 public:
  // Half of a leaf: nobody finds other bytes with the same 128 bits.
  using Half = std::array<uint8_t, 16>;
  // A group as it was read: `opened` counts the openings of segments, so that
  // what was read before retention replaced a segment is not used after it.
  using Group = std::pair<uint64_t, uint64_t>;  // `opened`, Position::value().

  // Keeps about `bytes_max` bytes, of the groups used last.
  explicit ProvenLeaves(size_t bytes_max);

  static Half HalfOf(const Hash& leaf);

  // The leaf of record `index`; nullopt when the group is not kept or has no
  // such record.
  std::optional<Half> Find(Group group, uint32_t index) const;

  void Add(Group group, const std::vector<Hash>& leaves);

 private:
  struct Entry {
    Group group;
    std::vector<Half> leaves;
  };
  static size_t SizeOf(const Entry& entry);

  const size_t bytes_max_;
  mutable Mutex mutex_;
  // The group used last is first.
  mutable std::list<Entry> entries_ SLUICE_GUARDED_BY(mutex_);
  std::map<Group, std::list<Entry>::iterator> by_group_
      SLUICE_GUARDED_BY(mutex_);
  size_t bytes_ SLUICE_GUARDED_BY(mutex_) = 0;
};

}  // namespace sluice::store
