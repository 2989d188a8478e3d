#include "rules/base/quoted.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

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

TEST(Quoted, MasksNumbers) {
  const struct {
    absl::string_view value;
    absl::string_view quoted;
  } kCases[] = {
      {"13800138000", "'138****8000'"},
      {"+8613800138000", "'138****8000'"},
      {"0086 138-0013-8000", "'138****8000'"},
      {"from 13800138000 to 13912345678", "'from 138****8000 to 139****5678'"},
      {"shop-13800138000", "'shop-138****8000'"},
      {"2026-03-02 13800138000", "'2026-03-02 138****8000'"},
      {"to+8613800138000", "'to138****8000'"},
      {"+85291234567", "'+85****'"},
      // No numbers.
      {"1380013800", "'1380013800'"},
      {"138001380001", "'138001380001'"},
      {"10690011138", "'10690011138'"},
      {"2026-03-02T10:00:00+08:00", "'2026-03-02T10:00:00+08:00'"},
      {"13800138000ABCD", "'13800138000ABCD'"},  // As in a message id.
      {"+", "'+'"},
      {"+1", "'+1'"},
      {"1 ", "'1 '"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Quoted(c.value), c.quoted);
}

TEST(Quoted, CutsNoNumber) {
  const std::string before(kQuotedBytesMax - 13, 'a');
  const std::string quoted = Quoted(absl::StrCat(before, " 13800138000 and"));
  EXPECT_EQ(quoted, absl::StrCat("'", before, " 138****80…'"));
  EXPECT_EQ(Quoted(std::string(1 << 20, '1')).size(), kQuotedBytesMax + 2);
}

}  // namespace
}  // namespace sluice
