#pragma once

// The rules that decide, and those of them that were rolled back
// automatically. A view of the control journal: rule_book.h finds the version
// in force in it, this class the rules that were rolled back since.

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
  int64_t since_ms = 0;  // When this set was published.
  std::string actor;
  std::string reason;
  // What it does not enforce and since when; see posture.h.
  std::vector<admin::v1::NotEnforcedSince> not_enforced;
  // Of this publication alone, so they also tell it from the others.
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

  // Takes a record of the control journal; at start, in their order. Those of
  // other kinds change nothing.
  void Apply(const store::v1::Record& record);

  const PublishedRules& now() const { return now_; }
  const std::vector<RolledBackRule>& rolled_back() const {
    return rolled_back_;
  }

  // From now on `rules` decide. After a publication no rule is rolled back;
  // rules that a restart finds in force keep theirs.
  void Put(PublishedRules rules, bool is_publication);

  // Journals that a rule of the publication `rules` is rolled back. Does
  // nothing when other rules are in force by now. Errors: kUnavailable.
  absl::Status RollBack(const PublishedRules& rules,
                        const store::v1::RuleRolledBack& rollback);

 private:
  store::Store& store_;
  PublishedRules now_;
  std::vector<RolledBackRule> rolled_back_;
};

}  // namespace sluice::gateway
