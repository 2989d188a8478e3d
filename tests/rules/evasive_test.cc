#include "rules/fold/evasive.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "rules/base/characters.h"
#include "rules/fold/han_tables.h"
#include "rules/pack/word_list.h"

namespace sluice::rules {
namespace {

Spelling Spell(absl::string_view text) {
  FoldedText folded;
  EXPECT_TRUE(FoldTable::Shared().Fold(text, folded));
  StrippedText stripped;
  Strip(folded, stripped);
  Spelling spelling;
  SpellEvasive(stripped, spelling);
  return spelling;
}

// The characters as read, ignoring near look-alikes.
std::string Read(absl::string_view text) {
  const Spelling spelling = Spell(text);
  std::vector<uint32_t> unit_at;
  std::string space;
  return std::string(spelling.WayBack(unit_at).ForRegexes(space));
}

TEST(Evasive, Table) {
  const struct {
    absl::string_view name;
    absl::string_view text;
    absl::string_view spelled;
  } kCases[] = {
      {"empty", "", ""},
      {"nothing to do", "您好", "您好"},
      {"symbols between characters", "发*票 - 开|具~咨…询", "发票开具咨询"},
      {"emoji and pictures", "发🔥票★开☎具", "发票开具"},
      {"commas and brackets", "发，票【开】（具）", "发票开具"},
      {"a full stop that separates nothing", "发.票", "发票"},
      {"the end of a sentence stays", "发。票！开？具；询", "发。票!开?具;询"},
      {"so does a line's", "发\n票", "发\n票"},
      {"and a full stop before a blank", "free. call", "fre.cal"},
      {"repeated characters", "发发票票票", "发票"},
      {"also with something between them", "发-发-票", "发票"},
      {"letters, not digits", "wiiin 10000", "win10000"},
      {"also across a gap", "a.p.p.l.y", "aply"},
      {"digits inside a word are letters", "l0an v1agra b33r a4b",
       "loanvlagraberab"},
      {"others are digits", "vx123 1st 5g", "vx1231st5g"},
      {"symbols inside a word are letters", "c@sh pa$$word", "cashpasword"},
      {"foreign letters that look Latin", "раypаl", "paypal"},
      {"foreign capitals, though small ones look otherwise", "ВАΝК ТНЕМ",
       "bavkthem"},
      {"look-alikes", "发嘌 发漂", "发票发票"},
      {"split characters", "女子友", "好友"},
      {"split by something", "女 子", "好"},
      {"left and right in any of it", "氵去律", "法律"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Read(c.text), c.spelled) << c.name;
}

// Every line of the tables has an effect.
TEST(Evasive, NearLookAlikesAreScannedForAsOne) {
  std::set<std::pair<char32_t, char32_t>> seen;
  for (const auto& [a, b] : HanTables::Shared().near) {
    std::string both;
    AppendUtf8(a, both);
    AppendUtf8(b, both);
    EXPECT_TRUE(seen.emplace(std::minmax(a, b)).second) << both;
    EXPECT_EQ(FoldWord(both), both);
    EXPECT_EQ(LooksLike(a), a) << both;
    EXPECT_EQ(LooksLike(b), b) << both;
    EXPECT_EQ(LooksNearly(a), LooksNearly(b)) << both;
    EXPECT_TRUE(LookNearlyAlike(b, a)) << both;
  }
  EXPECT_FALSE(LookNearlyAlike(U'信', U'信'));
  EXPECT_FALSE(LookNearlyAlike(U'信', U'用'));
}

TEST(Evasive, EachSplitIsReadAsItsWhole) {
  for (const HanTables::Split& split : HanTables::Shared().splits) {
    std::string parts;
    for (const char32_t c : split.parts) AppendUtf8(c, parts);
    std::string whole;
    AppendUtf8(LooksLike(split.whole), whole);
    EXPECT_EQ(Read(parts), whole) << parts;
  }
}

TEST(Evasive, KnowsWhereWordsEnd) {
  const Spelling spelling = Spell("s e x, sex 123 4");
  ASSERT_EQ(spelling.bytes, "sexsex1234");
  std::vector<uint32_t> unit_at;
  const Spelling::Back back = spelling.WayBack(unit_at);
  EXPECT_FALSE(back.JoinedAt(0));
  EXPECT_FALSE(back.JoinedAt(1));  // s e
  EXPECT_FALSE(back.JoinedAt(3));
  EXPECT_TRUE(back.JoinedAt(4));
  EXPECT_TRUE(back.JoinedAt(7));
  EXPECT_FALSE(back.JoinedAt(9));
  EXPECT_FALSE(back.JoinedAt(10));
}

TEST(Evasive, KnowsTheWayBack) {
  const Spelling spelling = Spell("开:女-子*票票!");
  ASSERT_EQ(Read("开:女-子*票票!"), "开好票!");
  std::vector<uint32_t> unit_at;
  const Spelling::Back back = spelling.WayBack(unit_at);
  EXPECT_EQ(back.BeginOf(0), 0u);
  EXPECT_EQ(back.EndOf(3), 1u);
  EXPECT_EQ(back.BeginOf(3), 2u);
  EXPECT_EQ(back.EndOf(6), 5u);
  EXPECT_EQ(back.BeginOf(6), 6u);
  EXPECT_EQ(back.EndOf(9), 8u);
}

// For any text: units are in order, each comes from a part of the submitted
// text, and no character is in two units.
TEST(Evasive, SpansAreInOrderForAnyText) {
  static constexpr char32_t kCharacters[] =
      U"女子又氵去发票漂嘌0o1l3e$@ab.,!。 \n\u200b一二十口木林🔥рΩ①²ﷺ";
  std::mt19937 random(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    uint32_t characters = 0;
    for (uint32_t n = random() % 20; n > 0; --n, ++characters) {
      AppendUtf8(kCharacters[random() % (std::size(kCharacters) - 1)], text);
    }
    const Spelling spelling = Spell(text);
    ASSERT_EQ(spelling.code_points, characters);
    uint32_t last = 0;
    for (const Spelling::Unit& unit : spelling.units) {
      ASSERT_LE(last, unit.begin + 1) << text;  // ﷺ: many of one.
      ASSERT_LT(unit.begin, unit.end) << text;
      ASSERT_LE(unit.end, characters) << text;
      last = unit.end;
    }
  }
}

}  // namespace
}  // namespace sluice::rules
