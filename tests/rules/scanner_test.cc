#include "rules/match/scanner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
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
    std::set<std::tuple<uint32_t, uint32_t, uint32_t, uint32_t>> once;
    for (const Found& one : found) {
      once.emplace(one.set, one.pattern, one.begin, one.end);
    }
    EXPECT_EQ(once.size(), found.size()) << "one of them twice";
    return hits;
  }

  std::unique_ptr<const Scanner> scanner;
  ScanScratch scratch;
  FoldedText folded;
  std::vector<Found> found;
};

TEST(Scanner, StrictWordsAreOnlyRead) {
  Sought sought;
  sought.patterns = {{"信用", false, 0, rules::v1::FOLDING_LEVEL_HOMOPHONE},
                     {"家境", false, 0, rules::v1::FOLDING_LEVEL_HOMOPHONE}};
  Looker any(sought);
  sought.strict_words = {"信用", "家 境"};
  Looker strict(sought);
  for (const char* text : {"倍用", "新用", "xinyong", "佳境"}) {
    EXPECT_FALSE(any.Look(text).empty()) << text;
    EXPECT_TRUE(strict.Look(text).empty()) << text;
  }
  for (const char* text : {"信*用", "信㶲", "亻言用", "家境"}) {
    EXPECT_FALSE(strict.Look(text).empty()) << text;
  }
}

// Single characters that alternate with separators, however those look.
TEST(Scanner, CharactersThatAlternateWithSeparatorsAreAWord) {
  Looker evasive({{{"注册送彩金", false, 0, rules::v1::FOLDING_LEVEL_EVASIVE},
                   {"free cash", false, 1, rules::v1::FOLDING_LEVEL_EVASIVE}},
                  {},
                  {}});
  for (const char* text :
       {"注\n册\n送\n彩\n金", "注\r\n册\r\n送\r\n彩\r\n金",
        "注。册！送；彩？金", "注1册2送3彩4金", "注a册x送k彩z金",
        "注一册一送一彩一金", "注12册34送56彩78金", "注xy册xy送xy彩xy金",
        "注口册口送口彩口金", "注の册の送の彩の金", "注，册。送1彩*金",
        "快来注。册。送彩金", "注册。送。彩。金额", "f\nr\ne\ne\nc\na\ns\nh",
        "f!r!e!e!c!a!s!h", "f9r9e9e9c9a9s9h", "f的r的e的e的c的a的s的h"}) {
    EXPECT_EQ(evasive.Look(text).size(), 1u) << text;
  }
  EXPECT_EQ(evasive.Look("快。注。册。送。彩。金。哦"),
            (Hits{{"注册送彩金", 2, 11}}));
  for (const char* text : {"注册。送彩金", "注册成功!送彩金", "注册送。彩金",
                           "free. cash", "free\ncash"}) {
    EXPECT_EQ(evasive.Look(text), Hits()) << text;
  }
  Looker heard({{{"注册送彩金", false, 0, rules::v1::FOLDING_LEVEL_HOMOPHONE},
                 {"加v信", false, 1, rules::v1::FOLDING_LEVEL_HOMOPHONE}},
                {},
                {}});
  for (const char* text : {"注\n策\n送\n采\n金", "注。册。宋。彩。津",
                           "注1测1送1彩1今", "我\n加\nv\n信\n哦"}) {
    EXPECT_EQ(heard.Look(text).size(), 1u) << text;
  }
}

