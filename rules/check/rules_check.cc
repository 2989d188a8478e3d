// Checks the conditions of rules.yaml beyond its schema; match_check.h has
// those of what rules look for.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/reason_code.h"
#include "rules/check/category_warnings.h"
#include "rules/check/match_check.h"
#include "rules/check/weight_check.h"
#include "rules/fold/homophone.h"
#include "rules/match/match_tree.h"
#include "rules/pack/file_checker.h"

namespace sluice::rules {
namespace {

class RulesChecker : public FileChecker {
 public:
  RulesChecker(const Pack& pack, const std::vector<std::string>* codes,
               Faults& faults, const StopAsked& stop)
      : FileChecker(pack.rules_file, faults),
        pack_(pack),
        codes_(codes),
        stop_(stop),
        faults_(faults),
        matches_(pack, faults, stop) {}

  void Check() {
    if (!CheckNumber("rules", pack_.rules.rules_size(), kPackRulesMax) ||
        !CheckNumber("thresholds", pack_.rules.thresholds_size(),
                     kPackThresholdsMax)) {
      return;
    }
    for (int i = 0; i < pack_.rules.word_lists_size(); ++i) {
      if (!IsId(pack_.rules.word_lists(i).id())) {
        Fault(absl::StrCat("word_lists[", i, "].id"), NeedsId(),
              pack_.rules.word_lists(i).id());
      }
    }
    for (int i = 0; i < pack_.rules.domain_lists_size(); ++i) {
      if (!IsId(pack_.rules.domain_lists(i).id())) {
        Fault(absl::StrCat("domain_lists[", i, "].id"), NeedsId(),
              pack_.rules.domain_lists(i).id());
      }
    }
    CheckWeightTables(pack_, faults_, stop_);
    // An empty file is well-formed, and would let everything through.
    if (pack_.rules.rules().empty()) {
      Fault("", SayBoth("没有规则：规则包的 'rules:' 下至少要有一条",
                        "no rules: a pack needs at least one under 'rules:'"));
    }
    std::set<std::string> ids;
    for (int i = 0; i < pack_.rules.rules_size(); ++i) {
      if (IsFull() || !CheckStop(stop_).ok()) return;
      CheckRule(i, ids);
    }
    for (int i = 0; i < pack_.rules.thresholds_size(); ++i) {
      CheckThreshold(i, ids);
    }
    CheckImpersonation();
    CheckSounds();
    CheckStrictWords();
    CheckAllowedPhrases();
  }

 private:
  // Whether there are no more than `max` of these.
  bool CheckNumber(const std::string& path, int count, int max) {
    if (count <= max) return true;
    Fault(path, SayBoth("$1 有 $0 个，最多 $2 个：请合并判定相同的",
                        "$0 $1, at most $2 are allowed: join those that decide "
                        "alike",
                        count, path, max));
    return false;
  }

  void CheckSounds() {
    const rules::v1::Sounds& sounds = pack_.rules.sounds();
    for (int i = 0; i < sounds.confusions_size(); ++i) {
      rules::v1::Sounds one;
      one.add_confusions(sounds.confusions(i));
      const absl::Status status = SoundTable::Build(one).status();
      if (status.ok()) continue;
      Fault(absl::StrCat("sounds.confusions[", i, "]"), BothOf(status));
    }
  }

  void CheckStrictWords() {
    const auto& words = pack_.rules.strict_words();
    const std::map<std::string, std::string> rule_of = RulesByWord();
    for (int i = 0; i < words.size(); ++i) {
      if (rule_of.contains(FoldWord(words[i]))) continue;
      Fault(absl::StrCat("strict_words[", i, "]"),
            SayBoth("没有规则使用词“$0”", "no rule looks for '$0'", words[i]));
    }
  }

  // Of the rules' words, folded: a rule that looks for it.
  std::map<std::string, std::string> RulesByWord() const {
    std::map<std::string, std::string> rule_of;
    for (const rules::v1::ContentRule& rule : pack_.rules.rules()) {
      ForEachSet(rule, "", [&](const PatternSet& set, const std::string&) {
        for (const std::string& word : *set.words) {
          rule_of.emplace(FoldWord(word), rule.id());
        }
        for (const std::string& id : *set.word_lists) {
          const auto list = pack_.lists.find(id);
          if (list == pack_.lists.end()) continue;
          for (const Word& word : list->second) {
            rule_of.emplace(word.folded, rule.id());
          }
        }
      });
    }
    return rule_of;
  }

