#include "rules/compare/list_weaker.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rules/base/grouped.h"
#include "rules/base/quoted.h"
#include "rules/check/everyday.h"
#include "rules/check/sure_words.h"

namespace sluice::rules {
namespace {

using rules::v1::Match;

// What the rules of a pack use a list for; maybe for several things.
struct Use {
  bool hits = false;
  bool lifts = false;
  bool names = false;  // Who speaks for itself.
  bool law = false;
  std::set<std::string> rules;  // Their ids.
};
using Uses = std::map<std::string, Use, std::less<>>;  // By id.

// "rule 'one' and 2 more", of those that use a list.
Both RulesOf(const Use& use) {
  if (use.rules.empty()) return SayBoth("没有规则", "no rule");
  const std::string first = Quoted(*use.rules.begin());
  const size_t more = use.rules.size() - 1;
  return more == 0 ? SayBoth("规则 $0", "rule $0", first)
                   : SayBoth("规则 $0 等 $1 条", "rule $0 and $2 more", first,
                             more + 1, more);
}

// The ids of the rules by which senders speak for themselves.
std::set<std::string> NamingRules(const Pack& pack) {
  std::set<std::string> rules;
  for (const auto& one : pack.rules.impersonation_categories()) {
    rules.insert(one.named_by().begin(), one.named_by().end());
  }
  return rules;
}

// The uses of word lists, domain lists and weight tables, whose ids may be the
// same.
class ListUses {
 public:
  explicit ListUses(const Pack& pack) {
    const std::set<std::string> naming = NamingRules(pack);
    for (const rules::v1::ContentRule& rule : pack.rules.rules()) {
      law_ = rule.basis() == sluice::v1::BASIS_LAW;
      names_ = naming.contains(rule.id());
      id_ = rule.id();
      Visit(ConditionOf(rule), false);
    }
    for (const std::string& id : pack.policy.links().shorteners()) {
      domains_[id].hits = true;
    }
  }

  Use OfWords(const std::string& id) const { return Of(words_, id); }
  Use OfDomains(const std::string& id) const { return Of(domains_, id); }
  Use OfWeights(const std::string& id) const { return Of(weights_, id); }

 private:
  static Use Of(const Uses& uses, const std::string& id) {
    const auto found = uses.find(id);
    return found == uses.end() ? Use() : found->second;
  }

  // `lifts` under an odd number of `not`.
  void Visit(const Match& match, bool lifts) {
    AddSet(match, lifts);
    AddSet(match.near().first(), lifts);
    AddSet(match.near().second(), lifts);
    AddSet(match.count().of(), lifts);
    for (const std::string& id : match.links().domain_lists()) {
      Add(domains_[id], lifts);
    }
    for (const std::string& id : match.links().except_domain_lists()) {
      Add(domains_[id], !lifts);
    }
    if (match.has_weight()) Add(weights_[match.weight().table()], lifts);
    for (const Match& one : match.any()) Visit(one, lifts);
    for (const Match& one : match.all()) Visit(one, lifts);
    if (match.has_not_()) Visit(match.not_(), !lifts);
  }

  template <typename Set>
  void AddSet(const Set& set, bool lifts) {
    // A part of a table is its list's: "id/category".
    for (const std::string& id : set.word_lists()) {
      Add(words_[id.substr(0, id.find('/'))], lifts);
    }
  }

  void Add(Use& use, bool lifts) const {
    (lifts ? use.lifts : use.hits) = true;
    use.names |= names_;
    use.law |= law_;
    use.rules.insert(id_);
  }

  Uses words_;
  Uses domains_;
  Uses weights_;
  bool law_ = false;
  bool names_ = false;
  std::string id_;  // Of the rule that is read.
};

class ListComparison {
 public:
  ListComparison(const Pack& shipped, const Pack& own, Weaker& weaker)
      : shipped_(shipped),
        own_(own),
        uses_(own),
        folder_(absl::StripSuffix(own.rules_file.path, "rules.yaml")),
        weaker_(weaker) {}

