#include "filter/policy/decision.h"

namespace sluice::filter {

v1::Decision DecisionOf(absl::Span<const Finding> findings) {
  v1::Decision decision = v1::DECISION_ACCEPTED;
  for (const Finding& finding : findings) {
    if (finding.observed) continue;
    if (!finding.hold) return v1::DECISION_REJECTED;
    decision = v1::DECISION_HELD;
  }
  return decision;
}

}  // namespace sluice::filter
