#include "rules/fold/fold.h"

#include <gtest/gtest.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <fstream>
#include <iostream>
#include <opencc/SimpleConverter.hpp>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "rules/base/characters.h"

namespace sluice::rules {
namespace {

const FoldTable& Table() { return FoldTable::Shared(); }

std::string Fold(absl::string_view text) {
  FoldedText folded;
  EXPECT_TRUE(Table().Fold(text, folded)) << absl::CHexEscape(text);
  return folded.bytes;
}

std::string Utf8(char32_t c) {
  std::string utf8;
  icu::UnicodeString(static_cast<UChar32>(c)).toUTF8String(utf8);
  return utf8;
}

TEST(Fold, Table) {
  const struct {
    absl::string_view name;
    absl::string_view text;
    absl::string_view folded;
  } kCases[] = {
      {"empty", "", ""},
      {"plain", "您的验证码是123456", "您的验证码是123456"},
      {"ASCII case, all lengths of a block", "ABCDEFGHIJKLMNOPQRSTUVWXYZ[@`{",
       "abcdefghijklmnopqrstuvwxyz[@`{"},
      {"width", "ＡＢｃ１２３，。！（）", "abc123,。!()"},
      {"traditional", "發票開立", "发票开立"},
      {"circled", "①②⑳Ⓐⓩ㊀", "1220az1"},
      {"circled, no mapping in Unicode", "❶➁➌⓿❿⓫🅐🅰🇨🇳", "12301011aacn"},
      {"Chinese digits", "〇零一二三四五六七八九十", "00123456789十"},
      {"digits of cheques and markets", "壹贰叁肆伍陆柒捌玖拾〡〩",
       "123456789拾19"},
      {"digits of other scripts", "\u0663\u096f", "39"},
      {"Chinese digits are Chinese beside spaces", "一 夜 二 三 1 夜",
       "1夜23 1 夜"},
      {"bracketed", "⑴⒈⒜", "(1)1.(a)"},
      {"mathematical", "𝐀𝟘𝓫𝔠𝕯", "a0bcd"},
      {"superscript and subscript", "x²₂", "x22"},
      {"ligature and square", "ﬁ㎏㍻", "fikg平成"},
      {"radicals as characters", "⼈⼝", "人口"},
      {"accents, both spellings", "fr\u00e9e fre\u0301e", "free free"},
      {"marks on Chinese", "发\u0332票\u20dd", "发票"},
      {"keycap", "1\ufe0f\u20e3", "1"},
      {"zero width", "发\u200b\u200c\u200d\u2060\ufeff票", "发票"},
      {"soft hyphen, variation selectors", "fr\u00adee\ufe0f\U000e0100",
       "free"},
      {"directions and tags", "a\u202eb\u2066c\U000e0041", "abc"},
      {"controls", absl::string_view("a\0b\x01\x1b\x7f", 6), "ab"},
      {"C1 controls", "a\u0081b", "ab"},
      {"blanks are spaces", "a\tb\u00a0c\u3000d\u2800e", "a b c d e"},
      {"line ends are line ends", "a\r\nb\u2028c\u2029d\u0085e\ve",
       "a\n\nb\nc\nd\ne\ne"},
      {"spaces between Chinese go", "发 票\u3000  开", "发票开"},
      {"also with something unseen in them", "发 \u200b 票", "发票"},
      {"beyond the BMP", "\U00020000 \U00020001", "\U00020000\U00020001"},
      {"spaces elsewhere stay", "a 票 b  c 1 票", "a 票 b  c 1 票"},
      {"leading and trailing spaces stay", " 票 ", " 票 "},
      {"line ends between Chinese stay", "发\n票", "发\n票"},
      {"emoji stay", "\U0001f600票", "\U0001f600票"},
      {"kana stay", "がカ", "がカ"},
      {"ellipsis expands", "等…", "等..."},
      {"longest expansion", "\ufdfa", "صلى الله عليه وسلم"},
      {"longer than it was", "\u023a", "\u2c65"},
      {"German", "Straße", "strasse"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Fold(c.text), c.folded) << c.name;
}

TEST(Fold, RefusesWhatIsNotUtf8) {
  const absl::string_view kBad[] = {"\x80",
                                    "\xbf",
                                    "\xc0\x80",
                                    "\xc1\xbf",
                                    "\xc2",
                                    "\xc2\x41",
                                    "\xc2\xc2",
                                    "\xe0\x80\x80",
                                    "\xe0\x9f\xbf",
                                    "\xe4\xb8",
                                    "\xe4",
                                    "\xe4\x41\x80",
                                    "\xe4\xb8\x41",
                                    "\xe4\xb8\xe4",
                                    "\xed\xa0\x80",
                                    "\xed\xbf\xbf",
                                    "\xed\xa0\xbd\xed\xb8\x80",
                                    "\xf0\x80\x80\x80",
                                    "\xf0\x8f\xbf\xbf",
                                    "\xf0\x9f\x98",
                                    "\xf0\x9f",
                                    "\xf0",
                                    "\xf0\x9f\x98\x41",
                                    "\xf0\x9f\x41\x80",
                                    "\xf0\x41\x98\x80",
                                    "\xf4\x90\x80\x80",
                                    "\xf5\x80\x80\x80",
                                    "\xf8\x88\x80\x80\x80",
                                    "\xfc\x84\x80\x80\x80\x80",
                                    "\xfe",
                                    "\xff"};
  for (const absl::string_view bad : kBad) {
    for (const absl::string_view before : {"", "abcdefgh", "发票", "发 "}) {
      for (const absl::string_view after : {"", "a", "abcdefgh", "票"}) {
        FoldedText folded;
        folded.bytes = "left over";
        EXPECT_FALSE(Table().Fold(absl::StrCat(before, bad, after), folded))
            << absl::CHexEscape(absl::StrCat(before, bad, after));
        EXPECT_EQ(folded.bytes, "");
        EXPECT_EQ(folded.code_points, 0u);
        EXPECT_TRUE(folded.anchors.empty());
      }
    }
  }
}

// ICU knows the same characters by their properties.
TEST(Fold, FindsTheFirstControl) {
  FoldedText folded;
  const auto control = [&](absl::string_view text) {
    EXPECT_TRUE(Table().Fold(text, folded)) << absl::CHexEscape(text);
    return folded.control;
  };
  int found = 0;
  for (UChar32 c = 0; c <= 0x10ffff; ++c) {
    if (U_IS_SURROGATE(c)) continue;
    const auto direction = u_charDirection(c);
    const bool expected = (u_charType(c) == U_CONTROL_CHAR && c != '\t' &&
                           c != '\n' && c != '\r') ||
                          direction == U_LEFT_TO_RIGHT_OVERRIDE ||
                          direction == U_RIGHT_TO_LEFT_OVERRIDE ||
                          u_hasBinaryProperty(c, UCHAR_NONCHARACTER_CODE_POINT);
    ASSERT_EQ(control(Utf8(static_cast<char32_t>(c))).has_value(), expected)
        << c;
    found += expected;
  }
  EXPECT_EQ(found, 62 + 2 + 66);
  EXPECT_EQ(control("发 \t 票\r\nabcdefghijkl"), std::nullopt);
  EXPECT_EQ(control("发 票　。\x1b[31m\x01"), 5u);
  EXPECT_EQ(control("abcdefghijk\x7fl"), 11u);
  EXPECT_EQ(control(absl::string_view("a\0", 2)), 1u);
  // What an earlier text had is forgotten.
  EXPECT_EQ(control("abc"), std::nullopt);
  control("\x01");
  EXPECT_FALSE(Table().Fold("\x01\xff", folded));
  EXPECT_EQ(folded.control, std::nullopt);
}

// All sequences of up to three bytes from the edges of UTF-8's ranges, compared
// with ICU's own check.
TEST(Fold, AgreesWithIcuOnWhatIsUtf8) {
  const uint8_t kEdges[] = {0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f,
                            0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0,
                            0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1,
                            0xf3, 0xf4, 0xf5, 0xf7, 0xf8, 0xff};
  FoldedText folded;
  size_t valid = 0;
  const size_t n = std::size(kEdges);
  for (size_t i = 0; i < n * n * n * n; ++i) {
    std::string text;
    for (size_t j = i; text.size() < 4; j /= n) text += kEdges[j % n];
    int32_t at = 0;
    UChar32 c = 0;
    while (at < 4 && c >= 0) U8_NEXT(text.data(), at, 4, c);
    ASSERT_EQ(Table().Fold(text, folded), c >= 0) << absl::CHexEscape(text);
    valid += c >= 0;
  }
  EXPECT_GT(valid, 100u);
}

// Folding by its definition, without tables; slow.
class NaiveFolder {
 public:
  // The result for each code point, in order.
  std::vector<std::string> Fold(const std::u32string& text) {
    std::vector<std::string> folded;
    for (const char32_t c : text) {
      std::string now = Utf8(c);
      for (std::string last; last != now;) {
        last = now;
        now = Once(last);
      }
      folded.push_back(now);
    }
    return folded;
  }

 private:
  std::string Once(const std::string& text) {
    UErrorCode error = U_ZERO_ERROR;
    icu::UnicodeString s = icu::UnicodeString::fromUTF8(text);
    s = icu::Normalizer2::getNFKCCasefoldInstance(error)->normalize(Plain(s),
                                                                    error);
    const icu::UnicodeString d =
        icu::Normalizer2::getNFDInstance(error)->normalize(s, error);
    icu::UnicodeString kept;
    for (int32_t i = 0; i < d.length(); i = d.moveIndex32(i, 1)) {
      const UChar32 c = d.char32At(i);
      const auto block = ublock_getCode(c);
      if (block != UBLOCK_COMBINING_DIACRITICAL_MARKS &&
          block != UBLOCK_COMBINING_DIACRITICAL_MARKS_EXTENDED &&
          block != UBLOCK_COMBINING_DIACRITICAL_MARKS_SUPPLEMENT &&
          block != UBLOCK_COMBINING_MARKS_FOR_SYMBOLS) {
        kept.append(c);
      }
    }
    if (kept != d) {
      s = icu::Normalizer2::getNFCInstance(error)->normalize(kept, error);
    }
    std::string out;
    for (int32_t i = 0; i < s.length(); i = s.moveIndex32(i, 1)) {
      out += OfOne(s.char32At(i));
    }
    return out;
  }

  // Uses the characters' numeric values and names instead of their code points.
  static icu::UnicodeString Plain(const icu::UnicodeString& s) {
    icu::UnicodeString plain;
    for (int32_t i = 0; i < s.length(); i = s.moveIndex32(i, 1)) {
      const UChar32 c = s.char32At(i);
      char name[100] = {};
      UErrorCode error = U_ZERO_ERROR;
      u_charName(c, U_EXTENDED_CHAR_NAME, name, sizeof name, &error);
      const absl::string_view n = name;
      if (n.find("CIRCLED") != n.npos && n.find("DIGIT") != n.npos) {
        plain.append(icu::UnicodeString::fromUTF8(
            absl::StrCat(static_cast<int>(u_getNumericValue(c)))));
      } else if (n.find("CIRCLED") != n.npos && n.find("NUMBER") != n.npos &&
                 c < 0x2800) {
        plain.append(icu::UnicodeString::fromUTF8(
            absl::StrCat(static_cast<int>(u_getNumericValue(c)))));
      } else if (c >= 0x1f100 && n.size() > 16 &&
                 (n.substr(0, n.size() - 1) ==
                      "NEGATIVE CIRCLED LATIN CAPITAL LETTER " ||
                  n.substr(0, n.size() - 1) ==
                      "NEGATIVE SQUARED LATIN CAPITAL LETTER " ||
                  n.substr(0, n.size() - 1) ==
                      "REGIONAL INDICATOR SYMBOL LETTER ")) {
        plain.append(static_cast<UChar>(n.back()));
      } else if (u_charType(c) == U_DECIMAL_DIGIT_NUMBER) {
        plain.append(
            static_cast<UChar>('0' + static_cast<int>(u_getNumericValue(c))));
      } else if (const char digit = ChineseDigit(c)) {
        plain.append(static_cast<UChar>(digit));
      } else {
        plain.append(c);
      }
    }
    return plain;
  }

  static char ChineseDigit(UChar32 c) {
    static const icu::UnicodeString digits = icu::UnicodeString::fromUTF8(
        "〇一二三四五六七八九零壹贰叁肆伍陆柒捌玖〇〡〢〣〤〥〦〧〨〩"
        "〇弌弍弎亖五六七八九");
    const int32_t at = digits.indexOf(c);
    return at < 0 ? 0 : static_cast<char>('0' + at % 10);
  }

  std::string OfOne(UChar32 c) {
    switch (u_charType(c)) {
      case U_LINE_SEPARATOR:
      case U_PARAGRAPH_SEPARATOR:
        return "\n";
      case U_SPACE_SEPARATOR:
        return " ";
      case U_FORMAT_CHAR:
        return "";
      case U_CONTROL_CHAR:
        if (c == '\t') return " ";
        return u_isWhitespace(c) && c < 0x1c ? "\n" : c == 0x85 ? "\n" : "";
      default:
        if (c == 0x2800) return " ";
        return t2s_.Convert(Utf8(c));
    }
  }

  opencc::SimpleConverter t2s_{"t2s.json"};
};

// A code point of folded text and the submitted code point it comes from.
struct Origin {
  UChar32 c;
  uint32_t from;
  bool han;  // Spaces beside it go, when the other neighbour is, too.
};

// The expected result of Fold: bytes, and the origin of each byte.
struct Expected {
  std::string bytes;
  std::vector<uint32_t> origins;
};

Expected Oracle(NaiveFolder& naive, const std::u32string& text) {
  std::vector<Origin> all;
  const std::vector<std::string> parts = naive.Fold(text);
  for (size_t i = 0; i < parts.size(); ++i) {
    const auto s = icu::UnicodeString::fromUTF8(parts[i]);
    for (int32_t j = 0; j < s.length(); j = s.moveIndex32(j, 1)) {
      const UChar32 c = s.char32At(j);
      const bool digit = c >= '0' && c <= '9' && s.length() == 1;
      const bool was_han = IsHan(static_cast<UChar32>(text[i])) ||
                           text[i] == U'〇' ||
                           (text[i] >= U'⼀' && text[i] <= U'⿕') ||
                           (text[i] >= 0xf900 && text[i] <= 0xfaff);
      all.push_back(
          {c, static_cast<uint32_t>(i), IsHan(c) || (digit && was_han)});
    }
  }
  Expected expected;
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i].c == ' ') {
      size_t first = i, last = i;
      while (first > 0 && all[first].c == ' ') --first;
      while (last + 1 < all.size() && all[last].c == ' ') ++last;
      if (all[first].han && all[last].han) continue;
    }
    const std::string utf8 = Utf8(all[i].c);
    expected.bytes += utf8;
    expected.origins.insert(expected.origins.end(), utf8.size(), all[i].from);
  }
  expected.origins.push_back(static_cast<uint32_t>(text.size()));
  return expected;
}