// Time must not grow with the square of the length.
TEST(Scanner, SecondReadingsAreBounded) {
  Looker looker(
      {{{"发票", false, 0, rules::v1::FOLDING_LEVEL_HOMOPHONE}}, {}, {}});
  for (const char* unit : {"fr33 ", "fr33", "a!", "注。", "注口", "注1册22",
                           "a1", "注，", "ab cd3 ", "注。注册"}) {
    std::string text;
    while (text.size() < 200'000) text += unit;
    EXPECT_EQ(looker.Look(text), Hits()) << unit;
  }
}

// The separators do not count for what stands near what.
TEST(Scanner, SeparatorsThatAlternateTakeNoPlace) {
  Looker looker(
      {{{"发票", false, 0, rules::v1::FOLDING_LEVEL_EVASIVE}}, {}, {}});
  looker.Look("代。开。发。票");
  const auto places = looker.scanner->PlacesAt(rules::v1::FOLDING_LEVEL_EVASIVE,
                                               looker.folded, looker.scratch);
  EXPECT_EQ(std::vector<uint32_t>(places.begin(), places.end()),
            (std::vector<uint32_t>{0, 1, 1, 2, 2, 3, 3, 4}));
}

// Dates and hours are no words with digits between them.
TEST(Scanner, DigitsOfDatesHideNothing) {
  Looker looker({{{"到店", false, 0, rules::v1::FOLDING_LEVEL_HOMOPHONE},
                  {"点到周", false, 1, rules::v1::FOLDING_LEVEL_HOMOPHONE}},
                 {},
                 {}});
  for (const char* text : {"营业时间：周一至周五8点到17点，周六9点到12点",
                           "账户3月5日9点到账", "12月1日8点到18点，周日"}) {
    EXPECT_TRUE(looker.Look(text).empty()) << text;
  }
}

// A phrase that is spread over a text protects nothing of it.
TEST(Scanner, AHiddenPhraseAllowsNothing) {
  Sought sought;
  sought.patterns = {{"发票", false, 0, rules::v1::FOLDING_LEVEL_HOMOPHONE}};
  sought.allowed_phrases = {"提现成功"};
  Looker looker(sought);
  EXPECT_FALSE(looker.Look("提fapiao现fapiao成fapiao功").empty());
  EXPECT_TRUE(looker.Look("提现成功").empty());
}

// Across a comma, bracket or quote only a word's own characters are one word.
TEST(Scanner, AlikesDoNotJoinAcrossClauses) {
  Looker looker({{{"供卵", false, 0, rules::v1::FOLDING_LEVEL_HOMOPHONE},
                  {"好贷款", false, 1, rules::v1::FOLDING_LEVEL_HOMOPHONE},
                  {"发票", false, 2, rules::v1::FOLDING_LEVEL_HOMOPHONE}},
                 {},
                 {}});
  for (const char* text :
       {"供），即日起", "(供)即", "供，即", "女，子贷款", "女子，贷宽",
        "“发”漂亮", "【发】嘌", "发：漂", "开发、飘", "发，piao", "fa，piao",
        "发（漂）", "供《即》"}) {
    EXPECT_EQ(looker.Look(text), Hits()) << text;
  }
  for (const char* text : {"供，卵", "（供）卵", "供*即", "供 即", "供即",
                           "女 子 贷款", "好，贷款", "女子*贷款", "发，票",
                           "“发”票", "发*漂", "fa piao", "xi'fa'piao"}) {
    EXPECT_EQ(looker.Look(text).size(), 1u) << text;
  }
}

TEST(Scanner, LeetInLatinWords) {
  Looker looker({{{"free", false, 0, rules::v1::FOLDING_LEVEL_EVASIVE},
                  {"viagra", false, 1, rules::v1::FOLDING_LEVEL_EVASIVE},
                  {"casino bonus", false, 2, rules::v1::FOLDING_LEVEL_EVASIVE},
                  {"bill", false, 3, rules::v1::FOLDING_LEVEL_EVASIVE},
                  {"sex", false, 4, rules::v1::FOLDING_LEVEL_EVASIVE},
                  {"bet", false, 5, rules::v1::FOLDING_LEVEL_EVASIVE},
                  {"微信", false, 6, rules::v1::FOLDING_LEVEL_HOMOPHONE}},
                 {},
                 {}});
  for (const char* text :
       {"fr33", "get fr33 now", "FR33!", "fr3e", "fre3", "v1agra", "v14gr4",
        "vi@gr@", "c4s1n0 b0nu5", "ca$1no bonus", "b1ll", "b!ll", "$ex", "5ex",
        "s3x", "8et", "be7", "w31x1n", "免费fr33领"}) {
    EXPECT_GE(looker.Look(text).size(), 1u) << text;
  }
  for (const char* text : {"f333", "fr335", "vx33", "5e8", "8e7", "be 7",
                           "533x", "xfr33", "fr 33", "b111"}) {
    EXPECT_EQ(looker.Look(text), Hits()) << text;
  }
}

// Regexes match the read text; the scan only finds candidates.
TEST(Scanner, RegexesSeeNoNearLookAlikes) {
  Looker looker(
      {.patterns = {
           {"信.卡", true, 0, rules::v1::FOLDING_LEVEL_EVASIVE},
           {"[^信倍*]用", true, 1, rules::v1::FOLDING_LEVEL_EVASIVE},
           {"[一-龥]号$", true, 2, rules::v1::FOLDING_LEVEL_EVASIVE}}});
  EXPECT_EQ(looker.Look("信*用卡"), (Hits{{"信.卡", 0, 4}}));
  EXPECT_EQ(looker.Look("倍*用卡"), Hits{});
  EXPECT_EQ(looker.Look("猎*用"), (Hits{{"[^信倍*]用", 0, 3}}));
  EXPECT_EQ(looker.Look("倍*号"), (Hits{{"[一-龥]号$", 0, 3}}));
}

// 婇票, 發.票, ＦＡ票, 発piao, "女子 贷 款" and similar words, level by level.
TEST(Scanner, EachLevelFindsWhatItIsFor) {
  const struct {
    const char* word;
    const char* text;
    rules::v1::FoldingLevel level;  // The lowest that finds it.
  } kCases[] = {
      {"发票", "开发票", rules::v1::FOLDING_LEVEL_EXACT},
      {"ABC", "xABC", rules::v1::FOLDING_LEVEL_UNSPECIFIED},  // In a word.
      {"ABC", "x ABC", rules::v1::FOLDING_LEVEL_EXACT},
      {"ABC", "x Ａbc", rules::v1::FOLDING_LEVEL_NORMAL},
      {"发票", "开發票", rules::v1::FOLDING_LEVEL_NORMAL},
      {"发票", "开发 票", rules::v1::FOLDING_LEVEL_NORMAL},
      {"发票", "发\u200b票", rules::v1::FOLDING_LEVEL_NORMAL},
      {"一夜", "13800138000壹夜", rules::v1::FOLDING_LEVEL_NORMAL},
      {"fa票", "ＦＡ票", rules::v1::FOLDING_LEVEL_NORMAL},
      {"发票", "發.票", rules::v1::FOLDING_LEVEL_EVASIVE},
      {"发票", "发*票", rules::v1::FOLDING_LEVEL_EVASIVE},
      {"发票", "发🔥票", rules::v1::FOLDING_LEVEL_EVASIVE},
      {"发票", "发发票",
       rules::v1::FOLDING_LEVEL_EXACT},  // The word itself is there.
      {"发票", "发嘌", rules::v1::FOLDING_LEVEL_EVASIVE},
      {"彩票", "婇票", rules::v1::FOLDING_LEVEL_EVASIVE},
      {"好贷款", "女子 贷 款", rules::v1::FOLDING_LEVEL_EVASIVE},
      {"女子贷款", "女子 贷 款", rules::v1::FOLDING_LEVEL_NORMAL},
      {"法院", "氵去院", rules::v1::FOLDING_LEVEL_EVASIVE},
      {"loan now", "l0an-n0w", rules::v1::FOLDING_LEVEL_EVASIVE},
      {"loan", "lo-an", rules::v1::FOLDING_LEVEL_EVASIVE},
      {"loan", "l o a n", rules::v1::FOLDING_LEVEL_EVASIVE},
      {"loan", "l oan", rules::v1::FOLDING_LEVEL_EVASIVE},
      {"loan", "lo an", rules::v1::FOLDING_LEVEL_UNSPECIFIED},  // Two words.
      {"whore", "who re-opened", rules::v1::FOLDING_LEVEL_UNSPECIFIED},
      {"whore", "who're", rules::v1::FOLDING_LEVEL_UNSPECIFIED},
      {"bees", "be es", rules::v1::FOLDING_LEVEL_UNSPECIFIED},
      {"loan now", "loan,now", rules::v1::FOLDING_LEVEL_EVASIVE},
      {"loan now", "loannow", rules::v1::FOLDING_LEVEL_EVASIVE},
      {"loan", "hallo and", rules::v1::FOLDING_LEVEL_UNSPECIFIED},
      {"信用卡", "倍用卡", rules::v1::FOLDING_LEVEL_EVASIVE},  // Nearly alike.
      {"信用", "倍用", rules::v1::FOLDING_LEVEL_EVASIVE},
      {"信用", "倍同",
       rules::v1::FOLDING_LEVEL_UNSPECIFIED},  // No character is equal.
      {"发票", "ＦＡ票", rules::v1::FOLDING_LEVEL_HOMOPHONE},
      {"发票", "発piao", rules::v1::FOLDING_LEVEL_HOMOPHONE},
      {"发票", "法漂", rules::v1::FOLDING_LEVEL_HOMOPHONE},
      {"发票", "发。票", rules::v1::FOLDING_LEVEL_UNSPECIFIED},
      {"发票", "发\n票", rules::v1::FOLDING_LEVEL_UNSPECIFIED},
  };
  for (const auto& c : kCases) {
    for (const auto level :
         {rules::v1::FOLDING_LEVEL_EXACT, rules::v1::FOLDING_LEVEL_NORMAL,
          rules::v1::FOLDING_LEVEL_EVASIVE,
          rules::v1::FOLDING_LEVEL_HOMOPHONE}) {
      const bool finds =
          c.level != rules::v1::FOLDING_LEVEL_UNSPECIFIED && level >= c.level;
      Looker looker({{{c.word, false, 0, level}}, {}, {}});
      EXPECT_EQ(!looker.Look(c.text).empty(), finds)
          << c.word << " in " << c.text << " at "
          << rules::v1::FoldingLevel_Name(level);
    }
  }
}

TEST(Scanner, FindsTheSamePlaceOnceWhateverTheLevel) {
  Looker looker({{{"发票", false, 0, rules::v1::FOLDING_LEVEL_HOMOPHONE},
                  {"开.*票", true, 1, rules::v1::FOLDING_LEVEL_EVASIVE}},
                 {},
                 {}});
  EXPECT_EQ(looker.Look("代开发票!法*piao"),
            (Hits{{"发票", 2, 4}, {"开.*票", 1, 4}, {"发票", 5, 11}}));
}

TEST(Scanner, RegexesAreFoldedAsTextsAre) {
  Looker looker(
      {{{"[發代]{1,2}票{2}據?Ａ", true, 0, rules::v1::FOLDING_LEVEL_NORMAL},
        {"天天.{0,3}贏", true, 1, rules::v1::FOLDING_LEVEL_EVASIVE}},
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
       {rules::v1::FOLDING_LEVEL_EXACT, rules::v1::FOLDING_LEVEL_NORMAL,
        rules::v1::FOLDING_LEVEL_EVASIVE, rules::v1::FOLDING_LEVEL_HOMOPHONE}) {
    Looker looker({{{"口交", false, 0, level}}, {"路口交通"}, {}});
    EXPECT_EQ(looker.Look("路口交通"), Hits());
    EXPECT_EQ(looker.Look("口交通"), (Hits{{"口交", 0, 2}}));
    if (level >= rules::v1::FOLDING_LEVEL_EVASIVE) {
      EXPECT_EQ(looker.Look("路 口-交*通"), Hits());
    }
    if (level >= rules::v1::FOLDING_LEVEL_HOMOPHONE) {
      // A phrase matches by characters, not by sound.
      EXPECT_EQ(looker.Look("路口jiao通"), (Hits{{"口交", 1, 6}}));
    }
  }
}

// All short texts of three characters: a hit inside a phrase does not count.
TEST(Scanner, PhrasesRemoveWhatTheyCoverAndNothingElse) {
  const std::vector<std::string> kAlphabet = {"中", "国", "人"};
  const auto text_of = [&](size_t number, size_t size) {
    std::string text;
    for (; size > 0; --size, number /= 3) text += kAlphabet[number % 3];
    return text;
  };
  const auto places = [](const std::string& word, const std::string& text) {
    std::set<std::pair<uint32_t, uint32_t>> spans;
    for (size_t at = text.find(word); at != std::string::npos;
         at = text.find(word, at + 3)) {
      spans.emplace(at / 3, (at + word.size()) / 3);
    }
    return spans;
  };
  std::mt19937_64 random(1);
  size_t removed = 0;
  for (int round = 0; round < 20; ++round) {
    Sought sought;
    for (uint32_t set = 0; set < 4; ++set) {
      sought.patterns.push_back({text_of(random(), 1 + random() % 3), false,
                                 set, rules::v1::FOLDING_LEVEL_NORMAL});
    }
    for (int i = 0; i < 3; ++i) {
      sought.allowed_phrases.push_back(text_of(random(), 2 + random() % 3));
    }
    Looker looker(sought);
    for (size_t size = 1, count = 3; size <= 6; ++size, count *= 3) {
      for (size_t n = 0; n < count; ++n) {
        const std::string text = text_of(n, size);
        std::set<std::pair<uint32_t, uint32_t>> allowed;
        for (const std::string& phrase : sought.allowed_phrases) {
          allowed.merge(places(phrase, text));
        }
        std::set<std::tuple<uint32_t, uint32_t, uint32_t>> expected;
        for (const Sought::Pattern& word : sought.patterns) {
          for (const auto& place : places(word.text, text)) {
            const bool covered = std::any_of(
                allowed.begin(), allowed.end(), [&](const auto& phrase) {
                  return phrase.first <= place.first &&
                         place.second <= phrase.second;
                });
            removed += covered;
            if (covered) continue;
            expected.emplace(word.set, place.first, place.second);
          }
        }
        looker.Look(text);
        std::vector<std::tuple<uint32_t, uint32_t, uint32_t>> found;
        for (const Found& one : looker.found) {
          found.emplace_back(one.set, one.begin, one.end);
        }
        ASSERT_TRUE(std::is_sorted(found.begin(), found.end())) << text;
        ASSERT_EQ(decltype(expected)(found.begin(), found.end()), expected)
            << "round " << round << ": " << text;
      }
    }
  }
  EXPECT_GT(removed, 1'000u);
}

// The level belongs to the set that uses a word, not to the word.
TEST(Scanner, OneWordInSetsOfAllLevels) {
  Looker looker({{{"ABC", false, 0, rules::v1::FOLDING_LEVEL_EXACT},
                  {"ABC", false, 1, rules::v1::FOLDING_LEVEL_NORMAL},
                  {"ABC", false, 2, rules::v1::FOLDING_LEVEL_EVASIVE},
                  {"ABC", false, 2, rules::v1::FOLDING_LEVEL_NORMAL}},
                 {},
                 {}});
  const auto sets = [&](const std::string& text) {
    looker.Look(text);
    std::set<uint32_t> found;
    for (const Found& one : looker.found) found.insert(one.set);
    return found;
  };
  using Sets = std::set<uint32_t>;
  EXPECT_EQ(sets("ABC"), (Sets{0, 1, 2}));
  EXPECT_EQ(sets("abc"), (Sets{1, 2}));
  EXPECT_EQ(sets("A-B-C"), (Sets{2}));
  EXPECT_EQ(sets("ABCＤ"), (Sets{0}));  // At level exact the word ends there.
}

// 独播剧场 sounds like 赌博; allowing it must not allow 堵博.
TEST(Scanner, AllowingAPhraseDoesNotAllowWhatSoundsLikeIt) {
  Looker looker(
      {{{"赌博", false, 0, rules::v1::FOLDING_LEVEL_HOMOPHONE}}, {"独播"}, {}});
  EXPECT_EQ(looker.Look("独播剧场"), Hits());
  EXPECT_EQ(looker.Look("独-播剧场"), Hits());
  for (const char* text : {"赌博", "堵博", "dubo", "du博"}) {
    EXPECT_EQ(looker.Look(text).size(), 1u) << text;
  }
}

TEST(Scanner, WhatAWordHasTwiceATextMustHaveTwice) {
  for (const auto level :
       {rules::v1::FOLDING_LEVEL_EVASIVE, rules::v1::FOLDING_LEVEL_HOMOPHONE}) {
    Looker looker(
        {{{"人人贷", false, 0, level}, {"apply", false, 0, level}}, {}, {}});
    for (const char* text : {"人人贷", "人*人*贷", "人人人 贷", "apply",
                             "a.p.p.l.y", "ap*ply", "aply", "APPLY"}) {
      EXPECT_GE(looker.Look(text).size(), 1u) << text;
    }
    EXPECT_EQ(looker.Look("个人贷款"), Hits());
  }
}

// 口交 joins to 咬: the word is found where the characters were joined, and 咬
// itself is no hit.
TEST(Scanner, AWordThatIsOneCharacterWhenJoined) {
  Looker looker({{{"口交", false, 0, rules::v1::FOLDING_LEVEL_EVASIVE}},
                 {"路口交通"},
                 {}});
  EXPECT_EQ(looker.Look("口*交"), (Hits{{"口交", 0, 3}}));
  EXPECT_EQ(looker.Look("咬"), Hits());
  EXPECT_EQ(looker.Look("路 口-交*通"), Hits());
}

TEST(Scanner, AWordOfManyReadingsKeepsTheCommonest) {
  Looker looker(
      {{{"银行长期重大", false, 0, rules::v1::FOLDING_LEVEL_HOMOPHONE}},
       {},
       {}});
  EXPECT_EQ(looker.Look("银航常期仲大").size(), 1u);
}

// The letters F, P and Q, which looks like P, of a text, each once in a row,
// and what stands between them.
struct NaiveLetters {
  std::string letters;
  std::vector<std::string> before;  // "*" and "." before each.

  explicit NaiveLetters(const std::string& text) {
    std::string between;
    for (const char c : text) {
      if (c == '*' || c == '.') {
        between += c;
        continue;
      }
      const bool stops = between.find('.') != std::string::npos;
      if (!stops && !letters.empty() && letters.back() == c) {
        between.clear();
        continue;
      }
      letters += c;
      before.push_back(std::exchange(between, ""));
    }
  }

  bool Stops(size_t at) const {
    return before[at].find('.') != std::string::npos;
  }

  // Adds the Ps that follow an F in [begin, end).
  void AddFp(size_t begin, size_t end, std::set<size_t>& places) const {
    for (size_t at = begin + 1; at < end; ++at) {
      if (letters[at] != 'F' && letters[at - 1] == 'F') places.insert(at);
    }
  }
};

// Where FP is read: within sentences, and where single letters alternate.
std::set<size_t> PlacesOfFp(const std::string& text) {
  const NaiveLetters naive(text);
  const size_t size = naive.letters.size();
  std::set<size_t> places;
  for (size_t begin = 0; begin < size;) {
    size_t end = begin + 1;
    while (end < size && !naive.Stops(end)) ++end;
    naive.AddFp(begin, end, places);
    begin = end;
  }
  for (size_t first = 0; first < size;) {
    size_t end = first + 1;
    size_t stops = 0;
    while (end < size && !naive.before[end].empty())
      stops += naive.Stops(end++);
    if (stops >= 2) {
      size_t begin = first;
      while (begin > 0 && !naive.Stops(begin)) --begin;
      size_t beside = end;
      while (beside < size && !naive.Stops(beside)) ++beside;
      naive.AddFp(begin, beside, places);
    }
    first = end;
  }
  return places;
}

// Compares every level with a naive matcher, on all short texts of characters
// that the levels treat specially.
TEST(Scanner, AgreesWithTheNaiveOneOnAllShortTexts) {
  // Characters for the texts, with their spelling: at levels evasive and
  // homophone, * is dropped and a doubled character counts once; 嘌 looks and
  // sounds like 票, so does 漂, and 飘 only sounds like it where it is no
  // look-alike.
  const std::vector<std::pair<std::string, std::string>> kAlphabet = {
      {"发", "F"}, {"票", "P"}, {"嘌", "Q"}, {"*", "*"}, {"。", "."}};
  Looker looker(
      {{{"发票", false, 0, rules::v1::FOLDING_LEVEL_EVASIVE}}, {}, {}});
  size_t hit = 0;
  for (size_t size = 1; size <= 6; ++size) {
    size_t count = 1;
    for (size_t i = 0; i < size; ++i) count *= kAlphabet.size();
    for (size_t n = 0; n < count; ++n) {
      std::string text;
      std::string letters;
      size_t rest = n;
      for (size_t i = 0; i < size; ++i, rest /= kAlphabet.size()) {
        text += kAlphabet[rest % kAlphabet.size()].first;
        letters += kAlphabet[rest % kAlphabet.size()].second;
      }
      const size_t expected = PlacesOfFp(letters).size();
      const Hits hits = looker.Look(text);
      // Levels normal and evasive may mark different spans of one hit.
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
  Looker looker(
      {{{"发票", false, 0, rules::v1::FOLDING_LEVEL_NORMAL}}, {}, {}});
  looker.Look("a\u200b发 *票");
  using V = std::vector<uint32_t>;
  const auto places = [&](rules::v1::FoldingLevel level) {
    const auto span =
        looker.scanner->PlacesAt(level, looker.folded, looker.scratch);
    return V(span.begin(), span.end());
  };
  EXPECT_EQ(places(rules::v1::FOLDING_LEVEL_EXACT), (V{0, 1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(places(rules::v1::FOLDING_LEVEL_NORMAL), (V{0, 1, 1, 2, 3, 4, 5}));
  EXPECT_EQ(places(rules::v1::FOLDING_LEVEL_EVASIVE), (V{0, 1, 1, 2, 2, 2, 3}));
  EXPECT_EQ(places(rules::v1::FOLDING_LEVEL_HOMOPHONE),
            (V{0, 1, 1, 2, 2, 2, 3}));
}

}  // namespace
}  // namespace sluice::rules
