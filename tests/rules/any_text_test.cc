// Texts of characters that folding and the search for contacts treat specially,
// in any order: the fuzzer's checks with a fixed seed. A text that the fuzzer
// finds becomes a case here.

#include "tests/rules/any_text.h"
#include "tests/fakes/effort.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>

namespace sluice::rules {
namespace {

constexpr const char* kPieces[] = {
    // Words and their disguises.
    "发",
    "票",
    "發",
    "嘌",
    "piao",
    "fa",
    "f",
    "人",
    "人",
    "贷",
    "女",
    "子",
    "氵",
    "去",
    "口",
    "交",
    "一",
    "壹",
    "〡",
    "٣",
    "１",
    "Ａ",
    "ⓐ",
    "𝐀",
    "㎏",
    "ﬁ",
    "²",
    "0",
    "1",
    "3",
    "8",
    "86",
    "400",
    "138",
    "12345",
    "q",
    "vx",
    "qq",
    "微信",
    "号",
    "电话",
    "加",
    "元",
    "com",
    "cn",
    "www",
    "http",
    "xn--",
    "dot",
    "点",
    "例子",
    "中国",
    "t",
    "a",
    "Z",
    "а",
    "р",
    "ο",
    // Characters between words.
    " ",
    "　",
    "\n",
    "\r\n",
    "\t",
    ".",
    "。",
    "．",
    ",",
    "，",
    "!",
    "？",
    ":",
    "：",
    "//",
    "/",
    "@",
    "#",
    "-",
    "_",
    "*",
    "(",
    ")",
    "[",
    "]",
    "【",
    "】",
    "\u200b",
    "\u200d",
    "\ufe0f",
    "\u0301",
    "\u0332",
    "\u202e",
    "\u00ad",
    "\U000e0061",
    "🔥",
    "👨\u200d👩",
    "🇨🇳",
    "가",
    "か",
    "\ue000",
    "\U0010ffff",
};

std::string RandomText(std::mt19937_64& random) {
  std::string text;
  for (size_t i = random() % 24; i > 0; --i) {
    text += kPieces[random() % std::size(kPieces)];
  }
  if (!text.empty() && random() % 16 == 0) {
    text[random() % text.size()] = static_cast<char>(random());
  }
  return text;
}

TEST(AnyText, PlacesAreThoseOfSubmittedCharacters) {
  const char* seed_text = std::getenv("SLUICE_SEED");
  const uint64_t seed = seed_text ? std::strtoull(seed_text, nullptr, 10) : 1;
  SCOPED_TRACE(testing::Message() << "SLUICE_SEED=" << seed);
  std::mt19937_64 random(seed);
  AnyTextChecker checker;
  size_t texts = 0;
  size_t with_hits = 0;
  size_t with_contacts = 0;
  constexpr size_t kTexts = Effort(50'000);
  for (size_t i = 0; i < kTexts; ++i) {
    const std::string text = RandomText(random);
    SCOPED_TRACE(text);
    if (!checker.Check(text)) continue;
    ++texts;
    with_hits += checker.hits() > 0;
    with_contacts += checker.contacts() > 0;
  }
  // Enough of the inputs were texts.
  EXPECT_GT(texts, kTexts / 2);
  EXPECT_LT(texts, kTexts);
  EXPECT_GT(with_hits, kTexts / 10);
  EXPECT_GT(with_contacts, kTexts / 100);
}

TEST(AnyText, Cases) {
  AnyTextChecker checker;
  EXPECT_TRUE(checker.Check(""));
  EXPECT_TRUE(checker.Check("\u200b"));
  EXPECT_TRUE(checker.Check(std::string(1, '\0')));
  EXPECT_FALSE(checker.Check("\xff"));
  EXPECT_FALSE(checker.Check("\xed\xa0\x80"));      // A surrogate.
  EXPECT_FALSE(checker.Check("\xf4\x90\x80\x80"));  // Beyond U+10FFFF.
  EXPECT_FALSE(checker.Check("\xc0\xaf"));          // Overlong.
}

}  // namespace
}  // namespace sluice::rules
