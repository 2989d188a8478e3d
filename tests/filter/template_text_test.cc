#include "filter/templates/template_text.h"

#include <re2/re2.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "filter/templates/digit_origins.h"
#include "gtest/gtest.h"
#include "rules/fold/fold.h"

namespace sluice::filter {
namespace {

using enum VariableType;
using enum VariableFault;

VariableFault CheckSubmitted(const Variable& variable,
                             absl::string_view value) {
  rules::FoldedText folded;
  EXPECT_TRUE(rules::FoldTable::Shared().Fold(value, folded));
  DigitOrigins text(folded, value);
  return Check(variable, text);
}

int CodePoints(absl::string_view text) {
  return static_cast<int>(std::count_if(
      text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

// Values of a type, and values that are not of the type.
const struct {
  VariableType type;
  std::vector<absl::string_view> good;
  std::vector<absl::string_view> bad;
} kTypeCases[] = {
    {kDigits,
     {"0", "123456", "１２３"},
     {"12a", "1 2", "-1", " 1", "1\n", "五", "12三", "壹", "〇", "❶", "1²",
      "٣"}},
    {kCode, {"a1", "Ａ１", "9F3K"}, {"a-1", "a b", "码", "a一", "a①"}},
    {kAmount,
     {"0", "1234", "1,234", "12,345,678.9", "-3.50", "+1", "1234.5678"},
     {"", ".5", "5.", "1,23", "1234,567", "1,2345", "1,234,", "1.2.3", "--1",
      "1-", "1.2,345", "五", "5元", "1,23四", "-五", "1.⑤"}},
    {kDate,
     {"2026-11-02", "2026/1/2", "2026.11.2", "11-02", "11/2", "11.02",
      "20261102", "2026年11月2日", "11月2号", "2026年11月", "１１月２日"},
     {"2026-13-02", "2026-11-32", "0-1", "2026-11", "202611", "2026-11/02",
      "11月", "2日", "2026-11-02 ", "20261302", "明天", "2026年11月2日2"}},
    {kDate,
     {"二〇二六年十一月二日", "二零二六年一一月〇二日", "十月三十号",
      "二〇二六年十二月三十一日", "2026年十一月", "2026年11月二十日",
      "贰零贰陆年壹月貳日"},
     {"十三月一日",     "一月三十二日",     "1十月2日",     "一1月2日",
      "十1月2日",       "〇十月一日",       "十十月一日",   "二十〇月一日",
      "一月十〇日",     "一月一十一十日",   "二六年一月",   "二千年一月",
      "二〇二十年一月", "月一日",           "一月日",       "二〇二六-十一-二",
      "十一-二",        "二〇二六一一〇二", "二〇二六1102", "①月①日",
      "两月一日"}},
    {kTime,
     {"10:00", "9:05", "10:00:30", "24:00", "10时", "10点", "10点30分",
      "10时5分", "10点半", "上午10点", "晚上8:30", "10時30分20秒"},
     {"25:00", "10:60", "10:5", "10", "点", "上午", "10点60分", "10点半半",
      "10:00:00:00"}},
    {kTime,
     {"十点", "下午三点半", "十點三十分", "十点〇五分", "下午两点", "兩點整",
      "10点三十", "二十三时五十九分五十九秒", "晚上二十三时五十九分五十九秒"},
     {"二十五点", "十点六十分", "十:三十", "十:30", "1两点", "十两点",
      "三点两分", "十❶点", "三十", "一一一点"}},
    {kName,
     {"张三", "張三", "阿卜杜·热合曼", "Li Lei", "张*", "José", "o", "王五",
      "丁一", "陆六", "陸一", "零", "〇", "三 毛", "丁·一", "Li 三"},
     {"张3", "·张", "张·", "Li  Lei", "Li ", "a.com", "张三，", "张\n三",
      "张·· 三", "王5", "王５", "王⑤", "王٥", "王三5", "1"}},
    {kText,
     {"您的快递", "iPhone 15 Pro", "3.5折", "第123456号", "1:1", "a.b",
      "2026-11-02", "https", "@所有人", "U.S.A", "满100减20/件",
      "１２３，４５６"},
     {"见t.cn/abc", "www。example。com", "HTTP://1", "1234567", "400-820-8820",
      "138 0013 8000", "a@b", "第一行\n第二行", " 前", "后 ",
      "ｗｗｗ．ｅｘａｍｐｌｅ．ｃｏｍ", "1 3 8 0 0 1 3 8 0 0 0"}},
    {kText,
     {"一楼", "123456一份", "尾号123456三", "第一。ok", "一.cn",
      "2026-11-02 三楼", "三2026-11-02", "三123456", "一二三四五六",
      "一,二三四五六七", "2026-11-02(三)", "❶❷❸"},
     {"一二三四五六七", "一 二 三 四 五 六 七", "壹贰叁肆伍陆柒",
      "一二三-四五六七-八九零", "123四567", "123456一二", "一二34567",
      "一2三4五6七8", "❶❷❸❹❺❻❼", "１２３四５６７八"}},
    {kLink,
     {"t.cn", "https://t.cn/aB3?x=1#y", "HTTP://www.example.com:8080/",
      "a-b.example.com", "example.com?x", "https.com"},
     {"http://", "t", "t.", ".cn", "t..cn", "t.c", "ftp://t.cn", "t.cn/a b",
      "t.cn/中", "-a.cn", "http:/t.cn", "http://http://t.cn", "1.2.3.4",
      "t.cn/<", "t一.cn", "t.cn/一", "t.cn/①"}},
    {kNumber,
     {"13800138000", "+86 138-0013-8000", "(0571)8634 5678", "110", "95588"},
     {"12", "1234567890123456", "138--0013", "138-", "+", "1+2", "()110",
      "110x", "一一零", "1一0", "⑩10"}},
};

TEST(Variable, TypesTable) {
  for (const auto& c : kTypeCases) {
    const Variable variable = {"v", c.type, 1, 1000};
    for (const absl::string_view value : c.good) {
      EXPECT_EQ(CheckSubmitted(variable, value), kNone)
          << Name(c.type) << " " << value;
    }
    for (const absl::string_view value : c.bad) {
      EXPECT_NE(CheckSubmitted(variable, value), kNone)
          << Name(c.type) << " " << value;
    }
  }
}

// p: plain, c: Chinese, o: other; one for each digit of the folded text.
std::string OriginsOf(absl::string_view submitted, bool backwards) {
  rules::FoldedText folded;
  EXPECT_TRUE(rules::FoldTable::Shared().Fold(submitted, folded));
  DigitOrigins origins(folded, submitted);
  std::string answer;
  const size_t size = folded.bytes.size();
  for (size_t i = 0; i < size; ++i) {
    const size_t at = backwards ? size - 1 - i : i;
    if (folded.bytes[at] < '0' || folded.bytes[at] > '9') continue;
    answer += "pco"[static_cast<size_t>(origins.At(at))];
  }
  if (backwards) std::reverse(answer.begin(), answer.end());
  return answer;
}

TEST(DigitOrigins, Table) {
  const struct {
    absl::string_view submitted;
    absl::string_view origins;
  } cases[] = {
      {"", ""},
      {"王五", "c"},
      {"1一１①a壹٣", "pcpoco"},
      {"12\u200b三\u200b4", "ppcp"},  // A character is removed,
      {"⑫三⑫4", "oocoop"},            // expands,
      {"一 二 3 4 三 四", "ccppcc"},  // or gaps close.
      {"😀五é5", "cp"},
      {"㈠一㎏1", "ocp"},
      {"一二三四五六七八九〇1零壹贰叁肆伍陆柒捌玖", "ccccccccccpcccccccccc"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(OriginsOf(c.submitted, false), c.origins) << c.submitted;
    EXPECT_EQ(OriginsOf(c.submitted, true), c.origins) << c.submitted;
  }
}

// With a text from another source the result is wrong, but does no harm.
TEST(DigitOrigins, AnotherText) {
  rules::FoldedText folded;
  ASSERT_TRUE(rules::FoldTable::Shared().Fold("1\u200b2⑫3", folded));
  for (const absl::string_view other : {"", "一", "1", "\xf0", "\xe4\xb8"}) {
    DigitOrigins origins(folded, other);
    for (size_t i = 0; i < folded.bytes.size(); ++i) origins.At(i);
    EXPECT_EQ(origins.At(folded.bytes.size() - 1), DigitOrigin::kOther);
  }
}

TEST(Variable, LengthsCountFoldedCharacters) {
  const struct {
    absl::string_view value;
    VariableFault fault;
  } cases[] = {
      {"123", kLength},      {"1234", kNone},       {"123456", kNone},
      {"1234567", kLength},  {"１２３４", kNone},   {"12\u200b3", kLength},
      {"12\u200b34", kNone}, {"1234567x", kType},   {"", kLength},
      {"\u200b", kLength},   {"12\u033234", kNone},
  };
  const Variable variable = {"code", kDigits, 4, 6};
  for (const auto& c : cases) {
    EXPECT_EQ(CheckSubmitted(variable, c.value), c.fault) << c.value;
  }
  EXPECT_EQ(CheckSubmitted({"name", kName, 2, 2}, "张三"), kNone);
  EXPECT_EQ(CheckSubmitted({"name", kName, 2, 2}, "张 三"), kNone);
  EXPECT_EQ(CheckSubmitted({"name", kName, 2, 2}, "李三三"), kLength);
}

// Folding removes spaces between two Chinese characters.
void WithoutGaps(std::string& value) {
  static const RE2 gap("([张三]) +([张三])");
  while (RE2::Replace(&value, gap, R"(\1\2)")) {
  }
}

// Parts of dates and times as regular expressions, in digits only.
const std::string kMonth = "(0?[1-9]|1[0-2])";
const std::string kDay = "(0?[1-9]|[12][0-9]|3[01])";
const std::string kHour = "([01]?[0-9]|2[0-4])";
const std::string kSixty = "[0-5]?[0-9]";
// As above, or in Chinese numerals.
const std::string kNine = "[一二三四五六七八九]";
const std::string kTen = "[〇一二三四五六七八九]";
const std::string kYears = absl::StrCat("([0-9]{4}|", kTen, "{4})");
const std::string kMonths =
    absl::StrCat("(", kMonth, "|〇?", kNine, "|一[〇一二]|一?十[一二]?)");
const std::string kDays =
    absl::StrCat("(", kDay, "|〇?", kNine, "|[一二]", kTen,
                 "|三[〇一]|[一二]?十", kNine, "?|三十一?)");
const std::string kHours =
    absl::StrCat("(", kHour, "|[〇一]?", kTen, "|二[〇一二三四]|一?十", kNine,
                 "?|二十[一二三四]?|两)");
const std::string kSixties = absl::StrCat("(", kSixty, "|[〇一二三四五]?", kTen,
                                          "|[一二三四五]?十", kNine, "?)");

std::string DateRegex() {
  return absl::StrCat(
      "[0-9]{4}-", kMonth, "-", kDay, "|[0-9]{4}/", kMonth, "/", kDay,
      "|[0-9]{4}\\.", kMonth, "\\.", kDay, "|", kMonth, "[-./]", kDay,
      "|[0-9]{4}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])", "|(", kYears, "年)?",
      kMonths, "月", kDays, "[日号]", "|", kYears, "年", kMonths, "月");
}

std::string TimeRegex() {
  return absl::StrCat("(上午|下午|早上|晚上|中午|凌晨|傍晚)?(", kHour,
                      ":[0-5][0-9](:[0-5][0-9])?|", kHours, "[时点](", kSixties,
                      "分|整)?|", kHours, "点(", kSixties, "|半)?|", kHours,
                      "时", kSixties, "分", kSixties, "秒)");
}

// A type as a regular expression, and parts that its values are made of.
const struct {
  VariableType type;
  std::string regex;
  std::vector<absl::string_view> pieces;
} kRegexCases[] = {
    {kDigits, "[0-9]+", {"0", "9", "a", " ", "-"}},
    {kCode, "[0-9a-z]+", {"0", "z", "{", "`", "/", ":", "张"}},
    {kAmount,
     R"([-+]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?)",
     {"1", "20", "345", ",", ",678", ".", "-", "+"}},
    {kDate,
     DateRegex(),
     {"2026", "0", "1", "2", "31", "-", "/", ".", "年", "月", "日", "号"}},
    {kDate,
     DateRegex(),
     {"二〇二六年", "十", "一", "三", "〇", "11", "年", "月", "日"}},
    {kTime,
     TimeRegex(),
     {"1", "2", "24", "59", "60", ":", "时", "点", "分", "秒", "半", "整",
      "上午", "晚上", "下"}},
    {kTime,
     TimeRegex(),
     {"十", "二", "五", "〇", "两", "12", "时", "点", "分", "秒", "半",
      "下午"}},
    {kName,
     "[a-z*张三](( |·)?[a-z*张三])*",
     {"a", "*", "张", "三", " ", "·", "1"}},
};

// Compares the types that regular expressions can express with these, on many
// short strings that are close to values.
TEST(Variable, AgreesWithRegularExpressions) {
  std::mt19937_64 random(1);
  for (const auto& c : kRegexCases) {
    const RE2 regex(c.regex);
    ASSERT_TRUE(regex.ok()) << regex.error();
    int good = 0;
    for (int i = 0; i < 100'000; ++i) {
      std::string value;
      for (size_t k = 1 + random() % 7; k > 0; --k) {
        absl::StrAppend(&value, c.pieces[random() % c.pieces.size()]);
      }
      WithoutGaps(value);
      const bool is_value =
          CodePoints(value) <= 12 && RE2::FullMatch(value, regex);
      ASSERT_EQ(CheckSubmitted({"v", c.type, 1, 12}, value) == kNone, is_value)
          << Name(c.type) << " " << value;
      good += is_value;
    }
    EXPECT_GT(good, 100) << Name(c.type);
  }
}

TEST(Variable, NamesAndBack) {
  for (int i = 0; i < kVariableTypes; ++i) {
    const auto type = static_cast<VariableType>(i);
    EXPECT_EQ(*ParseVariableType(Name(type)), type);
  }
  EXPECT_FALSE(ParseVariableType("string").ok());
}

TEST(Variable, ExplainsWithTheRuleOnly) {
  const Variable code = {"code", kDigits, 4, 6};
  EXPECT_EQ(Explain(&code, kLength),
            "code: digits, 4 to 6 characters; the value has another length");
  EXPECT_EQ(Explain(&code, kType),
            "code: digits, 4 to 6 characters; the value is of another type");
  EXPECT_EQ(Explain(nullptr, kUnknown),
            "values are given that the template has no variable for");
}

const Variable kCodeOf6 = {"code", kDigits, 4, 6};
const Variable kMinutes = {"minutes", kDigits, 1, 2};
const Variable kNameOf4 = {"name", kName, 1, 4};
const Variable kNote = {"note", kText, 1, 20};
const Variable kADay = {"day", kDate, 1, 11};
const Variable kAnHour = {"hour", kTime, 1, 11};

TEST(TemplateText, Parses) {
  const auto text = *TemplateText::Parse(
      "您的驗證碼是 {code}，{minutes} 分钟内", {kMinutes, kCodeOf6});
  EXPECT_EQ(text.variables().size(), 2u);
  EXPECT_EQ(text.variables()[0], kCodeOf6);  // In the order of the text.
  EXPECT_EQ(text.variables()[1], kMinutes);
  EXPECT_EQ(text.folded(0), "您的验证码是");
  EXPECT_EQ(text.folded(1), ",");
  EXPECT_EQ(text.folded(2), "分钟内");
  EXPECT_EQ(text.fixed_characters(), 10u);
}

TEST(TemplateText, BracesStandForThemselvesWhenDoubled) {
  const auto text = *TemplateText::Parse("{{{code}}}{{}}", {kCodeOf6});
  EXPECT_EQ(text.folded(0), "{");
  EXPECT_EQ(text.folded(1), "}{}");
}

// Faulty texts of templates, and the beginning of the error.
const struct {
  absl::string_view name;
  std::string text;
  std::vector<Variable> declared;
  absl::string_view why;
} kTextFaults[] = {
    {"unknown variable",
     "验证码{code}，{minutes}分钟",
     {kCodeOf6},
     "character 11: variable minutes is not declared"},
    {"unclosed", "验证码{code", {kCodeOf6}, "character 4: this { is not"},
    {"unclosed before another",
     "码{code{minutes}",
     {kCodeOf6, kMinutes},
     "character 2: this { is not closed"},
    {"closes nothing", "验证码code}", {}, "character 8: this } closes"},
    {"no name", "码{}", {}, "character 2: a variable's name"},
    {"a strange name", "码{1 2}", {}, "character 2: a variable's name"},
    {"side by side",
     "码{code}{minutes}",
     {kCodeOf6, kMinutes},
     "character 8: fixed text is needed between variables code and minutes"},
    {"side by side, hidden text between",
     "码{code}\u200b{minutes}",
     {kCodeOf6, kMinutes},
     "character 9: fixed text is needed"},
    {"text swallows digits",
     "码{note}{code}",
     {kNote, kCodeOf6},
     "character 8: fixed text is needed"},
    {"both may hold spaces",
     "{name} {note}好",
     {kNameOf4, kNote},
     "character 8: fixed text is needed"},
    {"twice",
     "码{code}或{code}",
     {kCodeOf6},
     "character 9: variable code stands in the text twice"},
    {"not in the text",
     "您好",
     {kCodeOf6},
     "variable code: declared, but not in the text"},
    {"declared twice",
     "码{code}",
     {kCodeOf6, kCodeOf6},
     "variable code: declared twice"},
    {"no fixed text", " {code}\u200b", {kCodeOf6}, "text: holds no fixed"},
    {"nothing", "", {}, "text: holds no fixed text"},
    {"no name declared", "码", {{"", kText, 1, 2}}, "variable: a name is"},
    {"no length", "码{x}", {{"x", kText, 0, 2}}, "variable x: a length is"},
    {"upside down", "码{x}", {{"x", kText, 3, 2}}, "variable x: a length is"},
    {"too long",
     "码{long}",
     {{"long", kText, 1, 1001}},
     "variable long: a length is"},
    {"text too long", std::string(1001, 'a'), {}, "text: more than 1000"},
    {"not UTF-8", "码\xff{code}", {kCodeOf6}, "text: not UTF-8"},
};

TEST(TemplateText, SaysWhereItIsWrong) {
  for (const auto& c : kTextFaults) {
    const auto text = TemplateText::Parse(c.text, c.declared);
    ASSERT_FALSE(text.ok()) << c.name;
    EXPECT_EQ(text.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StartsWith(text.status().message(), c.why))
        << c.name << ": " << text.status();
  }
}

TEST(TemplateText, NeighboursThatCannotBeMixedUp) {
  for (const absl::string_view text : {"{code}{name}好", "{day} {hour}到",
                                       "{day} {name}好", "{note} {code}好"}) {
    std::vector<Variable> declared;
    for (const Variable& v : {kCodeOf6, kNameOf4, kNote, kADay, kAnHour}) {
      if (absl::StrContains(text, absl::StrCat("{", v.name, "}"))) {
        declared.push_back(v);
      }
    }
    EXPECT_TRUE(TemplateText::Parse(text, declared).ok()) << text;
  }
}

TEST(TemplateText, Renders) {
  const auto text = *TemplateText::Parse("验证码{code}，{minutes}分钟{{内}}。",
                                         {kCodeOf6, kMinutes});
  rules::FoldedText folding;
  std::string out = "what was there before";
  const VariableValue values[] = {{"minutes", "５"}, {"code", "123456"}};
  EXPECT_TRUE(text.Render(values, folding, out).ok());
  EXPECT_EQ(out, "验证码123456，５分钟{内}。");
}

TEST(TemplateText, RendersChineseDigitsAsTheyWereGiven) {
  const auto text =
      *TemplateText::Parse("{name}获一等奖，{day}前来领", {kNameOf4, kADay});
  EXPECT_EQ(text.folded(1), "获1等奖,");
  rules::FoldedText folding;
  std::string out;
  const VariableValue values[] = {{"name", "王五"}, {"day", "十一月二日"}};
  EXPECT_TRUE(text.Render(values, folding, out).ok());
  EXPECT_EQ(out, "王五获一等奖，十一月二日前来领");
}

TEST(TemplateText, RendersNothingWithABadValue) {
  const auto text =
      *TemplateText::Parse("验证码{code}，{minutes}分钟", {kCodeOf6, kMinutes});
  const std::string endless(5'000, '1');
  const std::string hidden =
      absl::StrCat("1234", std::string(4'000, '\x01'));  // Folds to 1234.
  const struct {
    absl::string_view name;
    std::vector<VariableValue> values;
    absl::string_view variable;
    VariableFault fault;
  } cases[] = {
      {"missing", {{"code", "1234"}}, "minutes", kMissing},
      {"none", {}, "code", kMissing},
      {"type", {{"code", "12a4"}, {"minutes", "5"}}, "code", kType},
      {"length", {{"code", "1234"}, {"minutes", "500"}}, "minutes", kLength},
      {"empty", {{"code", ""}, {"minutes", "5"}}, "code", kLength},
      {"not UTF-8", {{"code", "12\xff"}, {"minutes", "5"}}, "code", kType},
      {"endless", {{"code", endless}, {"minutes", "5"}}, "code", kLength},
      {"hidden", {{"code", hidden}, {"minutes", "5"}}, "code", kLength},
      {"a space", {{"code", "1234 "}, {"minutes", "5"}}, "code", kType},
      {"Chinese", {{"code", "1234"}, {"minutes", "五"}}, "minutes", kType},
      {"unknown",
       {{"code", "1234"}, {"minutes", "5"}, {"x", "y"}},
       "",
       kUnknown},
  };
  for (const auto& c : cases) {
    rules::FoldedText folding;
    std::string out;
    const TemplateText::Fault fault = text.Render(c.values, folding, out);
    EXPECT_EQ(fault.fault, c.fault) << c.name;
    EXPECT_EQ(fault.variable == nullptr ? "" : fault.variable->name, c.variable)
        << c.name;
  }
}

}  // namespace
}  // namespace sluice::filter