std::string ToUtf8(const std::u32string& text) {
  std::string utf8;
  for (const char32_t c : text) utf8 += Utf8(c);
  return utf8;
}

void ExpectLikeOracle(NaiveFolder& naive, const std::u32string& text,
                      FoldedText& folded) {
  const std::string utf8 = ToUtf8(text);
  const Expected expected = Oracle(naive, text);
  ASSERT_TRUE(Table().Fold(utf8, folded)) << absl::CHexEscape(utf8);
  ASSERT_EQ(folded.bytes, expected.bytes) << absl::CHexEscape(utf8);
  ASSERT_EQ(folded.code_points, text.size());
  std::vector<uint32_t> origins;
  folded.Origins(origins);
  // The end maps to the end of the submitted text, whatever the origin of the
  // last byte.
  ASSERT_EQ(origins, expected.origins) << absl::CHexEscape(utf8);
  for (size_t i = 0; i <= folded.bytes.size(); ++i) {
    ASSERT_EQ(folded.OriginOf(i), expected.origins[i])
        << absl::CHexEscape(utf8) << " at " << i;
  }
  std::string bytes_only;
  ASSERT_TRUE(Table().Fold(utf8, bytes_only));
  ASSERT_EQ(bytes_only, folded.bytes);
}

TEST(Fold, EveryCodePointLikeTheDefinition) {
  NaiveFolder naive;
  FoldedText folded;
  for (char32_t c = 0; c <= 0x10ffff; ++c) {
    if (U_IS_SURROGATE(c)) continue;
    // No code points are assigned in between, and two planes are private.
    if (c == 0x40000) c = 0xe0000;
    if (c == 0xe1000) c = 0x10ff00;
    ASSERT_NO_FATAL_FAILURE(ExpectLikeOracle(naive, {c}, folded))
        << std::hex << static_cast<uint32_t>(c);
    const std::string once = folded.bytes;
    ASSERT_TRUE(Table().Fold(once, folded));
    ASSERT_EQ(folded.bytes, once)
        << "folding twice changes it: " << std::hex << static_cast<uint32_t>(c);
  }
}

