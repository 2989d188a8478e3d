#include "filter/examine/likeness.h"

#include <re2/re2.h>
#include <bit>

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdio>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "rules/fold/fold.h"

namespace sluice::filter {
namespace {

std::string Folded(absl::string_view text) {
  std::string folded;
  EXPECT_TRUE(rules::FoldTable::Shared().Fold(text, folded));
  return folded;
}

uint64_t HashOfText(absl::string_view text) {
  return LikenessHash(Folded(text));
}

// The journal has these hashes: they must never change.
TEST(LikenessHash, GoldenValues) {
  EXPECT_EQ(LikenessHash(""), 0u);
  EXPECT_EQ(LikenessHash("a"), 7990604334500779768ull);
  EXPECT_EQ(HashOfText("您的验证码是482913，5分钟内有效。"),
            15891946627553843197ull);
  EXPECT_EQ(HashOfText("Your code is 482913"), 4504121297931065285ull);
}

TEST(LikenessHash, WhatDiffersFromCopyToCopyCountsForNothing) {
  const struct {
    absl::string_view one;
    absl::string_view other;
  } cases[] = {
      {"验证码482913，5分钟内有效", "验证码7，30分钟内有效"},
      {"欠款1,234.50元，请于2026-11-02前还清", "欠款8元，请于11/3前还清"},
      {"点击https://t.cn/a1B2?x=1领取", "点击www.example.com领取"},
      {"取件码A-1-2034，请尽快领取", "取件码9F，请尽快领取"},
      {"联系boss@example.com咨询", "联系zhang.san@mail.example咨询"},
      {"满１００减２０", "滿300減50"},
      {"10:00开会", "9:30開會"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(HashOfText(c.one), HashOfText(c.other)) << c.one;
  }
}

TEST(LikenessHash, WhatIsWrittenCounts) {
  const struct {
    absl::string_view one;
    absl::string_view other;
  } cases[] = {
      {"您的订单已发货", "您的订单已取消"},
      {"win-win for all", "all for win-win"},
      {"yes, no", "no, yes"},
      {"0", "00 00"},
      {"a", "b"},
      {"是的", "的是"},
  };
  for (const auto& c : cases) {
    EXPECT_NE(HashOfText(c.one), HashOfText(c.other)) << c.one;
  }
}

TEST(LikenessHash, NamesLeaveCopiesAlike) {
  const auto copy = [](absl::string_view name, absl::string_view shop) {
    return HashOfText(absl::StrCat(
        "【花园小店】尊敬的", name, "，冬季新品已到", shop,
        "，全场八折，会员再减20元，活动截至本月底，欢迎到店选购。拒收请回复R"));
  };
  const uint64_t first = copy("张三", "人民路店");
  EXPECT_TRUE(Alike(first, copy("李小四", "人民路店")));
  EXPECT_TRUE(Alike(first, copy("王五", "中山路店")));
  EXPECT_FALSE(Alike(first, HashOfText("【花园小店】您的包裹已到前台，取件码"
                                       "2034，请凭码在今晚八点前领取。")));
}

TEST(Alike, IsAThreshold) {
  EXPECT_TRUE(Alike(1, 1 ^ 0xfe00));
  EXPECT_FALSE(Alike(1, 1 ^ 0xff00));
  EXPECT_FALSE(Alike(0, 0));  // No text.
  EXPECT_FALSE(Alike(0, 1));
}

// Any input is accepted, even bytes that no folding produces.
TEST(LikenessHash, AnyBytes) {
  std::mt19937_64 random(1);
  constexpr absl::string_view kPieces[] = {
      "a", "1", ".", ",", "/", "://", "\xe5", "\xff", "张", " ", "\n"};
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (size_t n = random() % 12; n > 0; --n) {
      absl::StrAppend(&text, kPieces[random() % 11]);
    }
    // An exact copy, so that a sanitizer finds reads beyond its end.
    const std::vector<char> exact(text.begin(), text.end());
    const uint64_t hash = LikenessHash({exact.data(), exact.size()});
    EXPECT_EQ(hash == 0, text.empty());
    EXPECT_EQ(hash, LikenessHash(text));
  }
  EXPECT_NE(LikenessHash(std::string(1 << 20, '1')), 0u);
  EXPECT_NE(LikenessHash(std::string(1 << 20, '.')), 0u);
}

TEST(LikenessHash, OrderAndRepetitionOfPairsDoNotMatter) {
  const std::string once = "甲乙丙丁甲";
  std::string often;
  for (int i = 0; i < 100; ++i) often += "甲乙丙丁";
  often += "甲";
  EXPECT_EQ(HashOfText(once), HashOfText(often));
}

// --- The threshold, measured -------------------------------------------------

using Pairs = std::vector<uint64_t>;

// The set of pairs of neighbouring characters.
Pairs PairsOf(absl::string_view text) {
  std::vector<uint32_t> characters;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if ((byte & 0xc0) != 0x80)
      characters.push_back(byte);
    else
      characters.back() = characters.back() << 8 | byte;
  }
  Pairs pairs;
  for (size_t i = 1; i < characters.size(); ++i) {
    pairs.push_back(uint64_t{characters[i - 1]} << 32 | characters[i]);
  }
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  return pairs;
}

double Jaccard(const Pairs& a, const Pairs& b) {
  size_t common = 0;
  for (size_t i = 0, k = 0; i < a.size() && k < b.size();) {
    common += a[i] == b[k];
    const bool next_a = a[i] <= b[k];
    const bool next_b = b[k] <= a[i];
    i += next_a;
    k += next_b;
  }
  return static_cast<double>(common) /
         static_cast<double>(a.size() + b.size() - common);
}

// Each pair sets a bit, so different sketches mean different pairs. It saves
// comparing the pairs of most texts.
using Sketch = std::bitset<256>;

struct Text {
  Pairs pairs;
  Pairs masked;  // Pairs without numbers, codes and links.
  Sketch sketch;
  uint64_t hash = 0;
  int used = 0;  // In how many alike pairs of texts.
};

Text TextOf(const std::string& folded) {
  static const RE2 kVaries("[!-~]*[0-9/@][!-~]*");
  std::string masked = folded;
  RE2::GlobalReplace(&masked, kVaries, "0");
  Text text = {PairsOf(folded), PairsOf(masked)};
  text.hash = LikenessHash(folded);
  for (const uint64_t pair : text.pairs) {
    text.sketch.set(pair * 0x9e3779b97f4a7c15 >> 56);
  }
  return text;
}

// Returns false when surely less than 0.8 of the pairs are common.
bool MayBeAlike(const Text& a, const Text& b) {
  const size_t different_max = (a.pairs.size() + b.pairs.size()) / 9;
  return (a.sketch ^ b.sketch).count() <= different_max;
}

std::vector<Text> ReadTexts(const std::string& path) {
  constexpr size_t kBytesMin = 24;  // Skips fragments.
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back(Folded(line.substr(line.find('\t') + 1)));
    if (lines.back().size() < kBytesMin) lines.pop_back();
  }
  std::sort(lines.begin(), lines.end());
  lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
  std::vector<Text> texts;
  for (const std::string& line : lines) {
    texts.push_back(TextOf(line));
  }
  std::shuffle(texts.begin(), texts.end(), std::mt19937_64(1));
  return texts;
}

