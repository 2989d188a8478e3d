#include "filter/policy/content_policy.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "google/protobuf/text_format.h"

namespace sluice::filter {
namespace {

constexpr int64_t kNow = 1'793'548'800'000;  // 2026-11-02 00:00 in Shanghai.

ContentPolicy Build(const std::string& text) {
  rules::v1::PackRules rules;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &rules))
      << text;
  const std::vector<rules::v1::ContentRule> list(rules.rules().begin(),
                                                 rules.rules().end());
  const std::vector<rules::v1::Threshold> sums(rules.thresholds().begin(),
                                               rules.thresholds().end());
  const std::vector<rules::v1::ImpersonationCategory> impersonations(
      rules.impersonation_categories().begin(),
      rules.impersonation_categories().end());
  auto policy = ContentPolicy::Build(list, sums, impersonations,
                                     absl::FixedTimeZone(8 * 60 * 60));
  EXPECT_TRUE(policy.ok()) << policy.status();
  return *std::move(policy);
}

using Names = std::vector<std::string>;

// "rule", "rule?" when only observed, "rule~" when it holds the message.
Names NamesOf(const std::vector<Finding>& findings) {
  Names names;
  for (const Finding& finding : findings) {
    names.push_back(std::string(finding.rule) + (finding.hold ? "~" : "") +
                    (finding.observed ? "?" : ""));
  }
  return names;
}

Names Judge(const ContentPolicy& policy, std::vector<uint32_t> rules,
            const ContentSender& sender = {}) {
  std::vector<rules::Hit> hits;
  for (const uint32_t rule : rules) hits.push_back({rule, rule, rule + 1});
  std::vector<Finding> findings;
  policy.Judge(hits, MessageClass::kCommercial, sender, kNow, findings);
  return NamesOf(findings);
}

// Numbers of the rules of kTags.
enum : uint32_t { kOne, kTwo, kThree, kSeen, kOther };

constexpr char kTags[] = R"pb(
  rules { id: "one" category: "loan" action: RULE_ACTION_TAG score: 1 }
  rules { id: "two" category: "loan" action: RULE_ACTION_TAG score: 2 }
  rules { id: "three" category: "loan" action: RULE_ACTION_TAG score: 3 }
  rules {
    id: "seen"
    category: "loan"
    action: RULE_ACTION_TAG
    score: 5
    mode: CHECK_MODE_OBSERVE
  }
  rules { id: "other" category: "game" action: RULE_ACTION_TAG score: 9 }
  thresholds { id: "hold" category: "loan" score: 3 action: RULE_ACTION_HOLD }
  thresholds { id: "reject" category: "loan" score: 6 }
  thresholds { id: "game" category: "game" score: 9 }
)pb";

TEST(ContentPolicy, TagsAddUpByCategory) {
  const ContentPolicy policy = Build(kTags);
  const struct {
    std::vector<uint32_t> hits;
    Names findings;
  } kCases[] = {
      {{}, {}},
      {{kOne}, {}},
      {{kTwo, kTwo, kTwo}, {}},  // Once a text.
      {{kOne, kTwo}, {"hold~"}},
      {{kThree}, {"hold~"}},
      {{kOne, kTwo, kThree}, {"reject"}},
      {{kOther}, {"game"}},
      {{kThree, kOther}, {"hold~", "game"}},
      // An observed tag counts only in the would-be sum.
      {{kSeen}, {"hold~?"}},
      {{kOne, kSeen}, {"reject?"}},
      {{kThree, kSeen}, {"reject?", "hold~"}},
  };
  for (const auto& c : kCases) EXPECT_EQ(Judge(policy, c.hits), c.findings);
}

