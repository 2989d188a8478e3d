#include "filter/policy/asked_words.h"

#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "filter/examine/examine.h"
#include "filter/reply.h"
#include "gtest/gtest.h"
#include "rules/fold/fold.h"
#include "tests/filter/small_world.h"

namespace sluice::filter {
namespace {

using Words = std::vector<std::string>;

const struct {
  absl::string_view text;
  Words asked;
} kTexts[] = {
    // Asked for with another meaning.
    {"不满意请回复N", {"n"}},
    {"满意请回复Y，不满意请回复N", {"y", "n"}},
    {"满意回1不满意回2", {"1", "2"}},
    {"满意回复Y，不满意N", {"y", "n"}},
    {"回1满意回2不满意", {"1", "2"}},
    {"同意回Y", {"y"}},
    {"同意回Y，不同意回N", {"y", "n"}},
    {"回复Y或N确认", {"y", "n"}},
    {"回复Y/N确认到场", {"y", "n"}},
    {"回复T取消预约", {"t"}},
    {"您的预约已成功，如需取消预约请回复T", {"t"}},
    {"回复Y确认，回复N取消", {"y", "n"}},
    {"回T领取", {"t"}},
    {"回复“TD”领取红包", {"td"}},
    {"回复(T)领取红包", {"t"}},
    {"回復Ｔ領取紅包", {"t"}},
    {"千万不要错过，回T领取", {"t"}},
    {"烦请回复N确认", {"n"}},
    {"想了解更多请发送T到10690001", {"t"}},
    {"参加请编辑短信R发送至1069", {"r"}},
    {"回复STOP领取红包", {"stop"}},
    {"Reply Y to confirm, N to cancel", {"y", "n"}},
    {"Reply CANCEL to cancel your appointment", {"cancel"}},
    // One word refuses, the other does not.
    {"报名活动回G，退订回T", {"g"}},
    {"报名回Y 退订回T", {"y"}},
    {"有意回F，退订T", {"f"}},
    // How to refuse.
    {"拒收请回复R", {}},
    {"全场八折，拒收请回复R", {}},
    {"回T退订", {}},
    {"退订回N", {}},
    {"（退订回复TD）", {}},
    {"回 TD 退订", {}},
    {"回复TD不再接收", {}},
    {"不需要回T", {}},
    {"如不需要，请回复T", {}},
    {"如果您不想接到此类信息，请回复R", {}},
    {"若不需接收此类短信，请回QX取消。", {}},
    {"如需取消此类短信，请回复“T”", {}},
    {"回复T取消", {}},
    {"谢绝来电请回T", {}},
    {"免打扰回T，勿扰请回N", {}},
    {"Reply STOP to unsubscribe", {}},
    {"Text STOP to 61610 to end", {}},
    {"Reply STOP to cancel your subscription", {}},
    // Asks for nothing, or does not say what for.
    {"您的验证码是123456", {}},
    {"免费发T恤", {}},
    {"回T", {}},
    {"", {}},
    {"\xff", {}},
};

TEST(AskedWords, Table) {
  const auto policy = *Policy::Build(*Cn2015());
  for (const auto& c : kTexts) {
    EXPECT_EQ(AskedWords(*policy, c.text), c.asked) << c.text;
  }
}

TEST(FindAskedWords, SaysWhereAndWhetherTheWordRefuses) {
  const auto policy = *Policy::Build(*Cn2015());
  const std::string text = "满意回y，不满意回n";
  std::string folded;
  ASSERT_TRUE(rules::FoldTable::Shared().Fold(text, folded));
  const auto found = FindAskedWords(policy->wordings(), folded);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_FALSE(found[0].refuses);
  EXPECT_TRUE(found[1].refuses);
  EXPECT_EQ(folded.substr(found[1].begin), "n");
  EXPECT_EQ(found[1].end, folded.size());
}

// What Examine finds of OPTOUT_WORD_CONFLICT in a message of the shop.
std::vector<Finding> Conflicts(MessageClass message_class,
                               absl::string_view text) {
  static const auto& world = *new Snapshot(SmallWorld());
  Message message;
  message.recipient = "13800138000";
  message.text = text;
  message.message_class = message_class;
  ExamineScratch scratch;
  MessageFacts facts;
  Examine(world, {AccountId{1}}, message, 1'793'586'600'000, scratch, facts);
  std::vector<Finding> conflicts;
  for (const Finding& finding : facts.findings) {
    if (finding.code == ReasonCode::kOptoutWordConflict) {
      conflicts.push_back(finding);
    }
  }
  return conflicts;
}

TEST(Examine, HoldsATextThatAsksForAnOptOutWord) {
  for (const absl::string_view text :
       {"【小店】服务如何？满意回Y，不满意请回复N", "【小店】回复T取消预约",
        "【小店】会员日回T领取礼品", "【小店】周六开会，回复R确认"}) {
    const auto conflicts = Conflicts(MessageClass::kNotice, text);
    ASSERT_EQ(conflicts.size(), 1u) << text;
    EXPECT_TRUE(conflicts[0].hold) << text;
    EXPECT_FALSE(conflicts[0].observed) << text;
    ASSERT_EQ(conflicts[0].spans.size(), 1u) << text;
  }
  const auto conflicts =
      Conflicts(MessageClass::kNotice, "【小店】不满意请回复N");
  ASSERT_EQ(conflicts.size(), 1u);
  EXPECT_EQ(conflicts[0].spans[0], (TextSpan{10, 11}));
}

TEST(Examine, HoldsNoNoticeOfHowToRefuse) {
  for (const absl::string_view text :
       {"【小店】全场八折，拒收请回复R", "【小店】全场八折，退订回T",
        "【小店】满意回1，不满意回2", "【小店】您的预约已成功"}) {
    EXPECT_TRUE(Conflicts(MessageClass::kNotice, text).empty()) << text;
    EXPECT_TRUE(Conflicts(MessageClass::kCommercial, text).empty()) << text;
  }
  // A code waits for nobody.
  EXPECT_TRUE(Conflicts(MessageClass::kVerification,
                        "【小店】验证码1234，非本人操作回N冻结")
                  .empty());
}

// How many texts of the corpora ask for an opt-out word with another meaning:
// in zh-mudou 7, each of which does (回T可获..., 回复N可改...); in zh-fbs 6,
// all cut off behind 退 by its publisher.
TEST(FindAskedWords, RealTextsHardlyConflict) {
  const auto policy = *Policy::Build(*Cn2015());
  int texts = 0;
  for (const auto& [name, conflicts_max] :
       {std::pair<const char*, int>{"zh-mudou", 7},
        {"zh-fbs", 6},
        {"zh-80w-sixclass", 0},
        {"zh-nus-ham", 0},
        {"en-uci-sms-spam", 0},
        {"en-smishing-5971", 0}}) {
    std::ifstream in(absl::StrCat("../shared/data/sms/", name, ".tsv"));
    int conflicts = 0;
    for (std::string line; std::getline(in, line); ++texts) {
      std::string folded;
      rules::FoldTable::Shared().Fold(line.substr(line.find('\t') + 1), folded);
      for (const AskedWord& asked :
           FindAskedWords(policy->wordings(), folded)) {
        if (!asked.refuses) continue;
        ++conflicts;
        break;
      }
    }
    EXPECT_LE(conflicts, conflicts_max) << name;
  }
  if (texts == 0) GTEST_SKIP() << "no ../shared/data/sms/*.tsv here";
}

}  // namespace
}  // namespace sluice::filter
