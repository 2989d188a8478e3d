#include "rules/match/pattern_owners.h"

#include <algorithm>
#include <bit>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"

namespace sluice::rules {

void PatternOwners::AddPattern(std::vector<Owner> owners) {
  absl::c_sort(owners, [](const Owner& a, const Owner& b) {
    return std::tie(a.set, b.level) < std::tie(b.set, a.level);
  });
  const auto same_set = [](const Owner& a, const Owner& b) {
    return a.set == b.set;
  };
  owners.erase(std::unique(owners.begin(), owners.end(), same_set),
               owners.end());
  owners_.insert(owners_.end(), owners.begin(), owners.end());
  begin_.push_back(static_cast<uint32_t>(owners_.size()));
  if (!owners.empty()) sets_ = std::max(sets_, owners.back().set + 1);
}

void BySet::Append(const PatternOwners& owners, absl::Span<const Found> all,
                   std::vector<Found>& found) {
  next_.resize(std::max<size_t>(next_.size(), owners.sets()));
  touched_.resize(next_.size() / 64 + 1);
  for (const Found& one : all) {
    owners.ForEachSetOf(one, [this](uint32_t set) {
      ++next_[set];
      touched_[set / 64] |= uint64_t{1} << set % 64;
    });
  }
  auto end = static_cast<uint32_t>(found.size());
  ForEachTouched([&](uint32_t set) { end += std::exchange(next_[set], end); });
  found.resize(end);
  for (const Found& one : all) {
    owners.ForEachSetOf(one, [&](uint32_t set) {
      Found& of_set = found[next_[set]++];
      of_set = one;
      of_set.set = set;
    });
  }
  ForEachTouched([this](uint32_t set) { next_[set] = 0; });
  std::fill(touched_.begin(), touched_.end(), 0);
}

template <typename Visit>
void BySet::ForEachTouched(const Visit& visit) const {
  for (size_t i = 0; i < touched_.size(); ++i) {
    for (uint64_t bits = touched_[i]; bits != 0; bits &= bits - 1) {
      visit(static_cast<uint32_t>(i * 64) +
            static_cast<uint32_t>(std::countr_zero(bits)));
    }
  }
}

}  // namespace sluice::rules
