#include "rules/check/lift_warnings.h"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "rules/base/quoted.h"
#include "rules/check/everyday.h"
#include "rules/check/odd_word.h"
#include "rules/check/sure_words.h"
#include "rules/match/match_tree.h"
#include "rules/pack/word_list.h"

namespace sluice::rules {
namespace {

// What lifts the hits of so many rules is for all kinds of texts.
constexpr size_t kManyRules = 10;
// A word is no exception when it is in more than so many of a thousand texts of
// its script, and in at least kTextsMin.
constexpr size_t kPerMilleOfMany = 17;
constexpr size_t kPerMilleOfFew = 48;
constexpr size_t kTextsMin = 3;

// What texts of every kind begin and end with, so that it says nothing of one.
constexpr absl::string_view kFormulas[] = {
    "温馨提示",    "温馨提醒",   "友情提示",   "友情提醒",   "尊敬的客户",
    "尊敬的用户",  "尊敬的会员", "亲爱的客户", "亲爱的用户", "亲爱的会员",
    "尊敬的先生",  "尊敬的女士", "您好",       "你好",       "客户您好",
    "用户您好",    "先生您好",   "女士您好",   "谢谢",       "感谢您的支持",
    "谢谢合作",    "敬请谅解",   "敬请关注",   "敬请期待",   "祝您生活愉快",
    "祝您健康",    "退订回t",    "回t退订",    "td退订",     "退订回复t",
    "拒收请回复r", "拒收回复r",  "回复td退订", "如有疑问",   "如需帮助",
    "请知悉",      "请查收",     "详询客服",   "咨询热线",   "客服热线",
    "服务热线",    "客服电话",   "联系客服",   "本公司",     "我公司",
    "我司",        "官方",       "官方客服",   "官方网站",   "正规",
    "正规公司",    "合法",       "正品",       "诚信",       "诚信经营",
    "安全",        "放心",       "免费",       "通知",       "公告",
    "重要通知",    "祝您",       "仅供参考",
};

// Whether a word is one of these, whatever marks stand around it.
bool IsFormula(absl::string_view folded) {
  const std::string plain = WithoutMarks(folded);
  return absl::c_linear_search(kFormulas, folded) ||
         absl::c_linear_search(kFormulas, plain);
}

// Whether `match` looks for something, and not only for what is absent.
bool Finds(const rules::v1::Match& match) {
  return !match.words().empty() || !match.word_lists().empty() ||
         !match.regexes().empty() || match.has_near() || match.has_count() ||
         match.has_links() || match.has_contacts() || match.has_weight() ||
         absl::c_any_of(match.any(), Finds) ||
         absl::c_any_of(match.all(), Finds);
}

// The sets of which one hit lifts what `match`, or something beside it, finds,
// by path.
void VisitLifting(const rules::v1::Match& match, const std::string& path,
                  bool beside, std::vector<std::string>& lifting) {
  const bool finds = beside || Finds(match);
  if (match.has_not_() && finds) {
    VisitDeciding(match.not_(), path + ".not", lifting);
    if (match.not_().has_not_()) {
      VisitLifting(match.not_().not_(), path + ".not.not", false, lifting);
    }
  }
  for (int i = 0; i < match.any_size(); ++i) {
    VisitLifting(match.any(i), absl::StrCat(path, ".any[", i, "]"), beside,
                 lifting);
  }
  for (int i = 0; i < match.all_size(); ++i) {
    VisitLifting(match.all(i), absl::StrCat(path, ".all[", i, "]"), finds,
                 lifting);
  }
}

class LiftWarnings {
 public:
  LiftWarnings(const Pack& pack, Warnings& warnings)
      : pack_(pack),
        folder_(absl::StripSuffix(pack.rules_file.path, "rules.yaml")),
        warnings_(warnings) {}

  void Find() {
    for (int i = 0; i < pack_.rules.rules_size(); ++i) {
      const rules::v1::ContentRule& rule = pack_.rules.rules(i);
      if (rule.mode() == rules::v1::CHECK_MODE_OFF) continue;
      LookAtRule(rule, absl::StrCat("rules[", i, "]"));
    }
    for (const auto& [id, rules] : lists_) LookAtList(id, rules);
  }