  void Find() {
    for (const rules::v1::WordList& list : own_.rules.word_lists()) {
      LookAtWords(list);
    }
    for (const rules::v1::DomainList& list : own_.rules.domain_lists()) {
      LookAtDomains(list);
    }
    for (const rules::v1::WeightTable& table : own_.rules.weight_tables()) {
      LookAtWeights(table);
    }
  }

 private:
  void LookAtWords(const rules::v1::WordList& list) {
    const auto shipped = shipped_.lists.find(list.id());
    const auto own = own_.lists.find(list.id());
    if (shipped == shipped_.lists.end() || own == own_.lists.end()) return;
    const Use use = uses_.OfWords(list.id());
    const std::string file = absl::StrCat(folder_, list.file());
    if (use.hits) AddGone(file, use, NotIn(own->second, shipped->second));
    if (use.lifts || use.names) {
      AddNew(file, use, NotIn(shipped->second, own->second));
    }
  }

  static std::vector<const Word*> NotIn(const std::vector<Word>& of,
                                        const std::vector<Word>& all) {
    absl::flat_hash_set<absl::string_view> known;
    known.reserve(of.size());
    for (const Word& word : of) known.insert(word.folded);
    std::vector<const Word*> missing;
    for (const Word& word : all) {
      if (!known.contains(word.folded)) missing.push_back(&word);
    }
    return missing;
  }

  // What everyday texts have, too, tells least of what is missed.
  void AddGone(const std::string& file, const Use& use,
               std::vector<const Word*> gone) {
    if (gone.empty()) return;
    std::stable_partition(gone.begin(), gone.end(), [](const Word* word) {
      return EverydayUseOf(word->folded).texts == 0;
    });
    std::vector<std::string> names;
    for (const Word* const word : gone) names.push_back(word->text);
    const Both first = FirstOf(names);
    const Both rules = RulesOf(use);
    weaker_.For(use.law).Add(
        file, {.line = 0, .column = 0},
        SayBoth("不再查找的词", "words that are no longer found"),
        SayBoth("缺少随附的 $0：$2不再认得",
                "without $1: not known any more to $3", first.chinese,
                first.english, rules.chinese, rules.english));
  }

  void AddNew(const std::string& file, const Use& use,
              const std::vector<const Word*>& added) {
    if (added.empty()) return;
    std::vector<std::string> names;
    for (const Word* const word : added) {
      names.push_back(word->text);
      if (!use.lifts) continue;
      weaker_.lifts.push_back(
          {word->folded, absl::StrCat(file, ":", word->position.line)});
    }
    const Both first = FirstOf(names);
    const Both rules = RulesOf(use);
    const Both what =
        use.lifts
            ? SayBoth("这个词表用来放行，含它的短信不再命中$0",
                      "this list lifts hits: texts with it are not hit by $1",
                      rules.chinese, rules.english)
            : SayBoth(
                  "这个词表用来认定是谁在说自己的事，签名与它相符的发送者"
                  "不再被拦截",
                  "this list says who speaks for itself: senders with such "
                  "a signature are not stopped");
    weaker_.For(use.law).Add(
        file, added[0]->position,
        SayBoth("新放行的词", "words that lift hits and are new"),
        SayBoth("比随附多出 $0：$1", "new $2: $3", first.chinese, what.chinese,
                first.english, what.english));
  }

  void LookAtDomains(const rules::v1::DomainList& list) {
    const auto shipped = shipped_.domain_lists.find(list.id());
    const auto own = own_.domain_lists.find(list.id());
    if (shipped == shipped_.domain_lists.end() ||
        own == own_.domain_lists.end()) {
      return;
    }
    const Use use = uses_.OfDomains(list.id());
    const std::string file = absl::StrCat(folder_, list.file());
    if (use.hits) {
      AddDomains(file, use.law, shipped->second.NotIn(own->second),
                 SayBoth("缺少随附的", "without"),
                 SayBoth("不再识别", "are not known any more"));
    }
    if (use.lifts) {
      AddDomains(file, use.law, own->second.NotIn(shipped->second),
                 SayBoth("比随附多出", "new"),
                 SayBoth("不再命中", "are not hit any more"));
    }
  }

