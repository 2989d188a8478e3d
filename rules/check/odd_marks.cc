#include "rules/check/odd_marks.h"

#include <re2/re2.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rules/base/language.h"
#include "rules/check/person_name.h"

namespace sluice::rules {
namespace {

// One kind of odd marks: the regex's first group is the odd part.
struct Kind {
  Kind(const std::string& pattern, Both plural, Words what,
       bool only_marks = false, bool joins = false)
      : regex(std::make_unique<RE2>(pattern)),
        kind(std::move(plural)),
        what(what),
        only_marks(only_marks),
        joins(joins) {}

  std::unique_ptr<const RE2> regex;
  Both kind;
  Words what;  // $0: the odd part.
  bool only_marks;
  bool joins;
};

// What people write behind a word to remember it by: a day, who added it, its
// state. Each group is the odd part.
std::string Remarks() {
  constexpr absl::string_view kDay =
      R"((?:19|20)\d\d(?:年|[-/.])\d{1,2}(?:(?:月|[-/.])(?:\d{1,2}日?)?)?)"
      R"(|20\d\d[01]\d[0-3]\d)";
  const std::string person =
      absl::StrCat("(?:[老小]\\p{Han}|[", CommonSurnames(),
                   R"(]\p{Han}{1,2})(?:加|改|录|添加|补充|提供)?)");
  constexpr absl::string_view kState =
      R"((?:待|已|未)\p{Han}{1,3}|新增|新加|补充|重复|删除|停用|启用|备注.*)";
  // These say nothing of fraud, so that no blank need stand before them.
  constexpr absl::string_view kGlued = "待定|暂定|存疑|待核实?|待查";
  // No year; a line of its own, or behind the word.
  constexpr absl::string_view kDayOfYear =
      R"(\d{1,2}月\d{1,2}[日号](?:新增|新加|更新|补充|添加|加|录入|修改|整理)?)";
  return absl::StrCat(
      R"(\p{Han}(\s*[-_—–－:：(（\[【]?\s*(?:)", kDay, R"()[)）\]】]?)$)",
      R"(|^\p{Han}{2,}(\s*[-_—–－~～]+\s*\p{Han}{2,4})$)",
      R"(|\p{Han}{2}(\s*[:：]\s*(?:)", person, "|", kState, "))$",
      R"(|\p{Han}{2}(\s*[【\[][^】\]]{1,12}[】\]])$)",
      R"(|\p{Han}(\s*[*＊√✓✔]+)$|\p{Han}([#＃]+)$)", R"(|\p{Han}{2}()", kGlued,
      R"()$|^(?:\p{Han}{2,}\s*)?()", kDayOfYear,
      // No 平等, 高等, 上等.
      R"()$|\p{Han}{2}[^平初高同上中下劣优相特头均何几不对)"
      R"(一二三四五六七八九十](等+)$)");
}

Kind RemarkKind() {
  return {Remarks(), SayBoth("带备注的词", "words with remarks"),
          Words{"“$0”属于这个词，只有连同它的短信才会命中：备注请写在空格和 # "
                "之后",
                "'$0' belongs to the word, so that only texts with it are hit: "
                "write a remark behind a blank and #"}};
}

Kind ApartKind() {
  return {
      R"(^\p{Han}([-_.*·•=~+])(?:\p{Han}[-_.*·•=~+])+\p{Han}$)",
      SayBoth("拆开写的词", "words that are taken apart"),
      Words{"每个字之间的“$0”属于这个词，别的拆法都找不到：请写原来的词，并给"
            "规则写 folding: evasive",
            "'$0' between the characters belongs to the word, and no other "
            "way of taking it apart is found: write the word itself and give "
            "the rule folding: evasive"},
      true};
}

Kind JoinedKind() {
  return {
      R"(\p{Han}{2}(\s*(?:[→⇒]|[=-]+[>＞])\s*|或者|或是|或)\p{Han}{2})",
      SayBoth("连在一起的几个词", "words joined to one"),
      Words{"“$0”属于这个词，不起分隔作用：请每行写一个词，不要写“$0”",
            "'$0' belongs to the word and separates nothing: write each word "
            "on its own line, without it"},
      true, true};
}

const std::vector<Kind>& Kinds() {
  static const auto& kinds = *[] {
    auto* all = new std::vector<Kind>;
    all->push_back(RemarkKind());
    all->emplace_back(
        R"(\p{Han}{2}(\s*[+＋&＆]\s*| (?:and|AND|or|OR|not|NOT) )\p{Han}{2})",
        SayBoth("带运算符的词", "operators in words"),
        Words{"“$0”属于这个词，不表示同时含有：要求同时含有几个词，请在规则的 "
              "match 中用 all 或 near",
              "'$0' belongs to the word and joins no two: for texts with both "
              "words write all or near under the rule's match"},
        true, true);
    all->push_back(JoinedKind());
    all->emplace_back(
        R"(\p{Han}(…+|\.{2,}|[xX×*＊]{2,}|[○〇]{2,})\p{Han})",
        SayBoth("带省略或占位的词", "words with gaps"),
        Words{"“$0”只按原样查找，不代表其他字：请在规则的 regexes 中用 .{0,3} "
              "表示中间的几个字",
              "'$0' is looked for as it is and stands for no other characters: "
              "write .{0,3} in a regex under the rule's regexes"},
        true, true);
    all->emplace_back(
        R"((\$?\{[^}]*\}|<[^>]+>|[)\]][?*+{]|\d\*{3,}\d*))",
        SayBoth("带省略或占位的词", "words with gaps"),
        Words{"“$0”只按原样查找，不代表变化的内容：请写短信中固定不变的词句",
              "'$0' is looked for as it is and stands for nothing else: write "
              "the words that stay the same in the texts"});
    all->emplace_back(
        // +薇 and +群 are how senders write 加薇, 加群.
        R"(^(\^)|(?:\p{Han})(\$)$|^([-*＊>＞=~$&_.:：\\]+)\p{Han})"
        R"(|^([+＋])[^\x00-\x7f微薇威维徽卫信扣企群我好客老]\p{Han}*$)",
        SayBoth("带其他写法符号的词", "words with marks of searches"),
        Words{"“$0”属于这个词，只按原样查找，没有别的作用：请去掉，正则表达式请"
              "写在规则的 regexes 中",
              "'$0' belongs to the word and does nothing else: remove it, and "
              "write a regex under the rule's regexes"});
    all->emplace_back(
        R"(^([[(（〈].*[])）〉])$|^\p{Han}{2,}([(（].+[)）])$)",
        SayBoth("带括号的词", "words with brackets"),
        Words{"“$0”属于这个词，只有连同括号的短信才会命中：说明文字请写在 # "
              "之后",
              "'$0' belongs to the word, so that only texts with the brackets "
              "are hit: write a remark behind #"},
        true, true);
    all->emplace_back(
        R"(\p{Han}([ =:：]\s*\d+)$)",
        SayBoth("带数值的词", "words with numbers"),
        Words{
            "“$0”属于这个词，只有连同它的短信才会命中；分值请写在规则的 score "
            "中",
            "'$0' belongs to the word, so that only texts with it are hit; "
            "scores are written as a rule's score"});
    all->push_back(ApartKind());
    return all;
  }();
  return kinds;
}

}  // namespace

std::optional<OddWord> FindOddMarks(absl::string_view word) {
  const re2::StringPiece text(word.data(), word.size());
  for (const Kind& one : Kinds()) {
    std::vector<re2::StringPiece> found(
        static_cast<size_t>(one.regex->NumberOfCapturingGroups()) + 1);
    if (!one.regex->Match(text, 0, text.size(), RE2::UNANCHORED, found.data(),
                          static_cast<int>(found.size()))) {
      continue;
    }
    for (size_t i = 1; i < found.size(); ++i) {
      if (found[i].data() == nullptr) continue;
      const absl::string_view part(found[i].data(), found[i].size());
      return OddWord{one.kind,
                     SayBoth(one.what.chinese, one.what.english, part),
                     static_cast<size_t>(part.data() - word.data()),
                     false,
                     one.only_marks,
                     one.joins};
    }
  }
  return std::nullopt;
}

}  // namespace sluice::rules
