// Known bad texts: the shipped pack stops each of them; other packs are told
// which they let pass.

#include <gtest/gtest.h>

#include <cstddef>
#include <fstream>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "rules/compare/known_bad.h"
#include "rules/known_bad_passes.h"
#include "rules/rule_set.h"
#include "tests/rules/warnings_of.h"

namespace sluice::rules {
namespace {

TEST(KnownBad, TheShippedPackStopsEach) {
  const auto rules = RuleSet::Load("rules/packs/cn-2015");
  ASSERT_TRUE(rules.ok()) << rules.status();
  std::set<absl::string_view> texts;
  for (const KnownBadKind& kind : KnownBadKinds()) {
    for (const KnownBad& one : kind.texts) {
      EXPECT_EQ(StoppedBy(**rules, one.text), std::string(one.rule))
          << one.text;
      EXPECT_TRUE(texts.insert(one.text).second) << one.text;
    }
  }
  EXPECT_GE(texts.size(), 150U);
}

TEST(KnownBad, AnObservedCheckStopsNothing) {
  Files files = WithRules(
      "rules: [{id: one, basis: policy, code: CONTENT_UNWANTED, words: "
      "[代开]}]\n");
  const auto stopped = [&files] {
    const auto rules = RuleSet::Load(FilesOf(files));
    EXPECT_TRUE(rules.ok()) << rules.status();
    return rules.ok() ? StoppedBy(**rules, "代开发票") : "";
  };
  EXPECT_EQ(stopped(), "one");
  files["policy.yaml"] = absl::StrReplaceAll(
      kGoodPolicy,
      {{"checks:", "checks:\n  - {code: CONTENT_UNWANTED, mode: observe}"}});
  EXPECT_EQ(stopped(), "");
}

// What passes is counted by kind, with an example and what lifts it.
TEST(KnownBad, WhatAnotherPackLetsPass) {
  const auto rules = RuleSet::Load(
      FilesOf(WithRules("rules:\n  - id: one\n    basis: law\n    match:\n"
                        "      regexes: ['.']\n      not: {words: [点数]}\n")));
  ASSERT_TRUE(rules.ok()) << rules.status();
  Weaker weaker;
  weaker.lifts.push_back({"点数", "rules.yaml:6"});
  FindKnownBadPasses(**rules, {.path = "rules.yaml"}, weaker);
  const std::string lines = absl::StrJoin(weaker.Lines(), "\n");
  EXPECT_TRUE(absl::StartsWith(lines, "rules.yaml: of ")) << lines;
  EXPECT_TRUE(absl::StrContains(lines, "these let 3 pass: invoices 3\n"))
      << lines;
  EXPECT_TRUE(absl::StrContains(
      lines, "rules.yaml: invoices pass, such as \"【诚信财务】本公司代开发票"))
      << lines;
  EXPECT_TRUE(absl::StrContains(
      lines,
      "(shipped, documents-invoice-issue stops it; rules.yaml:6 lifts "
      "hits now by \"点数\")"))
      << lines;
}

// Texts about the same that differ in whether they offer a private way.
TEST(KnownBad, TheShippedPackTellsOffersFromWarnings) {
  const auto rules = RuleSet::Load("rules/packs/cn-2015");
  ASSERT_TRUE(rules.ok()) << rules.status();
  std::ifstream file("tests/rules/samples/modern_eleventh.tsv");
  ASSERT_TRUE(file);
  size_t bad = 0;
  size_t lawful = 0;
  for (std::string line; std::getline(file, line);) {
    const bool is_bad = absl::StartsWith(line, "FR:");
    ++(is_bad ? bad : lawful);
    const std::string text = line.substr(line.find('\t') + 1);
    EXPECT_EQ(!StoppedBy(**rules, text).empty(), is_bad) << line;
  }
  EXPECT_GE(bad, 80U);
  EXPECT_GE(lawful, 40U);
}

// A rule for some senders stops nobody else, one that observes nobody.
TEST(KnownBad, OnlyWhatIsInForceStops) {
  for (const char* key :
       {"scope: {carriers: [unicom]}", "mode: observe", "classes: [notice]"}) {
    const auto rules = RuleSet::Load(FilesOf(WithRules(absl::StrCat(
        "rules:\n  - id: one\n    basis: policy\n    code: CONTENT_UNWANTED\n"
        "    words: [代开]\n    ",
        key, "\n"))));
    ASSERT_TRUE(rules.ok()) << rules.status();
    EXPECT_EQ(StoppedBy(**rules, "代开发票"), "") << key;
  }
}

TEST(KnownBad, OfTheShippedPackNonePass) {
  const auto rules = RuleSet::Load("rules/packs/cn-2015");
  ASSERT_TRUE(rules.ok()) << rules.status();
  Weaker weaker;
  FindKnownBadPasses(**rules, {.path = "rules.yaml"}, weaker);
  EXPECT_TRUE(weaker.empty());
}

}  // namespace
}  // namespace sluice::rules
