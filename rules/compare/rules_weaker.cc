#include "rules/compare/rules_weaker.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rules/check/sure_words.h"
#include "rules/compare/figures.h"
#include "rules/compare/match_weaker.h"
#include "rules/pack/word_list.h"

namespace sluice::rules {
namespace {

using rules::v1::ContentRule;
using rules::v1::Threshold;

// Which way each key of a rule is weaker; its condition is compared as a tree.
constexpr Figure kRule[] = {
    {"mode", WeakerWhen::kLess, {"命中的短信照发", "what it hits is sent"}},
    {"action",
     WeakerWhen::kLess,
     {"命中的短信处理得更轻", "what it hits is stopped less"}},
    {"score",
     WeakerWhen::kLess,
     {"更难达到阈值", "thresholds are reached less often"}},
    {"folding",
     WeakerWhen::kLess,
     {"变形的写法不再命中", "disguised words are not hit"}},
    {"classes",
     WeakerWhen::kHasAny,
     {"其余类别不查", "other classes are not looked at"}},
    {"sample_percent",
     WeakerWhen::kLess,
     {"更少的号码执行", "enforced for fewer numbers"}},
    {"allow_phrases",
     WeakerWhen::kHasMore,
     {"其中的命中不再算数", "hits in them do not count"}},
};
constexpr Figure kThreshold[] = {
    {"mode",
     WeakerWhen::kLess,
     {"达到阈值的短信照发", "what reaches it is sent"}},
    {"action",
     WeakerWhen::kLess,
     {"达到阈值的短信处理得更轻", "what reaches it is stopped less"}},
    {"score", WeakerWhen::kMore, {"更难达到", "it is reached less often"}},
};
// Of both, when they are of the law.
constexpr Figure kLawful[] = {
    {"basis",
     WeakerWhen::kOther,
     {"违禁内容不再是法律所禁", "it is no longer what the law prohibits"}},
    {"code",
     WeakerWhen::kOther,
     {"不再是违禁内容，可以豁免",
      "it is no prohibited content, and may be exempted"}},
};
constexpr Figure kCode[] = {
    {"code",
     WeakerWhen::kOther,
     {"由另一项检查决定拦截还是只观察",
      "another check says whether it stops or observes"}},
};
constexpr Figure kRollback[] = {
    {"messages_min",
     WeakerWhen::kLess,
     {"更少的短信就会使它自动回滚", "fewer messages roll it back"}},
    {"times",
     WeakerWhen::kLess,
     {"命中稍增就会使它自动回滚", "a few more hits roll it back"}},
};
// Tags add up within a category.
constexpr Figure kCategory[] = {
    {"category",
     WeakerWhen::kOther,
     {"不再计入原来的阈值", "it does not count for its threshold"}},
};
constexpr Words kScopeWhy = {"其余短信不查",
                             "other messages are not looked at"};
constexpr Figure kScope[] = {
    {"content_providers", WeakerWhen::kHasAny, kScopeWhy},
    {"accounts", WeakerWhen::kHasAny, kScopeWhy},
    {"ports", WeakerWhen::kHasAny, kScopeWhy},
    {"carriers", WeakerWhen::kHasAny, kScopeWhy},
    {"signatures", WeakerWhen::kHasAny, kScopeWhy},
};
constexpr Words kExceptWhy = {"这些短信不查", "these are not looked at"};
constexpr Figure kExcept[] = {
    {"content_providers", WeakerWhen::kHasMore, kExceptWhy},
    {"accounts", WeakerWhen::kHasMore, kExceptWhy},
    {"ports", WeakerWhen::kHasMore, kExceptWhy},
    {"carriers", WeakerWhen::kHasMore, kExceptWhy},
    {"signatures", WeakerWhen::kHasMore, kExceptWhy},
};
constexpr Figure kAllRules[] = {
    {"allow_phrases",
     WeakerWhen::kHasMore,
     {"所有规则在其中的命中都不算数", "no rule's hits in them count"}},
    {"strict_words",
     WeakerWhen::kHasMore,
     {"它们的谐音和形近写法不再命中",
      "what sounds or looks like them is not hit"}},
};
constexpr Figure kSounds[] = {
    {"same_tone_up_to",
     WeakerWhen::kMore,
     {"声调不同的谐音不再命中", "other tones are not hit"}},
    {"confusions",
     WeakerWhen::kLacks,
     {"这样的谐音不再命中", "such sound-alikes are not hit"}},
};
constexpr Figure kNaming[] = {
    {"named_by",
     WeakerWhen::kHasMore,
     {"更多签名可以自称是它", "more signatures speak for themselves"}},
    {"named_by",
     WeakerWhen::kLacks,
     {"它们认得的名称不再核对，签名相符的发送者可以冒用",
      "the names that they know are not compared with the signature, and may "
      "be used by others"}},
};

bool IsTag(const ContentRule& rule) {
  return rule.action() == rules::v1::RULE_ACTION_TAG;
}

// Of a rule's own condition, when it has no `match`, without the dot.
std::string ConditionPath(const ContentRule& rule, const std::string& path) {
  return rule.has_match() ? path + ".match" : path;
}

class RulesComparison {
 public:
  RulesComparison(const Pack& shipped, const Pack& own, Weaker& weaker)
      : shipped_(shipped), own_(own), weaker_(weaker) {}

