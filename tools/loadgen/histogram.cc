#include "tools/loadgen/histogram.h"

#include <algorithm>
#include <cmath>

#include "tools/lib/bar.h"
#include "tools/lib/display_width.h"

namespace sluice::load {

size_t Histogram::BucketOf(absl::Duration latency) {
  const double us = absl::ToDoubleMicroseconds(latency);
  if (us <= 1) return 0;
  const auto bucket = static_cast<size_t>(std::log2(us) * kPerDoubling);
  return std::min(bucket, kBuckets - 1);
}

absl::Duration Histogram::EndOf(size_t bucket) {
  return absl::Microseconds(
      std::exp2(static_cast<double>(bucket + 1) / kPerDoubling));
}

void Histogram::Add(absl::Duration latency) {
  ++buckets_[BucketOf(latency)];
  ++count_;
  max_ = std::max(max_, latency);
}

void Histogram::Merge(const Histogram& other) {
  for (size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
}

absl::Duration Histogram::Percentile(double share) const {
  const auto wanted =
      static_cast<uint64_t>(std::ceil(share * static_cast<double>(count_)));
  uint64_t seen = 0;
  for (size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i];
    if (seen >= wanted && seen > 0) return std::min(EndOf(i), max_);
  }
  return absl::ZeroDuration();
}

void Histogram::Print(std::ostream& out) const {
  std::array<uint64_t, kBuckets / kPerDoubling> doublings = {};
  for (size_t i = 0; i < kBuckets; ++i) {
    doublings[i / kPerDoubling] += buckets_[i];
  }
  const uint64_t most = *std::max_element(doublings.begin(), doublings.end());
  for (size_t i = 0; i < doublings.size(); ++i) {
    if (doublings[i] == 0) continue;
    const double upto = std::exp2(static_cast<double>(i + 1)) * 1e-6;
    out << "  up to " << tools::PadTo(tools::DurationText(upto), 8) << "  "
        << tools::PadTo(tools::Grouped(doublings[i]), 12, tools::Align::kRight)
        << "  "
        << tools::Bar(static_cast<double>(doublings[i]),
                      static_cast<double>(most), 40)
        << "\n";
  }
}

}  // namespace sluice::load
