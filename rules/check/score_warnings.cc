#include "rules/check/score_warnings.h"

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "rules/base/quoted.h"
#include "rules/check/sure_words.h"

namespace sluice::rules {
namespace {

using rules::v1::ContentRule;
using rules::v1::Threshold;

// Of fewer tags all may be needed.
constexpr size_t kTagsOfASum = 6;

// Sums are told apart up to here, of so many tags.
constexpr uint32_t kCountedMax = 2048;
constexpr size_t kComparedTagsMax = 200;

template <typename One>
bool IsOff(const One& one) {
  return one.mode() == rules::v1::CHECK_MODE_OFF;
}

// The tags of one category that count.
struct Tags {
  std::vector<int> rules;  // By index.
  uint32_t least = std::numeric_limits<uint32_t>::max();
  uint32_t sum = 0;
};

class ScoreWarnings {
 public:
  ScoreWarnings(const Pack& pack, Warnings& warnings)
      : pack_(pack), warnings_(warnings) {
    for (int i = 0; i < pack.rules.rules_size(); ++i) {
      const ContentRule& rule = pack.rules.rules(i);
      if (rule.action() != rules::v1::RULE_ACTION_TAG) continue;
      with_off_[rule.category()] += rule.score();
      if (IsOff(rule)) continue;
      Tags& tags = tags_[rule.category()];
      tags.rules.push_back(i);
      tags.least = std::min(tags.least, rule.score());
      tags.sum += rule.score();
    }
    for (const Threshold& one : pack.rules.thresholds()) {
      if (!IsOff(one)) reached_.emplace(one.category(), one.score());
    }
  }

  void Find() {
    for (int i = 0; i < pack_.rules.thresholds_size(); ++i) {
      const Threshold& threshold = pack_.rules.thresholds(i);
      if (IsOff(threshold)) continue;
      if (threshold.action() == rules::v1::RULE_ACTION_HOLD) LookAtHold(i);
      LookAtEqual(i);
      const auto tags = tags_.find(threshold.category());
      const uint32_t sum = tags == tags_.end() ? 0 : tags->second.sum;
      if (sum < threshold.score() &&
          threshold.score() <= with_off_[threshold.category()]) {
        AddUnreachable(i, sum);
      }
      if (tags == tags_.end() || tags->second.rules.size() < 2) continue;
      if (threshold.score() <= tags->second.least) {
        AddTooLow(i, tags->second);
      } else {
        LookAtHeight(i, tags->second);
        LookAtTags(threshold, tags->second);
      }
    }
    for (const auto& [category, tags] : tags_) {
      LookAtWords(category, tags);
      LookAtUseless(category, tags);
    }
  }

 private:
  // What those that are off do not reach either is a fault.
  void AddUnreachable(int i, uint32_t sum) {
    const Threshold& threshold = pack_.rules.thresholds(i);
    Add(absl::StrCat("thresholds[", i, "].score"),
        SayBoth("达不到的阈值", "thresholds that nothing reaches"),
        SayBoth(
            "阈值 $0 为 $1 分，类别“$2”未停用的计分合计只有 $3 分，永远达不到",
            "threshold $0 has the score $1 and is never reached: the tags "
            "of category '$2' that are not off add up to $3",
            Quoted(threshold.id()), threshold.score(), threshold.category(),
            sum));
  }

  void AddTooLow(int i, const Tags& tags) {
    const Threshold& threshold = pack_.rules.thresholds(i);
    Add(absl::StrCat("thresholds[", i, "].score"),
        SayBoth("一个计分就达到的阈值", "thresholds that one tag reaches"),
        SayBoth(
            "阈值 $0 为 $1 分，类别“$2”的 $3 条计分规则每条单独就达到（最低 "
            "$4 分），起不到累计的作用：请提高阈值，或让这些规则直接判定",
            "threshold $0 has the score $1, and each of the $3 tags of "
            "category '$2' reaches it alone (the least scores $4), so that "
            "nothing is added up: write a higher one, or let the rules "
            "decide by themselves",
            Quoted(threshold.id()), threshold.score(), threshold.category(),
            tags.rules.size(), tags.least));
  }

