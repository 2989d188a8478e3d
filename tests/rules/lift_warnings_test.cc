// Everyday words that lift hits.

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/rules/warnings_of.h"

namespace sluice::rules {
namespace {

// Rules that reject what a list of warnings does not lift.
std::string WarningsOfList(const std::string& list, int rules = 1) {
  std::string yaml = "word_lists: [{id: warnings, file: lists/warnings.txt}]\n";
  absl::StrAppend(&yaml, "rules:\n");
  for (int i = 0; i < rules; ++i) {
    absl::StrAppend(
        &yaml, "  - id: r", i, "\n    basis: law\n", "    match:\n",
        "      words: [代开发票", i, "]\n",
        "      not: {word_lists: [warnings], not: {words: [私聊]}}\n");
  }
  Files files = WithRules(yaml);
  files["lists/warnings.txt"] = list;
  return WarningsOf(files);
}

TEST(LiftWarnings, EverydayWordsOfAList) {
  for (const char* word :
       {"链接", "点击", "您", "請", "查看", "登录", "电话", "your", "please"}) {
    const std::string warnings =
        WarningsOfList(absl::StrCat("谨防受骗\n", word, "\n"));
    EXPECT_TRUE(absl::StartsWith(
        warnings, absl::StrCat("lists/warnings.txt:2:1: '", word,
                               "' lifts the hits of rule 'r0', and is in ")))
        << word << warnings;
    EXPECT_FALSE(absl::StrContains(warnings, "\n")) << warnings;
  }
  // What honest senders of one trade say, and those who warn.
  for (const char* word :
       {"请勿转账", "非本人操作", "会员", "电子发票", "scams", "never ask"}) {
    EXPECT_EQ(WarningsOfList(absl::StrCat(word, "\n")), "") << word;
  }
}

// What lifts the hits of all kinds of rules must be rarer.
TEST(LiftWarnings, OfManyRules) {
  EXPECT_EQ(WarningsOfList("密码\n", 2), "");
  const std::string warnings = WarningsOfList("密码\n", 12);
  EXPECT_TRUE(absl::StrContains(
      warnings, "'密码' lifts the hits of 12 rules, such as 'r0', and is in "))
      << warnings;
  EXPECT_EQ(WarningsOfList("非本人操作\n切勿\n", 12), "");
}

TEST(LiftWarnings, WordsAndRegexesOfARule) {
  const auto warnings = [](const std::string& match) {
    return WarningsOf(WithRules(absl::StrCat(
        "rules:\n  - id: one\n    basis: law\n    match: {", match, "}\n")));
  };
  const char* const kLifts = "lifts the hits of rule 'one', and is in ";
  for (const char* match : {
           "words: [办贷款], not: {words: [谨防, 您]}",
           "words: [办贷款], not: {regexes: ['\\d']}",
           "words: [办贷款], not: {any: [{words: [您]}, {links: {}}]}",
           "any: [{words: [办贷款], not: {words: [您]}}]",
           "all: [{words: [办贷款]}, {not: {words: [您]}}]",
       }) {
    EXPECT_TRUE(absl::StrContains(warnings(match), kLifts)) << match;
  }
  // Not alone; and what takes the lifting back.
  for (const char* match : {
           "words: [办贷款], not: {words: [您], links: {}}",
           "words: [办贷款], not: {all: [{words: [您]}, {words: [谨防]}]}",
           "words: [办贷款], not: {words: [谨防], not: {words: [您]}}",
       }) {
    EXPECT_FALSE(absl::StrContains(warnings(match), kLifts)) << match;
  }
}

// What every sender can write lifts nothing, however rare it is.
TEST(LiftWarnings, Formulas) {
  for (const char* word : {"温馨提示", "温馨提示：", "【温馨提示】",
                           "尊敬的客户", "回T退订", "敬请谅解"}) {
    const std::string warnings = WarningsOf(
        WithRules(absl::StrCat("rules:\n  - {id: a, basis: law, match: {words: "
                               "[办假证], not: {words: ['",
                               word, "']}}}\n")));
    EXPECT_TRUE(
        absl::StrContains(warnings, "is a formula that any sender can add"))
        << word << ": " << warnings;
  }
}

}  // namespace
}  // namespace sluice::rules
