// What lifts hits (`not`) must stand in the text as it is written.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/rule_set.h"
#include "tests/rules/pack_folder.h"
#include "tests/rules/warnings_of.h"

namespace sluice::rules {
namespace {

// Whether a rule with this condition hits a text.
bool Hits(const std::string& match, const std::string& text) {
  const auto rules = RuleSet::Load(FilesOf(WithRules(
      absl::StrCat("rules: [{id: one, basis: law, folding: homophone, match: {",
                   match, "}}]\n"))));
  EXPECT_TRUE(rules.ok()) << rules.status();
  if (!rules.ok()) return false;
  FoldedText folded;
  EXPECT_TRUE(FoldTable::Shared().Fold(text, folded));
  RuleScratch scratch;
  std::vector<Hit> hits;
  (*rules)->Match(folded,
                  {sluice::v1::MESSAGE_CLASS_NOTICE, folded.code_points, text},
                  scratch, hits);
  return !hits.empty();
}

TEST(Lifting, WhatSoundsOrLooksLikeACautionIsNone) {
  const std::string match = "words: [送彩金], not: {words: [假客服, 防骗]}";
  EXPECT_TRUE(Hits(match, "送彩金，找客服"));
  EXPECT_FALSE(Hits(match, "送彩金的是假客服"));
  EXPECT_TRUE(Hits(match, "送彩金，加客服"));
  EXPECT_TRUE(Hits(match, "送彩金，jia ke fu"));
  EXPECT_TRUE(Hits(match, "送彩金，假*客*服"));
  // Folding that every text goes through is no disguise.
  EXPECT_FALSE(Hits(match, "送彩金的要防騙"));
  EXPECT_FALSE(Hits(match, "送彩金的要防\u200b骗"));
}

TEST(Lifting, WhatIsNotLiftedTwiceHitsAsTheRuleSays) {
  const std::string match =
      "words: [送彩金], not: {words: [谨防], not: {words: [加微信]}}";
  EXPECT_FALSE(Hits(match, "谨防送彩金"));
  EXPECT_TRUE(Hits(match, "谨防送彩金，加薇信"));
}

}  // namespace
}  // namespace sluice::rules
