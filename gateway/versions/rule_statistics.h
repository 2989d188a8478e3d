#pragma once

// How often rules and words have hit, over publications and restarts, by the
// ids and spellings in the pack. The sum of a file's counts and the counters of
// the rule set in force (filter/policy/rule_counters.h); the sum is saved to
// the file once a minute and at the end. Also starts automatic rollbacks
// (auto_rollback.h).

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "filter/policy/rule_counters.h"
#include "gateway/control/control_state.h"
#include "gateway/versions/auto_rollback.h"
#include "rules/base/clock.h"
#include "rules/base/mutex.h"
#include "sluice/admin/v1/rules.pb.h"
#include "sluice/store/v1/rule_statistics.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// The id of the rule or threshold whose counter has this number.
std::string RuleNameOf(const PublishedRules& rules, uint32_t number);

// Any thread. Batches never wait for it, only GetStats does.
class RuleStatistics {
 public:
  // `path` is the file's. All other arguments must outlive it.
  RuleStatistics(std::string path, const store::Store& store,
                 ControlState& control, const Clock& clock);

  // Reads the file. Once, before any rule set is in force. Returns a warning to
  // the operator, or nothing. A file that cannot be read sets the counts to 0.
  std::string Open();

  // Continues with the counters of the rule set in force; after a publication.
  void Follow();
  // Does the work that is due. Called about once a second.
  void Tick();
  // Writes the file. Errors: kUnavailable (the disk).
  absl::Status Save();

  // Ids of rules and thresholds that have hit lately, in force or not.
  std::vector<std::string> Names();

  // As RulesService.GetStats, with its errors. With `costs` it takes seconds.
  absl::StatusOr<admin::v1::GetStatsResponse> Stats(
      const admin::v1::GetStatsRequest& request);

 private:
  struct RuleEntry {
    store::v1::HitCounts counts;
    std::map<std::string, store::v1::HitCounts, std::less<>> words;
    uint64_t fingerprint = 0;
    bool changed = false;
  };
  using Rules = std::map<std::string, RuleEntry, std::less<>>;
  // By Party.number of the content provider.
  using Shares = std::map<uint32_t, store::v1::SenderShare>;
  // Microseconds that each regex of one rule set takes.
  struct Costs {
    std::string digest;
    std::map<std::string, double, std::less<>> scan_us;
  };

  void FollowLocked() SLUICE_REQUIRES(mutex_);
  void Begin(const PublishedRules& rules) SLUICE_REQUIRES(mutex_);
  void TakeFingerprints(const PublishedRules& rules, bool compare)
      SLUICE_REQUIRES(mutex_);
  void Forget(const rules::RuleSet& rules, int64_t before_ms)
      SLUICE_REQUIRES(mutex_);
  void TakeSenders() SLUICE_REQUIRES(mutex_);
  void TakeShare(filter::CounterKey key, const filter::HitCount& count,
                 int32_t day) SLUICE_REQUIRES(mutex_);
  void WatchChanged() SLUICE_REQUIRES(mutex_);
  // The records of rules that exceed their bounds.
  std::vector<store::v1::RuleRolledBack> TakeOver() SLUICE_REQUIRES(mutex_);
  double ShareBefore(const std::string& rule, uint32_t content_provider) const
      SLUICE_REQUIRES(mutex_);
  void RollBack(const PublishedRules& rules,
                const store::v1::RuleRolledBack& rollback);
  Shares SharesBefore(int32_t day) const SLUICE_REQUIRES(mutex_);
  // Adds the counts of `live` to `to`.
  static void AddLive(const PublishedRules& live, bool since, Rules& to);
  static void AddHits(const PublishedRules& live, filter::CounterKey key,
                      const filter::HitCount& count, bool since, Rules& to);
  void Fold() SLUICE_REQUIRES(mutex_);
  // All counts until now.
  Rules View() const SLUICE_REQUIRES(mutex_);
  store::v1::RuleStatistics Snapshot() const SLUICE_REQUIRES(mutex_);
  uint64_t Messages() const SLUICE_REQUIRES(mutex_);
  uint64_t MessagesSince() const SLUICE_REQUIRES(mutex_);
  uint64_t Uncounted() const SLUICE_REQUIRES(mutex_);
  static void AddRows(const rules::RuleSet& rules, uint32_t number,
                      const RuleEntry& entry, const Costs& costs, bool of_words,
                      std::vector<admin::v1::StatsRow>& rows);
  Costs CostsOf(const rules::RuleSet& rules);

  const std::string path_;
  const store::Store& store_;
  ControlState& control_;
  const Clock& clock_;
  Mutex saving_;

  Mutex mutex_;
  // Counts without the counters of `current_` and `retired_`. `..._since` count
  // from the publication of `current_`.
  Rules rules_ SLUICE_GUARDED_BY(mutex_);
  int64_t begun_ms_ SLUICE_GUARDED_BY(mutex_) = 0;
  uint64_t messages_ SLUICE_GUARDED_BY(mutex_) = 0;
  uint64_t messages_since_ SLUICE_GUARDED_BY(mutex_) = 0;
  uint64_t uncounted_ SLUICE_GUARDED_BY(mutex_) = 0;
  // From the file, until a rule set is in force.
  int64_t published_ms_ SLUICE_GUARDED_BY(mutex_) = 0;
  std::string rule_set_ SLUICE_GUARDED_BY(mutex_);
  bool knows_rules_ SLUICE_GUARDED_BY(mutex_) = false;

  PublishedRules current_ SLUICE_GUARDED_BY(mutex_);
  // Earlier publications, which batches in work may still count for.
  std::vector<PublishedRules> retired_ SLUICE_GUARDED_BY(mutex_);

  // By day and content provider; and over the 7 days before the publication.
  std::map<int32_t, Shares> days_ SLUICE_GUARDED_BY(mutex_);
  Shares shares_before_ SLUICE_GUARDED_BY(mutex_);
  // What was already taken from the senders' counters of `current_`.
  absl::flat_hash_map<uint64_t, filter::HitCount> taken_
      SLUICE_GUARDED_BY(mutex_);
  AutoRollback rollback_ SLUICE_GUARDED_BY(mutex_);

  absl::Duration saved_ SLUICE_GUARDED_BY(mutex_);
  bool save_failed_ SLUICE_GUARDED_BY(mutex_) = false;

  Mutex costs_mutex_;
  Costs costs_ SLUICE_GUARDED_BY(costs_mutex_);
};

}  // namespace sluice::gateway
