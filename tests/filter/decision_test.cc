// The decision that findings lead to.
#include "filter/policy/decision.h"

#include <gtest/gtest.h>

#include <vector>

namespace sluice::filter {
namespace {

Finding Make(bool hold, bool observed) {
  Finding finding;
  finding.hold = hold;
  finding.observed = observed;
  return finding;
}

TEST(DecisionOf, Table) {
  const Finding rejects = Make(false, false);
  const Finding holds = Make(true, false);
  const Finding would_reject = Make(false, true);
  const Finding would_hold = Make(true, true);
  const struct {
    const char* name;
    std::vector<Finding> findings;
    v1::Decision decision;
  } kCases[] = {
      {"none", {}, v1::DECISION_ACCEPTED},
      {"only observed", {would_reject, would_hold}, v1::DECISION_ACCEPTED},
      {"holds", {would_reject, holds}, v1::DECISION_HELD},
      {"refuses", {rejects}, v1::DECISION_REJECTED},
      {"a refusal after a hold", {holds, rejects}, v1::DECISION_REJECTED},
      {"a hold after a refusal", {rejects, holds}, v1::DECISION_REJECTED},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(DecisionOf(c.findings), c.decision) << c.name;
  }
}

}  // namespace
}  // namespace sluice::filter
