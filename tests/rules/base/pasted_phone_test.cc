#include "rules/base/pasted_phone.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "rules/base/language.h"

namespace sluice {
namespace {

TEST(PastedPhone, ReadsWhatPeoplePaste) {
  for (const char* const text : {
           "13800138000",
           "+86 138-0013-8000",
           "１３８００１３８０００",
           "＋８６１３８００１３８０００",
           "﹢8613800138000",
           "(+86) 138 0013 8000",
           "（+86）138．0013．8000",
           "138.0013.8000",
           "138·0013·8000",
           "138–0013—8000",
           "138‑0013−8000",
           "138－0013〜8000",
           "\t138\u00a00013\u20078000\u3000\r\n",
           "\u202a\u200e+8613800138000\u202c",
           "\u2066138\u200b0013\u200d8000\u2069\ufeff",
           "手机号：13800138000",
           "手机号： +86 13800138000",
           "电话（手机）:13800138000",
           "Tel:13800138000",
           "tel:+8613800138000",
           "'13800138000",
           "“13800138000”",
           "【13800138000】",
           "١٣٨٠٠١٣٨٠٠٠",
           "१३८००१३८०००",
           "0086 138 0013 8000",
       }) {
    const absl::StatusOr<Phone> phone = ParsePastedPhone(text);
    ASSERT_TRUE(phone.ok()) << text << " " << phone.status();
    EXPECT_EQ(phone->e164, 8613800138000u) << text;
  }
  EXPECT_EQ(ParsePastedPhone("（010）６２３４－５６７８")->e164, 861062345678u);
  EXPECT_EQ(ParsePastedPhone("+86 (0)10 6234 5678")->e164, 861062345678u);
  EXPECT_EQ(ParsePastedPhone("＋1 (415) 555‑2671")->e164, 14155552671u);
}

constexpr struct {
  const char* text;
  const char* why;
} kBad[] = {
    {"", "no digits"},
    {"：", "no digits"},
    {"手机号：", "no digits"},
    {"手机号", "holds '手'"},
    {"手机号13800138000", "holds '手'"},
    {"手机1：13800138000", "holds '手'"},
    {"13800138000,13900139000", "holds ','"},
    {"13800138000、13900139000", "holds '、'"},
    {"13800138000\n13900139000", "too many"},
    {"138001380o0", "holds 'o'"},
    {"138****8000", "holds '*'"},
    {"86+13800138000", "only come first"},
    {"１００８６", "11 digits"},
    {"1380013800", "11 digits"},
    {"①3800138000", "holds '①'"},
};

TEST(PastedPhone, SaysWhatIsWrong) {
  for (const auto& c : kBad) {
    const absl::StatusOr<Phone> phone = ParsePastedPhone(c.text);
    ASSERT_FALSE(phone.ok()) << c.text;
    EXPECT_EQ(phone.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StrContains(phone.status().message(), c.why))
        << c.text << ": " << phone.status();
    EXPECT_FALSE(ChineseOf(phone.status()).empty()) << c.text;
  }
  EXPECT_FALSE(ParsePastedPhone("138\xff"
                                "00138000")
                   .ok());
}

TEST(PastedPhone, PlainNumberKeepsWhatIsNoNumber) {
  EXPECT_EQ(PlainNumber("客服：１００ ８６"), "10086");
  EXPECT_EQ(PlainNumber(" pseudo-1 "), "pseudo1");
  EXPECT_EQ(PlainNumber("1069-0000\u200b1"), "106900001");
  EXPECT_EQ(PlainNumber("pseudo"), "pseudo");
}

}  // namespace
}  // namespace sluice
