#include "tools/evaluate_run/families.h"

#include <map>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "rules/base/characters.h"
#include "rules/fold/han_tables.h"

namespace sluice::evaluate {
namespace {

// Each run of three Chinese characters as one number: 21 bits a character.
absl::flat_hash_set<uint64_t> RunsOf(absl::string_view text) {
  constexpr uint64_t kThree = (uint64_t{1} << 63) - 1;
  absl::flat_hash_set<uint64_t> runs;
  uint64_t run = 0;
  size_t length = 0;
  for (const char32_t c : rules::CodePoints(text)) {
    if (!IsHan(c)) continue;
    run = ((run << 21) | c) & kThree;
    if (++length >= 3) runs.insert(run);
  }
  return runs;
}

}  // namespace

size_t Families::Of(absl::string_view text) {
  const absl::flat_hash_set<uint64_t> runs = RunsOf(text);
  std::map<size_t, size_t> shared;
  for (const uint64_t run : runs) {
    const auto found = having_.find(run);
    if (found == having_.end()) continue;
    for (const size_t family : found->second) ++shared[family];
  }
  for (const auto& [family, both] : shared) {
    if (2 * both >= runs_[family] + runs.size() - both) return family;
  }
  for (const uint64_t run : runs) having_[run].push_back(runs_.size());
  runs_.push_back(runs.size());
  return runs_.size() - 1;
}

}  // namespace sluice::evaluate
