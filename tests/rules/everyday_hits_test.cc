// Everyday texts that a pack stops.

#include "rules/everyday_hits.h"

#include <fstream>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "rules/base/faults.h"
#include "rules/check/everyday_texts.h"
#include "rules/pack/pack.h"
#include "rules/rule_set.h"
#include "tests/rules/warnings_of.h"

namespace sluice::rules {
namespace {

std::string HitsOf(const PackFiles& files) {
  Faults faults;
  const Pack pack = ReadPack(files, faults);
  const auto rules = RuleSet::Load(files);
  EXPECT_TRUE(rules.ok()) << rules.status();
  if (!rules.ok()) return "";
  Warnings warnings;
  FindEverydayHits(**rules, pack.rules_file, warnings);
  return absl::StrJoin(warnings.Lines(), "\n");
}

std::string HitsOfRule(const std::string& rule) {
  return HitsOf(FilesOf(
      WithRules(absl::StrCat("rules:\n  - id: one\n    basis: law\n", rule))));
}

// The tables of the shipped pack are learnt from the file too.
TEST(EverydayHits, TheSamplesHaveTheSameTexts) {
  std::ifstream file("tests/rules/samples/everyday.tsv");
  ASSERT_TRUE(file);
  std::set<std::string> samples;
  for (std::string line; std::getline(file, line);) samples.insert(line);
  std::set<std::string> texts;
  for (const absl::string_view text : EverydayTexts()) {
    texts.insert(absl::StrCat("ham\t", text));
  }
  EXPECT_EQ(samples, texts);
}

TEST(EverydayHits, TheShippedPackHasNone) {
  const auto files = ReadPackFiles("rules/packs/cn-2015");
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_EQ(HitsOf(*files), "");
}

TEST(EverydayHits, OfRules) {
  for (const char* rule : {
           // By sound.
           "    folding: homophone\n    words: [鱼鹅]\n",
           // By common words near each other, by several.
           "    match: {near: {first: {words: [银行]}, second: {words: "
           "[登录]}, "
           "within: 60}}\n",
           "    match: {count: {of: {words: [客户, 余额, 登录]}, at_least: "
           "2}}\n",
           "    match: {all: [{words: [订单]}, {words: [快递]}]}\n",
           "    match: {not: {words: [退订回]}, classes: [commercial]}\n",
           "    action: hold\n    match: {all: [{words: [订单]}, {words: "
           "[快递]}]}\n",
       }) {
    const std::string hits = HitsOfRule(rule);
    EXPECT_TRUE(
        absl::StartsWith(hits, "rules.yaml:2:5: 'one' hits the everyday text"))
        << rule << hits;
    EXPECT_FALSE(absl::StrContains(hits, "\n")) << hits;
  }
  for (const char* rule : {
           "    words: [办假证]\n",
           // Told as a word.
           "    words: [您好]\n",
           "    match: {near: {first: {words: [银行]}, second: {words: "
           "[快递]}, "
           "within: 60}}\n",
           "    match: {all: [{words: [订单]}, {words: [贷款]}]}\n",
       }) {
    EXPECT_EQ(HitsOfRule(rule), "") << rule;
  }
}

// Every text with a link, an account or a number; every text of a length.
TEST(EverydayHits, OfRulesWithoutWords) {
  for (const auto& [match, why] :
       {std::pair<const char*, const char*>("{links: {}}", "www.example.com"),
        {"{contacts: {}}", ""},
        {"{any: [{links: {}}, {words: [办假证]}]}", "www.example.com"},
        {"{contacts: {kinds: [email]}}", "office@example.com"},
        {"{length: {min: 1}}", "for its length or class alone"},
        {"{classes: [notice]}", "for its length or class alone"},
        {"{not: {words: [某某词]}, classes: [commercial]}",
         "for what it lacks"}}) {
    const std::string hits =
        HitsOfRule(absl::StrCat("    match: ", match, "\n"));
    EXPECT_TRUE(
        absl::StartsWith(hits, "rules.yaml:2:5: 'one' hits the everyday text"))
        << match << hits;
    EXPECT_TRUE(absl::StrContains(hits, why)) << hits;
  }
  EXPECT_EQ(HitsOfRule("    match: {links: {}, words: [办假证]}\n"), "");
}

TEST(EverydayHits, OfWeights) {
  const auto hits = [](const std::string& at_least) {
    Files files = WithRules(absl::StrCat(
        "weight_tables: [{id: fraud, file: words.csv}]\nrules:\n"
        "  - {id: one, basis: law, match: {weight: {table: fraud, at_least: ",
        at_least, "}}}\n"));
    files["words.csv"] = "word,weight\n点击,6\n链接,6\n赔付,60\n转账,50\n";
    return HitsOf(FilesOf(files));
  };
  EXPECT_TRUE(absl::StrContains(hits("10"), "'one' hits the everyday text"));
  // Phrases lift no weight.
  EXPECT_TRUE(absl::StrContains(
      hits("10"),
      "raise its at_least, or give everyday words of the text a "
      "weight below 0 in the table"));
  EXPECT_FALSE(absl::StrContains(hits("10"), "allow_phrases"));
  EXPECT_EQ(hits("100"), "");
}

TEST(EverydayHits, OfThresholds) {
  const auto hits = [](int score) {
    return HitsOf(FilesOf(WithRules(absl::StrCat(R"(rules:
  - {id: a, category: x, basis: policy, action: tag, score: 40, words: [订单]}
  - {id: b, category: x, basis: policy, action: tag, score: 50, words: [快递]}
  - {id: c, category: x, basis: policy, action: tag, score: 50, words: [办假证]}
thresholds:
  - {id: sum, category: x, basis: policy, code: CONTENT_UNWANTED, score: )",
                                                 score, "}\n"))));
  };
  EXPECT_TRUE(absl::StartsWith(
      hits(90), "rules.yaml:6:5: 'sum' hits the everyday text \""))
      << hits(90);
  EXPECT_EQ(hits(91), "");
}

}  // namespace
}  // namespace sluice::rules
