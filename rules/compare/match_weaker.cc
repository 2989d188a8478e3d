#include "rules/compare/match_weaker.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "rules/check/sure_words.h"
#include "rules/compare/figures.h"
#include "rules/pack/word_list.h"

namespace sluice::rules {
namespace {

using rules::v1::Match;
using Texts = google::protobuf::RepeatedPtrField<std::string>;

// Finds where `b` holds for fewer texts than `a`. Under a `not` the two change
// places, since what is sought there lifts: `a` is then the own condition.
class MatchComparison {
 public:
  MatchComparison(const Pack& pack_a, const Pack& pack_b, bool own_is_a)
      : pack_a_(pack_a), pack_b_(pack_b), own_is_a_(own_is_a) {}

  // `path` is that of the own condition.
  void Compare(const Match& a, const Match& b, const std::string& path) {
    CompareSets(a, b, path);
    CompareAny(a, b, path);
    CompareAll(a, b, path);
    CompareNot(a, b, path);
    CompareNear(a, b, path);
    CompareCount(a, b, path);
    CompareLength(a, b, path);
    CompareClasses(a, b, path);
    CompareContacts(a, b, path);
    CompareWeight(a, b, path);
  }

  std::vector<MatchDifference> Take() { return std::move(found_); }

 private:
  static bool HasSet(const auto& of) {
    return !of.word_lists().empty() || !of.words().empty() ||
           !of.regexes().empty();
  }

  // One set of words and regexes, any of which is a hit.
  template <typename Set>
  void CompareSets(const Set& a, const Set& b, const std::string& path) {
    if (!HasSet(b)) return;
    if (!HasSet(a)) return AddCondition(path, "words");
    std::set<std::string> known;
    const auto knows = [&](const std::string& folded) {
      if (known.empty()) {
        ForEachWordOf(pack_b_, b, false,
                      [&known](const std::string& word, int /*index*/) {
                        known.insert(word);
                      });
        known.insert("");
      }
      return known.contains(folded);
    };
    CompareLists(a, b, path, knows);
    CompareWords(a, b, path, knows);
    std::vector<std::string> regexes;
    for (const std::string& one : a.regexes()) {
      if (!absl::c_linear_search(b.regexes(), one)) regexes.push_back(one);
    }
    AddMissing(path, "regexes", a.regexes(), regexes, {});
  }

  template <typename Set, typename Knows>
  void CompareLists(const Set& a, const Set& b, const std::string& path,
                    const Knows& knows) {
    std::vector<std::string> lists;
    std::vector<std::string> words;
    for (const std::string& id : a.word_lists()) {
      if (absl::c_linear_search(b.word_lists(), id)) continue;
      const auto list = pack_a_.lists.find(id);
      if (list == pack_a_.lists.end() ||
          absl::c_all_of(list->second,
                         [&](const Word& w) { return knows(w.folded); })) {
        continue;
      }
      lists.push_back(id);
      for (const Word& word : list->second) words.push_back(word.folded);
    }
    AddMissing(path, "word_lists", a.word_lists(), lists, std::move(words));
  }

  template <typename Set, typename Knows>
  void CompareWords(const Set& a, const Set& b, const std::string& path,
                    const Knows& knows) {
    std::vector<std::string> words;
    std::vector<std::string> folded;
    for (const std::string& one : a.words()) {
      if (absl::c_linear_search(b.words(), one)) continue;
      std::string as_found = FoldWord(one);
      if (knows(as_found)) continue;
      words.push_back(one);
      folded.push_back(std::move(as_found));
    }
    AddMissing(path, "words", a.words(), words, std::move(folded));
  }

  // `missing` are of `a`, and not of `b`: gone from the own condition, or, when
  // that is `a`, new there.
  void AddMissing(const std::string& path, const char* field, const Texts& all,
                  const std::vector<std::string>& missing,
                  std::vector<std::string> folded) {
    if (missing.empty()) return;
    const Both names = FirstOf(missing);
    if (!own_is_a_) {
      return Add(absl::StrCat(path, ".", field),
                 SayBoth("$0 缺少 $1，含它的短信不再命中",
                         "$0: without $2: texts with it are not hit", field,
                         names.chinese, names.english));
    }
    const auto at = absl::c_find(all, missing[0]) - all.begin();
    Add(absl::StrCat(path, ".", field, "[", at, "]"),
        SayBoth("$0 多了 $1，含它的短信不再命中",
                "$0: new $2: texts with it are not hit", field, names.chinese,
                names.english),
        std::move(folded));
  }