  void Find() {
    const auto& rules = own_.rules.rules();
    for (const ContentRule& one : shipped_.rules.rules()) {
      const int i = IndexOf(rules, one);
      i < 0 ? AddGone(one, "规则", "rule") : LookAtRule(one, i);
    }
    for (const Threshold& one : shipped_.rules.thresholds()) {
      const int i = IndexOf(own_.rules.thresholds(), one);
      i < 0 ? AddGone(one, "阈值", "threshold") : LookAtThreshold(one, i);
    }
    LookAtAll();
    LookAtNaming();
  }

 private:
  // That of the same id, else of one that is the same but for its id; -1: none.
  template <typename Many, typename One>
  static int IndexOf(const Many& own, const One& shipped) {
    for (int i = 0; i < own.size(); ++i) {
      if (own[i].id() == shipped.id()) return i;
    }
    for (int i = 0; i < own.size(); ++i) {
      if (own[i].category() != shipped.category()) continue;
      One other = own[i];
      other.set_id(shipped.id());
      if (other.SerializeAsString() == shipped.SerializeAsString()) return i;
    }
    return -1;
  }

  void LookAtRule(const ContentRule& shipped, int i) {
    const ContentRule& own = own_.rules.rules(i);
    const std::string path = absl::StrCat("rules[", i, "]");
    const Both whose = SayBoth("规则 $0", "rule $0", shipped.id());
    const bool law = shipped.basis() == sluice::v1::BASIS_LAW;
    LookAtCommon(shipped, own, path, whose, kRule);
    if (IsTag(shipped) && IsTag(own)) {
      Look(law, shipped, own, path, whose, kCategory);
    }
    // Only of what rejects.
    if (shipped.has_auto_rollback() && own.has_auto_rollback() &&
        !own.auto_rollback().off()) {
      Look(law, shipped.auto_rollback(), own.auto_rollback(),
           path + ".auto_rollback", whose, kRollback);
    }
    const std::vector<MatchDifference> differences =
        CompareMatches(shipped_, ConditionOf(shipped), own_, ConditionOf(own),
                       ConditionPath(own, path));
    for (const MatchDifference& one : differences) {
      Add(law, one.path, whose, one.what);
      for (const std::string& word : one.lifting_words) {
        AddLift(word, one.path);
      }
    }
    LookAtPhrases(shipped.allow_phrases(), own.allow_phrases(), path + ".");
  }

  void LookAtThreshold(const Threshold& shipped, int i) {
    const Threshold& own = own_.rules.thresholds(i);
    const std::string path = absl::StrCat("thresholds[", i, "]");
    const Both whose = SayBoth("阈值 $0", "threshold $0", shipped.id());
    LookAtCommon(shipped, own, path, whose, kThreshold);
    Look(shipped.basis() == sluice::v1::BASIS_LAW, shipped, own, path, whose,
         kCategory);
  }