  void LookAtHeight(int i, const Tags& tags) {
    const Threshold& threshold = pack_.rules.thresholds(i);
    if (tags.rules.size() < kTagsOfASum || tags.sum < threshold.score() ||
        tags.sum - tags.least >= threshold.score()) {
      return;
    }
    Add(absl::StrCat("thresholds[", i, "].score"),
        SayBoth("须全部计分才达到的阈值", "thresholds that take every tag"),
        SayBoth("阈值 $0 为 $1 分，类别“$2”的 $3 条计分规则合计 $4 分，缺一条就"
                "达不到：请写更低的分值",
                "threshold $0 has the score $1, which the $3 tags of category "
                "'$2' reach only all together ($4): write a lower one",
                Quoted(threshold.id()), threshold.score(), threshold.category(),
                tags.rules.size(), tags.sum));
  }

  void LookAtTags(const Threshold& threshold, const Tags& tags) {
    if (threshold.has_scope()) return;
    for (const int i : tags.rules) {
      const ContentRule& rule = pack_.rules.rules(i);
      // Exactly a threshold's score is meant to decide alone.
      if (rule.score() <= threshold.score() ||
          reached_.contains({rule.category(), rule.score()})) {
        continue;
      }
      if (!told_.insert(i).second) continue;
      Add(absl::StrCat("rules[", i, "].score"),
          SayBoth("单独就超过阈值的计分", "tags above their threshold"),
          SayBoth("规则 $0 计 $1 分，一次命中就超过阈值 $2（$3 分），不经累计即"
                  "作出判定：请写更低的分值；如果本意就是单独判定，请写 $3 分，"
                  "或不用 action: tag",
                  "rule $0 scores $1, so that one hit is above threshold $2 "
                  "($3) and nothing is added up: write a lower score; if it is "
                  "to decide alone, write $3, or no action: tag",
                  Quoted(rule.id()), rule.score(), Quoted(threshold.id()),
                  threshold.score()));
    }
  }

  // Of two with one score only one is ever seen.
  void LookAtEqual(int i) {
    const Threshold& threshold = pack_.rules.thresholds(i);
    for (int j = 0; j < i; ++j) {
      const Threshold& other = pack_.rules.thresholds(j);
      if (other.category() != threshold.category() ||
          other.score() != threshold.score() || IsOff(other) ||
          other.action() != threshold.action() || other.has_scope() ||
          other.has_except() || threshold.has_scope() ||
          threshold.has_except()) {
        continue;
      }
      return Add(absl::StrCat("thresholds[", i, "].score"),
                 SayBoth("用不到的阈值", "thresholds that decide nothing"),
                 SayBoth("$0 与 $1 的类别、分值和动作都相同：请删去一个",
                         "$0 has the category, score and action of $1: remove "
                         "one of them",
                         Quoted(threshold.id()), Quoted(other.id())));
    }
  }

  // A tag without which every sum that reaches a threshold reaches it too.
  void LookAtUseless(const std::string& category, const Tags& tags) {
    std::vector<uint32_t> scores;
    for (auto it = reached_.lower_bound({category, 0});
         it != reached_.end() && it->first == category; ++it) {
      if (it->second <= std::min(tags.sum, kCountedMax)) {
        scores.push_back(it->second);
      }
    }
    if (scores.empty() || tags.rules.size() > kComparedTagsMax) return;
    for (const int i : tags.rules) {
      const ContentRule& rule = pack_.rules.rules(i);
      if (IsNaming(rule.id())) continue;
      const std::bitset<kCountedMax> sums = SumsWithout(i, tags);
      const bool matters = absl::c_any_of(scores, [&](uint32_t score) {
        const uint32_t least = score - std::min(score, rule.score());
        for (uint32_t sum = least; sum < score; ++sum) {
          if (sums[sum]) return true;
        }
        return false;
      });
      if (matters) continue;
      Add(absl::StrCat("rules[", i, "].score"),
          SayBoth("不起作用的计分", "scores that change nothing"),
          SayBoth("规则 $0 计 $1 分，无论与类别“$2”的哪些计分相加，都不会使"
                  "合计达到原本达不到的阈值：请提高分值，或删去这条",
                  "rule $0 scores $1, and whatever tags of category '$2' it is "
                  "added to, they reach no threshold that they do not reach "
                  "without it: write a higher score, or remove it",
                  Quoted(rule.id()), rule.score(), category));
    }
  }

