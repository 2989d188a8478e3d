#pragma once

// How often rules and words hit, over publications and restarts, by the ids and
// spellings of the pack. What has come together in the counters of the rule set
// in force (filter/policy/rule_counters.h) is added to what a file kept; once a
// minute and at the end the sum is that file. A rule that refuses far more than
// it did is rolled back (auto_rollback.h).

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

// The id of a rule or threshold by the number that it is counted under.
std::string RuleNameOf(const PublishedRules& rules, uint32_t number);

// Any thread; nobody waits for it but people who ask.
class RuleStatistics {
 public:
  // `path` is the file's. What it borrows must outlive it.
  RuleStatistics(std::string path, const store::Store& store,
                 ControlState& control, const Clock& clock);

  // Reads what was kept. Once, before any rule set is in force. Returns what an
  // operator should know, or nothing: what cannot be read is counted anew.
  std::string Open();

  // Goes on with the counters of the rule set in force; after a publication.
  void Follow();
  // Does what is due; called about once a second.
  void Tick();
  // Writes the file. Errors: kUnavailable (the disk).
  absl::Status Save();

  // Of rules and thresholds that have hit lately, in force or not.
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
  // By content provider's number.
  using Shares = std::map<uint32_t, store::v1::SenderShare>;
  // Regexes' microseconds, of one rule set.
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
  // The records of rules that are over their measure by now.
  std::vector<store::v1::RuleRolledBack> TakeOver() SLUICE_REQUIRES(mutex_);
  double ShareBefore(const std::string& rule, uint32_t content_provider) const
      SLUICE_REQUIRES(mutex_);
  void RollBack(const PublishedRules& rules,
                const store::v1::RuleRolledBack& rollback);
  Shares SharesBefore(int32_t day) const SLUICE_REQUIRES(mutex_);
  // Adds what `live` has counted to `to`.
  static void AddLive(const PublishedRules& live, bool since, Rules& to);
  static void AddHits(const PublishedRules& live, filter::CounterKey key,
                      const filter::HitCount& count, bool since, Rules& to);
  void Fold() SLUICE_REQUIRES(mutex_);
  // All that was counted until now.
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
  // What was counted before the counters of `current_` and `retired_` were
  // made; `..._since` is of the publication of `current_`.
  Rules rules_ SLUICE_GUARDED_BY(mutex_);
  int64_t begun_ms_ SLUICE_GUARDED_BY(mutex_) = 0;
  uint64_t messages_ SLUICE_GUARDED_BY(mutex_) = 0;
  uint64_t messages_since_ SLUICE_GUARDED_BY(mutex_) = 0;
  uint64_t uncounted_ SLUICE_GUARDED_BY(mutex_) = 0;
  // Of the file, until a rule set is in force.
  int64_t published_ms_ SLUICE_GUARDED_BY(mutex_) = 0;
  std::string rule_set_ SLUICE_GUARDED_BY(mutex_);
  bool knows_rules_ SLUICE_GUARDED_BY(mutex_) = false;

  PublishedRules current_ SLUICE_GUARDED_BY(mutex_);
  // Batches under way may still count here.
  std::vector<PublishedRules> retired_ SLUICE_GUARDED_BY(mutex_);

  // By day and content provider; and of the 7 days before the publication.
  std::map<int32_t, Shares> days_ SLUICE_GUARDED_BY(mutex_);
  Shares shares_before_ SLUICE_GUARDED_BY(mutex_);
  // What was taken from the senders' counters of `current_`.
  absl::flat_hash_map<uint64_t, filter::HitCount> taken_
      SLUICE_GUARDED_BY(mutex_);
  AutoRollback rollback_ SLUICE_GUARDED_BY(mutex_);

  absl::Duration saved_ SLUICE_GUARDED_BY(mutex_);
  bool save_failed_ SLUICE_GUARDED_BY(mutex_) = false;

  Mutex costs_mutex_;
  Costs costs_ SLUICE_GUARDED_BY(costs_mutex_);
};

}  // namespace sluice::gateway
