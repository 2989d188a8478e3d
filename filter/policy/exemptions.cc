#include "filter/policy/exemptions.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "filter/policy/break_glass.h"
#include "filter/policy/rule_counters.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/faults.h"
#include "rules/base/language.h"
#include "rules/base/quoted.h"
#include "rules/base/timestamp.h"
#include "rules/pack/word_list.h"

namespace sluice::filter {
namespace {

// Lists may be long, so that only what is near is named.
Both DidYouMean(absl::string_view written,
                const std::vector<std::string>& names) {
  const std::string nearest = rules::NearestOf(written, names);
  if (nearest.empty()) return {};
  return SayBoth("，是否应为“$0”？", ", did you mean '$0'?", nearest);
}

absl::Status Refuse(const Both& why) {
  return ErrorOf(absl::StatusCode::kFailedPrecondition, why);
}

absl::Status MustHold(const Both& what, ReasonCode code) {
  return Refuse({absl::StrCat(what.chinese, "涉及 ", Name(code),
                              "，这类内容不能只作观察：请发布不含它的版本，"
                              "或回滚"),
                 absl::StrCat(what.english, " is about ", Name(code),
                              ", which is never merely observed: publish a "
                              "version without it, or roll back")});
}

// Whether each word of the rule makes it hit alone, so that one can be taken
// out of it.
bool WordsStandAlone(const rules::v1::Match& match) {
  if (match.has_near() || match.has_count() || match.has_weight() ||
      match.all_size() != 0) {
    return false;
  }
  const bool words =
      match.word_lists_size() + match.words_size() + match.regexes_size() != 0;
  const bool more =
      match.any_size() != 0 || match.has_links() || match.has_contacts();
  if (words && more) return false;
  return absl::c_all_of(match.any(), WordsStandAlone);
}

// A tag holds as far as what its sums come to.
const CompiledThreshold* EnforcedSum(const ContentPolicy& policy,
                                     const CompiledRule& rule) {
  if (rule.score == 0) return nullptr;
  for (const CompiledThreshold& threshold : policy.thresholds()) {
    if (threshold.category == rule.category && threshold.unliftable) {
      return &threshold;
    }
  }
  return nullptr;
}

absl::Status CheckWord(const rules::RuleSet& rules, uint32_t rule,
                       std::string& word) {
  const rules::v1::ContentRule& in = rules.rules()[rule];
  if (in.has_match() && !WordsStandAlone(in.match())) {
    return Refuse(SayBoth(
        "规则 $0 由多个词共同命中：请豁免整条规则",
        "rule $0 hits by several words together: exempt the rule as a whole",
        in.id()));
  }
  const std::string folded = rules::FoldWord(word);
  std::string found;
  std::vector<std::string> words;
  rules.ForEachPattern(
      rule, [&](absl::string_view text, bool regex, absl::string_view) {
        const std::string name(text);
        if (name == word ||
            (found.empty() && !regex && rules::FoldWord(name) == folded)) {
          found = name;
        }
        words.push_back(name);
      });
  if (found.empty()) {
    const Both near = DidYouMean(word, words);
    return WithField(ErrorOf(absl::StatusCode::kNotFound,
                             {absl::StrCat("规则 ", in.id(), " 中没有词“", word,
                                           "”", near.chinese),
                              absl::StrCat("rule ", in.id(), " has no word ",
                                           Quoted(word), near.english)}),
                     "word");
  }
  word = found;
  return absl::OkStatus();
}

absl::Status CheckRule(const rules::RuleSet& rules, const ContentPolicy& policy,
                       uint32_t number, std::string& word) {
  const CompiledRule& rule = policy.rules()[number];
  if (rule.mode.off()) {
    return Refuse(SayBoth("规则 $0 已停用，无需豁免",
                          "rule $0 is off: there is nothing to exempt",
                          rule.id));
  }
  if (rule.unliftable) {
    return MustHold(SayBoth("规则 $0 ", "rule $0", rule.id), rule.code);
  }
  if (const CompiledThreshold* sum = EnforcedSum(policy, rule)) {
    return MustHold(
        SayBoth("规则 $0 计入阈值 $1，而该阈值",
                "rule $0 counts for threshold $1, which", rule.id, sum->id),
        sum->code);
  }
  return word.empty() ? absl::OkStatus() : CheckWord(rules, number, word);
}

}  // namespace

std::optional<uint32_t> NumberOfRule(const ContentPolicy& policy,
                                     absl::string_view rule) {
  for (size_t i = 0; i < policy.rules().size(); ++i) {
    if (policy.rules()[i].id == rule) return static_cast<uint32_t>(i);
  }
  for (size_t i = 0; i < policy.thresholds().size(); ++i) {
    if (policy.thresholds()[i].id == rule) {
      return kThresholdBit | static_cast<uint32_t>(i);
    }
  }
  return std::nullopt;
}

absl::Status CheckExemption(const rules::RuleSet& rules, const Policy& policy,
                            absl::string_view rule, std::string& word) {
  const ContentPolicy& content = policy.content();
  const std::optional<uint32_t> number = NumberOfRule(content, rule);
  if (!number) {
    std::vector<std::string> ids;
    for (const CompiledRule& one : content.rules()) ids.push_back(one.id);
    for (const auto& one : content.thresholds()) ids.push_back(one.id);
    const Both near = DidYouMean(rule, ids);
    return WithField(
        ErrorOf(absl::StatusCode::kNotFound,
                {absl::StrCat("生效的规则和阈值中没有 ", Quoted(rule),
                              near.chinese),
                 absl::StrCat("no rule or threshold in force is named ",
                              Quoted(rule), near.english)}),
        "rule");
  }
  if ((*number & kThresholdBit) == 0) {
    return CheckRule(rules, content, *number, word);
  }
  const auto& threshold = content.thresholds()[*number & ~kThresholdBit];
  if (!word.empty()) {
    return Refuse(SayBoth("$0 是阈值，本身没有词：词在计分的标签规则里",
                          "$0 is a threshold and has no words: its tags have",
                          rule));
  }
  if (threshold.mode.off()) {
    return Refuse(SayBoth("阈值 $0 已停用，无需豁免",
                          "threshold $0 is off: there is nothing to exempt",
                          rule));
  }
  return threshold.unliftable
             ? MustHold(SayBoth("阈值 $0 ", "threshold $0", rule),
                        threshold.code)
             : absl::OkStatus();
}

std::shared_ptr<const Exemptions> Exemptions::Build(
    std::shared_ptr<const rules::RuleSet> rules, const Policy& policy,
    absl::Span<const admin::v1::Exemption> exemptions,
    absl::Span<const store::v1::RuleRolledBack> rolled_back, int64_t now_ms) {
  std::shared_ptr<Exemptions> built(new Exemptions());
  for (const admin::v1::Exemption& one : exemptions) {
    std::string word = one.word();
    if (!IsInForce(one, now_ms) ||
        !CheckExemption(*rules, policy, one.rule(), word).ok()) {
      continue;
    }
    built->entries_.push_back({*NumberOfRule(policy.content(), one.rule()),
                               word, one.content_provider_id(),
                               one.template_id(), ToMillis(one.create_time()),
                               EndOf(one), one.number()});
  }
  for (const store::v1::RuleRolledBack& one : rolled_back) {
    const auto number = NumberOfRule(policy.content(), one.rule());
    if (number) built->rolled_back_.push_back(*number);
  }
  if (built->entries_.empty() && built->rolled_back_.empty()) return nullptr;
  absl::c_stable_sort(built->entries_, [](const Entry& a, const Entry& b) {
    return a.rule < b.rule;
  });
  absl::c_sort(built->rolled_back_);
  built->rules_ = std::move(rules);
  return built;
}

template <typename IsWord>
uint32_t Exemptions::Find(uint32_t rule, const ContentSender& sender,
                          int64_t now_ms, const IsWord& is_word) const {
  auto entry = std::partition_point(
      entries_.begin(), entries_.end(),
      [rule](const Entry& one) { return one.rule < rule; });
  for (; entry != entries_.end() && entry->rule == rule; ++entry) {
    if (now_ms >= entry->until_ms ||
        now_ms + kBreakGlassAheadMs < entry->from_ms) {
      continue;
    }
    const bool theirs = entry->template_id.empty()
                            ? entry->content_provider == sender.content_provider
                            : entry->template_id == sender.template_id;
    if (!theirs) continue;
    if (entry->word.empty() || is_word(entry->word)) return entry->exemption;
  }
  return 0;
}

uint32_t Exemptions::ExemptionOf(uint32_t rule, uint32_t pattern,
                                 const ContentSender& sender,
                                 int64_t now_ms) const {
  return Find(rule, sender, now_ms, [this, pattern](const std::string& word) {
    return pattern < kWholeRule && rules_->PatternText(pattern) == word;
  });
}

uint32_t Exemptions::ExemptionOf(uint32_t rule, absl::string_view word,
                                 const ContentSender& sender,
                                 int64_t now_ms) const {
  return Find(rule, sender, now_ms,
              [word](const std::string& exempted) { return exempted == word; });
}

bool Exemptions::IsRolledBack(uint32_t rule) const {
  return std::binary_search(rolled_back_.begin(), rolled_back_.end(), rule);
}

}  // namespace sluice::filter
