#include "gateway/versions/rule_statistics.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/versions/rule_fingerprints.h"
#include "gateway/versions/statistics_file.h"
#include "gateway/wire/timestamp.h"
#include "rules/base/milliseconds.h"
#include "rules/base/status_macros.h"
#include "rules/pack/pack.h"

namespace sluice::gateway {
namespace {

constexpr absl::Duration kSaveEvery = absl::Minutes(1);
// The days that a share is computed over, today included.
constexpr int32_t kShareDays = 7;
// RuleEntry::fingerprint after an automatic rollback. No rule has this
// fingerprint, so the next publication counts as a change of the rule.
constexpr uint64_t kRolledBack = 1;
// How long after its publication a rule is watched.
constexpr int64_t kWatchedMs = 7 * kDayMs;
// How long after their last hit the counts of rules and words that are no
// longer in the pack are kept, in case a rollback brings them back.
constexpr int64_t kGoneKeptMs = 90 * kDayMs;

using filter::CounterKey;
using filter::HitCount;
using filter::kThresholdBit;
using filter::kWholeRule;
using filter::RuleCounters;

int32_t DayOf(int64_t now_ms) { return static_cast<int32_t>(now_ms / kDayMs); }

void AddCount(const HitCount& count, bool since, store::v1::HitCounts& to) {
  to.set_hits(to.hits() + count.hits);
  to.set_observed(to.observed() + count.observed);
  to.set_last_ms(std::max(to.last_ms(), count.last_ms));
  if (!since) return;
  to.set_hits_since(to.hits_since() + count.hits);
  to.set_observed_since(to.observed_since() + count.observed);
}

void ResetSince(store::v1::HitCounts& counts) {
  counts.clear_hits_since();
  counts.clear_observed_since();
}

void AddShare(const store::v1::SenderShare& share, store::v1::SenderShare& to) {
  to.set_content_provider(share.content_provider());
  to.set_messages(to.messages() + share.messages());
  for (const auto& [rule, refused] : share.refused()) {
    (*to.mutable_refused())[rule] += refused;
  }
}

}  // namespace

// The id of the rule or threshold whose counter has this number.
std::string RuleNameOf(const PublishedRules& rules, uint32_t number) {
  const filter::ContentPolicy& content = rules.policy->content();
  return (number & kThresholdBit) != 0
             ? content.thresholds()[number & ~kThresholdBit].id
             : content.rules()[number].id;
}

RuleStatistics::RuleStatistics(std::string path, const store::Store& store,
                               ControlState& control, const Clock& clock)
    : path_(std::move(path)),
      store_(store),
      control_(control),
      clock_(clock),
      saved_(clock.Monotonic()) {}

std::string RuleStatistics::Open() {
  const absl::StatusOr<store::v1::RuleStatistics> kept = ReadStatistics(path_);
  MutexLock lock(mutex_);
  begun_ms_ = store_.NowMs();
  if (absl::IsNotFound(kept.status())) return "";
  if (!kept.ok()) {
    return absl::StrCat("hit counts of rules start at zero: the file ", path_,
                        " cannot be used: ", kept.status().message());
  }
  begun_ms_ = kept->begun_ms();
  messages_ = kept->messages();
  messages_since_ = kept->messages_since();
  uncounted_ = kept->uncounted();
  published_ms_ = kept->published_ms();
  rule_set_ = kept->rule_set();
  for (const store::v1::RuleCount& rule : kept->rules()) {
    RuleEntry& entry = rules_[rule.rule()];
    entry.counts = rule.counts();
    entry.fingerprint = rule.fingerprint();
    entry.changed = rule.changed();
    knows_rules_ = knows_rules_ || rule.fingerprint() != 0;
    for (const store::v1::WordCount& word : rule.words()) {
      entry.words[word.word()] = word.counts();
    }
  }
  for (const store::v1::SenderDay& day : kept->days()) {
    days_[day.day()][day.share().content_provider()] = day.share();
  }
  for (const store::v1::SenderShare& share : kept->shares_before()) {
    shares_before_[share.content_provider()] = share;
  }
  return "";
}

void RuleStatistics::Follow() {
  MutexLock lock(mutex_);
  FollowLocked();
}

void RuleStatistics::FollowLocked() {
  const PublishedRules rules = control_.rules_in_force();
  if (rules.counters == nullptr || rules.counters == current_.counters) return;
  if (current_.counters != nullptr) {
    TakeSenders();
    retired_.push_back(std::exchange(current_, {}));
  }
  const bool goes_on = retired_.empty() && published_ms_ == rules.since_ms &&
                       rule_set_ == rules.rules->id();
  if (!goes_on) Begin(rules);
  taken_.clear();
  published_ms_ = rules.since_ms;
  rule_set_ = std::string(rules.rules->id());
  current_ = rules;
  WatchChanged();
}

// A publication sets the counts since the publication to 0.
void RuleStatistics::Begin(const PublishedRules& rules) {
  const int64_t now_ms = store_.NowMs();
  for (auto& [id, rule] : rules_) {
    ResetSince(rule.counts);
    for (auto& [word, counts] : rule.words) ResetSince(counts);
  }
  messages_since_ = 0;
  shares_before_ = SharesBefore(DayOf(now_ms));
  // The first rules of a store do not count as changed.
  TakeFingerprints(rules, std::exchange(knows_rules_, true));
  Forget(*rules.rules, now_ms - kGoneKeptMs);
}

void RuleStatistics::TakeFingerprints(const PublishedRules& rules,
                                      bool compare) {
  std::map<std::string, uint64_t> found = FingerprintsOf(*rules.rules);
  for (auto& [id, rule] : rules_) {
    if (found.find(id) == found.end()) rule.fingerprint = 0;
  }
  for (const auto& [id, fingerprint] : found) {
    RuleEntry& rule = rules_[id];
    rule.changed = compare && rule.fingerprint != fingerprint;
    rule.fingerprint = fingerprint;
  }
}

void RuleStatistics::Forget(const rules::RuleSet& rules, int64_t before_ms) {
  for (auto it = rules_.begin(); it != rules_.end();) {
    const bool gone =
        it->second.fingerprint == 0 && it->second.counts.last_ms() < before_ms;
    it = gone ? rules_.erase(it) : std::next(it);
  }
  for (uint32_t i = 0; i < rules.rules().size(); ++i) {
    auto& words = rules_[rules.rules()[i].id()].words;
    std::set<std::string, std::less<>> old;
    for (const auto& [word, counts] : words) {
      if (counts.last_ms() < before_ms) old.insert(word);
    }
    if (old.empty()) continue;
    rules.ForEachPattern(
        i, [&old](absl::string_view text, bool, absl::string_view) {
          const auto there = old.find(text);
          if (there != old.end()) old.erase(there);
        });
    for (const std::string& word : old) words.erase(word);
  }
}

RuleStatistics::Shares RuleStatistics::SharesBefore(int32_t day) const {
  Shares shares;
  for (const auto& [of, by_provider] : days_) {
    if (of > day || of <= day - kShareDays) continue;
    for (const auto& [provider, share] : by_provider) {
      AddShare(share, shares[provider]);
    }
  }
  return shares;
}

void RuleStatistics::Tick() {
  bool due = false;
  PublishedRules rules;
  std::vector<store::v1::RuleRolledBack> over;
  {
    MutexLock lock(mutex_);
    FollowLocked();
    if (current_.counters == nullptr) return;
    TakeSenders();
    over = TakeOver();
    rules = current_;
    Fold();
    due = clock_.Monotonic() - saved_ >= kSaveEvery;
  }
  for (const store::v1::RuleRolledBack& rollback : over)
    RollBack(rules, rollback);
  if (!due) return;
  const absl::Status status = Save();
  MutexLock lock(mutex_);
  if (!status.ok() && !std::exchange(save_failed_, true)) {
    spdlog::error("hit counts of rules cannot be saved: {}",
                  std::string(status.message()));
  }
  if (status.ok()) save_failed_ = false;
}

// The counters of an earlier publication are complete once no batch holds them.
void RuleStatistics::Fold() {
  std::vector<PublishedRules> left;
  for (PublishedRules& one : retired_) {
    if (one.counters.use_count() > 1) {
      left.push_back(std::move(one));
      continue;
    }
    AddLive(one, /*since=*/false, rules_);
    messages_ += one.counters->messages();
    uncounted_ += one.counters->uncounted();
  }
  retired_ = std::move(left);
}

void RuleStatistics::TakeSenders() {
  if (current_.counters == nullptr) return;
  const int32_t day = DayOf(store_.NowMs());
  // In a vector: clang's analysis does not see that the lambda holds the lock.
  std::vector<std::pair<CounterKey, HitCount>> counts;
  current_.counters->senders().ForEach(
      [&counts](CounterKey key, const HitCount& count) {
        counts.emplace_back(key, count);
      });
  for (const auto& [key, count] : counts) TakeShare(key, count, day);
  while (!days_.empty() && days_.begin()->first <= day - kShareDays) {
    days_.erase(days_.begin());
  }
}

void RuleStatistics::TakeShare(CounterKey key, const HitCount& count,
                               int32_t day) {
  HitCount& taken = taken_[uint64_t{key.rule} << 32 | key.of];
  const uint64_t hits = count.hits - taken.hits;
  const uint64_t observed = count.observed - taken.observed;
  if (hits + observed == 0) return;
  taken = count;
  store::v1::SenderShare& share = days_[day][key.of];
  share.set_content_provider(key.of);
  if (key.rule == RuleCounters::kAllMessages) {
    share.set_messages(share.messages() + hits);
  } else {
    (*share.mutable_refused())[RuleNameOf(current_, key.rule)] +=
        hits + observed;
  }
  // Messages without a known content provider are rejected for that reason.
  if (hits != 0 && key.of != 0) rollback_.Add(key, hits, clock_.Monotonic());
}

// Rules that are rolled back automatically are not watched. The next
// publication watches them again, even if it does not change them.
void RuleStatistics::WatchChanged() {
  std::map<uint32_t, rules::v1::AutoRollback> watched;
  std::set<std::string> not_watched;
  for (const RolledBackRule& one : control_.rolled_back()) {
    not_watched.insert(one.rollback.rule());
    rules_[one.rollback.rule()].fingerprint = kRolledBack;
  }
  const auto add =
      [&](const std::string& id, uint32_t number,
          const rules::v1::AutoRollback& bounds) SLUICE_REQUIRES(mutex_) {
        const auto rule = rules_.find(id);
        const bool changed = rule != rules_.end() && rule->second.changed;
        if (changed && !bounds.off() && !not_watched.contains(id)) {
          watched[number] = bounds;
        }
      };
  const auto rules = current_.rules->rules();
  for (uint32_t i = 0; i < rules.size(); ++i) {
    if (rules[i].action() != rules::v1::RULE_ACTION_REJECT) continue;
    add(rules[i].id(), i, rules[i].auto_rollback());
  }
  const auto thresholds = current_.policy->content().thresholds();
  for (uint32_t i = 0; i < thresholds.size(); ++i) {
    if (thresholds[i].hold) continue;
    add(thresholds[i].id, kThresholdBit | i, rules::DefaultAutoRollback());
  }
  rollback_.Watch(std::move(watched));
}

double RuleStatistics::ShareBefore(const std::string& rule,
                                   uint32_t content_provider) const {
  const auto share = shares_before_.find(content_provider);
  if (share == shares_before_.end() || share->second.messages() == 0) return 0;
  const auto refused = share->second.refused().find(rule);
  return refused == share->second.refused().end()
             ? 0
             : static_cast<double>(refused->second) /
                   static_cast<double>(share->second.messages());
}

std::vector<store::v1::RuleRolledBack> RuleStatistics::TakeOver() {
  if (!rollback_.watches()) return {};
  if (store_.NowMs() - current_.since_ms > kWatchedMs) {
    rollback_.Watch({});
    return {};
  }
  const filter::ContentPolicy& content = current_.policy->content();
  std::vector<store::v1::RuleRolledBack> found;
  for (const AutoRollback::Over& over : rollback_.TakeOver(
           clock_.Monotonic(),
           [this](uint32_t rule, uint32_t sender) SLUICE_REQUIRES(mutex_) {
             return ShareBefore(RuleNameOf(current_, rule), sender);
           })) {
    store::v1::RuleRolledBack& rollback = found.emplace_back();
    rollback.set_rule_set(std::string(current_.rules->id()));
    rollback.set_rule(RuleNameOf(current_, over.rule));
    rollback.set_content_provider(over.content_provider);
    rollback.set_messages(over.messages);
    rollback.set_refused(over.rejected);
    rollback.set_minutes(over.bounds.minutes());
    rollback.set_share_before(over.share_before);
    const filter::ReasonCode code =
        (over.rule & kThresholdBit) != 0
            ? content.thresholds()[over.rule & ~kThresholdBit].code
            : content.rules()[over.rule].code;
    rollback.set_mode(IsAlwaysEnforced(code) ? rules::v1::CHECK_MODE_UNSPECIFIED
                                             : rules::v1::CHECK_MODE_OBSERVE);
  }
  return found;
}

void RuleStatistics::RollBack(const PublishedRules& rules,
                              const store::v1::RuleRolledBack& rollback) {
  const absl::Status journaled = control_.RollBack(rules, rollback);
  const auto* provider = store_.snapshot()->registry->Find(
      ContentProviderId{rollback.content_provider()});
  spdlog::error(
      "rules: automatic rollback: rule {} of {} rejected {} of {} messages of "
      "content provider {} in {} minutes, {:.2f} % before: it {}{}",
      rollback.rule(), rollback.rule_set(), rollback.refused(),
      rollback.messages(),
      provider == nullptr ? "?" : std::string(provider->id), rollback.minutes(),
      100 * rollback.share_before(),
      rollback.mode() == rules::v1::CHECK_MODE_OBSERVE ? "only observes"
                                                       : "only holds",
      journaled.ok() ? ", for all content providers, until the next publication"
                     : absl::StrCat(" as soon as that can be journaled: ",
                                    journaled.message()));
  if (!journaled.ok()) return;
  MutexLock lock(mutex_);
  if (rules.counters != current_.counters) return;
  const auto number =
      filter::NumberOfRule(current_.policy->content(), rollback.rule());
  if (number) rollback_.Leave(*number);
  rules_[rollback.rule()].fingerprint = kRolledBack;
  // Messages that the rule rejected by mistake must not count in its share
  // before the next publication.
  for (auto day = days_.lower_bound(DayOf(current_.since_ms));
       day != days_.end(); ++day) {
    for (auto& [sender, share] : day->second) {
      share.mutable_refused()->erase(rollback.rule());
    }
  }
}

void RuleStatistics::AddLive(const PublishedRules& live, bool since,
                             Rules& to) {
  live.counters->hits().ForEach([&](CounterKey key, const HitCount& count) {
    AddHits(live, key, count, since, to);
  });
}

void RuleStatistics::AddHits(const PublishedRules& live, CounterKey key,
                             const HitCount& count, bool since, Rules& to) {
  RuleEntry& rule = to[RuleNameOf(live, key.rule)];
  if (key.of == kWholeRule) return AddCount(count, since, rule.counts);
  const absl::string_view word = key.of == rules::kNoPattern
                                     ? absl::string_view()
                                     : live.rules->PatternText(key.of);
  AddCount(count, since, rule.words[std::string(word)]);
}

std::vector<std::string> RuleStatistics::Names() {
  std::vector<std::string> names;
  MutexLock lock(mutex_);
  const Rules view = View();
  for (const auto& item : view) names.push_back(item.first);
  return names;
}

RuleStatistics::Rules RuleStatistics::View() const {
  Rules view = rules_;
  for (const PublishedRules& one : retired_) {
    AddLive(one, /*since=*/false, view);
  }
  if (current_.counters != nullptr) AddLive(current_, /*since=*/true, view);
  return view;
}

uint64_t RuleStatistics::Messages() const {
  uint64_t messages = messages_;
  for (const PublishedRules& one : retired_) {
    messages += one.counters->messages();
  }
  return messages +
         (current_.counters == nullptr ? 0 : current_.counters->messages());
}

uint64_t RuleStatistics::MessagesSince() const {
  return messages_since_ +
         (current_.counters == nullptr ? 0 : current_.counters->messages());
}

uint64_t RuleStatistics::Uncounted() const {
  uint64_t uncounted = uncounted_;
  for (const PublishedRules& one : retired_) {
    uncounted += one.counters->uncounted();
  }
  return uncounted +
         (current_.counters == nullptr ? 0 : current_.counters->uncounted());
}

store::v1::RuleStatistics RuleStatistics::Snapshot() const {
  store::v1::RuleStatistics kept;
  kept.set_begun_ms(begun_ms_);
  kept.set_messages(Messages());
  kept.set_published_ms(published_ms_);
  kept.set_rule_set(rule_set_);
  kept.set_messages_since(MessagesSince());
  kept.set_uncounted(Uncounted());
  for (auto& [id, rule] : View()) {
    store::v1::RuleCount& to = *kept.add_rules();
    to.set_rule(id);
    *to.mutable_counts() = rule.counts;
    to.set_fingerprint(rule.fingerprint);
    to.set_changed(rule.changed);
    for (const auto& [word, counts] : rule.words) {
      store::v1::WordCount& of_word = *to.add_words();
      of_word.set_word(word);
      *of_word.mutable_counts() = counts;
    }
  }
  for (const auto& [day, shares] : days_) {
    for (const auto& [provider, share] : shares) {
      store::v1::SenderDay& to = *kept.add_days();
      to.set_day(day);
      *to.mutable_share() = share;
    }
  }
  for (const auto& [provider, share] : shares_before_) {
    *kept.add_shares_before() = share;
  }
  return kept;
}

absl::Status RuleStatistics::Save() {
  MutexLock one_at_a_time(saving_);
  store::v1::RuleStatistics kept;
  {
    MutexLock lock(mutex_);
    if (current_.counters == nullptr) return absl::OkStatus();
    TakeSenders();
    kept = Snapshot();
    saved_ = clock_.Monotonic();
  }
  return WriteStatistics(path_, kept);
}

}  // namespace sluice::gateway