TEST(ContentPolicy, AnObservedThresholdLeavesThoseBelow) {
  const ContentPolicy policy = Build(R"pb(
    rules { id: "one" category: "loan" action: RULE_ACTION_TAG score: 6 }
    thresholds { id: "hold" category: "loan" score: 3 action: RULE_ACTION_HOLD }
    thresholds {
      id: "reject"
      category: "loan"
      score: 6
      code: "CONTENT_UNWANTED"
      mode: CHECK_MODE_OBSERVE
    }
  )pb");
  EXPECT_EQ(Judge(policy, {0}), (Names{"reject?", "hold~"}));
}

TEST(ContentPolicy, AFindingOfASumHasThePlacesOfItsTags) {
  const ContentPolicy policy = Build(kTags);
  std::vector<Finding> findings;
  policy.Judge(std::vector<rules::Hit>{{kOne, 3, 5},
                                       {kOther, 5, 6},
                                       {kThree, 7, 9},
                                       {kSeen, 10, 11},
                                       {kThree, 12, 14}},
               MessageClass::kNotice, {}, kNow, findings);
  ASSERT_EQ(findings.size(), 3u);
  EXPECT_EQ(findings[0].rule, "reject");
  EXPECT_EQ(findings[0].spans.size(), 4u);
  const absl::InlinedVector<TextSpan, 2> enforced = {{3, 5}, {7, 9}, {12, 14}};
  EXPECT_EQ(findings[1].rule, "hold");
  EXPECT_EQ(findings[1].spans, enforced);
  EXPECT_EQ(findings[2].rule, "game");
}

TEST(ContentPolicy, AScopeSaysForWhomARuleIs) {
  const ContentPolicy policy = Build(R"pb(
    rules { id: "all" }
    rules {
      id: "shop on mobile"
      scope { content_providers: "shop" content_providers: "bank" }
    }
    rules {
      id: "carrier"
      scope { carriers: "mobile" accounts: "a" }
    }
    rules {
      id: "but"
      except { content_providers: "bank" ports: "p" }
    }
    rules {
      id: "signed"
      scope { signatures: "小店" }
      except { accounts: "b" }
    }
  )pb");
  const std::vector<uint32_t> every = {0, 1, 2, 3, 4};
  const struct {
    ContentSender sender;
    Names findings;
  } kCases[] = {
      {{}, {"all", "but"}},
      {{.content_provider = "shop"}, {"all", "shop on mobile", "but"}},
      {{.content_provider = "bank"}, {"all", "shop on mobile"}},
      {{.account = "a"}, {"all", "but"}},
      {{.account = "a", .carrier = Carrier::kMobile},
       {"all", "carrier", "but"}},
      {{.account = "a", .port = "p", .carrier = Carrier::kMobile},
       {"all", "carrier"}},
      {{.account = "b", .signature = "小店"}, {"all", "but"}},
      {{.account = "a", .signature = "小店"}, {"all", "but", "signed"}},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Judge(policy, every, c.sender), c.findings);
  }
}

TEST(ContentPolicy, AThresholdMayBeForSomeToo) {
  const ContentPolicy policy = Build(R"pb(
    rules { id: "tag" category: "loan" action: RULE_ACTION_TAG score: 6 }
    thresholds {
      id: "banks too"
      category: "loan"
      score: 6
      except { content_providers: "bank" }
    }
    thresholds {
      id: "here"
      category: "loan"
      score: 3
      scope { ports: "p" }
    }
  )pb");
  EXPECT_EQ(Judge(policy, {0}), Names{"banks too"});
  EXPECT_EQ(Judge(policy, {0}, {.content_provider = "bank"}), Names{});
  EXPECT_EQ(Judge(policy, {0}, {.content_provider = "bank", .port = "p"}),
            Names{"here"});
}

