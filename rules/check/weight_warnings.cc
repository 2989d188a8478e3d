#include "rules/check/weight_warnings.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rules/base/quoted.h"
#include "rules/check/sure_words.h"
#include "rules/match/match_tree.h"
#include "rules/match/text_signs.h"

namespace sluice::rules {
namespace {

using rules::v1::ContentRule;
using rules::v1::WeightMatch;

// So many of the heaviest words are in no text of usual length together.
constexpr size_t kHeaviest = 20;

// The lowest sum that some rule asks of a table; none: the greatest there is.
int64_t LowestSum(const Pack& pack, const std::string& table) {
  int64_t lowest = std::numeric_limits<int64_t>::max();
  for (const rules::v1::ContentRule& rule : pack.rules.rules()) {
    ForEachSet(rule, "", [&](const PatternSet& set, const std::string&) {
      if (set.weight == nullptr || set.weight->table() != table) return;
      lowest = std::min<int64_t>(lowest, set.weight->at_least());
    });
  }
  return lowest;
}

void WarnOfHeavy(const std::string& path, const std::vector<WeighedWord>& words,
                 int64_t sum, Warnings& warnings) {
  for (const WeighedWord& word : words) {
    if (word.weight < sum) continue;
    warnings.Add(
        path, word.position,
        SayBoth("单独就达到合计的词", "words that are enough alone"),
        SayBoth("这个词的权重 $0 单独就达到规则要求的合计 $1：请调低，或把它"
                "写进词表",
                "the weight of $0 alone reaches the $1 that a rule asks for: "
                "lower it, or put the word into a word list",
                word.weight, sum));
  }
}

void WarnOfZeros(const std::string& path, const std::vector<WeighedWord>& words,
                 Warnings& warnings) {
  for (const WeighedWord& word : words) {
    if (word.weight != 0) continue;
    warnings.Add(path, word.position,
                 SayBoth("权重为 0 的词", "words that weigh nothing"),
                 SayBoth("权重 0 不起作用：请写正数（像诈骗）或负数（像正常短"
                         "信），或删去这一行",
                         "a weight of 0 does nothing: write a positive number "
                         "(speaks for fraud) or a negative one (against it), "
                         "or remove the line"));
  }
}

// Only signs are looked for: what else stands in a word says nothing.
void WarnOfMarks(const std::string& path, const std::vector<WeighedWord>& words,
                 Warnings& warnings) {
  for (const WeighedWord& word : words) {
    if (word.text.find_first_of(".|/,:;!?*-_%") == std::string::npos) continue;
    const std::string read = WordOfSigns(SignsOfWord(word.text));
    if (read.empty()) continue;
    warnings.Add(path, word.position, SayBoth("带标点的词", "words with marks"),
                 SayBoth("这个词读作“$0”：标点不起作用，几个词请各写一行",
                         "this word is read as '$0': marks say nothing; write "
                         "several words in lines of their own",
                         read));
  }
}

// The sum of the heaviest words of a table.
int64_t HeaviestOf(const std::vector<WeighedWord>& words) {
  std::vector<int32_t> weights;
  for (const WeighedWord& word : words) weights.push_back(word.weight);
  std::sort(weights.begin(), weights.end(), std::greater<>());
  if (weights.size() > kHeaviest) weights.resize(kHeaviest);
  int64_t sum = 0;
  for (const int32_t weight : weights) sum += std::max(weight, 0);
  return sum;
}

bool IsEnforcedAlways(const ContentRule& rule) {
  return rule.mode() == rules::v1::CHECK_MODE_ENFORCE ||
         rule.mode() == rules::v1::CHECK_MODE_UNSPECIFIED;
}

bool RejectsByWeight(const ContentRule& rule) {
  return rule.action() == rules::v1::RULE_ACTION_REJECT ||
         rule.action() == rules::v1::RULE_ACTION_UNSPECIFIED;
}

// Whether the rule decides about all texts that are heavy enough.
bool DecidesByWeightOnly(const ContentRule& rule) {
  WeightMatch own = rule.match().weight();
  rules::v1::Match only;
  *only.mutable_weight() = std::move(own);
  return IsEnforcedAlways(rule) &&
         rule.action() != rules::v1::RULE_ACTION_TAG &&
         rule.match().has_weight() && !rule.has_scope() && !rule.has_except() &&
         rule.classes().empty() &&
         rule.match().ByteSizeLong() == only.ByteSizeLong();
}

class WeightRules {
 public:
  WeightRules(const Pack& pack, Warnings& warnings)
      : pack_(pack), warnings_(warnings) {}