  void AddDomains(const std::string& file, bool law,
                  const std::vector<std::string>& domains, const Both& how,
                  const Both& what) {
    if (domains.empty()) return;
    const Both first = FirstOf(domains);
    weaker_.For(law).Add(
        file, {.line = 0, .column = 0}, SayBoth("域名", "domains"),
        SayBoth("$0 $1，指向它的链接$2", "$3 $4: links to it $5", how.chinese,
                first.chinese, what.chinese, how.english, first.english,
                what.english));
  }

  void LookAtWeights(const rules::v1::WeightTable& table) {
    const auto shipped = shipped_.weight_tables.find(table.id());
    const auto own = own_.weight_tables.find(table.id());
    if (shipped == shipped_.weight_tables.end() ||
        own == own_.weight_tables.end()) {
      return;
    }
    absl::flat_hash_map<absl::string_view, const WeighedWord*> left;
    left.reserve(shipped->second.size());
    for (const WeighedWord& word : shipped->second) left[word.text] = &word;
    int64_t lost = 0;
    for (const WeighedWord& word : own->second) {
      const auto found = left.find(word.text);
      const int32_t before = found == left.end() ? 0 : found->second->weight;
      if (found != left.end()) left.erase(found);
      if (word.weight < before) AddLighter(word, before, lost);
    }
    int64_t gone = 0;
    for (const auto& [text, word] : left) {
      if (word->weight > 0) ++gone;
    }
    AddTable(absl::StrCat(folder_, table.file()),
             uses_.OfWeights(table.id()).law, lost, gone);
    lighter_.clear();
  }

  struct Lighter {
    const WeighedWord* word;
    int32_t before;
  };

  void AddLighter(const WeighedWord& word, int32_t before, int64_t& lost) {
    lighter_.push_back({&word, before});
    lost += before - word.weight;
  }

  // The word that lost most, and what all lost.
  void AddTable(const std::string& file, bool law, int64_t lost, int64_t gone) {
    if (!lighter_.empty()) {
      const Lighter& most = *absl::c_max_element(
          lighter_, [](const Lighter& a, const Lighter& b) {
            return a.before - a.word->weight < b.before - b.word->weight;
          });
      weaker_.For(law).Add(
          file, most.word->position,
          SayBoth("变轻的词", "words that weigh less"),
          SayBoth("$0 个词比随附轻，共减 $1；减得最多的是 $2，由 $3 到 $4",
                  "words that weigh less than shipped: $0, by $1 in all, most "
                  "$2, from $3 to $4",
                  Grouped(lighter_.size()),
                  Grouped(static_cast<uint64_t>(lost)), Quoted(most.word->text),
                  most.before, most.word->weight));
    }
    if (gone == 0) return;
    weaker_.For(law).Add(file, {.line = 0, .column = 0},
                         SayBoth("变轻的词", "words that weigh less"),
                         SayBoth("缺少随附的 $0 个权重为正的词",
                                 "lacks $0 shipped words that weigh for a hit",
                                 Grouped(static_cast<uint64_t>(gone))));
  }

  const Pack& shipped_;
  const Pack& own_;
  const ListUses uses_;
  const std::string folder_;  // With a slash at its end, or empty.
  Weaker& weaker_;
  std::vector<Lighter> lighter_;
};

}  // namespace

void FindWeakerLists(const Pack& shipped, const Pack& own, Weaker& weaker) {
  ListComparison(shipped, own, weaker).Find();
}

}  // namespace sluice::rules
