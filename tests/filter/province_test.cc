#include "filter/policy/province.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace sluice::filter {
namespace {

TEST(Province, OfNumbers) {
  EXPECT_EQ(CodeOf(ProvinceOf(Phone{8613800138000})), "CN-BJ");
  EXPECT_EQ(CodeOf(ProvinceOf(Phone{8613000010000})), "CN-JS");
  EXPECT_EQ(CodeOf(ProvinceOf(Phone{8613300008888})), "CN-GX");
  // Asked a second time, the prefix is known.
  EXPECT_EQ(CodeOf(ProvinceOf(Phone{8613800138001})), "CN-BJ");
  // No area is known of the prefix; not of the mainland; none.
  EXPECT_EQ(ProvinceOf(Phone{8619912345678}), 0);
  EXPECT_EQ(ProvinceOf(Phone{85261234567}), 0);
  EXPECT_EQ(ProvinceOf(Phone{}), 0);
}

TEST(Province, NamesAreDifferentAndComeBack) {
  std::set<std::string> names;
  for (int i = 1; i <= kProvinces; ++i) {
    const auto province = static_cast<Province>(i);
    EXPECT_EQ(ParseProvince(CodeOf(province)), province);
    names.emplace(ChineseName(province));
    names.emplace(EnglishName(province));
  }
  EXPECT_EQ(names.size(), 2u * kProvinces);
  EXPECT_FALSE(ParseProvince("CN-XX"));
  EXPECT_EQ(ChineseName(0), "");
}

}  // namespace
}  // namespace sluice::filter