struct Measured {
  std::array<double, 65> alike = {};  // Pairs of texts, by distance.
  std::array<double, 65> unlike = {};
  double alike_pairs = 0;
  double pairs = 0;
};

// Compares every two texts. A text counts in at most 5 alike pairs, so that no
// single campaign dominates the figure.
Measured Measure(std::vector<Text> texts) {
  constexpr int kUsedMax = 5;
  constexpr int kNear = 12;
  Measured measured;
  for (size_t i = 0; i < texts.size(); ++i) {
    for (size_t k = 0; k < i; ++k) {
      Text& a = texts[i];
      Text& b = texts[k];
      const int distance = std::popcount(a.hash ^ b.hash);
      ++measured.pairs;
      if (distance > kNear && !MayBeAlike(a, b)) continue;
      const double jaccard = Jaccard(a.pairs, b.pairs);
      if (jaccard >= 0.8 && a.used < kUsedMax && b.used < kUsedMax) {
        ++a.used;
        ++b.used;
        ++measured.alike_pairs;
        ++measured.alike[distance];
      }
      const bool unlike = jaccard < 0.5 && Jaccard(a.masked, b.masked) < 0.5;
      measured.unlike[distance] += unlike;
    }
  }
  return measured;
}

TEST(LikenessHash, TheThresholdIsMeasured) {
  const struct {
    absl::string_view name;
    absl::string_view file;
    double recall_min;
    double false_max;
  } cases[] = {
      {"business", "zh-mudou.tsv", 0.98, 0.5},
      {"fraud", "zh-fbs.tsv", 0.85, 2},
      {"spam", "zh-80w-sixclass.tsv", 0.9, 0.5},
      {"English", "en-smishing-5971.tsv", 0.9, 10},
  };
  const std::string folder = "../shared/data/sms/";
  if (!std::ifstream(absl::StrCat(folder, cases[0].file))) {
    GTEST_SKIP() << "no ../shared/data/sms here";
  }
  std::printf("%-9s %6s", "distance", "alike");
  for (int d = 0; d <= 12; ++d) std::printf(" %11d", d);
  for (const auto& c : cases) {
    const Measured m = Measure(ReadTexts(absl::StrCat(folder, c.file)));
    std::printf("\n%-9s %6.0f", c.name.data(), m.alike_pairs);
    double found = 0;
    double wrong = 0;
    for (int d = 0; d <= 12; ++d) {
      found += m.alike[d];
      wrong += m.unlike[d];
      const double recall = found / m.alike_pairs;
      const double false_pairs = wrong / m.pairs * 1e6;
      std::printf(" %.3f/%5.1f", recall, false_pairs);
      if (d != kAlikeBitsMax) continue;
      EXPECT_GT(recall, c.recall_min) << c.name;
      EXPECT_LT(false_pairs, c.false_max) << c.name;
    }
  }
  std::printf("\n");
}

}  // namespace
}  // namespace sluice::filter
