// The answer of RulesService.GetStats: the counts of the rules in force, row by
// row.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/versions/rule_statistics.h"
#include "gateway/wire/duration.h"
#include "gateway/wire/timestamp.h"
#include "gateway/wire/token.h"
#include "rules/base/error_reason.h"
#include "rules/base/faults.h"
#include "rules/base/language.h"
#include "rules/base/quoted.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

constexpr uint32_t kPage = 1'000;
constexpr uint32_t kPageMax = 10'000;

using Rows = std::vector<admin::v1::StatsRow>;

void WriteCounts(const store::v1::HitCounts& counts, admin::v1::StatsRow& row) {
  row.set_hits(counts.hits());
  row.set_observed(counts.observed());
  row.set_hits_since(counts.hits_since());
  row.set_observed_since(counts.observed_since());
  if (counts.last_ms() != 0) {
    SetTimestamp(counts.last_ms(), *row.mutable_last_hit_time());
  }
}

std::string CostKey(absl::string_view rule, absl::string_view regex) {
  return absl::StrCat(rule, "\n", regex);
}

// All hits of a row, since counting began or since the publication.
uint64_t HitsOf(const admin::v1::StatsRow& row, bool since) {
  return since ? row.hits_since() + row.observed_since()
               : row.hits() + row.observed();
}

admin::v1::StatsRow RowOf(const rules::v1::ContentRule& rule) {
  admin::v1::StatsRow row;
  row.set_rule(rule.id());
  row.set_category(rule.category());
  row.set_action(rule.action());
  row.set_mode(rule.mode());
  return row;
}

admin::v1::StatsRow RowOf(const rules::v1::Threshold& threshold) {
  admin::v1::StatsRow row;
  row.set_rule(threshold.id());
  row.set_category(threshold.category());
  row.set_action(threshold.action());
  row.set_mode(threshold.mode());
  row.set_threshold(true);
  return row;
}

void Sort(bool since, Rows& rows) {
  std::stable_sort(
      rows.begin(), rows.end(),
      [since](const admin::v1::StatsRow& a, const admin::v1::StatsRow& b) {
        return HitsOf(a, since) > HitsOf(b, since);
      });
}

// Errors: kNotFound, with a similar id. An empty `id` is always OK.
absl::Status CheckRule(const rules::RuleSet& rules, const std::string& id) {
  if (id.empty()) return absl::OkStatus();
  std::vector<std::string> ids;
  for (const auto& rule : rules.rules()) ids.push_back(rule.id());
  for (const auto& threshold : rules.thresholds()) {
    ids.push_back(threshold.id());
  }
  if (std::find(ids.begin(), ids.end(), id) != ids.end()) {
    return absl::OkStatus();
  }
  const std::string near = rules::NearestOf(id, ids);
  return WithField(
      WithChinese(
          absl::NotFoundError(absl::StrCat(
              "no rule or threshold in force is named ", Quoted(id),
              near.empty() ? ""
                           : absl::StrCat(", did you mean '", near, "'?"))),
          absl::StrCat(
              "生效的规则和阈值中没有 ", Quoted(id),
              near.empty() ? "" : absl::StrCat("，是否应为 '", near, "'？"))),
      "rule");
}

// The row at which a page begins. Errors: kInvalidArgument.
absl::StatusOr<size_t> OffsetOf(const std::string& page_token) {
  if (page_token.empty()) return 0;
  SLUICE_ASSIGN_OR_RETURN(const std::vector<uint64_t> values,
                          DecodePageToken(TokenKind::kStats, page_token, 1));
  return values.front();
}

void WritePage(const admin::v1::GetStatsRequest& request, size_t offset,
               Rows& rows, admin::v1::GetStatsResponse& response) {
  response.set_rows_total(static_cast<uint32_t>(rows.size()));
  const size_t page = request.page_size() == 0 ? kPage : request.page_size();
  const size_t begin = std::min(rows.size(), offset);
  const size_t end = std::min(rows.size(), begin + page);
  for (size_t i = begin; i < end; ++i) {
    *response.add_rows() = std::move(rows[i]);
  }
  if (end < rows.size()) {
    response.set_next_page_token(EncodeToken(TokenKind::kStats, {end}));
  }
}

}  // namespace

