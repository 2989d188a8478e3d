#include "rules/base/whole_characters.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace sluice {
namespace {

std::string Widened(const char* text, uint32_t begin, uint32_t end) {
  WholeCharacters(text).Widen(begin, end);
  return absl::StrCat("[", begin, ",", end, ")");
}

TEST(WholeCharacters, Table) {
  EXPECT_EQ(Widened("发票abc", 1, 3), "[1,3)");
  EXPECT_EQ(Widened("", 0, 0), "[0,0)");
  EXPECT_EQ(Widened("cafe\u0301!", 0, 4), "[0,5)");
  EXPECT_EQ(Widened("cafe\u0301!", 4, 6), "[3,6)");
  EXPECT_EQ(Widened("发\u0332票\u0332", 0, 3), "[0,4)");
  EXPECT_EQ(Widened("见👨‍👩‍👧吧", 1, 2), "[1,6)");
  EXPECT_EQ(Widened("见👨‍👩‍👧吧", 3, 4), "[1,6)");
  EXPECT_EQ(Widened("👍🏽好", 0, 1), "[0,2)");
  EXPECT_EQ(Widened("🇨🇳🇨🇳", 2, 3), "[2,4)");
  EXPECT_EQ(Widened("1️⃣3️⃣", 0, 4), "[0,6)");
  EXPECT_EQ(Widened("威❤️加", 0, 2), "[0,3)");
  EXPECT_EQ(Widened("a\r\nb", 0, 2), "[0,3)");
  EXPECT_EQ(Widened("一。二！", 0, 1), "[0,1)");
}

}  // namespace
}  // namespace sluice
