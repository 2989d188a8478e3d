// Why an example does not do what it must.

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "rules/base/language.h"
#include "tests/rules/pack_folder.h"

namespace sluice::rules {
namespace {

// The good pack with one rule that has these keys and example.
Files WithExample(const std::string& keys, const std::string& examples) {
  Files files = GoodFiles();
  files["lists.csv"] = "word,category\n代孕,sale\n供卵,sale\n谨防,calm\n";
  files["weights.csv"] = "word,weight\n赔付,60\n客服,30\n退款,40\n您好,-20\n";
  files["sites.txt"] = "# Ours.\nbad.cn\n";
  files["rules.yaml"] = absl::StrCat(
      "word_lists:\n"
      "  - {id: fakes, file: fakes.txt}\n"
      "  - {id: table, file: lists.csv}\n"
      "domain_lists: [{id: sites, file: sites.txt}]\n"
      "weight_tables: [{id: fraud, file: weights.csv}]\n"
      "rules:\n"
      "  - id: one\n"
      "    basis: policy\n"
      "    code: CONTENT_UNWANTED\n",
      keys, "    examples: {", examples, "}\n",
      "allow_phrases: [發票查验平台]\n");
  return files;
}

struct Case {
  const char* keys;
  const char* text;
  const char* why;
};

void ExpectWhy(const Case& one, const std::string& name,
               const std::string& begin) {
  const std::string faults = FaultsOf(
      WithExample(one.keys, absl::StrCat(name, ": ['", one.text, "']")));
  EXPECT_TRUE(absl::StrContains(faults, absl::StrCat(begin, one.why)))
      << one.keys << one.text << "\n  is:     " << faults
      << "\n  wanted: " << one.why;
}

TEST(ExampleFaults, WhatHitsAnExampleThatMustPass) {
  const Case kCases[] = {
      {"    word_lists: [fakes]\n", "开电子發票", ": '發票' (fakes.txt:2)"},
      {"    word_lists: [table/sale]\n", "供卵", ": '供卵' (lists.csv:3)"},
      {"    words: [股票, 票据]\n", "收票据", ": '票据' (rules.yaml:10)"},
      {"    regexes:\n      - 加(微信|qq)\n", "请加微信",
       ": the regex '加(微信|qq)' (rules.yaml:11)"},
      {"    match:\n"
       "      near: {first: {words: [信用卡]}, second: {words: [套现]},\n"
       "             within: 6}\n",
       "信用卡秒套现", ": '信用卡' (rules.yaml:11), '套现' (rules.yaml:11)"},
      {"    match: {links: {domain_lists: [sites]}}\n", "看bad.cn/a",
       ": the link 'bad.cn' (sites.txt)"},
      {"    match: {contacts: {kinds: [qq]}}\n", "加QQ：123456789",
       ": the QQ '123456789' (rules.yaml:10)"},
      {"    match: {weight: {table: fraud, at_least: 50}}\n", "请赔付",
       ": a sum of 60, at least 50: '赔付' +60 (weights.csv:2)"},
      {"    match: {not: {words: [回复]}}\n", "今天很好",
       ": it asks only for what is absent"},
  };
  for (const Case& one : kCases) {
    ExpectWhy(one, "must_pass",
              "rule 'one' hits this example, which it must let pass");
  }
}

TEST(ExampleFaults, WhyAnExampleIsNotHit) {
  const Case kCases[] = {
      {"    word_lists: [fakes]\n", "今天很好",
       ": nothing of the rule is in it"},
      {"    match:\n"
       "      words: [贷款]\n"
       "      not: {word_lists: [table/calm]}\n",
       "谨防贷款",
       ": it has '贷款' (rules.yaml:11), but 'not' lifts it for '谨防' "
       "(lists.csv:4)"},
      {"    words: [贷款]\n    allow_phrases: [助学贷款]\n", "申请助学贷款",
       ": it has '贷款' (rules.yaml:10), but the allowed phrase '助学贷款' "
       "(rules.yaml:11) lifts it"},
      {"    words: [发票]\n", "请到发票查验平台",
       ": it has '发票' (rules.yaml:10), but the allowed phrase '發票查验平台' "
       "(rules.yaml:12) lifts it"},
      {"    match:\n"
       "      count: {of: {words: [贷款, 放款, 借钱]}, at_least: 3}\n",
       "贷款放款",
       ": of 3 different words it has 2: '贷款' (rules.yaml:11), "
       "'放款' (rules.yaml:11)"},
      {"    match:\n"
       "      near: {first: {words: [信用卡]}, second: {words: [套现]},\n"
       "             within: 2}\n",
       "信用卡可以很快套现",
       ": it has '信用卡' (rules.yaml:11) and '套现' (rules.yaml:11), but "
       "not within 2 characters of each other"},
      {"    match:\n"
       "      near: {first: {words: [信用卡]}, second: {words: [套现]},\n"
       "             within: 2}\n",
       "信用卡",
       ": it has '信用卡' (rules.yaml:11), but nothing of 'second' "
       "(rules.yaml:11)"},
      {"    match:\n"
       "      all:\n"
       "        - words: [贷款]\n"
       "        - words: [微信]\n",
       "贷款",
       ": it has '贷款' (rules.yaml:12), but nothing of 'all[1]' "
       "(rules.yaml:13)"},
      {"    match: {words: [贷款], links: {}}\n", "贷款",
       ": it has '贷款' (rules.yaml:10), but nothing of 'links' "
       "(rules.yaml:10)"},
      {"    match: {weight: {table: fraud, at_least: 100}}\n", "客服赔付",
       ": a sum of 90, at least 100: '赔付' +60 (weights.csv:2), '客服' +30 "
       "(weights.csv:3)"},
      {"    match: {words: [贷款], length: {min: 10}}\n", "贷款",
       ": it has 2 characters, which 'length' excludes (rules.yaml:10)"},
      {"    match: {any: [{words: [贷款]}, {words: [放款]}]}\n", "今天很好",
       ": nothing of the rule is in it"},
  };
  for (const Case& one : kCases) {
    ExpectWhy(one, "must_hit", "rule 'one' does not hit this example");
  }
}

TEST(ExampleFaults, AreInChineseToo) {
  const PackFolder folder(WithExample(
      "    match:\n      words: [贷款]\n      not: {words: [谨防]}\n",
      "must_hit: [谨防贷款, 今天], must_pass: [贷款]"));
  const auto rules = RuleSet::Load(folder.path());
  const std::string chinese = ChineseOf(rules.status());
  for (const char* part :
       {"规则“one”没有命中这个示例：含有“贷款”（rules.yaml:11），但被 not "
        "中的“谨防”（rules.yaml:12）排除",
        "规则“one”没有命中这个示例：其中没有规则要找的内容",
        "规则“one”命中了这个示例，而它必须放行：“贷款”（rules.yaml:11）"}) {
    EXPECT_TRUE(absl::StrContains(chinese, part)) << chinese;
  }
}

}  // namespace
}  // namespace sluice::rules
