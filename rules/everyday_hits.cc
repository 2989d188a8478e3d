#include "rules/everyday_hits.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/base/quoted.h"
#include "rules/check/everyday.h"
#include "rules/check/everyday_texts.h"
#include "rules/check/sure_words.h"
#include "rules/pack/word_list.h"

namespace sluice::rules {
namespace {

template <typename One>
bool Decides(const One& one) {
  return one.action() != rules::v1::RULE_ACTION_TAG &&
         (one.mode() == rules::v1::CHECK_MODE_ENFORCE ||
          one.mode() == rules::v1::CHECK_MODE_SAMPLE);
}

// Whether one word or regex of the rule is enough.
bool OneIsEnough(const rules::v1::ContentRule& rule) {
  const rules::v1::Match match = ConditionOf(rule);
  return match.all().empty() && !match.has_near() && !match.has_count() &&
         !match.has_links() && !match.has_contacts() && !match.has_weight();
}

bool AsksForWeight(const rules::v1::Match& match) {
  return match.has_weight() || absl::c_any_of(match.any(), AsksForWeight) ||
         absl::c_any_of(match.all(), AsksForWeight);
}

// Whether something must not be in the text.
bool AsksForAbsence(const rules::v1::Match& match) {
  return match.has_not_() || absl::c_any_of(match.any(), AsksForAbsence) ||
         absl::c_any_of(match.all(), AsksForAbsence);
}

// Whether the word or regex of a hit is in an everyday text as it is written.
bool IsAsWritten(const ExplainedHit& hit) {
  if (hit.pattern.empty()) return false;  // What is absent.
  if (hit.contact != rules::v1::CONTACT_KIND_UNSPECIFIED) return false;
  return hit.regex ? EverydayUseOfRegex(hit.pattern).texts > 0
                   : EverydayUseOf(FoldWord(hit.pattern)).texts > 0;
}

class EverydayHits {
 public:
  EverydayHits(const RuleSet& rules, const PackFile& file, Warnings& warnings)
      : rules_(rules), file_(file), warnings_(warnings) {}

  void Try(absl::string_view text, sluice::v1::MessageClass message_class) {
    FoldTable::Shared().Fold(text, folded_);
    const TextFacts facts = {message_class, folded_.code_points, text};
    std::map<uint32_t, std::set<std::string>> words;  // By rule.
    std::set<uint32_t> told;
    for (const ExplainedHit& hit : rules_.Explain(folded_, facts, scratch_)) {
      words[hit.rule].insert(hit.pattern);
      const bool known =
          OneIsEnough(rules_.rules()[hit.rule]) && IsAsWritten(hit);
      if (known) told.insert(hit.rule);
    }
    std::map<std::string, uint32_t> sums;  // By category.
    for (const auto& [i, hit] : words) {
      const rules::v1::ContentRule& rule = rules_.rules()[i];
      if (rule.action() == rules::v1::RULE_ACTION_TAG &&
          rule.mode() == rules::v1::CHECK_MODE_ENFORCE) {
        sums[rule.category()] += rule.score();
      }
      if (!Decides(rule) || told.contains(i)) continue;
      Add(absl::StrCat("rules[", i, "]"), rule.id(), text,
          Why(rule, absl::StrJoin(hit, ", ")), AdviceFor(rule));
    }
    for (size_t i = 0; i < rules_.thresholds().size(); ++i) {
      const rules::v1::Threshold& one = rules_.thresholds()[i];
      const auto sum = sums.find(one.category());
      if (sum == sums.end() || sum->second < one.score() || !Decides(one)) {
        continue;
      }
      Add(absl::StrCat("thresholds[", i, "]"), one.id(), text,
          SayBoth("合计 $0 分", "for a sum of $0", sum->second), AskForMore());
    }
  }

 private:
  static Both Why(const rules::v1::ContentRule& rule,
                  const std::string& words) {
    if (words.empty()) {
      return AsksForAbsence(rule.match())
                 ? SayBoth("因为不含某些词", "for what it lacks")
                 : SayBoth("因为它只限定了长度或类型，没有写要找什么",
                           "for its length or class alone, since the rule "
                           "looks for nothing");
    }
    return SayBoth("因为 $0", "for $0", words);
  }

  static Both AskForMore() {
    return SayBoth("请收紧条件，或用 allow_phrases 放行其中的词句",
                   "ask for more, or allow its phrases (allow_phrases)");
  }

  // Phrases lift no weight.
  static Both AdviceFor(const rules::v1::ContentRule& rule) {
    if (!AsksForWeight(rule.match())) return AskForMore();
    return SayBoth(
        "请提高 at_least，或在权重表中给其中常见的词负的权重",
        "raise its at_least, or give everyday words of the text a weight "
        "below 0 in the table");
  }

  void Add(const std::string& path, const std::string& id,
           absl::string_view text, const Both& why, const Both& advice) {
    if (!paths_.insert(path).second) return;
    warnings_.Add(
        file_.path, file_.positions.At(path),
        SayBoth("会命中的日常短信", "everyday texts that are hit"),
        SayBoth("$0 会命中日常短信“$1”，$2：$4",
                "$0 hits the everyday text \"$1\" $3: $5", Quoted(id), text,
                why.chinese, why.english, advice.chinese, advice.english));
  }

  const RuleSet& rules_;
  const PackFile& file_;
  Warnings& warnings_;
  std::set<std::string> paths_;  // Of what is told.
  FoldedText folded_;
  RuleScratch scratch_;
};

}  // namespace

void FindEverydayHits(const RuleSet& rules, const PackFile& file,
                      Warnings& warnings) {
  EverydayHits hits(rules, file, warnings);
  for (const absl::string_view text : EverydayTexts()) {
    hits.Try(text, sluice::v1::MESSAGE_CLASS_NOTICE);
    hits.Try(text, sluice::v1::MESSAGE_CLASS_COMMERCIAL);
  }
}

}  // namespace sluice::rules
