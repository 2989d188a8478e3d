#include "store/journal/proven_leaves.h"

#include <algorithm>

namespace sluice::store {

ProvenLeaves::ProvenLeaves(size_t bytes_max) : bytes_max_(bytes_max) {}

ProvenLeaves::Half ProvenLeaves::HalfOf(const Hash& leaf) {
  Half half;
  std::copy_n(leaf.begin(), half.size(), half.begin());
  return half;
}

// With what list and map take around the leaves.
size_t ProvenLeaves::SizeOf(const Entry& entry) {
  return 192 + entry.leaves.size() * sizeof(Half);
}

std::optional<ProvenLeaves::Half> ProvenLeaves::Find(Group group,
                                                     uint32_t index) const {
  MutexLock lock(mutex_);
  const auto found = by_group_.find(group);
  if (found == by_group_.end()) return std::nullopt;
  entries_.splice(entries_.begin(), entries_, found->second);
  if (index >= found->second->leaves.size()) return std::nullopt;
  return found->second->leaves[index];
}

void ProvenLeaves::Add(Group group, const std::vector<Hash>& leaves) {
  Entry entry = {group, {}};
  entry.leaves.reserve(leaves.size());
  for (const Hash& leaf : leaves) entry.leaves.push_back(HalfOf(leaf));
  MutexLock lock(mutex_);
  if (by_group_.contains(group)) return;
  bytes_ += SizeOf(entry);
  entries_.push_front(std::move(entry));
  by_group_[group] = entries_.begin();
  while (bytes_ > bytes_max_ && entries_.size() > 1) {
    bytes_ -= SizeOf(entries_.back());
    by_group_.erase(entries_.back().group);
    entries_.pop_back();
  }
}

}  // namespace sluice::store