  // Whether `b` holds whenever `a` does.
  bool Follows(const Match& a, const Match& b) const {
    MatchComparison one(pack_a_, pack_b_, own_is_a_);
    one.Compare(a, b, "");
    return one.found_.empty();
  }

  void CompareAny(const Match& a, const Match& b, const std::string& path) {
    if (b.any().empty()) return;
    if (a.any().empty()) return AddCondition(path, "any");
    for (int i = 0; i < a.any_size(); ++i) {
      if (absl::c_any_of(b.any(), [&](const Match& one) {
            return Follows(a.any(i), one);
          })) {
        continue;
      }
      // Changed where it stood, or gone.
      if (a.any_size() == b.any_size()) {
        Compare(a.any(i), b.any(i), absl::StrCat(path, ".any[", i, "]"));
      } else if (own_is_a_) {
        Add(absl::StrCat(path, ".any[", i, "]"),
            SayBoth("比随附多了一种情形，符合的短信不再命中",
                    "new alternative: texts for which it holds are not hit"),
            WordsIn(a.any(i)));
      } else {
        Add(path + ".any",
            SayBoth("any 比随附少了一种情形", "any lacks one of the shipped"));
      }
    }
  }

  void CompareAll(const Match& a, const Match& b, const std::string& path) {
    for (int i = 0; i < b.all_size(); ++i) {
      if (absl::c_any_of(a.all(), [&](const Match& one) {
            return Follows(one, b.all(i));
          })) {
        continue;
      }
      if (a.all_size() == b.all_size()) {
        Compare(a.all(i), b.all(i), absl::StrCat(path, ".all[", i, "]"));
      } else {
        AddCondition(path, own_is_a_ ? "all" : absl::StrCat("all[", i, "]"));
      }
    }
  }

  void CompareNot(const Match& a, const Match& b, const std::string& path) {
    if (!b.has_not_()) return;
    if (!a.has_not_()) return AddCondition(path, "not", WordsIn(b.not_()));
    MatchComparison under(pack_b_, pack_a_, !own_is_a_);
    under.Compare(b.not_(), a.not_(), path + ".not");
    for (MatchDifference& one : under.found_) found_.push_back(std::move(one));
  }

  void CompareNear(const Match& a, const Match& b, const std::string& path) {
    if (!b.has_near()) return;
    if (!a.has_near()) return AddCondition(path, "near");
    CompareSets(a.near().first(), b.near().first(), path + ".near.first");
    CompareSets(a.near().second(), b.near().second(), path + ".near.second");
    AtLeast(b.near().within(), a.near().within(), path + ".near.within");
  }

  void CompareCount(const Match& a, const Match& b, const std::string& path) {
    if (!b.has_count()) return;
    if (!a.has_count()) return AddCondition(path, "count");
    CompareSets(a.count().of(), b.count().of(), path + ".count.of");
    AtMost(b.count().at_least(), a.count().at_least(),
           path + ".count.at_least");
  }

  void CompareLength(const Match& a, const Match& b, const std::string& path) {
    if (!b.has_length()) return;
    const auto most = [](uint32_t max) {
      return max == 0 ? std::numeric_limits<uint32_t>::max() : max;
    };
    AtMost(b.length().min(), a.length().min(), path + ".length.min");
    if (most(b.length().max()) < most(a.length().max())) {
      AddFigure(a.length().max(), b.length().max(), path + ".length.max");
    }
  }

  void CompareClasses(const Match& a, const Match& b, const std::string& path) {
    if (b.classes().empty()) return;
    if (a.classes().empty()) return AddCondition(path, "classes");
    std::vector<std::string> missing;
    for (const int one : a.classes()) {
      if (absl::c_linear_search(b.classes(), one)) continue;
      missing.push_back(
          WrittenName(*sluice::v1::MessageClass_descriptor(), one));
    }
    AddOther(path, "classes", missing);
  }

