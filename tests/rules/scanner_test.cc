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
  EXPECT_EQ(looker.Look("天*天 都,能_赢"), (Hits{{"天天.{0,3}贏", 0, 9}}));
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
      EXPECT_EQ(looker.Look("路口jiao通"), Hits());
      EXPECT_EQ(looker.Look("口jiao"), (Hits{{"口交", 0, 5}}));
    }
  }
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
