// What the other reading of a text (single characters that alternate with
// separators, letters written as digits) may say in a rule: it makes hits, and
// lifts none.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/rule_set.h"
#include "tests/rules/pack_folder.h"

namespace sluice::rules {
namespace {

std::shared_ptr<const RuleSet> EvasiveRule(const std::string& keys) {
  Files files = GoodFiles();
  files["rules.yaml"] = absl::StrCat(
      "rules:\n"
      "  - {id: one, basis: policy, code: CONTENT_UNWANTED, folding: evasive, ",
      keys, "}\n");
  const PackFolder folder(files);
  auto loaded = RuleSet::Load(folder.path());
  EXPECT_TRUE(loaded.ok()) << loaded.status().message();
  return loaded.ok() ? *loaded : nullptr;
}

std::string SpansOf(const std::string& keys, const std::string& text) {
  const auto rules = EvasiveRule(keys);
  if (rules == nullptr) return "none";
  FoldedText folded;
  EXPECT_TRUE(FoldTable::Shared().Fold(text, folded));
  RuleScratch scratch;
  std::vector<Hit> hits;
  rules->Match(folded,
               {sluice::v1::MESSAGE_CLASS_NOTICE, folded.code_points, text},
               scratch, hits);
  return absl::StrJoin(hits, "", [](std::string* out, const Hit& hit) {
    absl::StrAppend(out, "[", hit.begin, ",", hit.end, ")");
  });
}

TEST(SecondReading, MakesHits) {
  EXPECT_EQ(SpansOf("words: [注册送金]", "注。册。送。金"), "[0,7)");
  EXPECT_EQ(SpansOf("regexes: ['注册[^,]{0,3}金']", "注。册。送。金"), "[0,7)");
  EXPECT_EQ(SpansOf("words: [free cash]", "get fr33 c4sh now"), "[4,13)");
}

// 谨防 stands in no sentence of these.
TEST(SecondReading, NoWordUnderNotLiftsAHit) {
  const std::string keys = "match: {words: [加微信], not: {words: [谨防]}}";
  EXPECT_EQ(SpansOf(keys, "谨防诈骗：加微信"), "");
  EXPECT_EQ(SpansOf(keys, "加微信，要严谨。防。水。好"), "[0,3)");
  EXPECT_EQ(SpansOf(keys, "加微信，谨x防y水z好"), "[0,3)");
  EXPECT_EQ(SpansOf("match: {words: [加微信], not: {words: [scam]}}",
                    "加微信 5c4m alert"),
            "[0,3)");
  EXPECT_EQ(SpansOf("match: {words: [加微信], not: {regexes: ['谨防[^x]']}}",
                    "加微信，要严谨。防。水。好"),
            "[0,3)");
  EXPECT_EQ(SpansOf("match: {words: [加微信], not: {any: [{count: {of: {words: "
                    "[谨防, 防水]}, at_least: 2}}]}}",
                    "加微信，要严谨。防。水。好"),
            "[0,3)");
  // Not lifted twice over is asked for.
  EXPECT_EQ(SpansOf("match: {words: [加微信], not: {not: {words: [谨防]}}}",
                    "加微信，要严谨。防。水。好"),
            "[0,3)");
}

TEST(SecondReading, NoPhraseOfARuleLiftsAHit) {
  const std::string keys = "words: [微信], allow_phrases: [加微信好友]";
  EXPECT_EQ(SpansOf(keys, "加微信好友"), "");
  EXPECT_EQ(SpansOf(keys, "加。微信。好。友。们"), "[2,4)");
}

// What stands far apart in the text stands side by side in its readings.
TEST(SecondReading, ARegexStaysInItsPiece) {
  const std::string apart =
      "注。册。送。金，您的订单已由上海仓发出，预计明天下午送达，请保持电话畅通"
      "；加。微。信。号";
  EXPECT_EQ(SpansOf("regexes: ['注册[^,]{0,25}微信']", apart), "");
  EXPECT_EQ(SpansOf("regexes: ['送金[^,]{0,25}加微信']", apart), "");
  EXPECT_EQ(SpansOf("regexes: ['加微信[^,]{0,3}号?']", apart), "[37,44)");
  EXPECT_EQ(
      SpansOf("regexes: ['free[^,]{0,25}cash']",
              "fr33，您的订单已由上海仓发出，预计明天下午送达，请保持c4sh"),
      "");
}

}  // namespace
}  // namespace sluice::rules