  void CompareContacts(const Match& a, const Match& b,
                       const std::string& path) {
    if (b.has_links()) {
      if (!a.has_links()) return AddCondition(path, "links");
      const std::string at = path + ".links";
      AtMost(std::max(b.links().at_least(), 1U),
             std::max(a.links().at_least(), 1U), at + ".at_least");
      const auto not_in = [](const Texts& all, const Texts& of) {
        std::vector<std::string> missing;
        for (const std::string& one : all) {
          if (!absl::c_linear_search(of, one)) missing.push_back(one);
        }
        return missing;
      };
      AddOther(at, "except_domain_lists",
               not_in(b.links().except_domain_lists(),
                      a.links().except_domain_lists()));
      if (!b.links().domain_lists().empty()) {
        if (a.links().domain_lists().empty()) AddCondition(at, "domain_lists");
        AddOther(at, "domain_lists",
                 not_in(a.links().domain_lists(), b.links().domain_lists()));
      }
    }
    if (!b.has_contacts()) return;
    if (!a.has_contacts()) return AddCondition(path, "contacts");
    AtMost(std::max(b.contacts().at_least(), 1U),
           std::max(a.contacts().at_least(), 1U), path + ".contacts.at_least");
    if (b.contacts().kinds().empty()) return;
    std::vector<std::string> missing;
    for (const int one : a.contacts().kinds()) {
      if (absl::c_linear_search(b.contacts().kinds(), one)) continue;
      missing.push_back(WrittenName(*rules::v1::ContactKind_descriptor(), one));
    }
    if (a.contacts().kinds().empty()) {
      return AddCondition(path + ".contacts", "kinds");
    }
    AddOther(path + ".contacts", "kinds", missing);
  }

  void CompareWeight(const Match& a, const Match& b, const std::string& path) {
    if (!b.has_weight()) return;
    if (!a.has_weight()) return AddCondition(path, "weight");
    if (a.weight().table() != b.weight().table()) {
      return AddOther(path + ".weight", "table", {a.weight().table()});
    }
    AtMost(b.weight().at_least(), a.weight().at_least(),
           path + ".weight.at_least");
  }

  // A figure of `b` by which it holds for fewer when it is larger.
  void AtMost(uint32_t b, uint32_t a, const std::string& path) {
    if (b > a) AddFigure(a, b, path);
  }
  void AtLeast(uint32_t b, uint32_t a, const std::string& path) {
    if (b < a) AddFigure(a, b, path);
  }

  void AddFigure(uint32_t a, uint32_t b, const std::string& path) {
    // Such as length.max.
    const std::string field =
        path.substr(path.rfind('.', path.rfind('.') - 1) + 1);
    Add(path, SayBoth("$0 为 $1，随附为 $2，命中的短信更少",
                      "$0 is $1, shipped $2, and fewer texts are hit", field,
                      own_is_a_ ? a : b, own_is_a_ ? b : a));
  }

  void AddOther(const std::string& path, const std::string& field,
                const std::vector<std::string>& values) {
    if (values.empty()) return;
    const Both names = FirstOf(values);
    // Names of lists that except are in `b` and not in `a`.
    const bool more = (field == "except_domain_lists") != own_is_a_;
    Add(absl::StrCat(path, ".", field),
        more ? SayBoth("$0 比随附多出 $1，命中的短信更少",
                       "$0: new $2: fewer texts are hit", field, names.chinese,
                       names.english)
             : SayBoth("$0 缺少随附的 $1，命中的短信更少",
                       "$0: without $2: fewer texts are hit", field,
                       names.chinese, names.english));
  }

  // `b` asks for one thing more than `a`.
  void AddCondition(const std::string& path, const std::string& field,
                    std::vector<std::string> lifting = {}) {
    const std::string key = field.substr(0, field.find('['));
    if (own_is_a_) {
      return Add(
          path, SayBoth("缺少随附的条件 $0，放行的短信更多",
                        "lacks the shipped condition $0, and lifts more", key));
    }
    Add(absl::StrCat(path, ".", field),
        SayBoth("比随附多了条件 $0，命中的短信更少",
                "new condition $0: fewer texts are hit", key),
        std::move(lifting));
  }

  std::vector<std::string> WordsIn(const Match& match) const {
    std::vector<std::string> words;
    ForEachWordOf(own_is_a_ ? pack_a_ : pack_b_, match, false,
                  [&words](const std::string& word, int /*index*/) {
                    words.push_back(word);
                  });
    for (const Match& one : match.any()) {
      for (std::string& word : WordsIn(one)) words.push_back(std::move(word));
    }
    return words;
  }

  void Add(std::string path, Both what, std::vector<std::string> lifting = {}) {
    found_.push_back({std::move(path), std::move(what), std::move(lifting)});
  }

  const Pack& pack_a_;
  const Pack& pack_b_;
  const bool own_is_a_;
  std::vector<MatchDifference> found_;
};

}  // namespace

std::vector<MatchDifference> CompareMatches(const Pack& shipped_pack,
                                            const Match& shipped,
                                            const Pack& own_pack,
                                            const Match& own,
                                            const std::string& path) {
  MatchComparison comparison(shipped_pack, own_pack, /*own_is_a=*/false);
  comparison.Compare(shipped, own, path);
  return comparison.Take();
}

}  // namespace sluice::rules