  void CheckRule(int i, std::set<std::string>& ids) {
    const std::string path = absl::StrCat("rules[", i, "]");
    const rules::v1::ContentRule& rule = pack_.rules.rules(i);
    CheckId(path + ".id", rule.id(), ids);
    CheckBasis(path + ".basis", rule.basis());
    bool here = false;
    bool folds = false;
    bool weighs = false;
    ForEachSet(rule, path, [&](const PatternSet& set, const std::string& at) {
      here = here || at == path;
      folds = folds || !set.folds_nothing();
      weighs = weighs || set.weight != nullptr;
      matches_.CheckSet(at, set, rule.folding());
    });
    if (!folds && rule.folding() != rules::v1::FOLDING_LEVEL_UNSPECIFIED) {
      Fault(path + ".folding",
            SayBoth("只能与词和正则表达式一起使用：链接、联系方式和权重无论怎样"
                    "变形都能识别",
                    "goes only with words and regexes: links, contacts and "
                    "weights are found however they are spelled"));
    }
    if (rule.has_match() == here && (here || AreSetsReadable(path))) {
      Fault(path,
            here ? SayBoth("规则或用 'match'，或直接写 'word_lists'、'words'、"
                           "'regexes'，不能两者都用",
                           "a rule has 'match', or 'word_lists', 'words' and "
                           "'regexes' of its own, not both")
                 : SayBoth("规则须有 'word_lists'、'words'、'regexes' 或 "
                           "'match'",
                           "a rule needs 'word_lists', 'words', 'regexes' or "
                           "'match'"));
    }
    if (rule.has_match()) matches_.CheckMatch(path + ".match", rule.match());
    const std::string code =
        rule.code().empty() ? "CONTENT_PROHIBITED" : rule.code();
    CheckCode(path + ".code", code, codes_);
    const bool tag = rule.action() == rules::v1::RULE_ACTION_TAG;
    CheckMode(path, rule.mode(), rule.observe_until(), rule.basis(),
              tag ? "" : code);
    CheckSample(path, rule);
    CheckTag(path, rule);
    CheckScope(path + ".scope", rule.has_scope(), rule.scope());
    CheckScope(path + ".except", rule.has_except(), rule.except());
    CheckPhrases(path + ".allow_phrases", rule.allow_phrases());
    if (weighs && !rule.allow_phrases().empty()) {
      Fault(
          path + ".allow_phrases",
          SayBoth("不能与 'weight' 一起使用：请在权重表中给这些词负的权重",
                  "does not go with 'weight': give the words a weight below 0 "
                  "in its table"));
    }
    CheckAutoRollback(path + ".auto_rollback", rule);
  }

  // A field of 0 has the value of DefaultAutoRollback.
  void CheckAutoRollback(const std::string& path,
                         const rules::v1::ContentRule& rule) {
    if (!rule.has_auto_rollback()) return;
    const rules::v1::AutoRollback& bounds = rule.auto_rollback();
    if (rule.action() == rules::v1::RULE_ACTION_HOLD ||
        rule.action() == rules::v1::RULE_ACTION_TAG) {
      return Fault(path, SayBoth("只能与 action: reject 一起使用",
                                 "goes only with action: reject"));
    }
    if (bounds.ByteSizeLong() == 0) {
      return Fault(path, SayBoth("没有内容：请写 'off: true'，或 'minutes'、"
                                 "'messages_min'、'times'、'percent'",
                                 "holds nothing: 'off: true', or 'minutes', "
                                 "'messages_min', 'times', 'percent'"));
    }
    const bool says_more = bounds.minutes() != 0 ||
                           bounds.messages_min() != 0 || bounds.times() != 0 ||
                           bounds.percent() != 0;
    if (bounds.off() && says_more) {
      return Fault(path + ".off",
                   SayBoth("停用的自动回滚不能再有其他设置",
                           "an automatic rollback that is off has no other "
                           "settings"));
    }
    if (bounds.minutes() > kRollbackMinutesMax) {
      Fault(path + ".minutes",
            SayBoth("须为 1 至 $0", "1 to $0", kRollbackMinutesMax));
    }
    if (bounds.messages_min() > kRollbackMessagesMax ||
        (bounds.messages_min() != 0 &&
         bounds.messages_min() < kRollbackMessagesMin)) {
      Fault(path + ".messages_min",
            SayBoth("须为 $0 至 $1 条短信：太少则占比没有意义",
                    "$0 to $1 messages: fewer say nothing of a share",
                    kRollbackMessagesMin, kRollbackMessagesMax));
    }
    if (bounds.times() > kRollbackTimesMax) {
      Fault(path + ".times",
            SayBoth("须为 1 至 $0", "1 to $0", kRollbackTimesMax));
    }
    if (!(bounds.percent() >= 0 && bounds.percent() <= 100)) {
      Fault(path + ".percent",
            SayBoth("须大于 0，最大 100", "above 0, at most 100"));
    }
  }

