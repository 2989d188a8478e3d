#include "rules/base/quoted.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(Quoted, ShowsAnEmptyValueAndSpaces) {
  EXPECT_EQ(Quoted(""), "''");
  EXPECT_EQ(Quoted("shop "), "'shop '");
  EXPECT_EQ(Quoted("a\nb\x7f"), "'a b '");
  EXPECT_EQ(Quoted("云杉"), "'云杉'");
}

TEST(Quoted, CutsBetweenCharacters) {
  const std::string most(64, 'x');
  EXPECT_EQ(Quoted(most), "'" + most + "'");
  EXPECT_EQ(Quoted(most + "y"), "'" + std::string(61, 'x') + "…'");
  std::string han;
  for (int i = 0; i < 100; ++i) han += "云";
  // 20 characters of 3 bytes and the ellipsis are 63 bytes.
  EXPECT_EQ(Quoted(han), "'" + han.substr(0, 60) + "…'");
}

TEST(CutUtf8, EndsBeforeACharacterThatDoesNotFit) {
  constexpr struct {
    absl::string_view text;
    size_t bytes_max;
    absl::string_view expected;
  } kCases[] = {{"", 0, ""},      {"abc", 3, "abc"}, {"abc", 2, "ab"},
                {"云b", 3, "云"}, {"云b", 2, ""},    {"a云", 3, "a"},
                {"a😀", 4, "a"},   {"a😀", 5, "a😀"},   {"\x80\x80", 1, ""}};
  for (const auto& c : kCases) {
    EXPECT_EQ(CutUtf8(c.text, c.bytes_max), c.expected) << c.text;
  }
}

TEST(Shortened, HasRoomForItsEllipsis) {
  EXPECT_EQ(Shortened("abcd", 4), "abcd");
  EXPECT_EQ(Shortened("abcde", 4), "a…");
  EXPECT_EQ(Shortened("abcde", 3), "…");
  EXPECT_EQ(Shortened("abcde", 2), "");
}

}  // namespace
}  // namespace sluice
