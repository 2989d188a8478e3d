#include "rules/check/never_hits.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rules/base/quoted.h"
#include "rules/check/lifts.h"
#include "rules/check/sure_words.h"
#include "rules/pack/word_list.h"

namespace sluice::rules {
namespace {

using rules::v1::Match;

bool HasSet(const Match& match) {
  return !match.words().empty() || !match.word_lists().empty() ||
         !match.regexes().empty();
}

// Reads one rule.
class RuleReader {
 public:
  RuleReader(const Pack& pack, const rules::v1::ContentRule& rule,
             Warnings& warnings)
      : pack_(pack),
        rule_(rule),
        exact_(rule.folding() == rules::v1::FOLDING_LEVEL_EXACT),
        warnings_(warnings) {}

  void Look(const std::string& path) {
    Lifts lifts;
    for (const std::string& phrase : rule_.allow_phrases()) {
      lifts.AddPhrase(TextOf(phrase));
    }
    whole_ = rule_.has_match() ? path + ".match" : path;
    CanHold(ConditionOf(rule_), whole_, lifts);
    for (auto& [at, one] : told_) {
      warnings_.Add(pack_.rules_file.path, pack_.rules_file.positions.At(at),
                    one.kind, std::move(one.what));
    }
  }

 private:
  struct Told {
    Both kind;
    Both what;
  };

  // As the rule's folding compares it.
  std::string TextOf(const std::string& word) const {
    return exact_ ? word : FoldWord(word);
  }

  // Whether some text may make `match` hold, beside `outer`, which lifts words
  // in it. Tells what never hits; of a part that never holds only that.
  bool CanHold(const Match& match, const std::string& path,
               const Lifts& outer) {
    Lifts inner;
    const Lifts* lifts = &outer;
    if (match.has_not_()) {
      CanHold(match.not_(), path + ".not", {});
      inner = outer;
      ForEachSureWord(
          pack_, match.not_(), exact_,
          [&inner](const std::string& word) { inner.AddWord(word); });
      lifts = &inner;
    }
    const size_t before = told_.size();
    bool can = !HasSet(match) || HasWords(match, path, *lifts, 1);
    if (match.has_near()) {
      can &= HasWords(match.near().first(), path + ".near.first", *lifts, 1);
      can &= HasWords(match.near().second(), path + ".near.second", *lifts, 1);
    }
    if (match.has_count()) {
      can &= HasWords(match.count().of(), path + ".count.of", *lifts,
                      match.count().at_least());
    }
    bool any = match.any().empty();
    for (int i = 0; i < match.any_size(); ++i) {
      any |= CanHold(match.any(i), absl::StrCat(path, ".any[", i, "]"), *lifts);
    }
    for (int i = 0; i < match.all_size(); ++i) {
      can &= CanHold(match.all(i), absl::StrCat(path, ".all[", i, "]"), *lifts);
    }
    if (can && any) return true;
    told_.resize(before);
    TellPart(path);
    return false;
  }

  // Whether at least `wanted` different words and regexes of a set may hit.
  template <typename Set>
  bool HasWords(const Set& set, const std::string& path, const Lifts& lifts,
                uint32_t wanted) {
    if (lifts.empty() && wanted <= 1) return true;
    absl::flat_hash_set<std::string> left;
    size_t lifted = 0;
    ForEachWordOf(pack_, set, exact_, [&](const std::string& word, int index) {
      const absl::string_view by = lifts.Of(word);
      if (by.empty()) {
        if (left.size() < wanted) left.insert(word);
        return;
      }
      ++lifted;
      why_ = WhyLifted(word, by);
      if (index < 0) return;
      told_.emplace_back(
          absl::StrCat(path, ".words[", index, "]"),
          Told{SayBoth("规则自己排除的词", "words that their rule lifts"),
               SayBoth("$0 在规则 $1 中永远不会命中：$2",
                       "$0 never hits in rule $1: $3", Quoted(word),
                       Quoted(rule_.id()), why_.chinese, why_.english)});
    });
    const size_t has = left.size() + static_cast<size_t>(set.regexes_size());
    if (has >= wanted) return true;
    if (lifted == 0) {
      why_ = SayBoth("要求至少 $0 个不同的词，这里只有 $1 个",
                     "$0 different words are asked for, and there are $1",
                     wanted, has);
    }
    return false;
  }

  static Both WhyLifted(absl::string_view word, absl::string_view by) {
    return SayBoth("规则自己的 not 或 allow_phrases 中有 $1，把 $0 排除了",
                   "its own 'not' or 'allow_phrases' has $1, which lifts $0",
                   Quoted(word), Quoted(by));
  }

  void TellPart(const std::string& path) {
    const bool whole = path == whole_;
    told_.emplace_back(
        path,
        Told{SayBoth("不会命中的规则", "rules that never hit"),
             whole ? SayBoth("规则 $0 永远不会命中：$1",
                             "rule $0 can never hit: $2", Quoted(rule_.id()),
                             why_.chinese, why_.english)
                   : SayBoth("规则 $0 的这一部分永远不会成立：$1",
                             "this part of rule $0 never holds: $2",
                             Quoted(rule_.id()), why_.chinese, why_.english)});
  }

  const Pack& pack_;
  const rules::v1::ContentRule& rule_;
  const bool exact_;
  Warnings& warnings_;
  std::string whole_;  // The path of the rule's whole condition.
  Both why_;           // Of what was found last.
  std::vector<std::pair<std::string, Told>> told_;  // By path.
};

}  // namespace

void FindNeverHits(const Pack& pack, Warnings& warnings) {
  for (int i = 0; i < pack.rules.rules_size(); ++i) {
    const rules::v1::ContentRule& rule = pack.rules.rules(i);
    if (rule.mode() == rules::v1::CHECK_MODE_OFF) continue;
    RuleReader(pack, rule, warnings).Look(absl::StrCat("rules[", i, "]"));
  }
}

}  // namespace sluice::rules
