#include "rules/check/shadow_warnings.h"

#include <algorithm>
#include <map>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rules/base/quoted.h"
#include "rules/check/lifts.h"
#include "rules/check/sure_words.h"

namespace sluice::rules {
namespace {

using rules::v1::ContentRule;

bool IsEnforced(const ContentRule& rule) {
  return rule.mode() == rules::v1::CHECK_MODE_ENFORCE ||
         rule.mode() == rules::v1::CHECK_MODE_UNSPECIFIED;
}

// Whether the rule rejects, of every message, what has a word of it.
bool RejectsAlways(const ContentRule& rule) {
  const bool rejects = rule.action() == rules::v1::RULE_ACTION_REJECT ||
                       rule.action() == rules::v1::RULE_ACTION_UNSPECIFIED;
  return rejects && IsEnforced(rule) && rule.classes().empty() &&
         !rule.has_scope() && !rule.has_except() &&
         rule.allow_phrases().empty();
}

bool Holds(const ContentRule& rule) {
  return rule.action() == rules::v1::RULE_ACTION_HOLD && IsEnforced(rule) &&
         rule.folding() != rules::v1::FOLDING_LEVEL_EXACT;
}

rules::v1::FoldingLevel LevelOf(const ContentRule& rule) {
  return std::max(rule.folding(), rules::v1::FOLDING_LEVEL_NORMAL);
}

// Without its regexes and all else than words, of which one is enough.
bool HasWordsOnly(const rules::v1::Match& match) {
  bool words = match.regexes().empty();
  for (const auto& one : match.any()) words = words && HasWordsOnly(one);
  for (const auto& one : match.all()) words = words && HasWordsOnly(one);
  return words;
}

class ShadowWarnings {
 public:
  ShadowWarnings(const Pack& pack, Warnings& warnings)
      : pack_(pack), warnings_(warnings) {}

  void Find() {
    if (absl::c_none_of(pack_.rules.rules(), Holds)) return;
    for (const ContentRule& rule : pack_.rules.rules()) {
      if (rule.folding() == rules::v1::FOLDING_LEVEL_EXACT ||
          !RejectsAlways(rule)) {
        continue;
      }
      ForEachSureWord(pack_, ConditionOf(rule), false,
                      [&](const std::string& word) {
                        rule_of_.emplace(word, rule.id());
                        for (auto& [level, words] : rejected_) {
                          if (level <= LevelOf(rule)) words.AddWord(word);
                        }
                      });
    }
    for (int i = 0; i < pack_.rules.rules_size(); ++i) {
      const ContentRule& rule = pack_.rules.rules(i);
      if (Holds(rule)) LookAt(rule, absl::StrCat("rules[", i, "]"));
    }
  }

 private:
  void LookAt(const ContentRule& rule, const std::string& path) {
    const Lifts& rejected = rejected_[LevelOf(rule)];
    const rules::v1::Match condition = ConditionOf(rule);
    if (rejected.empty() || !HasWordsOnly(condition)) return;
    std::string word;
    absl::string_view by;
    bool all = true;
    ForEachSureWord(pack_, condition, false, [&](const std::string& one) {
      if (!all) return;
      by = rejected.Of(one);
      all = !by.empty();
      if (word.empty()) word = one;
    });
    if (word.empty() || !all) return;
    by = rejected.Of(word);
    warnings_.Add(
        pack_.rules_file.path, pack_.rules_file.positions.At(path),
        SayBoth("被拒绝规则盖过的转人工规则",
                "holds that a rejection forestalls"),
        SayBoth("规则 $0 要转人工的词都已被拒绝，例如 $1 被规则 $2 的 $3 拒绝："
                "请从拒绝的词中去掉，或删去这条规则",
                "rule $0 holds nothing, since all its words are rejected, such "
                "as $1 by $3 of rule $2: take them out there, or remove this "
                "rule",
                Quoted(rule.id()), Quoted(word),
                Quoted(rule_of_[std::string(by)]), Quoted(by)));
  }

  const Pack& pack_;
  Warnings& warnings_;
  std::map<std::string, std::string> rule_of_;  // By word.
  // By level: the words that are rejected there.
  std::map<rules::v1::FoldingLevel, Lifts> rejected_ = {
      {rules::v1::FOLDING_LEVEL_NORMAL, {}},
      {rules::v1::FOLDING_LEVEL_EVASIVE, {}},
      {rules::v1::FOLDING_LEVEL_HOMOPHONE, {}},
  };
};

}  // namespace

void FindShadowWarnings(const Pack& pack, Warnings& warnings) {
  ShadowWarnings(pack, warnings).Find();
}

}  // namespace sluice::rules