  void CheckSample(const std::string& path,
                   const rules::v1::ContentRule& rule) {
    const uint32_t percent = rule.sample_percent();
    if (rule.mode() != rules::v1::CHECK_MODE_SAMPLE) {
      if (percent == 0) return;
      Fault(path + ".sample_percent",
            SayBoth("'sample_percent' 只能与 mode: sample 一起使用：不再抽样时"
                    "请删去它（rules edit：--set sample_percent）",
                    "'sample_percent' goes only with mode: sample: remove it "
                    "when nothing is to be sampled (rules edit: --set "
                    "sample_percent)"));
    } else if (percent < 1 || percent > 99) {
      Fault(path + ".sample_percent",
            SayBoth("mode: sample 须带 'sample_percent'，1 至 99",
                    "mode: sample needs 'sample_percent', 1 to 99"));
    }
  }

  void CheckTag(const std::string& path, const rules::v1::ContentRule& rule) {
    if (rule.action() != rules::v1::RULE_ACTION_TAG) {
      if (rule.score() == 0) return;
      return Fault(path + ".score", SayBoth("只能与 action: tag 一起使用",
                                            "goes only with action: tag"));
    }
    if (rule.score() < 1 || rule.score() > kScoreMax) {
      Fault(path + ".score",
            SayBoth("action: tag 须填写 'score'，1 至 $0",
                    "action: tag needs 'score', 1 to $0", kScoreMax));
    }
    bool counts = false;
    for (const rules::v1::Threshold& threshold : pack_.rules.thresholds()) {
      if (threshold.category() != rule.category()) continue;
      counts = true;
      const auto code = ParseReasonCode(
          threshold.code().empty() ? "CONTENT_PROHIBITED" : threshold.code());
      const bool enforced = rule.mode() == rules::v1::CHECK_MODE_UNSPECIFIED ||
                            rule.mode() == rules::v1::CHECK_MODE_ENFORCE;
      if (enforced || !code || !IsAlwaysEnforced(*code)) continue;
      Fault(path + ".mode",
            SayBoth("阈值“$0”涉及 $1，必须强制执行：计入它的规则也一样",
                    "threshold '$0' is of $1, which is always enforced: so are "
                    "its tags",
                    threshold.id(), Name(*code)));
    }
    if (counts) return;
    const auto near = absl::c_find_if(
        pack_.rules.thresholds(), [&rule](const rules::v1::Threshold& one) {
          return AreNearNames(rule.category(), one.category());
        });
    const std::string meant =
        near == pack_.rules.thresholds().end() ? "" : near->category();
    if (rule.category().empty()) {
      return Fault(path + ".category",
                   SayBoth("action: tag 须填写 'category'：得分按类别累计",
                           "action: tag needs 'category': scores are summed by "
                           "it"));
    }
    Fault(
        path + ".category",
        SayBoth("类别“$0”没有阈值，这里的计分不会起作用$1",
                "no threshold is of category '$0', so this tag would never "
                "count$2",
                rule.category(),
                meant.empty() ? "" : absl::StrCat("，是否应为“", meant, "”？"),
                meant.empty() ? ""
                              : absl::StrCat(", did you mean '", meant, "'?")));
  }

