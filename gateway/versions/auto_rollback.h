#pragma once

// Finds the rules to roll back automatically: a rule that the last publication
// changed and that rejects far more of a content provider's messages than
// before. It only computes: rule_statistics.h counts, and rolls back what this
// class finds. A rule's `auto_rollback` in the pack sets its bounds.
//
// Rules and thresholds that reject, and that the last publication changed or
// added, are watched for 7 days. Older rules are not: a content provider that
// begins to send prohibited content must not be able to turn its rule off.

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "filter/policy/rule_counters.h"
#include "sluice/rules/v1/pack.pb.h"

namespace sluice::gateway {

// One thread at a time.
class AutoRollback {
 public:
  // A rule that exceeds its bounds.
  struct Over {
    uint32_t rule = 0;
    uint32_t content_provider = 0;
    uint64_t messages = 0;
    uint64_t rejected = 0;
    double share_before = 0;
    rules::v1::AutoRollback bounds;
  };

  // Watches these rules, by the numbers of their counters, and no others.
  // Forgets all counts.
  void Watch(std::map<uint32_t, rules::v1::AutoRollback> rules);
  // Stops watching the rule.
  void Leave(uint32_t rule) { watched_.erase(rule); }
  bool watches() const { return !watched_.empty(); }
  bool Watches(uint32_t rule) const { return watched_.contains(rule); }

  // Adds `more` messages of this key (see RuleCounters::senders) at the time
  // `at`, which never goes back.
  void Add(filter::CounterKey key, uint64_t more, absl::Duration at);

  // The rules that exceed their bounds by counts added since the last call,
  // each rule once. `share_before` gives the share of a content provider's
  // messages that a rule rejected before the publication.
  std::vector<Over> TakeOver(
      absl::Duration at,
      absl::FunctionRef<double(uint32_t rule, uint32_t sender)> share_before) {
    std::vector<Over> over;
    for (const uint32_t sender : std::exchange(touched_, {})) {
      for (const uint32_t rule : rules_of_[sender]) {
        const auto bounds = watched_.find(rule);
        if (bounds == watched_.end() || HasRule(over, rule)) continue;
        Over one = Measure({rule, sender}, bounds->second, at);
        one.share_before = share_before(rule, sender);
        if (IsOver(one)) over.push_back(std::move(one));
      }
    }
    return over;
  }

  static bool IsOver(const Over& one);

 private:
  // Counts by slot of time.
  using Window = std::deque<std::pair<int64_t, uint64_t>>;

  static uint64_t SumOf(const Window& window, int64_t from_slot);
  static bool HasRule(const std::vector<Over>& over, uint32_t rule);
  Over Measure(filter::CounterKey key, const rules::v1::AutoRollback& bounds,
               absl::Duration at) const;

  std::map<uint32_t, rules::v1::AutoRollback> watched_;
  absl::flat_hash_map<uint64_t, Window> windows_;
  // By content provider: the watched rules that have rejected its messages.
  std::map<uint32_t, std::set<uint32_t>> rules_of_;
  // Content providers with counts added since the last TakeOver().
  std::set<uint32_t> touched_;
};

}  // namespace sluice::gateway
