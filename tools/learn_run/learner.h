#pragma once

// Learns weights of words from samples: logistic regression (liblinear).

#include <cstddef>
#include <vector>

#include "tools/learn_run/samples.h"

namespace sluice::learn {

struct Learnt {
  std::vector<double> weights;  // By word.
  double bias = 0;

  // The logarithm of the odds that a text is bad.
  double Of(const Words& words) const;
};

// Learns from all files but number `but` (or all, when it is none). `words` are
// there in all; of those that at least two texts have, the `most` that say most
// get a weight.
Learnt Learn(const std::vector<SampleFile>& files, size_t words, size_t most,
             size_t but);

}  // namespace sluice::learn
