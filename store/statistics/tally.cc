#include "store/statistics/tally.h"

#include <algorithm>

namespace sluice::store {

void Tally::AddRejected(absl::string_view reason, uint64_t count) {
  const auto found = rejected_by_reason.find(reason);
  if (found != rejected_by_reason.end()) {
    found->second += count;
  } else {
    rejected_by_reason.emplace(reason, count);
  }
}

void Tally::Add(const Tally& other) {
  for (size_t i = 0; i < kMetrics; ++i) counts[i] += other.counts[i];
  for (const auto& [reason, count] : other.rejected_by_reason) {
    AddRejected(reason, count);
  }
}

void Tally::Add(const v1::StatCounts& saved) {
  const size_t size = std::min(kMetrics, size_t(saved.counts_size()));
  for (size_t i = 0; i < size; ++i) {
    counts[i] += saved.counts(static_cast<int>(i));
  }
  for (const auto& [reason, count] : saved.rejected_by_reason()) {
    AddRejected(reason, count);
  }
}

v1::StatCounts Tally::Saved() const {
  v1::StatCounts saved;
  size_t size = kMetrics;
  while (size > 0 && counts[size - 1] == 0) --size;
  for (size_t i = 0; i < size; ++i) saved.add_counts(counts[i]);
  for (const auto& [reason, count] : rejected_by_reason) {
    (*saved.mutable_rejected_by_reason())[reason] = count;
  }
  return saved;
}

}  // namespace sluice::store
