#pragma once

// The rules that decide, and their automatic rollbacks. A view of the control
// journal: rule_book.h finds the version in force, and this class the automatic
// rollbacks since its publication.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "filter/policy/policy.h"
#include "filter/policy/rule_counters.h"
#include "rules/rule_set.h"
#include "sluice/admin/v1/rule_version.pb.h"
#include "sluice/store/v1/record.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// One publication: the rules, who put them in force, and what they have hit.
struct PublishedRules {
  std::shared_ptr<const rules::RuleSet> rules;
  std::shared_ptr<const filter::Policy> policy;
  int64_t since_ms = 0;  // When published.
  std::string actor;
  std::string reason;
  // What the rules do not enforce, and since when; see posture.h.
  std::vector<admin::v1::NotEnforcedSince> not_enforced;
  // Of this publication only, so that they also identify it.
  std::shared_ptr<filter::RuleCounters> counters;
};

// Counters for the rules, thresholds and patterns of `rules`.
std::shared_ptr<filter::RuleCounters> NewCounters(const rules::RuleSet& rules);

// A rule or threshold that was rolled back automatically, until the next
// publication.
struct RolledBackRule {
  store::v1::RuleRolledBack rollback;
  int64_t at_ms = 0;
};

// One thread at a time. `store` must outlive it.
class RulesInForce {
 public:
  // `base` decides until the first Put().
  RulesInForce(store::Store& store, PublishedRules base);

  // Applies a record of the control journal; at start, in the journal's order.
  // Records of other kinds have no effect.
  void Apply(const store::v1::Record& record);

  const PublishedRules& now() const { return now_; }
  const std::vector<RolledBackRule>& rolled_back() const {
    return rolled_back_;
  }

  // Puts `rules` in force. A publication ends all automatic rollbacks; a
  // restart (not `is_publication`) keeps them.
  void Put(PublishedRules rules, bool is_publication);

  // Journals an automatic rollback of a rule in `rules`. Does nothing if other
  // rules are in force by now. Errors: kUnavailable.
  absl::Status RollBack(const PublishedRules& rules,
                        const store::v1::RuleRolledBack& rollback);

 private:
  store::Store& store_;
  PublishedRules now_;
  std::vector<RolledBackRule> rolled_back_;
};

}  // namespace sluice::gateway
