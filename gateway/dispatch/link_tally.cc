#include "gateway/dispatch/link_tally.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"

namespace sluice::gateway {

void CodeCounts::Count(absl::string_view code, absl::string_view meaning) {
  std::string clean(code);
  for (char& c : clean) {
    if (!absl::ascii_isprint(static_cast<unsigned char>(c))) c = '?';
  }
  for (CodeCount& one : counts_) {
    if (one.code != clean) continue;
    ++one.count;
    return;
  }
  if (counts_.size() >= kCodesMax) {
    ++rest_;
    return;
  }
  counts_.push_back({std::move(clean), std::string(meaning), 1});
}

std::vector<CodeCount> CodeCounts::Sorted() const {
  std::vector<CodeCount> sorted = counts_;
  std::stable_sort(
      sorted.begin(), sorted.end(),
      [](const CodeCount& a, const CodeCount& b) { return a.count > b.count; });
  if (rest_ > 0) sorted.push_back({"", "other codes", rest_});
  return sorted;
}

void RecentTimes::Add(absl::Duration time) {
  if (times_.size() < kTimesMax) {
    times_.push_back(time);
    return;
  }
  times_[next_] = time;
  next_ = (next_ + 1) % kTimesMax;
}

absl::Duration RecentTimes::Quantile(double share) const {
  if (times_.empty()) return absl::ZeroDuration();
  std::vector<absl::Duration> sorted = times_;
  std::sort(sorted.begin(), sorted.end());
  const double rank = std::ceil(share * static_cast<double>(sorted.size()));
  return sorted[static_cast<size_t>(std::max(rank, 1.0)) - 1];
}

}  // namespace sluice::gateway
