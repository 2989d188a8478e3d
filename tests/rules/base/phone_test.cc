#include "rules/base/phone.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace sluice {
namespace {

constexpr uint64_t kMobile = 8613800138000;

constexpr struct {
  absl::string_view text;
  uint64_t e164;
  PhoneKind kind;
} kGood[] = {
    {"13800138000", kMobile, PhoneKind::kMobile},
    {"8613800138000", kMobile, PhoneKind::kMobile},
    {"+8613800138000", kMobile, PhoneKind::kMobile},
    {"008613800138000", kMobile, PhoneKind::kMobile},
    {"+86 138 0013 8000", kMobile, PhoneKind::kMobile},
    {"+86-138-0013-8000", kMobile, PhoneKind::kMobile},
    {"86 138-0013-8000", kMobile, PhoneKind::kMobile},
    {"138 0013 8000 ", kMobile, PhoneKind::kMobile},
    // Any prefix 1[3-9], whether the prefix table has it or not.
    {"15412345678", 8615412345678, PhoneKind::kMobile},
    {"19999999999", 8619999999999, PhoneKind::kMobile},
    {"13491234567", 8613491234567, PhoneKind::kSatellite},
    {"17491234567", 8617491234567, PhoneKind::kSatellite},
    {"1064812345678", 861064812345678, PhoneKind::kIot},
    {"1440012345678", 861440012345678, PhoneKind::kIot},
    {"+861440012345678", 861440012345678, PhoneKind::kIot},
    {"01012345678", 0, PhoneKind::kFixed},  // A subscriber begins with 2 to 9.
    {"01062345678", 861062345678, PhoneKind::kFixed},
    {"010-6234-5678", 861062345678, PhoneKind::kFixed},
    {"+86 10 62345678", 861062345678, PhoneKind::kFixed},
    {"+86 010 62345678", 861062345678, PhoneKind::kFixed},
    {"0755-82345678", 8675582345678, PhoneKind::kFixed},
    {"0552 2345678", 865522345678, PhoneKind::kFixed},
    {"+85261234567", 85261234567, PhoneKind::kOther},
    {"0085261234567", 85261234567, PhoneKind::kOther},
    {"+1 415 555 2671", 14155552671, PhoneKind::kOther},
    {"+447911123456", 447911123456, PhoneKind::kOther},
};

TEST(ParsePhone, ReadsWhatSendersWrite) {
  for (const auto& c : kGood) {
    const absl::StatusOr<Phone> phone = ParsePhone(c.text);
    if (c.e164 == 0) {
      EXPECT_FALSE(phone.ok()) << c.text;
      continue;
    }
    ASSERT_TRUE(phone.ok()) << c.text << ": " << phone.status();
    EXPECT_EQ(phone->e164, c.e164) << c.text;
    EXPECT_EQ(KindOf(*phone), c.kind) << c.text;
    EXPECT_EQ(*ParsePhone(ToE164(*phone)), *phone) << c.text;
  }
}

constexpr struct {
  absl::string_view text;
  absl::string_view why;
} kBad[] = {
    {"", "no digits"},
    {"+", "no digits"},
    {"   ", "other than"},
    {" 13800138000", "other than"},
    {"-13800138000", "other than"},
    {"abc", "other than"},
    {"1380013800a", "other than"},
    {"138.0013.8000", "other than"},
    {"(138)00138000", "other than"},
    {"13800138000,13900139000", "other than"},
    {"++8613800138000", "only come first"},
    {"86+13800138000", "only come first"},
    {"１３８００１３８０００", "full-width"},
    {"＋8613800138000", "full-width"},
    {"1380013800", "11 digits"},
    {"138001380001", "11 digits"},
    {"12345678901", "11 digits"},
    {"10086", "11 digits"},
    {"8610086", "11 digits"},
    {"013800138000", "no 0 before"},
    {"+86013800138000", "no 0 before"},
    {"95588", "neither"},
    {"62345678", "neither"},
    {"4008001234", "neither"},
    {"+864008001234", "neither"},
    {"8008001234", "neither"},
    {"0100", "area code"},
    {"010123456789", "area code"},
    {"+861", "11 digits"},
    {"+86", "neither"},
    {"0086", "neither"},
    {"14155552671", "11 digits, nine of them wrong"},
    {"+1415", "possible"},
    {"+999123456789", "possible"},
    {"00", "possible"},
    {"+0123456789", "possible"},
    {"123456789012345678901", "too many"},
    {"1380013800013800138000", "too many"},
};

TEST(ParsePhone, RefusesAndSaysWhy) {
  for (const auto& c : kBad) {
    const absl::StatusOr<Phone> phone = ParsePhone(c.text);
    if (c.text == "14155552671") {
      // Without + it is a mainland number of the 141 range: 11 digits.
      EXPECT_EQ(phone->e164, 8614155552671u);
      continue;
    }
    ASSERT_FALSE(phone.ok()) << c.text << " " << phone->e164;
    EXPECT_EQ(phone.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StrContains(phone.status().message(), c.why))
        << c.text << ": " << phone.status();
  }
}

TEST(ParsePhone, AnErrorNeverHoldsTheNumber) {
  for (const auto& c : kBad) {
    const absl::StatusOr<Phone> phone = ParsePhone(c.text);
    if (phone.ok() || c.text.size() < 4) continue;
    EXPECT_FALSE(absl::StrContains(phone.status().message(), c.text)) << c.text;
  }
}

// All numbers of 1 to 13 digits that begin like a mobile number, by brute force
// over their first digits, compared with a plain form of the rule.
TEST(ParsePhone, AgreesWithThePlainRuleForBareDigits) {
  for (size_t size = 1; size <= 16; ++size) {
    for (int head = 0; head < 10'000; ++head) {
      std::string text = absl::StrCat(10'000 + head).substr(1);
      text.resize(size, '7');
      const bool mobile = size == 11 && text[0] == '1' && text[1] >= '3';
      const bool iot = size == 13 && (text.substr(0, 4) == "1064" ||
                                      text.substr(0, 2) == "14");
      if (text[0] == '0' || text.substr(0, 2) == "86") continue;
      EXPECT_EQ(ParsePhone(text).ok(), mobile || iot) << text;
    }
  }
}

TEST(Phone, MasksTheMiddle) {
  EXPECT_EQ(Masked(Phone{kMobile}), "138****8000");
  EXPECT_EQ(Masked(Phone{861064812345678}), "106****5678");
  EXPECT_EQ(Masked(Phone{8675582345678}), "755****5678");
  EXPECT_EQ(Masked(Phone{14155552671}), "+14****2671");
  EXPECT_EQ(Masked(Phone{29912345}), "+2****");
  EXPECT_EQ(Masked(Phone{}), "****");
}

TEST(Phone, KnowsTheCountry) {
  EXPECT_EQ(CallingCode(Phone{kMobile}), 86u);
  EXPECT_EQ(CallingCode(Phone{14155552671}), 1u);
  EXPECT_EQ(CallingCode(Phone{79161234567}), 7u);
  EXPECT_EQ(CallingCode(Phone{447911123456}), 44u);
  EXPECT_EQ(CallingCode(Phone{85261234567}), 852u);
  EXPECT_EQ(CallingCode(Phone{886912345678}), 886u);
  EXPECT_EQ(CallingCode(Phone{}), 0u);
  EXPECT_TRUE(IsMainland(Phone{kMobile}));
  EXPECT_TRUE(IsMainlandMobile(Phone{kMobile}));
  EXPECT_FALSE(IsMainlandMobile(Phone{861062345678}));
  EXPECT_FALSE(IsMainlandMobile(Phone{861440012345678}));
  EXPECT_FALSE(IsMainland(Phone{85261234567}));
  EXPECT_FALSE(IsMainland(Phone{}));
}

}  // namespace
}  // namespace sluice
