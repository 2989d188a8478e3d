#include "filter/sentence.h"

#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace sluice::filter {
namespace {

TEST(Sentence, EveryCodeHasBothLanguages) {
  std::set<absl::string_view> seen;
  for (int i = 0; i < kReasonCodes; ++i) {
    const auto code = static_cast<ReasonCode>(i);
    const absl::string_view chinese = PlainSentence(code, Language::kChinese);
    const absl::string_view english = PlainSentence(code, Language::kEnglish);
    EXPECT_TRUE(seen.insert(chinese).second) << Name(code);
    EXPECT_TRUE(seen.insert(english).second) << Name(code);
    EXPECT_TRUE(chinese.size() > 3 &&
                chinese.substr(chinese.size() - 3) == "。")
        << Name(code);
    EXPECT_EQ(english.back(), '.') << Name(code);
    EXPECT_EQ(ParseReasonCode(Name(code)), code);
  }
  EXPECT_EQ(ParseReasonCode("NO_SUCH_CODE"), std::nullopt);
}

TEST(Sentence, NamesRuleAndField) {
  EXPECT_EQ(Sentence(ReasonCode::kFrequencyLimit, "commercial-day", "",
                     Language::kEnglish),
            "The message exceeds a frequency limit (rule commercial-day).");
  EXPECT_EQ(Sentence(ReasonCode::kFrequencyLimit, "commercial-day", "",
                     Language::kChinese),
            "超过发送频次限制（规则 commercial-day）。");
  EXPECT_EQ(Sentence(ReasonCode::kFieldInvalid, "too_long", "key",
                     Language::kEnglish),
            "A field has an invalid value (too long; field key).");
  EXPECT_EQ(Sentence(ReasonCode::kFieldInvalid, "too_long", "key",
                     Language::kChinese),
            "字段取值不符合要求（过长；字段 key）。");
  EXPECT_EQ(Sentence(ReasonCode::kFieldInvalid, "control_character", "text",
                     Language::kEnglish),
            "A field has an invalid value (it has a control character; field "
            "text).");
  EXPECT_EQ(Sentence(ReasonCode::kFieldInvalid, "control_character", "text",
                     Language::kChinese),
            "字段取值不符合要求（含有控制字符；字段 text）。");
  EXPECT_EQ(Sentence(ReasonCode::kTextEmpty, "", "text", Language::kChinese),
            "短信内容为空。");
}

TEST(Sentence, OurOwnChecksSpeakInWords) {
  EXPECT_EQ(Sentence(ReasonCode::kClassMisdeclared, "link", "text",
                     Language::kEnglish),
            "The text does not fit the declared message class (it contains a "
            "link).");
  // One rule of several codes.
  for (const ReasonCode code :
       {ReasonCode::kAccessCodeNotRegistered,
        ReasonCode::kSignatureNotRegistered, ReasonCode::kSignatureLapsed}) {
    EXPECT_TRUE(
        absl::EndsWith(Sentence(code, "carrier", "", Language::kEnglish),
                       " (with the recipient's carrier)."))
        << Name(code);
  }
}

TEST(Sentence, ACampaignIsNoRule) {
  EXPECT_EQ(Sentence(ReasonCode::kCampaignSuspended, "1-e84c", "",
                     Language::kEnglish),
            "A reviewer has stopped this campaign (campaign 1-e84c).");
  EXPECT_EQ(Sentence(ReasonCode::kCampaignUnreviewed, "1-e84c", "",
                     Language::kChinese),
            "相近内容大批量发送，须先经人工审核（群发批次 1-e84c）。");
}

// A pack may name its rules as our checks are named.
TEST(Sentence, ARuleOfAPackIsNoCheckOfOurs) {
  for (const absl::string_view rule : {"link", "carrier", "account"}) {
    for (const ReasonCode code :
         {ReasonCode::kContentProhibited, ReasonCode::kContentUnwanted,
          ReasonCode::kFrequencyLimit}) {
      absl::string_view plain = PlainSentence(code, Language::kEnglish);
      plain.remove_suffix(1);
      EXPECT_EQ(Sentence(code, rule, "text", Language::kEnglish),
                absl::StrCat(plain, " (rule ", rule, ")."));
    }
  }
}

TEST(ChooseLanguage, FollowsTheHeader) {
  const struct {
    absl::string_view header;
    Language language;
  } cases[] = {
      {"", Language::kChinese},
      {"zh-CN", Language::kChinese},
      {"en", Language::kEnglish},
      {"en-GB,en;q=0.9", Language::kEnglish},
      {"zh-CN,zh;q=0.9,en;q=0.8", Language::kChinese},
      {"fr, en;q=0.5, zh;q=0.4", Language::kEnglish},
      {"fr", Language::kChinese},
      {"EN", Language::kEnglish},
      {"en;q=nonsense", Language::kChinese},
      {";;,,", Language::kChinese},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(ChooseLanguage(c.header), c.language) << c.header;
  }
}

}  // namespace
}  // namespace sluice::filter