TEST(ContentPolicy, WhoSpeaksIsAskedOnlyOfImpersonation) {
  const ContentPolicy policy = Build(R"pb(
    rules { id: "alone" category: "false bank" }
    rules { id: "tag" category: "false bank" action: RULE_ACTION_TAG score: 6 }
    rules { id: "other" category: "loan" }
    rules { id: "name" category: "loan" action: RULE_ACTION_TAG score: 1 }
    thresholds {
      id: "sum"
      category: "false bank"
      score: 6
      code: "CONTENT_PROHIBITED"
    }
    thresholds {
      id: "loan"
      category: "loan"
      score: 9
      code: "CONTENT_PROHIBITED"
    }
    impersonation_categories { category: "false bank" named_by: "name" }
  )pb");
  EXPECT_FALSE(policy.rules()[0].unliftable);
  EXPECT_TRUE(policy.rules()[2].unliftable);
  EXPECT_FALSE(policy.thresholds()[0].unliftable);
  EXPECT_TRUE(policy.thresholds()[1].unliftable);
  const uint32_t category = policy.rules()[0].category;
  EXPECT_TRUE(policy.NamesSpeaker(category, 3));
  EXPECT_FALSE(policy.NamesSpeaker(category, 1));
  const struct {
    Speaker speaker;
    std::vector<uint32_t> hits;
    Names findings;
    int asked;
  } kCases[] = {
      {Speaker::kStranger, {0, 1, 2}, {"alone", "other", "sum"}, 2},
      {Speaker::kItself, {0, 1, 2}, {"alone~", "other", "sum~"}, 2},
      {Speaker::kItselfFiled, {0, 1, 2}, {"alone?", "other", "sum?"}, 2},
      {Speaker::kItselfFiled, {2, 3}, {"other"}, 0},
  };
  for (const auto& c : kCases) {
    std::vector<rules::Hit> hits;
    for (const uint32_t rule : c.hits) hits.push_back({rule, rule, rule + 1});
    std::vector<Finding> findings;
    int asked = 0;
    policy.Judge(hits, MessageClass::kNotice, {}, kNow, findings, nullptr,
                 nullptr, [&](uint32_t of) {
                   EXPECT_EQ(of, category);
                   ++asked;
                   return c.speaker;
                 });
    EXPECT_EQ(NamesOf(findings), c.findings);
    EXPECT_EQ(asked, c.asked);
  }
}

TEST(ContentPolicy, ASampleIsAShareOfNumbersAndAlwaysTheSame) {
  const ContentPolicy policy = Build(R"pb(
    rules {
      id: "sampled"
      code: "CONTENT_UNWANTED"
      mode: CHECK_MODE_SAMPLE
      sample_percent: 20
    }
  )pb");
  int enforced = 0;
  for (uint64_t number = 8613800138000; number < 8613800148000; ++number) {
    const Names findings = Judge(policy, {0}, {.recipient = number});
    ASSERT_EQ(findings, Judge(policy, {0}, {.recipient = number}));
    ASSERT_TRUE(findings == Names{"sampled"} || findings == Names{"sampled?"});
    enforced += findings == Names{"sampled"};
  }
  EXPECT_GT(enforced, 1'800);
  EXPECT_LT(enforced, 2'200);
}

TEST(ContentPolicy, RulesForOtherClassesAndThoseThatAreOffDoNotCount) {
  const ContentPolicy policy = Build(R"pb(
    rules { id: "notice" classes: MESSAGE_CLASS_NOTICE }
    rules { id: "off" code: "CONTENT_UNWANTED" mode: CHECK_MODE_OFF }
    rules { id: "commercial" classes: MESSAGE_CLASS_COMMERCIAL }
  )pb");
  EXPECT_EQ(Judge(policy, {0, 1, 2}), Names{"commercial"});
}

TEST(ContentPolicy, ProhibitedContentIsNeverSampledOrObserved) {
  for (const auto mode :
       {rules::v1::CHECK_MODE_OBSERVE, rules::v1::CHECK_MODE_SAMPLE,
        rules::v1::CHECK_MODE_OFF}) {
    rules::v1::ContentRule rule;
    rule.set_id("r");
    rule.set_mode(mode);
    EXPECT_FALSE(ContentPolicy::Build({rule}, {}, {}, absl::UTCTimeZone()).ok())
        << rules::v1::CheckMode_Name(mode);
  }
}

}  // namespace
}  // namespace sluice::filter