  void CheckScope(const std::string& path, bool there,
                  const rules::v1::Scope& scope) {
    if (!there) return;
    if (scope.ByteSizeLong() == 0) {
      Fault(path,
            SayBoth("没有内容：可写 'content_providers'、'accounts'、'ports'、"
                    "'carriers'、'signatures'",
                    "holds nothing: 'content_providers', 'accounts', 'ports', "
                    "'carriers', 'signatures'"));
    }
    static const auto& carriers = *new std::vector<std::string>{
        "mobile", "unicom", "telecom", "broadnet"};
    for (int i = 0; i < scope.carriers_size(); ++i) {
      if (absl::c_linear_search(carriers, scope.carriers(i))) continue;
      Fault(absl::StrCat(path, ".carriers[", i, "]"),
            Both{absl::StrCat("没有运营商“", scope.carriers(i), "”",
                              Suggestion(scope.carriers(i), carriers,
                                         Language::kChinese)),
                 absl::StrCat("unknown carrier '", scope.carriers(i), "'",
                              Suggestion(scope.carriers(i), carriers))},
            scope.carriers(i));
    }
  }

  void CheckImpersonation() {
    std::set<std::string> categories;
    std::vector<std::string> rules;
    for (const rules::v1::ContentRule& rule : pack_.rules.rules()) {
      categories.insert(rule.category());
      rules.push_back(rule.id());
    }
    std::set<std::string> seen;
    for (int i = 0; i < pack_.rules.impersonation_categories_size(); ++i) {
      const auto& one = pack_.rules.impersonation_categories(i);
      const std::string path =
          absl::StrCat("impersonation_categories[", i, "]");
      if (!categories.contains(one.category())) {
        Fault(path + ".category",
              SayBoth("没有规则属于类别“$0”", "no rule is of category '$0'",
                      one.category()));
      } else if (!seen.insert(one.category()).second) {
        Fault(path + ".category",
              SayBoth("这个类别重复", "this category is there twice"));
      }
      if (one.named_by().empty()) {
        Fault(path + ".named_by", MustBeSet("named_by"));
      }
      for (int k = 0; k < one.named_by_size(); ++k) {
        if (absl::c_linear_search(rules, one.named_by(k))) continue;
        Fault(absl::StrCat(path, ".named_by[", k, "]"),
              Both{absl::StrCat(
                       "没有规则“", one.named_by(k), "”",
                       Suggestion(one.named_by(k), rules, Language::kChinese)),
                   absl::StrCat("unknown rule '", one.named_by(k), "'",
                                Suggestion(one.named_by(k), rules))});
      }
    }
  }

  void CheckThreshold(int i, std::set<std::string>& ids) {
    const std::string path = absl::StrCat("thresholds[", i, "]");
    const rules::v1::Threshold& threshold = pack_.rules.thresholds(i);
    CheckId(path + ".id", threshold.id(), ids);
    CheckBasis(path + ".basis", threshold.basis());
    if (threshold.score() < 1) {
      Fault(path + ".score",
            SayBoth("'score' 须不小于 1", "'score' must be 1 or more"));
    }
    if (threshold.action() == rules::v1::RULE_ACTION_TAG) {
      Fault(path + ".action",
            SayBoth("阈值要作出判定，可用：reject、hold",
                    "a threshold decides, allowed: reject, hold"));
    }
    const std::string code =
        threshold.code().empty() ? "CONTENT_PROHIBITED" : threshold.code();
    CheckCode(path + ".code", code, codes_);
    if (threshold.mode() == rules::v1::CHECK_MODE_SAMPLE) {
      Fault(path + ".mode", SayBoth("可用：enforce、observe、off",
                                    "allowed: enforce, observe, off"));
    } else {
      CheckMode(path, threshold.mode(), threshold.observe_until(),
                threshold.basis(), code);
    }
    CheckScope(path + ".scope", threshold.has_scope(), threshold.scope());
    CheckScope(path + ".except", threshold.has_except(), threshold.except());
    const std::optional<Sums>& sums = SumsOfTags();
    if (!sums) return;
    const auto sum = sums->find(threshold.category());
    const uint64_t reachable = sum == sums->end() ? 0 : sum->second;
    if (reachable < threshold.score()) {
      Fault(path + ".score",
            SayBoth("永远达不到：类别“$0”的计分合计只有 $1",
                    "never reached: the tags of category '$0' add up to $1",
                    threshold.category(), reachable));
    }
  }

