#include "filter/content_comparison.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/fakes/temporary_folder.h"

namespace sluice::filter {
namespace {

namespace fs = std::filesystem;

// The shipped pack with these rules instead of its own.
ContentComparison::Side SideOf(const std::string& rules_yaml) {
  const TemporaryFolder folder;
  for (const char* name : {"pack.yaml", "policy.yaml", "articles.yaml"}) {
    fs::copy(absl::StrCat("rules/packs/cn-2015/", name), folder.path());
  }
  std::ofstream(folder.path() + "/rules.yaml")
      << rules_yaml << "domain_lists: [{id: shorteners, file: short.txt}]\n";
  std::ofstream(folder.path() + "/short.txt") << "t.cn\n";
  auto rules = rules::RuleSet::Load(folder.path());
  EXPECT_TRUE(rules.ok()) << rules.status().message();
  return {*rules, *Policy::Build(**rules)};
}

TEST(ContentComparison, CountsWhatChanges) {
  ContentComparison comparison(
      SideOf("rules:\n"
             "  - {id: fakes, basis: law, words: [发票]}\n"
             "  - {id: games, basis: law, words: [彩金]}\n"),
      SideOf("rules:\n"
             "  - {id: fakes, basis: law, words: [发票], folding: evasive}\n"
             "  - {id: games, basis: law, words: [送彩金], code: "
             "CONTENT_UNWANTED, action: hold}\n"
             "  - {id: seen, basis: policy, words: [您好], code: "
             "CONTENT_UNWANTED, mode: observe}\n"),
      1);
  const auto add = [&](const char* text, const char* provider) {
    return comparison.Add(text, MessageClass::kNotice,
                          {.content_provider = provider}, 0);
  };
  EXPECT_TRUE(add("您好", "a"));
  EXPECT_TRUE(add("发票", "a"));
  EXPECT_TRUE(add("发*票 13800138000", "a"));
  EXPECT_TRUE(add("发-票", "b"));
  EXPECT_TRUE(add("彩金", "b"));
  EXPECT_TRUE(add("送彩金", "b"));
  EXPECT_FALSE(add("\xff", "b"));
  const admin::v1::PreviewResult result = comparison.Result();
  EXPECT_EQ(result.messages(), 6u);

  std::map<std::string, std::string> differences;
  for (const auto* list :
       {&result.rules(), &result.content_providers(), &result.classes()}) {
    for (const admin::v1::PreviewDifference& one : *list) {
      differences[one.name()] =
          absl::StrCat(one.before(), " ", one.after(), " +", one.new_hits(),
                       " -", one.lost_hits());
    }
  }
  EXPECT_EQ(differences,
            (std::map<std::string, std::string>{{"fakes", "1 3 +2 -0"},
                                                {"games", "2 1 +0 -1"},
                                                {"a", "1 2 +1 -0"},
                                                {"b", "2 2 +1 -1"},
                                                {"notice", "3 4 +2 -1"}}));
  std::map<std::string, uint64_t> moves;
  for (const admin::v1::PreviewMove& move : result.moves()) {
    moves[absl::StrCat(v1::Decision_Name(move.before()).substr(9), " ",
                       v1::Decision_Name(move.after()).substr(9))] =
        move.messages();
  }
  EXPECT_EQ(moves, (std::map<std::string, uint64_t>{{"ACCEPTED ACCEPTED", 1},
                                                    {"ACCEPTED REJECTED", 2},
                                                    {"REJECTED ACCEPTED", 1},
                                                    {"REJECTED HELD", 1},
                                                    {"REJECTED REJECTED", 1}}));
  // One sample of each kind, masked.
  ASSERT_EQ(result.samples_size(), 2);
  EXPECT_EQ(result.samples(0).rule(), "fakes");
  EXPECT_TRUE(result.samples(0).new_hit());
  EXPECT_EQ(result.samples(0).text(), "发*票 ***********");
  EXPECT_EQ(result.samples(0).spans(0).end(), 3u);
  EXPECT_EQ(result.samples(1).rule(), "games");
  EXPECT_FALSE(result.samples(1).new_hit());
}

// Hits count only rules; a decision counts all checks.
TEST(ContentComparison, WhatIsRejectedOtherwiseStaysRejected) {
  ContentComparison comparison(
      SideOf("rules:\n"
             "  - {id: games, basis: law, words: [彩金]}\n"),
      SideOf("rules:\n"
             "  - {id: fakes, basis: law, words: [发票]}\n"),
      0);
  const auto add = [&](const char* text, v1::Decision otherwise) {
    return comparison.Add(text, MessageClass::kNotice, {}, 0, otherwise);
  };
  EXPECT_TRUE(add("发票", v1::DECISION_REJECTED));
  EXPECT_TRUE(add("发票", v1::DECISION_HELD));
  EXPECT_TRUE(add("您好", v1::DECISION_DEFERRED));
  const admin::v1::PreviewResult result = comparison.Result();
  ASSERT_EQ(result.rules_size(), 1);
  EXPECT_EQ(result.rules(0).new_hits(), 2u);
  std::map<v1::Decision, v1::Decision> moves;
  for (const admin::v1::PreviewMove& move : result.moves()) {
    moves[move.before()] = move.after();
  }
  EXPECT_EQ(moves, (std::map<v1::Decision, v1::Decision>{
                       {v1::DECISION_REJECTED, v1::DECISION_REJECTED},
                       {v1::DECISION_HELD, v1::DECISION_REJECTED},
                       {v1::DECISION_DEFERRED, v1::DECISION_DEFERRED}}));
}

TEST(MaskNumbers, Table) {
  EXPECT_EQ(MaskNumbers(""), "");
  EXPECT_EQ(MaskNumbers("送300元,打12345"), "送300元,打*****");
  EXPECT_EQ(MaskNumbers("１３８００１38000一"), "***********一");
  EXPECT_EQ(MaskNumbers("12-3456, 138 0013 8000."), "**-****, *** **** ****.");
  EXPECT_EQ(MaskNumbers("3.8折 5-6月"), "3.8折 5-6月");
}

}  // namespace
}  // namespace sluice::filter
