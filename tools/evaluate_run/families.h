#pragma once

// Near-duplicates: texts that were made from one template.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace sluice::evaluate {

// Sorts texts into families, so that a template that was sent a hundred times
// counts once. A text belongs to the first family whose first text shares at
// least half of the runs of three Chinese characters that the two have; so
// numbers, links and names may differ.
class Families {
 public:
  // The number of the family of `text`, which is UTF-8; a new one if none is
  // like it. A text without a run is a family of its own.
  size_t Of(absl::string_view text);

  size_t size() const { return runs_.size(); }

 private:
  // By family: how many runs its first text has.
  std::vector<size_t> runs_;
  // By run: the families whose first text has it.
  absl::flat_hash_map<uint64_t, std::vector<size_t>> having_;
};

}  // namespace sluice::evaluate