 private:
  void LookAtRule(const rules::v1::ContentRule& rule, const std::string& path) {
    std::vector<std::string> lifting;
    VisitLifting(rule.match(), path + ".match", false, lifting);
    if (lifting.empty()) return;
    ForEachSet(rule, path, [&](const PatternSet& set, const std::string& at) {
      if (!absl::c_linear_search(lifting, at)) return;
      for (const std::string& id : *set.word_lists) {
        std::vector<std::string>& rules = lists_[id];
        if (!absl::c_linear_search(rules, rule.id())) {
          rules.push_back(rule.id());
        }
      }
      const std::string& file = pack_.rules_file.path;
      for (int i = 0; i < set.words->size(); ++i) {
        LookAt(file, PositionAt(absl::StrCat(at, ".words[", i, "]")),
               (*set.words)[i], EverydayUseOf(FoldWord((*set.words)[i])),
               {rule.id()});
      }
      for (int i = 0; i < set.regexes->size(); ++i) {
        LookAt(file, PositionAt(absl::StrCat(at, ".regexes[", i, "]")),
               (*set.regexes)[i], EverydayUseOfRegex((*set.regexes)[i]),
               {rule.id()});
      }
    });
  }

  // A list whose words lift the hits of `rules`, or a category of one.
  void LookAtList(const std::string& id,
                  const std::vector<std::string>& rules) {
    const auto words = pack_.lists.find(id);
    if (words == pack_.lists.end()) return;
    const auto list =
        absl::c_find_if(pack_.rules.word_lists(), [&id](const auto& one) {
          return one.id() == id || absl::StartsWith(id, one.id() + "/");
        });
    if (list == pack_.rules.word_lists().end()) return;
    const std::string file = absl::StrCat(folder_, list->file());
    for (const Word& word : words->second) {
      LookAt(file, word.position, word.text, EverydayUseOf(word.folded), rules);
    }
  }

  Position PositionAt(const std::string& path) const {
    return pack_.rules_file.positions.At(path);
  }

  void LookAt(const std::string& file, Position position,
              absl::string_view pattern, const EverydayUse& use,
              const std::vector<std::string>& rules) {
    if (IsFormula(FoldWord(pattern))) {
      return AddFormula(file, position, pattern, rules);
    }
    const size_t per_mille =
        rules.size() < kManyRules ? kPerMilleOfFew : kPerMilleOfMany;
    if (use.texts < kTextsMin || use.texts * 1000 <= use.of * per_mille) return;
    const Both which = Which(rules);
    warnings_.Add(
        file, position,
        SayBoth("会排除命中的日常用语", "everyday words that lift hits"),
        SayBoth(
            "$0 会取消$3的命中，而 $1 条日常短信中有 $2 条含有它，例如“$4”："
            "请写只有应当放行的短信才有的词句",
            "$0 lifts the hits of $5, and is in $2 of $1 everyday texts, "
            "such as \"$4\": write words that only those texts have that "
            "are to pass",
            Quoted(pattern), use.of, use.texts, which.chinese, use.first,
            which.english));
  }

  static Both Which(const std::vector<std::string>& rules) {
    return rules.size() == 1
               ? SayBoth("规则 $0 ", "rule $0", Quoted(rules.front()))
               : SayBoth(" $0 等 $1 条规则", "$1 rules, such as $0",
                         Quoted(rules.front()), rules.size());
  }

  void AddFormula(const std::string& file, Position position,
                  absl::string_view pattern,
                  const std::vector<std::string>& rules) {
    const Both which = Which(rules);
    warnings_.Add(
        file, position, SayBoth("会排除命中的套话", "formulas that lift hits"),
        SayBoth(
            "$0 会取消$1的命中，而它是谁都会写的套话，发送者加上它即可绕过："
            "请写只有应当放行的短信才有的词句",
            "$0 lifts the hits of $2, and is a formula that any sender can "
            "add: write words that only those texts have that are to pass",
            Quoted(pattern), which.chinese, which.english));
  }

  const Pack& pack_;
  const std::string folder_;  // With a slash at its end, or empty.
  Warnings& warnings_;
  std::map<std::string, std::vector<std::string>> lists_;  // Their rules.
};

}  // namespace

void FindLiftWarnings(const Pack& pack, Warnings& warnings) {
  LiftWarnings(pack, warnings).Find();
}

}  // namespace sluice::rules
