#include "gateway/control/rules_in_force.h"

#include <utility>

#include "absl/strings/string_view.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {

// A pattern has a counter for each of its rules; a rule's links, contacts and
// weighed words have one together.
std::shared_ptr<filter::RuleCounters> NewCounters(const rules::RuleSet& rules) {
  size_t patterns = 0;
  const size_t number = rules.rules().size();
  for (size_t i = 0; i < number; ++i) {
    ++patterns;
    rules.ForEachPattern(static_cast<uint32_t>(i),
                         [&patterns](absl::string_view, bool,
                                     absl::string_view) { ++patterns; });
  }
  return std::make_shared<filter::RuleCounters>(
      number + rules.thresholds().size(), patterns);
}

RulesInForce::RulesInForce(store::Store& store, PublishedRules base)
    : store_(store), now_(std::move(base)) {}

void RulesInForce::Apply(const store::v1::Record& record) {
  if (record.has_rule_rolled_back()) {
    rolled_back_.push_back({record.rule_rolled_back(), record.at_ms()});
  } else if (record.has_rule_version_changed() &&
             record.rule_version_changed().version().state() ==
                 admin::v1::RULE_VERSION_STATE_PUBLISHED) {
    rolled_back_.clear();
  }
}

void RulesInForce::Put(PublishedRules rules, bool is_publication) {
  now_ = std::move(rules);
  if (is_publication) rolled_back_.clear();
}

absl::Status RulesInForce::RollBack(const PublishedRules& rules,
                                    const store::v1::RuleRolledBack& rollback) {
  if (rules.counters != now_.counters) return absl::OkStatus();
  store::v1::Record record;
  record.set_at_ms(store_.NowMs());
  *record.mutable_rule_rolled_back() = rollback;
  SLUICE_RETURN_IF_ERROR(store_.AppendControl(record));
  Apply(record);
  return absl::OkStatus();
}

}  // namespace sluice::gateway