  // Whether what a rule looks for, or its key, has no fault of its own.
  bool AreSetsReadable(const std::string& path) const {
    for (const absl::string_view key :
         {"match", "words", "word_lists", "regexes"}) {
      if (!IsReadable(absl::StrCat(path, ".", key))) return false;
    }
    return true;
  }

  // What the tags of each category add up to; nothing, when a rule has a fault
  // there. Read once, since packs have thousands of rules and thresholds.
  using Sums = absl::flat_hash_map<std::string, uint64_t>;
  const std::optional<Sums>& SumsOfTags() {
    if (sums_) return *sums_;
    absl::flat_hash_set<absl::string_view> decided;
    for (const rules::v1::Threshold& one : pack_.rules.thresholds()) {
      decided.insert(one.category());
    }
    Sums sums;
    for (int i = 0; i < pack_.rules.rules_size(); ++i) {
      const rules::v1::ContentRule& rule = pack_.rules.rules(i);
      if (!IsSumKnown(i, decided)) return sums_.emplace(std::nullopt);
      if (rule.action() == rules::v1::RULE_ACTION_TAG) {
        sums[rule.category()] += rule.score();
      }
    }
    return sums_.emplace(std::move(sums));
  }

  // Whether what rule number `i` adds to a sum has no fault of its own.
  bool IsSumKnown(int i,
                  const absl::flat_hash_set<absl::string_view>& decided) const {
    const std::string path = absl::StrCat("rules[", i, "].");
    for (const absl::string_view key : {"action", "category", "score"}) {
      if (!IsReadable(absl::StrCat(path, key))) return false;
    }
    const rules::v1::ContentRule& rule = pack_.rules.rules(i);
    if (rule.action() != rules::v1::RULE_ACTION_TAG) return rule.score() == 0;
    return rule.score() >= 1 && rule.score() <= kScoreMax &&
           decided.contains(rule.category());
  }

  // A phrase that is itself a word would silence it for good. A rule's own
  // phrases do so for that rule only, which is a way of taking one word out of
  // a list that rules share.
  void CheckAllowedPhrases() {
    const auto& phrases = pack_.rules.allow_phrases();
    CheckPhrases("allow_phrases", phrases);
    if (phrases.empty()) return;
    const std::map<std::string, std::string> rule_of = RulesByWord();
    for (int i = 0; i < phrases.size(); ++i) {
      const auto it = rule_of.find(FoldWord(phrases[i]));
      if (it == rule_of.end()) continue;
      Fault(absl::StrCat("allow_phrases[", i, "]"),
            SayBoth("这是规则“$0”的词，请在那里删除",
                    "this is a word of rule '$0', take it out there instead",
                    it->second));
    }
  }

  template <typename Texts>
  void CheckPhrases(const std::string& path, const Texts& phrases) {
    for (int i = 0; i < phrases.size(); ++i) {
      const std::string folded = FoldWord(phrases[i]);
      if (!folded.empty() && folded.size() <= kWordSizeMax) continue;
      Fault(absl::StrCat(path, "[", i, "]"),
            SayBoth("不能作为词句：归一化后为空，或太长",
                    "not a phrase: empty when folded, or too long"));
    }
  }

  static constexpr uint32_t kScoreMax = 1000;
  static constexpr uint32_t kRollbackMinutesMax = 60;
  static constexpr uint32_t kRollbackMessagesMin = 20;
  static constexpr uint32_t kRollbackMessagesMax = 1'000'000;
  static constexpr uint32_t kRollbackTimesMax = 1'000;

  const Pack& pack_;
  const std::vector<std::string>* codes_;
  std::optional<std::optional<Sums>> sums_;  // None: not read yet.
  const StopAsked& stop_;
  Faults& faults_;
  MatchChecker matches_;
};

}  // namespace

void CheckRules(const Pack& pack, const std::vector<std::string>* codes,
                Faults& faults, const StopAsked& stop) {
  RulesChecker(pack, codes, faults, stop).Check();
}

}  // namespace sluice::rules