  // Whether a rule tells whom a text speaks as, whatever it scores.
  bool IsNaming(const std::string& id) const {
    return absl::c_any_of(pack_.rules.impersonation_categories(),
                          [&id](const auto& one) {
                            return absl::c_linear_search(one.named_by(), id);
                          });
  }

  // The sums of some tags, or none, but not of rule `left_out`.
  std::bitset<kCountedMax> SumsWithout(int left_out, const Tags& tags) const {
    std::bitset<kCountedMax> sums;
    sums[0] = true;
    for (const int i : tags.rules) {
      if (i != left_out) sums |= sums << pack_.rules.rules(i).score();
    }
    return sums;
  }

  // A word that several tags look for scores for each of them.
  void LookAtWords(const std::string& category, const Tags& tags) {
    const auto lowest = reached_.lower_bound({category, 0});
    if (tags.rules.size() < 2 || lowest == reached_.end() ||
        lowest->first != category) {
      return;
    }
    absl::flat_hash_map<std::string, std::pair<uint32_t, int>> words;
    for (const int i : tags.rules) {
      const ContentRule& rule = pack_.rules.rules(i);
      // One that decides alone is told of, or meant.
      if (rule.score() >= lowest->second) continue;
      bool told = false;
      ForEachSureWord(pack_, ConditionOf(rule), false,
                      [&](const std::string& word) {
                        const auto [it, added] = words.try_emplace(word, 0, i);
                        auto& [sum, last] = it->second;
                        if (!added && last == i) return;  // There twice.
                        const int before = std::exchange(last, i);
                        sum += rule.score();
                        if (added || told || sum < lowest->second) return;
                        told = true;
                        AddWord(i, word, before, sum, lowest->second);
                      });
    }
  }

  void AddWord(int i, const std::string& word, int before, uint32_t sum,
               uint32_t threshold) {
    const ContentRule& rule = pack_.rules.rules(i);
    Add(absl::StrCat("rules[", i, "].score"),
        SayBoth("重复计分的词", "words that score more than once"),
        SayBoth("$0 在规则 $1 和 $2 中各计一次分，一个词就有 $3 分，达到阈值 "
                "$4：请只留在一条规则中",
                "$0 scores in rule $1 and in rule $2, so that the one word has "
                "$3 and reaches the threshold $4: leave it in one of them",
                Quoted(word), Quoted(pack_.rules.rules(before).id()),
                Quoted(rule.id()), sum, threshold));
  }

  // Of two thresholds of a category the higher one decides, so that a hold
  // above a rejection is never seen.
  void LookAtHold(int i) {
    const Threshold& hold = pack_.rules.thresholds(i);
    for (const Threshold& other : pack_.rules.thresholds()) {
      if (other.category() != hold.category() ||
          other.action() == rules::v1::RULE_ACTION_HOLD || IsOff(other) ||
          other.score() > hold.score() || other.has_scope() ||
          other.has_except()) {
        continue;
      }
      Add(absl::StrCat("thresholds[", i, "].score"),
          SayBoth("用不到的阈值", "thresholds that decide nothing"),
          SayBoth("$0 转人工的分值 $1 不低于 $2 拒绝的分值 $3：达到时已被"
                  "拒绝，请写更低的分值",
                  "$0 holds from $1 on, and $2 rejects from $3 on already: "
                  "give it a lower score",
                  Quoted(hold.id()), hold.score(), Quoted(other.id()),
                  other.score()));
    }
  }

  void Add(const std::string& path, const Both& kind, Both what) {
    warnings_.Add(pack_.rules_file.path, pack_.rules_file.positions.At(path),
                  kind, std::move(what));
  }

  const Pack& pack_;
  Warnings& warnings_;
  std::map<std::string, Tags> tags_;  // By category.
  // Sums by category, with the tags that are off.
  std::map<std::string, uint32_t> with_off_;
  // Categories and scores of thresholds.
  std::set<std::pair<std::string, uint32_t>> reached_;
  std::set<int> told_;  // Rules, by index.
};

}  // namespace

void FindScoreWarnings(const Pack& pack, Warnings& warnings) {
  ScoreWarnings(pack, warnings).Find();
}

}  // namespace sluice::rules
