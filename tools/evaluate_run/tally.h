#pragma once

// Counts of outcomes and how sure they are.

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
  // Share of a total that is not 0; 0 when it is.
  double Share(Outcome outcome) const;

 private:
  std::array<uint64_t, 3> counts_ = {};
};

// The interval in which the true share lies with 95 % certainty, by Wilson's
// score, which also holds for shares near 0 and 1 and for small samples.
struct Interval {
  double low = 0;
  double high = 1;
};
Interval Wilson95(uint64_t count, uint64_t total);

// "12.34 %"; three digits that say something for small ones: "0.126 %".
std::string Percent(double share);
// "90.1 - 94.3 %".
std::string PercentRange(Interval interval);

}  // namespace sluice::evaluate