  template <typename One>
  void LookAtCommon(const One& shipped, const One& own, const std::string& path,
                    const Both& whose, absl::Span<const Figure> figures) {
    const bool law = shipped.basis() == sluice::v1::BASIS_LAW;
    Look(law, shipped, own, path, whose, figures);
    law ? Look(law, shipped, own, path, whose, kLawful)
        : Look(law, shipped, own, path, whose, kCode);
    Look(law, shipped.scope(), own.scope(), path + ".scope", whose, kScope);
    Look(law, shipped.except(), own.except(), path + ".except", whose, kExcept);
  }

  void Look(bool law, const google::protobuf::Message& shipped,
            const google::protobuf::Message& own, const std::string& path,
            const Both& whose, absl::Span<const Figure> figures) {
    ForEachWeaker(shipped, own, path, figures,
                  [&](const std::string& at, const Both& what) {
                    Add(law, at, whose, what);
                  });
  }

  template <typename Phrases>
  void LookAtPhrases(const Phrases& shipped, const Phrases& own,
                     const std::string& path) {
    std::set<std::string> known;
    for (const std::string& one : shipped) known.insert(FoldWord(one));
    for (int i = 0; i < own.size(); ++i) {
      std::string folded = FoldWord(own[i]);
      if (known.contains(folded)) continue;
      AddLift(std::move(folded), absl::StrCat(path, "allow_phrases[", i, "]"));
    }
  }

  // What counts for all rules, most of which are of the law.
  void LookAtAll() {
    const Both none = {};
    Look(true, shipped_.rules, own_.rules, "", none, kAllRules);
    Look(true, shipped_.rules.sounds(), own_.rules.sounds(), "sounds",
         SayBoth("sounds", "sounds"), kSounds);
    LookAtPhrases(shipped_.rules.allow_phrases(), own_.rules.allow_phrases(),
                  "");
  }

  void LookAtNaming() {
    const auto& all = own_.rules.impersonation_categories();
    for (int i = 0; i < all.size(); ++i) {
      const auto shipped = absl::c_find_if(
          shipped_.rules.impersonation_categories(),
          [&](const auto& one) { return one.category() == all[i].category(); });
      const std::string path =
          absl::StrCat("impersonation_categories[", i, "]");
      const Both whose = SayBoth("类别 $0", "category $0", all[i].category());
      if (shipped != shipped_.rules.impersonation_categories().end()) {
        Look(true, *shipped, all[i], path, whose, kNaming);
      } else if (absl::c_any_of(shipped_.rules.rules(),
                                [&](const ContentRule& rule) {
                                  return rule.category() == all[i].category();
                                })) {
        Add(true, path, whose,
            SayBoth("随附不按冒充处理：签名相符的发送者现在只观察",
                    "is none of impersonation as shipped: senders with such a "
                    "signature are only observed now"));
      }
    }
  }

  template <typename One>
  void AddGone(const One& one, absl::string_view chinese,
               absl::string_view english) {
    weaker_.For(one.basis() == sluice::v1::BASIS_LAW)
        .Add(own_.rules_file.path, {.line = 0, .column = 0},
             SayBoth("缺少的规则", "rules that are gone"),
             SayBoth("缺少随附的$0 $1（类别 $2）",
                     "the shipped $3 $1 (category $2) is gone", chinese,
                     one.id(), one.category(), english));
  }

  void AddLift(std::string word, const std::string& path) {
    weaker_.lifts.push_back(
        {std::move(word),
         absl::StrCat(own_.rules_file.path, ":",
                      own_.rules_file.positions.At(path).line)});
  }

  void Add(bool law, const std::string& path, const Both& whose,
           const Both& what) {
    weaker_.For(law).Add(
        own_.rules_file.path, own_.rules_file.positions.At(path),
        law ? SayBoth("放宽的法定规则", "rules of the law that do less")
            : SayBoth("放宽的规则", "rules that do less"),
        SayBoth("$0$1$2", "$3$4$5", whose.chinese,
                whose.chinese.empty() ? "" : "：", what.chinese, whose.english,
                whose.english.empty() ? "" : ": ", what.english));
  }

  const Pack& shipped_;
  const Pack& own_;
  Weaker& weaker_;
};

}  // namespace

void FindWeakerRules(const Pack& shipped, const Pack& own, Weaker& weaker) {
  RulesComparison(shipped, own, weaker).Find();
}

}  // namespace sluice::rules
