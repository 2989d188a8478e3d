#pragma once

// Weight tables: words with weights (pack.proto, WeightTable), a CSV file that
// an officer can open anywhere.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/base/faults.h"

namespace sluice::rules {

// The signs of a word, side by side; see text_signs.h.
inline constexpr size_t kSignsMax = 4;
inline constexpr int32_t kWeightMax = 1'000;
// Different signs of one table.
inline constexpr size_t kTableSignsMax = 65'000;

struct WeighedWord {
  std::string text;  // As written, trimmed.
  int32_t weight = 0;
  Position position;
};

// The words of `content`, in order. Faults: not UTF-8, no column `word` or
// `weight`, a row with another number of cells than the first, a weight that is
// no whole number from -kWeightMax to kWeightMax. Empty rows are skipped.
std::vector<WeighedWord> ParseWeights(absl::string_view file,
                                      absl::string_view content,
                                      Faults& faults);

}  // namespace sluice::rules
