#pragma once

// Counts of outcomes, and their confidence intervals.

#include <array>
#include <cstdint>
#include <string>

#include "tools/evaluate_run/judge.h"

namespace sluice::evaluate {

class Tally {
 public:
  void Add(Outcome outcome) { ++counts_[static_cast<size_t>(outcome)]; }
  void Add(const Tally& other);

  uint64_t of(Outcome outcome) const {
    return counts_[static_cast<size_t>(outcome)];
  }
  uint64_t total() const;
  // The share of an outcome in the total; 0 when the total is 0.
  double Share(Outcome outcome) const;

 private:
  std::array<uint64_t, 3> counts_ = {};
};

// The interval that contains the true share with 95 % confidence, by Wilson's
// score, which also holds for shares near 0 and 1 and for small samples.
struct Interval {
  double low = 0;
  double high = 1;
};
Interval Wilson95(uint64_t count, uint64_t total);

// "12.34 %"; small shares have three significant digits: "0.126 %".
std::string Percent(double share);
// "90.1 - 94.3 %".
std::string PercentRange(Interval interval);

}  // namespace sluice::evaluate
