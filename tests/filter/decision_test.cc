// The decision that findings lead to, and their order.
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

Finding Make(ReasonCode code, absl::string_view rule, bool hold,
             bool observed = false) {
  Finding finding = Make(hold, observed);
  finding.code = code;
  finding.rule = rule;
  return finding;
}

// The first reason of a REJECTED message is one that rejects it.
TEST(SortByRank, WhatRejectsComesBeforeWhatHolds) {
  using enum ReasonCode;
  const Finding prohibited_holds = Make(kContentProhibited, "a", true);
  const Finding unwanted_rejects = Make(kContentUnwanted, "b", false);
  const Finding unwanted_holds = Make(kContentUnwanted, "a", true);
  const Finding opted_out = Make(kRecipientOptedOut, "", false);
  const Finding would_hold = Make(kContentProhibited, "c", true, true);
  std::vector<Finding> findings = {unwanted_holds, would_hold, opted_out,
                                   prohibited_holds, unwanted_rejects};
  SortByRank(findings);
  EXPECT_EQ(findings,
            (std::vector<Finding>{unwanted_rejects, opted_out, prohibited_holds,
                                  would_hold, unwanted_holds}));
}

// Reasons that do the same to the message stand by rank, then rule.
TEST(SortByRank, ByRankThenRule) {
  using enum ReasonCode;
  const Finding limit_a = Make(kFrequencyLimit, "a", false);
  const Finding limit_b = Make(kFrequencyLimit, "b", false);
  const Finding empty = Make(kTextEmpty, "", false);
  std::vector<Finding> findings = {limit_b, limit_a, empty};
  SortByRank(findings);
  EXPECT_EQ(findings, (std::vector<Finding>{empty, limit_a, limit_b}));
}

}  // namespace
}  // namespace sluice::filter
