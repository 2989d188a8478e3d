#include "rules/base/encoding.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace sluice::rules {
namespace {

// "发票，小额贷款" in each of them.
constexpr char kUtf8[] = "发票，小额贷款";
constexpr char kGbk[] =
    "\xb7\xa2\xc6\xb1\xa3\xac\xd0\xa1\xb6\xee\xb4\xfb\xbf\xee";
const std::string& Utf16Le() {
  static const auto& text = *new std::string(
      "\xd1\x53\x68\x79\x0c\xff\x0f\x5c\x9d\x98\x37\x8d\x3e\x6b");
  return text;
}

std::string Swapped(std::string text) {
  for (size_t i = 0; i + 1 < text.size(); i += 2)
    std::swap(text[i], text[i + 1]);
  return text;
}

std::string WithZeros(const std::string& ascii) {
  std::string text;
  for (const char c : ascii) text += std::string{c, '\0'};
  return text;
}

TEST(Encoding, IsRecognised) {
  const std::string lines = absl::StrCat(Utf16Le(), WithZeros("\r\n"));
  const struct {
    const char* name;
    std::string content;
    std::optional<Encoding> seems;
  } kCases[] = {
      {"nothing", "", Encoding::kUtf8},
      {"ASCII", "13800138000,notice\n", Encoding::kUtf8},
      {"UTF-8", kUtf8, Encoding::kUtf8},
      {"UTF-8 with mark", absl::StrCat("\xef\xbb\xbf", kUtf8), Encoding::kUtf8},
      {"UTF-8, cut", std::string(kUtf8).substr(0, 8), Encoding::kUtf8},
      {"UTF-8, damaged", absl::StrCat(kUtf8, "\xff\n", kUtf8), std::nullopt},
      {"UTF-8, one bad byte in ASCII", "ok\xff.com", std::nullopt},
      {"GBK", kGbk, Encoding::kGbk},
      {"GBK, cut", std::string(kGbk).substr(0, 9), Encoding::kGbk},
      {"GBK behind ASCII", absl::StrCat("phone,text\n138,", kGbk, "\n"),
       Encoding::kGbk},
      {"one word of GBK", "\xb7\xa2\xc6\xb1", Encoding::kGbk},
      {"a stray zero", std::string("text: a\0", 8), Encoding::kUtf8},
      {"UTF-16LE with mark", absl::StrCat("\xff\xfe", Utf16Le()),
       Encoding::kUtf16},
      {"UTF-16BE with mark", absl::StrCat("\xfe\xff", Swapped(Utf16Le())),
       Encoding::kUtf16},
      {"UTF-16LE", lines, Encoding::kUtf16},
      {"UTF-16BE", Swapped(lines), Encoding::kUtf16},
      {"UTF-16 of ASCII", WithZeros("13800138000\r\n"), Encoding::kUtf16},
      {"GBK, traditional", std::string("\260\154\306\261\203\236\273\335", 8),
       Encoding::kGbk},
      {"GBK, mostly ASCII",
       absl::StrCat("phone,text,another column,and more of the same\n138,",
                    kGbk, "\n"),
       Encoding::kGbk},
      {"Latin-1, mostly ASCII",
       "The quick brown fox jumps over the lazy dog in a caf\xe9 of the town",
       std::nullopt},
      {"bytes", std::string("\x80\x00\x00\xff\x81\x00", 6), std::nullopt},
      {"Latin-1", "caf\xe9 cr\xe8me", std::nullopt},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(SeemingEncoding(c.content), c.seems) << c.name;
  }
}

TEST(Encoding, Utf16IsRecognisedWithoutItsMark) {
  const struct {
    const char* name;
    std::string content;
    std::optional<Encoding> seems;
  } kCases[] = {
      {"UTF-16LE of Chinese alone",
       std::string("\000\116\266\133\017\134\227\136\014\377\000\137\032\116"
                   "\047\131\011\124",
                   18),
       Encoding::kUtf16},
      {"UTF-16BE of Chinese alone",
       std::string("\116\000\133\266\134\017\136\227\377\014\137\000\116\032"
                   "\131\047\124\011",
                   18),
       Encoding::kUtf16},
      {"UTF-16LE, two words", "\321\123\150\171\343\116\006\164",
       Encoding::kUtf16},
      {"UTF-16BE, two words", "\123\321\171\150\116\343\164\006",
       Encoding::kUtf16},
      {"too few bytes to tell", "a\xff", std::nullopt},
      {"UTF-16LE with low bytes of zero",
       std::string("\061\000\063\000\070\000\060\000\060\000\061\000\063\000"
                   "\070\000\060\000\060\000\060\000\054\000\250\140\175\131"
                   "\015\000\012\000\000\116\214\116\011\116\015\000\012\000",
                   42),
       Encoding::kUtf16},
      {"UTF-16BE with low bytes of zero",
       std::string("\000\061\000\063\000\070\000\060\000\060\000\061\000\063"
                   "\000\070\000\060\000\060\000\060\000\054\140\250\131\175"
                   "\000\015\000\012\116\000\116\214\116\011\000\015\000\012",
                   42),
       Encoding::kUtf16},
      {"UTF-16LE of ASCII and Chinese",
       std::string("\141\000\142\000\143\000\000\116", 8), Encoding::kUtf16},
      {"UTF-16BE of ASCII and Chinese",
       std::string("\000\141\000\142\000\143\116\000", 8), Encoding::kUtf16},
      {"UTF-16LE, cut",
       std::string("\000\116\266\133\017\134\227\136\014\377\000\137\032\116"
                   "\047\131\011",
                   17),
       Encoding::kUtf16},
      {"UTF-16LE with emoji",
       std::string(
           "\155\140\234\125\074\330\211\337\321\123\042\215\074\330\211\337",
           16),
       Encoding::kUtf16},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(SeemingEncoding(c.content), c.seems) << c.name;
  }
}

TEST(Encoding, IsNamedInTheFault) {
  EXPECT_TRUE(absl::StrContains(NotUtf8(Utf16Le()), "looks like UTF-16LE"));
  EXPECT_TRUE(
      absl::StrContains(NotUtf8(Swapped(Utf16Le())), "looks like UTF-16BE"));
  EXPECT_TRUE(absl::StrContains(NotUtf8(kGbk), "looks like GBK"));
  EXPECT_TRUE(absl::StrContains(NotUtf8(kGbk), "--encoding gbk"));
  EXPECT_TRUE(absl::StrContains(NotUtf8(WithZeros("a")), "--encoding utf-16"));
  EXPECT_EQ(NotUtf8("ok\xff"), "not UTF-8");
}

TEST(Encoding, IsDecoded) {
  EXPECT_EQ(*ToUtf8(kGbk, Encoding::kGbk), kUtf8);
  // A character of GB18030 that GBK does not have: U+20000.
  EXPECT_EQ(*ToUtf8("\x95\x32\x82\x36", Encoding::kGbk), "\U00020000");
  const std::string lines = absl::StrCat(Utf16Le(), WithZeros("\n"));
  for (const std::string& content :
       {lines, Swapped(lines), absl::StrCat("\xff\xfe", lines),
        absl::StrCat("\xfe\xff", Swapped(lines))}) {
    EXPECT_EQ(*ToUtf8(content, Encoding::kUtf16), absl::StrCat(kUtf8, "\n"));
  }
  EXPECT_EQ(*ToUtf8(Utf16Le(), Encoding::kUtf16), kUtf8);
  EXPECT_EQ(*ToUtf8(Swapped(Utf16Le()), Encoding::kUtf16), kUtf8);
  // 票据发 is in part valid UTF-8.
  EXPECT_EQ(*ToUtf8("\xc6\xb1\xbe\xdd\xb7\xa2", Encoding::kGbk), "票据发");
  // One line of GBK in a file of UTF-8: the others would become nonsense.
  EXPECT_FALSE(
      ToUtf8(absl::StrCat(kUtf8, "\n", kUtf8, "\n", kGbk), Encoding::kGbk)
          .ok());
  // What is UTF-8 is left alone.
  for (const Encoding encoding :
       {Encoding::kUtf8, Encoding::kGbk, Encoding::kUtf16}) {
    EXPECT_EQ(*ToUtf8(absl::StrCat("\xef\xbb\xbf", kUtf8), encoding), kUtf8);
    EXPECT_EQ(*ToUtf8(kUtf8, encoding), kUtf8);
  }
}

// Whatever the pieces are in which a file is read.
TEST(Encoding, IsDecodedInPieces) {
  const struct {
    std::string content;
    Encoding encoding;
  } kCases[] = {{absl::StrCat("a\n", kGbk), Encoding::kGbk},
                {absl::StrCat("\xff\xfe", WithZeros("a\n"), Utf16Le()),
                 Encoding::kUtf16}};
  for (const auto& c : kCases) {
    for (size_t size = 2; size < c.content.size(); ++size) {
      Decoder decoder(c.encoding);
      std::string text;
      for (size_t at = 0; at < c.content.size(); at += size) {
        const auto piece = absl::string_view(c.content).substr(at, size);
        ASSERT_TRUE(
            decoder.Decode(piece, at + size >= c.content.size(), text).ok());
      }
      EXPECT_EQ(text, absl::StrCat("a\n", kUtf8)) << size;
    }
  }
  std::string long_text;
  std::string expected;
  for (int i = 0; i < 10'000; ++i) {
    long_text += kGbk;
    expected += kUtf8;
  }
  EXPECT_EQ(*ToUtf8(long_text, Encoding::kGbk), expected);
}

TEST(Encoding, FaultsNameTheLine) {
  EXPECT_TRUE(absl::StartsWith(
      ToUtf8(absl::StrCat(kGbk, "\n", kGbk, "\xff\n"), Encoding::kGbk)
          .status()
          .message(),
      "line 2 is not GBK"));
  EXPECT_TRUE(absl::StartsWith(
      ToUtf8(absl::StrCat(kGbk, "\n\xb7"), Encoding::kGbk).status().message(),
      "line 2 is not GBK"));
  EXPECT_TRUE(absl::StrContains(
      ToUtf8(WithZeros("a\n"), Encoding::kGbk).status().message(),
      "looks like UTF-16"));
}

TEST(Encoding, HasNames) {
  EXPECT_EQ(*ParseEncoding("gbk"), Encoding::kGbk);
  EXPECT_EQ(*ParseEncoding("GB18030"), Encoding::kGbk);
  EXPECT_EQ(*ParseEncoding("GB2312"), Encoding::kGbk);
  EXPECT_EQ(*ParseEncoding("UTF-8"), Encoding::kUtf8);
  EXPECT_EQ(*ParseEncoding("utf_16"), Encoding::kUtf16);
  EXPECT_FALSE(ParseEncoding("big5").ok());
}

}  // namespace
}  // namespace sluice::rules
