#include "tools/evaluate_run/tally.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "absl/strings/str_format.h"

namespace sluice::evaluate {
namespace {

int DecimalsOf(double share) {
  return share >= 0.1 || share == 0 ? 1 : share >= 0.01 ? 2 : 3;
}

}  // namespace

void Tally::Add(const Tally& other) {
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

uint64_t Tally::total() const {
  return std::accumulate(counts_.begin(), counts_.end(), uint64_t{0});
}

double Tally::Share(Outcome outcome) const {
  const uint64_t all = total();
  return all == 0 ? 0
                  : static_cast<double>(of(outcome)) / static_cast<double>(all);
}

Interval Wilson95(uint64_t count, uint64_t total) {
  if (total == 0) return {};
  constexpr double kZ = 1.959964;  // Two-sided 95 % of the normal distribution.
  const auto n = static_cast<double>(total);
  const double p = static_cast<double>(count) / n;
  const double middle = p + kZ * kZ / (2 * n);
  const double half = kZ * std::sqrt(p * (1 - p) / n + kZ * kZ / (4 * n * n));
  const double scale = 1 + kZ * kZ / n;
  return {std::max(0.0, (middle - half) / scale),
          std::min(1.0, (middle + half) / scale)};
}

std::string Percent(double share) {
  return absl::StrFormat("%.*f %%", DecimalsOf(share), 100 * share);
}

std::string PercentRange(Interval interval) {
  const int decimals = DecimalsOf(interval.high);
  return absl::StrFormat("%.*f - %.*f %%", decimals, 100 * interval.low,
                         decimals, 100 * interval.high);
}

}  // namespace sluice::evaluate