  void Find() {
    for (int i = 0; i < pack_.rules.rules_size(); ++i) {
      const ContentRule& rule = pack_.rules.rules(i);
      if (rule.mode() == rules::v1::CHECK_MODE_OFF) continue;
      const std::string path = absl::StrCat("rules[", i, "]");
      ForEachSet(rule, path, [&](const PatternSet& set, const std::string& at) {
        if (set.weight != nullptr && !set.lifts) LookAtSum(*set.weight, at);
      });
      if (rule.match().has_weight()) LookAtOthers(rule, path);
    }
  }

 private:
  void LookAtSum(const WeightMatch& weight, const std::string& path) {
    const auto words = pack_.weight_tables.find(weight.table());
    if (words == pack_.weight_tables.end() ||
        pack_.half_read_tables.contains(weight.table())) {
      return;
    }
    const int64_t heaviest = HeaviestOf(words->second);
    if (weight.at_least() <= heaviest) return;
    Add(path + ".at_least",
        SayBoth("很难达到的合计", "sums that are hardly reached"),
        SayBoth(
            "at_least: $0 几乎没有短信能达到：权重表 $1 中最重的 $2 个词合计"
            "只有 $3，规则等于不起作用：请写更低的数",
            "hardly any text reaches at_least: $0, so that the rule does "
            "nothing: the $2 heaviest words of table $1 add up to $3; "
            "write a lower number",
            weight.at_least(), Quoted(weight.table()), kHeaviest, heaviest));
  }

  // Another rule that decides about all texts of `rule`, and no less.
  void LookAtOthers(const ContentRule& rule, const std::string& path) {
    const WeightMatch& weight = rule.match().weight();
    if (rule.action() == rules::v1::RULE_ACTION_TAG ||
        !IsEnforcedAlways(rule)) {
      return;
    }
    for (const ContentRule& other : pack_.rules.rules()) {
      const WeightMatch& lower = other.match().weight();
      if (&other == &rule || !DecidesByWeightOnly(other) ||
          lower.table() != weight.table() ||
          lower.at_least() > weight.at_least()) {
        continue;
      }
      // Of two that say the same the later one is told, as a copy.
      if (RejectsByWeight(other) == RejectsByWeight(rule)
              ? other.code() != rule.code() ||
                    lower.at_least() == weight.at_least()
              : RejectsByWeight(rule)) {
        continue;
      }
      return AddForestalled(rule, other, path);
    }
  }

  void AddForestalled(const ContentRule& rule, const ContentRule& other,
                      const std::string& path) {
    const bool rejects = RejectsByWeight(other);
    Add(path + ".match.weight.at_least",
        SayBoth("被另一条规则盖过的合计", "sums that another rule forestalls"),
        SayBoth("规则 $0 从 $1 起判定，而规则 $2 在同一权重表上从 $3 起就已$4，"
                "所以这条规则不起作用：请写低于 $3 的数，或删去其中一条",
                "rule $0 decides from $1 on, and rule $2 $5 from $3 on by the "
                "same table, so that this rule does nothing: write less than "
                "$3, or remove one of them",
                Quoted(rule.id()), rule.match().weight().at_least(),
                Quoted(other.id()), other.match().weight().at_least(),
                rejects ? "拒绝" : "转人工", rejects ? "rejects" : "holds"));
  }

  void Add(const std::string& path, const Both& kind, Both what) {
    warnings_.Add(pack_.rules_file.path, pack_.rules_file.positions.At(path),
                  kind, std::move(what));
  }

  const Pack& pack_;
  Warnings& warnings_;
};

}  // namespace

void FindWeightWarnings(const Pack& pack, Warnings& warnings) {
  const std::string folder(
      absl::StripSuffix(pack.rules_file.path, "rules.yaml"));
  for (const rules::v1::WeightTable& table : pack.rules.weight_tables()) {
    const auto words = pack.weight_tables.find(table.id());
    if (words == pack.weight_tables.end()) continue;
    const std::string path = absl::StrCat(folder, table.file());
    WarnOfHeavy(path, words->second, LowestSum(pack, table.id()), warnings);
    WarnOfZeros(path, words->second, warnings);
    WarnOfMarks(path, words->second, warnings);
  }
  WeightRules(pack, warnings).Find();
}

}  // namespace sluice::rules