absl::StatusOr<admin::v1::GetStatsResponse> RuleStatistics::Stats(
    const admin::v1::GetStatsRequest& request) {
  if (request.page_size() > kPageMax) {
    return InvalidField("page_size", absl::StrCat("at most ", kPageMax));
  }
  SLUICE_ASSIGN_OR_RETURN(const size_t offset, OffsetOf(request.page_token()));
  admin::v1::GetStatsResponse response;
  PublishedRules in_force;
  Rules view;
  {
    MutexLock lock(mutex_);
    FollowLocked();
    in_force = current_;
    view = View();
    SetTimestamp(begun_ms_, *response.mutable_start_time());
    response.set_messages(Messages());
    response.set_messages_since(MessagesSince());
    response.set_uncounted(Uncounted());
  }
  if (in_force.rules == nullptr) {
    return absl::FailedPreconditionError("no rule set is in force yet");
  }
  const rules::RuleSet& rules = *in_force.rules;
  SLUICE_RETURN_IF_ERROR(CheckRule(rules, request.rule()));
  response.set_rule_set(std::string(rules.id()));
  SetTimestamp(in_force.since_ms, *response.mutable_publish_time());
  Costs costs;
  if (request.costs()) costs = CostsOf(rules);
  Rows rows;
  for (uint32_t i = 0; i < rules.rules().size(); ++i) {
    const std::string& id = rules.rules()[i].id();
    if (!request.rule().empty() && id != request.rule()) continue;
    AddRows(rules, i, view[id], costs, request.words(), rows);
  }
  for (const rules::v1::Threshold& threshold : rules.thresholds()) {
    if (request.words() ||
        (!request.rule().empty() && threshold.id() != request.rule())) {
      continue;
    }
    rows.push_back(RowOf(threshold));
    WriteCounts(view[threshold.id()].counts, rows.back());
  }
  const bool since = request.since_publication();
  if (request.never_hit()) {
    std::erase_if(rows, [since](const admin::v1::StatsRow& row) {
      return HitsOf(row, since) != 0;
    });
  }
  Sort(since, rows);
  WritePage(request, offset, rows, response);
  return response;
}

// Adds one row for the rule, or with `of_words` one for each word and regex.
void RuleStatistics::AddRows(const rules::RuleSet& rules, uint32_t number,
                             const RuleEntry& entry, const Costs& costs,
                             bool of_words, Rows& rows) {
  const rules::v1::ContentRule& rule = rules.rules()[number];
  admin::v1::StatsRow row = RowOf(rule);
  double sum_us = 0;
  std::map<std::string, admin::v1::StatsRow> words;  // Each word once.
  rules.ForEachPattern(
      number, [&](absl::string_view text, bool regex, absl::string_view list) {
        const auto [at, added] = words.emplace(text, row);
        if (!added) return;
        admin::v1::StatsRow& word = at->second;
        word.set_word(std::string(text));
        word.set_regex(regex);
        word.set_word_list(std::string(list));
        const auto counts = entry.words.find(text);
        if (counts != entry.words.end()) WriteCounts(counts->second, word);
        const auto cost = costs.scan_us.find(CostKey(rule.id(), text));
        if (regex && cost != costs.scan_us.end()) {
          SetDuration(absl::Microseconds(cost->second),
                      *word.mutable_scan_duration());
          sum_us += cost->second;
        }
      });
  if (of_words) {
    for (auto& [text, word] : words) rows.push_back(std::move(word));
    return;
  }
  WriteCounts(entry.counts, row);
  if (sum_us > 0) {
    SetDuration(absl::Microseconds(sum_us), *row.mutable_scan_duration());
  }
  rows.push_back(std::move(row));
}

RuleStatistics::Costs RuleStatistics::CostsOf(const rules::RuleSet& rules) {
  MutexLock lock(costs_mutex_);
  if (costs_.digest == rules.digest()) return costs_;
  costs_ = {};
  rules.MeasureCosts(
      [this, &rules](uint32_t rule, absl::string_view regex,
                     absl::Duration scan) SLUICE_REQUIRES(costs_mutex_) {
        costs_.scan_us[CostKey(rules.rules()[rule].id(), regex)] =
            absl::ToDoubleMicroseconds(scan);
      });
  costs_.digest = std::string(rules.digest());
  return costs_;
}

}  // namespace sluice::gateway
