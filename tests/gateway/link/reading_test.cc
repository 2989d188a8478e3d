// Texts as carriers send them, with the right mark and with wrong ones.

#include "gateway/link/reading.h"

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace sluice::link {
namespace {

TEST(AlphabetOf, EveryGroup) {
  const struct {
    uint8_t data_coding;
    Coding alphabet;
  } cases[] = {
      {0, Coding::kAscii},     {4, Coding::kBinary},    {8, Coding::kUcs2},
      {9, Coding::kUcs2},      {11, Coding::kUcs2},     {15, Coding::kGbk},
      {0x10, Coding::kAscii},  {0x14, Coding::kBinary}, {0x18, Coding::kUcs2},
      {0x19, Coding::kUcs2},   {0x1b, Coding::kUcs2},   {0x1f, Coding::kGbk},
      {0x48, Coding::kUcs2},   {0x58, Coding::kUcs2},   {0x80, Coding::kAscii},
      {0xc8, Coding::kAscii},  {0xd8, Coding::kAscii},  {0xe0, Coding::kUcs2},
      {0xef, Coding::kUcs2},   {0xf0, Coding::kAscii},  {0xf1, Coding::kAscii},
      {0xf4, Coding::kBinary}, {0xf6, Coding::kBinary}, {0xff, Coding::kBinary},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(AlphabetOf(c.data_coding), c.alphabet) << +c.data_coding;
  }
}

const struct {
  absl::string_view name;
  uint8_t data_coding;
  absl::string_view hex;
  absl::string_view text;
  bool readable = true;
} kTexts[] = {
    // The right mark.
    {"nothing", 0, "", ""},
    {"ASCII", 0, "5444", "TD"},
    {"UCS2", 8, "90008ba2", "退订"},
    {"UCS2, 9", 9, "90008ba2", "退订"},
    {"UCS2 with class 0", 24, "90008ba2", "退订"},
    {"UCS2 with class 1", 25, "90008ba2", "退订"},
    {"UCS2, message waiting", 0xe8, "90008ba2", "退订"},
    {"GBK", 15, "cdcbb6a9", "退订"},
    {"GBK with class 0", 0x1f, "cdcbb6a9", "退订"},
    {"ASCII with class 1", 0xf1, "5444", "TD"},
    {"traditional in UCS2", 8, "90008a02", "退訂"},
    {"traditional in GBK", 15, "cdcbd386", "退訂"},
    {"emoji in UCS2", 8, "00540044d83dde4f", "TD🙏"},
    {"an Uyghur text in UCS2", 8, "06450627064406270645", "مالام"},
    {"a Korean text in UCS2", 8, "c218c2e0ac70bd80", "수신거부"},
    // The wrong mark.
    {"GBK marked 0", 0, "cdcbb6a9", "退订"},
    {"GBK and ASCII marked 0", 0, "5444cdcbb6a9", "TD退订"},
    {"GBK marked 4", 4, "cdcbb6a9", "退订"},
    {"GBK marked 8", 8, "cdcbb6a9", "退订"},
    {"GBK marked 0xf0", 0xf0, "cdcbb6a9", "退订"},
    {"GBK that could be UTF-8", 0, "c4a3d0a1", "模小"},
    {"UTF-8 marked 0", 0, "e98080e8aea2", "退订"},
    {"UTF-8 marked 8", 8, "e98080e8aea2", "退订"},
    {"UTF-8 marked 15", 15, "e98080e8aea2", "退订"},
    {"UTF-8 emoji marked 0", 0, "5444f09f998f", "TD🙏"},
    {"UCS2 marked 0", 0, "90008ba2", "退订"},
    {"UCS2 with ASCII octets marked 0", 0, "4e0d8981", "不要"},
    {"UCS2 of ASCII marked 0", 0, "00540044", "TD"},
    {"UCS2 marked 15", 15, "90008ba2", "退订"},
    {"UCS2, little-endian", 8, "0090a28b", "退订"},
    {"UCS2, little-endian marked 0", 0, "54004400", "TD"},
    {"one letter marked 8", 8, "54", "T"},
    {"two letters marked 8", 8, "5444", "TD"},
    {"a reserved coding", 0x80, "90008ba2", "退订"},
    // Padding is no text.
    {"NULs behind", 0, "54440000", "TD"},
    {"NULs behind UCS2", 8, "90008ba20000", "退订"},
    // What fits nothing.
    {"half a character of GBK", 15, "4f4bd1", "OK\xef\xbf\xbd", false},
    {"binary", 4, "ff00fe8081", "", false},
};

TEST(ReadText, Table) {
  for (const auto& c : kTexts) {
    const Reading reading =
        ReadText(c.data_coding, absl::HexStringToBytes(c.hex));
    EXPECT_EQ(reading.readable, c.readable) << c.name;
    if (c.name != "binary") {
      EXPECT_EQ(reading.text, c.text) << c.name;
    }
  }
}

}  // namespace
}  // namespace sluice::link
