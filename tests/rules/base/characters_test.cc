#include "rules/base/characters.h"

#include <gtest/gtest.h>
#include <unicode/utf8.h>

namespace sluice {
namespace {

TEST(Characters, AllDigits) {
  constexpr struct {
    absl::string_view text;
    bool expected;
  } kCases[] = {{"", true},         {"0", true},   {"0123456789", true},
                {"12a", false},     {"-1", false}, {" 1", false},
                {"１", false},      {"٣", false},  {"1\xb2", false},
                {{"1\0", 2}, false}};
  for (const auto& c : kCases) EXPECT_EQ(AllDigits(c.text), c.expected);
}

TEST(Characters, IsHan) {
  constexpr struct {
    char32_t c;
    bool expected;
  } kCases[] = {{U'票', true},   {0x3400, true},  {0x33ff, false},
                {0x9fff, true},  {0xa000, false}, {0x1ffff, false},
                {0x20000, true}, {0x3ffff, true}, {0x40000, false},
                {U'〇', false},  {U'⺮', false},  {U'a', false}};
  for (const auto& c : kCases) {
    EXPECT_EQ(IsHan(c.c), c.expected) << static_cast<uint32_t>(c.c);
  }
}

// Compares every code point, except surrogates, with ICU.
TEST(Characters, AppendUtf8WritesWhatIcuReads) {
  for (char32_t c = 0; c <= 0x10ffff; ++c) {
    if (c == 0xd800) c = 0xe000;
    std::string utf8 = "-";
    AppendUtf8(c, utf8);
    int32_t at = 1;
    UChar32 read = 0;
    U8_NEXT(utf8.data(), at, static_cast<int32_t>(utf8.size()), read);
    ASSERT_EQ(read, static_cast<UChar32>(c));
    ASSERT_EQ(at, static_cast<int32_t>(utf8.size()));
  }
}

}  // namespace
}  // namespace sluice
