#include "filter/reason.h"

#include <algorithm>

namespace sluice::filter {

void SortByRank(std::vector<Finding>& findings) {
  std::stable_sort(
      findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
        return a.code != b.code ? a.code < b.code : a.rule < b.rule;
      });
}

}  // namespace sluice::filter
