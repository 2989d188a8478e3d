#include "filter/policy/reason.h"

#include <algorithm>

namespace sluice::filter {

// One by one: there are few, and std::stable_sort allocates even for two.
void SortByRank(std::vector<Finding>& findings) {
  const auto before = [](const Finding& a, const Finding& b) {
    // A hold does not decide where something else rejects.
    if (a.hold != b.hold) return b.hold;
    return a.code != b.code ? a.code < b.code : a.rule < b.rule;
  };
  for (auto next = findings.begin(); next != findings.end(); ++next) {
    const auto place = std::upper_bound(findings.begin(), next, *next, before);
    std::rotate(place, next, next + 1);
  }
}

}  // namespace sluice::filter
