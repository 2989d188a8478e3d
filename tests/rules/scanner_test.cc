#include "rules/scanner.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace sluice::rules {
namespace {

using Hits = std::set<std::tuple<std::string, uint32_t, uint32_t>>;

struct Looker {
  explicit Looker(const Sought& sought) {
    auto compiled = Scanner::Compile(sought);
    EXPECT_TRUE(compiled.ok()) << compiled.status();
    scanner = *std::move(compiled);
  }

  Hits Look(const std::string& text) {
    EXPECT_TRUE(FoldTable::Shared().Fold(text, folded));
    found.clear();
    scanner->Scan(text, folded, scratch, found);
    Hits hits;
    for (const Found& one : found) {
      hits.emplace(scanner->PatternText(one.pattern), one.begin, one.end);
    }
    EXPECT_EQ(hits.size(), found.size()) << "one of them twice";
    return hits;
  }

  std::unique_ptr<const Scanner> scanner;
  ScanScratch scratch;
  FoldedText folded;
  std::vector<Found> found;
};

// 婇票, 發.票, ＦＡ票, 発piao, "女子 贷 款" and their like, level by level.
TEST(Scanner, EachLevelFindsWhatItIsFor) {
  const struct {
    const char* word;
    const char* text;
    v1::FoldingLevel level;  // The first that finds it.
  } kCases[] = {
      {"发票", "开发票", v1::FOLDING_LEVEL_EXACT},
      {"ABC", "xABC", v1::FOLDING_LEVEL_UNSPECIFIED},  // Goes on.
      {"ABC", "x ABC", v1::FOLDING_LEVEL_EXACT},
      {"ABC", "x Ａbc", v1::FOLDING_LEVEL_NORMAL},
      {"发票", "开發票", v1::FOLDING_LEVEL_NORMAL},
      {"发票", "开发 票", v1::FOLDING_LEVEL_NORMAL},
      {"发票", "发\u200b票", v1::FOLDING_LEVEL_NORMAL},
      {"一夜", "13800138000壹夜", v1::FOLDING_LEVEL_NORMAL},
      {"fa票", "ＦＡ票", v1::FOLDING_LEVEL_NORMAL},
      {"发票", "發.票", v1::FOLDING_LEVEL_EVASIVE},
      {"发票", "发*票", v1::FOLDING_LEVEL_EVASIVE},
      {"发票", "发🔥票", v1::FOLDING_LEVEL_EVASIVE},
      {"发票", "发发票", v1::FOLDING_LEVEL_EXACT},  // The word itself is there.
      {"发票", "发嘌", v1::FOLDING_LEVEL_EVASIVE},
      {"彩票", "婇票", v1::FOLDING_LEVEL_EVASIVE},
      {"好贷款", "女子 贷 款", v1::FOLDING_LEVEL_EVASIVE},
      {"女子贷款", "女子 贷 款", v1::FOLDING_LEVEL_NORMAL},
      {"法院", "氵去院", v1::FOLDING_LEVEL_EVASIVE},
      {"loan now", "l0an-n0w", v1::FOLDING_LEVEL_EVASIVE},
      {"loan", "lo an", v1::FOLDING_LEVEL_EVASIVE},
      {"loan", "hallo and", v1::FOLDING_LEVEL_UNSPECIFIED},
      {"发票", "ＦＡ票", v1::FOLDING_LEVEL_HOMOPHONE},
      {"发票", "発piao", v1::FOLDING_LEVEL_HOMOPHONE},
      {"发票", "法漂", v1::FOLDING_LEVEL_HOMOPHONE},
      {"发票", "发。票", v1::FOLDING_LEVEL_UNSPECIFIED},
      {"发票", "发\n票", v1::FOLDING_LEVEL_UNSPECIFIED},
  };
  for (const auto& c : kCases) {
    for (const auto level :
         {v1::FOLDING_LEVEL_EXACT, v1::FOLDING_LEVEL_NORMAL,
          v1::FOLDING_LEVEL_EVASIVE, v1::FOLDING_LEVEL_HOMOPHONE}) {
      const bool finds =
          c.level != v1::FOLDING_LEVEL_UNSPECIFIED && level >= c.level;
      Looker looker({{{c.word, false, 0, level}}, {}, {}});
      EXPECT_EQ(!looker.Look(c.text).empty(), finds)
          << c.word << " in " << c.text << " at "
          << v1::FoldingLevel_Name(level);
    }
  }
}

TEST(Scanner, FindsTheSamePlaceOnceWhateverTheLevel) {
  Looker looker({{{"发票", false, 0, v1::FOLDING_LEVEL_HOMOPHONE},
                  {"开.*票", true, 1, v1::FOLDING_LEVEL_EVASIVE}},
                 {},
                 {}});
  EXPECT_EQ(looker.Look("代开发票!法*piao"),
            (Hits{{"发票", 2, 4}, {"开.*票", 1, 4}, {"发票", 5, 11}}));
}

TEST(Scanner, RegexesAreFoldedAsTextsAre) {
  Looker looker({{{"[發代]{1,2}票{2}據?Ａ", true, 0, v1::FOLDING_LEVEL_NORMAL},
                  {"天天.{0,3}贏", true, 1, v1::FOLDING_LEVEL_EVASIVE}},
                 {},
                 {}});
  EXPECT_EQ(looker.Look("代发票票据a"),
            (Hits{{"[發代]{1,2}票{2}據?Ａ", 0, 6}}));
  EXPECT_EQ(looker.Look("发票據a"), Hits());
  EXPECT_EQ(looker.Look("天天都,能贏"), (Hits{{"天天.{0,3}贏", 0, 6}}));
  EXPECT_EQ(looker.Look("天天赢"), (Hits{{"天天.{0,3}贏", 0, 3}}));
}

// 路口交通 never hits 口交.
TEST(Scanner, AllowedPhrasesHoldAtEveryLevel) {
  for (const auto level :
       {v1::FOLDING_LEVEL_EXACT, v1::FOLDING_LEVEL_NORMAL,
        v1::FOLDING_LEVEL_EVASIVE, v1::FOLDING_LEVEL_HOMOPHONE}) {
    Looker looker({{{"口交", false, 0, level}}, {"路口交通"}, {}});
    EXPECT_EQ(looker.Look("路口交通"), Hits());
    EXPECT_EQ(looker.Look("口交通"), (Hits{{"口交", 0, 2}}));
    if (level >= v1::FOLDING_LEVEL_EVASIVE) {
      EXPECT_EQ(looker.Look("路 口-交*通"), Hits());
    }
    if (level >= v1::FOLDING_LEVEL_HOMOPHONE) {
      // A phrase is read, not heard.
      EXPECT_EQ(looker.Look("路口jiao通"), (Hits{{"口交", 1, 6}}));
    }
  }
}

// 独播剧场 sounds like 赌博; allowing it must not allow 堵博.
TEST(Scanner, AllowingAPhraseDoesNotAllowWhatSoundsLikeIt) {
  Looker looker(
      {{{"赌博", false, 0, v1::FOLDING_LEVEL_HOMOPHONE}}, {"独播"}, {}});
  EXPECT_EQ(looker.Look("独播剧场"), Hits());
  EXPECT_EQ(looker.Look("独-播剧场"), Hits());
  for (const char* text : {"赌博", "堵博", "dubo", "du博"}) {
    EXPECT_EQ(looker.Look(text).size(), 1u) << text;
  }
}

TEST(Scanner, WhatAWordHasTwiceATextMustHaveTwice) {
  for (const auto level :
       {v1::FOLDING_LEVEL_EVASIVE, v1::FOLDING_LEVEL_HOMOPHONE}) {
    Looker looker(
        {{{"人人贷", false, 0, level}, {"apply", false, 0, level}}, {}, {}});
    for (const char* text : {"人人贷", "人*人*贷", "人人人 贷", "apply",
                             "a.p.p.l.y", "ap*ply", "aply", "APPLY"}) {
      EXPECT_GE(looker.Look(text).size(), 1u) << text;
    }
    EXPECT_EQ(looker.Look("个人贷款"), Hits());
  }
}

// 口交 joins to 咬: it is met where it was joined, and 咬 is not it.
TEST(Scanner, AWordThatIsOneCharacterWhenJoined) {
  Looker looker(
      {{{"口交", false, 0, v1::FOLDING_LEVEL_EVASIVE}}, {"路口交通"}, {}});
  EXPECT_EQ(looker.Look("口*交"), (Hits{{"口交", 0, 3}}));
  EXPECT_EQ(looker.Look("咬"), Hits());
  EXPECT_EQ(looker.Look("路 口-交*通"), Hits());
}

TEST(Scanner, AWordOfManyReadingsKeepsTheCommonest) {
  Looker looker(
      {{{"银行长期重大", false, 0, v1::FOLDING_LEVEL_HOMOPHONE}}, {}, {}});
  EXPECT_EQ(looker.Look("银航常期仲大").size(), 1u);
}

// Every level against one that looks at all places: all short texts of a few
// characters that the levels are about.
TEST(Scanner, AgreesWithTheNaiveOneOnAllShortTexts) {
  // A text of these, spelled out by hand: at evasive and homophone, * goes and
  // doubles are one; 嘌 looks and sounds like 票, 漂 too, and 飘 only sounds so
  // when it is no look-alike.
  const std::vector<std::pair<std::string, std::string>> kAlphabet = {
      {"发", "F"}, {"票", "P"}, {"嘌", "P"}, {"*", ""}, {"。", "."}};
  Looker looker({{{"发票", false, 0, v1::FOLDING_LEVEL_EVASIVE}}, {}, {}});
  size_t hit = 0;
  for (size_t size = 1; size <= 6; ++size) {
    size_t count = 1;
    for (size_t i = 0; i < size; ++i) count *= kAlphabet.size();
    for (size_t n = 0; n < count; ++n) {
      std::string text;
      std::string plain;
      size_t rest = n;
      for (size_t i = 0; i < size; ++i, rest /= kAlphabet.size()) {
        text += kAlphabet[rest % kAlphabet.size()].first;
        const std::string& c = kAlphabet[rest % kAlphabet.size()].second;
        if (c.empty() || (c != "." && !plain.empty() && plain.back() == c[0])) {
          continue;
        }
        plain += c;
      }
      size_t expected = 0;
      for (size_t at = plain.find("FP"); at != std::string::npos;
           at = plain.find("FP", at + 1)) {
        ++expected;
      }
      const Hits hits = looker.Look(text);
      // Normal and evasive may mark different stretches of one place.
      std::set<uint32_t> ends;
      for (const auto& [word, begin, end] : hits) {
        bool inside = false;
        for (const auto& [other, from, to] : hits) {
          inside = inside || (from <= begin && end <= to &&
                              std::pair(from, to) != std::pair(begin, end));
        }
        if (!inside) ends.insert(end);
      }
      ASSERT_EQ(ends.size(), expected) << text;
      hit += expected > 0;
    }
  }
  EXPECT_GT(hit, 1'000u);
}

TEST(Scanner, PlacesCountWhatAReaderCounts) {
  Looker looker({{{"发票", false, 0, v1::FOLDING_LEVEL_NORMAL}}, {}, {}});
  looker.Look("a\u200b发 *票");
  using V = std::vector<uint32_t>;
  const auto places = [&](v1::FoldingLevel level) {
    const auto span =
        looker.scanner->PlacesAt(level, looker.folded, looker.scratch);
    return V(span.begin(), span.end());
  };
  EXPECT_EQ(places(v1::FOLDING_LEVEL_EXACT), (V{0, 1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(places(v1::FOLDING_LEVEL_NORMAL), (V{0, 1, 1, 2, 3, 4, 5}));
  EXPECT_EQ(places(v1::FOLDING_LEVEL_EVASIVE), (V{0, 1, 1, 2, 2, 2, 3}));
  EXPECT_EQ(places(v1::FOLDING_LEVEL_HOMOPHONE), (V{0, 1, 1, 2, 2, 2, 3}));
}

}  // namespace
}  // namespace sluice::rules