// Characters that folding changes, and some that it does not.
char32_t RandomCodePoint(std::mt19937_64& random) {
  static constexpr char32_t kNotable[] = {
      ' ',    ' ',    0x3000, 0x200b, 0xad,   0xfe0f,  0x301,   0x2026, 0x24ff,
      0x277f, 0xfdfa, 0x337b, 0x33a1, 0x23a,  0x20000, 0x1f170, 0xdf,   0x130,
      '\r',   '\n',   0,      0x7f,   0x2800, 0x1f600, 0x2f88f, 0x2460, 0x2103};
  switch (random() % 8) {
    case 0:
    case 1:
      return 0x4e00 + random() % 0x51ff;
    case 2:
      return 0x20 + random() % 0x5f;
    case 3:
      return random() % 0x3000;
    case 4: {
      const char32_t c = random() % 0x40000;
      return U_IS_SURROGATE(c) ? 'x' : c;
    }
    default:
      return kNotable[random() % std::size(kNotable)];
  }
}

TEST(Fold, RandomTextsLikeTheDefinition) {
  NaiveFolder naive;
  FoldedText folded;
  std::mt19937_64 random(1);
  size_t anchored = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::u32string text;
    const size_t size = random() % 24;
    while (text.size() < size) {
      const size_t run = 1 + (random() % 4 == 0 ? random() % 12 : 0);
      const bool ascii = random() % 4 == 0;
      for (size_t j = 0; j < run; ++j) {
        text += ascii ? 'A' + random() % 58 : RandomCodePoint(random);
      }
    }
    ASSERT_NO_FATAL_FAILURE(ExpectLikeOracle(naive, text, folded));
    anchored += !folded.anchors.empty();
  }
  EXPECT_GT(anchored, 10'000u);
  EXPECT_LT(anchored, 19'000u);
}

// The messages are not ours: the test is skipped where they are missing.
TEST(Fold, RealTextsLikeTheDefinition) {
  NaiveFolder naive;
  FoldedText folded;
  int texts = 0;
  for (const char* name : {"zh-mudou", "zh-nus-ham", "en-smishing-5971"}) {
    std::ifstream in(absl::StrCat("../shared/data/sms/", name, ".tsv"));
    for (std::string line; std::getline(in, line);) {
      if (++texts % 4 != 0) continue;  // OpenCC is slow.
      const auto s = icu::UnicodeString::fromUTF8(line);
      std::u32string text;
      for (int32_t i = 0; i < s.length(); i = s.moveIndex32(i, 1)) {
        text += s.char32At(i);
      }
      ASSERT_NO_FATAL_FAILURE(ExpectLikeOracle(naive, text, folded));
    }
  }
  if (texts == 0) GTEST_SKIP() << "no ../shared/data/sms/*.tsv here";
}

}  // namespace
}  // namespace sluice::rules
