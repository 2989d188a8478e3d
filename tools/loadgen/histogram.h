#pragma once

// Latencies in buckets that grow by about 3 %, so that percentiles of any
// number of calls take a few kilobytes.

#include <array>
#include <cstdint>
#include <ostream>

#include "absl/time/time.h"

namespace sluice::load {

class Histogram {
 public:
  void Add(absl::Duration latency);
  void Merge(const Histogram& other);

  uint64_t count() const { return count_; }
  absl::Duration max() const { return max_; }
  // The latency that `share` (0..1) of all calls do not exceed, to within a
  // bucket; ZeroDuration when there are no calls.
  absl::Duration Percentile(double share) const;

  // Prints one line with a bar for each doubling of latency that occurred.
  void Print(std::ostream& out) const;

 private:
  // 24 buckets for each doubling from 1 us on, to about 70 minutes.
  static constexpr size_t kPerDoubling = 24;
  static constexpr size_t kBuckets = kPerDoubling * 32;
  static size_t BucketOf(absl::Duration latency);
  static absl::Duration EndOf(size_t bucket);

  std::array<uint64_t, kBuckets> buckets_ = {};
  uint64_t count_ = 0;
  absl::Duration max_;
};

}  // namespace sluice::load
