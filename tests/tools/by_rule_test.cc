#include "tools/evaluate_run/by_rule.h"

#include <gtest/gtest.h>

#include <sstream>

#include "absl/strings/match.h"
#include "tools/evaluate_run/families.h"

namespace sluice::evaluate {
namespace {

TEST(Families, TextsOfOneTemplateAreOneFamily) {
  Families families;
  const size_t first =
      families.Of("【甲银行】您的积分8600分今日到期，请登录 a.example 兑换");
  EXPECT_EQ(
      families.Of("【乙银行】您的积分120分今日到期，请登录 bb.example/x 兑换"),
      first);
  EXPECT_NE(families.Of("您的包裹在分拨中心破损，请联系理赔专员"), first);
  EXPECT_EQ(families.size(), 2u);
}

TEST(Families, TextsWithoutChineseAreApart) {
  Families families;
  EXPECT_NE(families.Of("call 1234"), families.Of("call 1234"));
}

TEST(ByRule, CountsWhatARuleAloneStops) {
  ByRule by_rule;
  by_rule.Add({"doubt"}, "您的积分今日到期请登录兑换现金一", false);
  by_rule.Add({"doubt"}, "您的积分今日到期请登录兑换现金二", false);
  by_rule.Add({"doubt"}, "本店会员积分翻倍欢迎光临", true);
  by_rule.Add({"doubt", "words"}, "两条规则都拦下的短信不算", true);
  by_rule.Add({}, "没有规则拦下的短信不算", true);
  google::protobuf::Struct all;
  by_rule.AddTo(all);
  const auto& alone = all.fields().at("alone").struct_value().fields();
  ASSERT_EQ(alone.size(), 1u);
  const auto& doubt = alone.at("doubt").struct_value().fields();
  EXPECT_EQ(doubt.at("bad").number_value(), 2);
  EXPECT_EQ(doubt.at("bad_families").number_value(), 1);
  EXPECT_EQ(doubt.at("lawful").number_value(), 1);
  EXPECT_EQ(doubt.at("lawful_families").number_value(), 1);
  EXPECT_EQ(doubt.at("right_share").number_value(), 0.5);
}

TEST(ByRule, TheTableBeginsWithTheWorst) {
  ByRule by_rule;
  by_rule.Add({"good"}, "代开各类发票验后付款", false);
  by_rule.Add({"poor"}, "本店会员积分翻倍欢迎光临", true);
  std::ostringstream out;
  by_rule.Print(out, 100);
  EXPECT_LT(out.str().find("poor"), out.str().find("good"));
  EXPECT_TRUE(absl::StrContains(out.str(), "right"));
}

}  // namespace
}  // namespace sluice::evaluate
