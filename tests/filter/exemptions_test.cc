// Exemptions from content rules: by rule, word, content provider and template,
// while they last; and rules that allow no exemption.
#include "filter/policy/exemptions.h"
#include "filter/policy/break_glass.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "rules/fold/fold.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/filter/small_world.h"

namespace sluice::filter {
namespace {

constexpr int64_t kNow = 1'793'584'800'000;

constexpr char kRules[] = R"(
rules:
  - {id: words, basis: policy, code: CONTENT_UNWANTED, words: [发票, 苹果]}
  - {id: tag, category: c, basis: policy, action: tag, score: 2, words: [优惠, 梨子]}
  - {id: prohibited, basis: law, words: [毒品]}
  - {id: law-tag, category: d, basis: law, action: tag, score: 3, words: [枪支]}
  - id: together
    basis: policy
    code: CONTENT_UNWANTED
    match: {near: {first: {words: [信用卡]}, second: {words: [套现]}, within: 5}}
  - id: weighed
    basis: policy
    code: CONTENT_UNWANTED
    match: {words: [贷款], weight: {table: signs, at_least: 5}}
  - {id: gone, basis: policy, code: CONTENT_UNWANTED, mode: 'off', words: [香蕉]}
thresholds:
  - {id: sum, category: c, basis: policy, code: CONTENT_UNWANTED, score: 2}
  - {id: law-sum, category: d, basis: law, score: 3}
weight_tables:
  - {id: signs, file: signs.csv}
domain_lists:
  - {id: shorteners, file: lists/shared/shorteners.txt}
)";

// The shipped pack with other content rules.
std::shared_ptr<const rules::RuleSet> LoadRules() {
  namespace fs = std::filesystem;
  const TemporaryFolder folder;
  fs::copy("rules/packs/cn-2015", folder.path(), fs::copy_options::recursive);
  std::ofstream(folder.path() + "/rules.yaml") << kRules;
  std::ofstream(folder.path() + "/signs.csv") << "word,weight\n秒批,5\n";
  auto rules = rules::RuleSet::Load(folder.path());
  EXPECT_TRUE(rules.ok()) << rules.status();
  return *std::move(rules);
}

void Set(int64_t ms, google::protobuf::Timestamp& time) {
  time.set_seconds(ms / 1'000);
}

// An exemption that starts now, lasts an hour and must be confirmed within half
// an hour.
admin::v1::Exemption Make(const std::string& rule, const std::string& word,
                          const std::string& content_provider) {
  admin::v1::Exemption made;
  made.set_number(7);
  made.set_rule(rule);
  made.set_word(word);
  made.set_content_provider_id(content_provider);
  Set(kNow, *made.mutable_create_time());
  Set(kNow + 3'600'000, *made.mutable_expire_time());
  Set(kNow + 1'800'000, *made.mutable_confirm_expire_time());
  return made;
}

class ExemptionsTest : public testing::Test {
 protected:
  // "rule", "rule?" when it is only observed, "rule~" when it holds.
  std::vector<std::string> Judge(const std::string& text,
                                 std::vector<admin::v1::Exemption> exemptions,
                                 std::vector<std::string> rolled_back = {},
                                 int64_t now_ms = kNow,
                                 const ContentSender& sender = kShop) {
    std::vector<store::v1::RuleRolledBack> rollbacks;
    for (const std::string& rule : rolled_back) {
      rollbacks.emplace_back().set_rule(rule);
    }
    const auto built =
        Exemptions::Build(rules_, *policy_, exemptions, rollbacks, kNow);
    rules::FoldedText folded;
    EXPECT_TRUE(rules::FoldTable::Shared().Fold(text, folded));
    rules::RuleScratch scratch;
    std::vector<rules::Hit> hits;
    rules_->Match(folded, {v1::MESSAGE_CLASS_NOTICE, folded.code_points, text},
                  scratch, hits);
    std::vector<Finding> findings;
    judged_.clear();
    policy_->content().Judge(hits, MessageClass::kNotice, sender, now_ms,
                             findings, built.get(), &judged_);
    std::vector<std::string> names;
    for (const Finding& finding : findings) {
      names.push_back(std::string(finding.rule) + (finding.hold ? "~" : "") +
                      (finding.observed ? "?" : ""));
      spans_ = finding.spans.size();
    }
    return names;
  }

  using Names = std::vector<std::string>;
  static inline const ContentSender kShop = {.content_provider = "shop"};

  const std::shared_ptr<const rules::RuleSet> rules_ = LoadRules();
  const std::shared_ptr<const Policy> policy_ = *Policy::Build(*rules_);
  std::vector<JudgedHit> judged_;
  size_t spans_ = 0;
};

// The clock went back from a mistaken future in which somebody made it.
TEST_F(ExemptionsTest, OneMadeInTheFutureIsNotInForce) {
  const admin::v1::Exemption made = Make("words", "", "shop");
  EXPECT_TRUE(IsInForce(made, kNow - 1'000));
  EXPECT_FALSE(IsInForce(made, kNow - 3'600'000));
  EXPECT_EQ(Judge("发票", {made}, {}, kNow - 3'600'000), Names{"words"});
}

TEST_F(ExemptionsTest, ARuleIsExemptedForOneContentProvider) {
  EXPECT_EQ(Judge("发票", {}), Names{"words"});
  ASSERT_EQ(judged_.size(), 1u);
  EXPECT_TRUE(judged_[0].rejects);
  const admin::v1::Exemption shop = Make("words", "", "shop");
  EXPECT_EQ(Judge("发票", {shop}), Names{"words?"});
  EXPECT_TRUE(judged_[0].observed);
  EXPECT_FALSE(judged_[0].rejects);
  EXPECT_EQ(Judge("发票", {shop}, {}, kNow, {.content_provider = "bank"}),
            Names{"words"});
  EXPECT_EQ(Judge("发票", {shop}, {}, kNow, {}), Names{"words"});
}

TEST_F(ExemptionsTest, AWordIsExemptedAndTheOthersAreNot) {
  const admin::v1::Exemption word = Make("words", "苹果", "shop");
  EXPECT_EQ(Judge("苹果", {word}), Names{"words?"});
  EXPECT_EQ(Judge("发票", {word}), Names{"words"});
  EXPECT_EQ(Judge("苹果，发票", {word}), Names{"words"});
  EXPECT_EQ(spans_, 1u);  // That of the other word.
  EXPECT_EQ(Judge("发票，苹果", {word}), Names{"words"});
  EXPECT_EQ(spans_, 1u);
}

TEST_F(ExemptionsTest, TagsAndThresholdsAreExemptedToo) {
  EXPECT_EQ(Judge("优惠", {}), Names{"sum"});
  EXPECT_EQ(Judge("优惠", {Make("tag", "", "shop")}), Names{"sum?"});
  EXPECT_EQ(Judge("优惠", {Make("sum", "", "shop")}), Names{"sum?"});
  const admin::v1::Exemption word = Make("tag", "优惠", "shop");
  EXPECT_EQ(Judge("优惠", {word}), Names{"sum?"});
  EXPECT_EQ(Judge("优惠梨子", {word}), Names{"sum"});
}

TEST_F(ExemptionsTest, ATemplatesMessagesAreItsOwn) {
  admin::v1::Exemption made = Make("words", "", "");
  made.set_template_id("t-1");
  EXPECT_EQ(Judge("发票", {made}, {}, kNow, {.template_id = "t-1"}),
            Names{"words?"});
  EXPECT_EQ(Judge("发票", {made}, {}, kNow, {.template_id = "t-2"}),
            Names{"words"});
}

TEST_F(ExemptionsTest, ItHoldsUntilItShouldHaveBeenConfirmed) {
  admin::v1::Exemption made = Make("words", "", "shop");
  EXPECT_EQ(EndOf(made), kNow + 1'800'000);
  EXPECT_EQ(Judge("发票", {made}, {}, kNow + 1'799'000), Names{"words?"});
  EXPECT_EQ(Judge("发票", {made}, {}, kNow + 1'800'000), Names{"words"});
  Set(kNow, *made.mutable_confirm_time());
  EXPECT_EQ(Judge("发票", {made}, {}, kNow + 1'800'000), Names{"words?"});
  EXPECT_EQ(Judge("发票", {made}, {}, kNow + 3'600'000), Names{"words"});
  Set(kNow, *made.mutable_end_time());
  EXPECT_EQ(Judge("发票", {made}), Names{"words"});
}

TEST_F(ExemptionsTest, ARuleThatRolledItselfBackObservesOrHolds) {
  EXPECT_EQ(Judge("发票", {}, {"words"}), Names{"words?"});
  EXPECT_EQ(Judge("毒品", {}, {"prohibited"}), Names{"prohibited~"});
  ASSERT_EQ(judged_.size(), 1u);
  EXPECT_FALSE(judged_[0].observed);
  EXPECT_FALSE(judged_[0].rejects);
  EXPECT_EQ(Judge("优惠", {}, {"sum"}), Names{"sum?"});
  EXPECT_EQ(Judge("枪支", {}, {"law-sum"}), Names{"law-sum~"});
  EXPECT_EQ(Judge("发票", {}, {"no such rule"}), Names{"words"});
}

TEST_F(ExemptionsTest, WhatMustHoldIsNeverExempted) {
  const auto check = [this](const std::string& rule, std::string word = "") {
    return CheckExemption(*rules_, *policy_, rule, word);
  };
  EXPECT_TRUE(check("words").ok());
  EXPECT_TRUE(check("sum").ok());
  EXPECT_TRUE(check("together").ok());
  const struct {
    const char* rule;
    const char* word;
    absl::StatusCode code;
    const char* says;
  } kCases[] = {
      {"prohibited", "", absl::StatusCode::kFailedPrecondition,
       "CONTENT_PROHIBITED"},
      {"law-tag", "", absl::StatusCode::kFailedPrecondition, "law-sum"},
      {"law-sum", "", absl::StatusCode::kFailedPrecondition,
       "CONTENT_PROHIBITED"},
      {"gone", "", absl::StatusCode::kFailedPrecondition, "off"},
      {"together", "套现", absl::StatusCode::kFailedPrecondition, "as a whole"},
      {"weighed", "贷款", absl::StatusCode::kFailedPrecondition, "as a whole"},
      {"sum", "优惠", absl::StatusCode::kFailedPrecondition, "no words"},
      {"wrds", "", absl::StatusCode::kNotFound, "did you mean 'words'"},
      {"words", "香蕉", absl::StatusCode::kNotFound, "no word '香蕉'"},
  };
  for (const auto& c : kCases) {
    const absl::Status status = check(c.rule, c.word);
    EXPECT_EQ(status.code(), c.code) << c.rule << ": " << status;
    EXPECT_TRUE(absl::StrContains(status.message(), c.says)) << status;
  }
  // Not even if an exemption was recorded before the rule changed.
  EXPECT_EQ(Judge("毒品", {Make("prohibited", "", "shop")}),
            Names{"prohibited"});
  // In any spelling.
  std::string word = "發票";
  EXPECT_TRUE(CheckExemption(*rules_, *policy_, "words", word).ok());
  EXPECT_EQ(word, "发票");
}

}  // namespace
}  // namespace sluice::filter
