#include "rules/fold/homophone.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice::rules {
namespace {

SoundTable Table(const rules::v1::Sounds& sounds = {}) {
  auto table = SoundTable::Build(sounds);
  EXPECT_TRUE(table.ok()) << table.status();
  return *std::move(table);
}

// Whether the word is found in the text, with its tones.
bool Meets(const SoundTable& table, absl::string_view word,
           absl::string_view text) {
  Spelling spelling;
  table.Spell(StripWord(text), spelling);
  std::vector<uint32_t> unit_at;
  const Spelling::Back back = spelling.WayBack(unit_at);
  for (const SpokenWord& spoken : table.SpellWord(StripWord(word))) {
    for (size_t at = spelling.bytes.find(spoken.bytes); at != std::string::npos;
         at = spelling.bytes.find(spoken.bytes, at + 1)) {
      if (back.Fits(at, spoken.marks)) return true;
    }
  }
  return false;
}

TEST(Homophone, Table) {
  const SoundTable table = Table();
  const struct {
    absl::string_view name;
    absl::string_view word;
    absl::string_view text;
    bool meets;
  } kCases[] = {
      {"itself", "发票", "代开发票", true},
      {"sound-alikes", "发票", "代开法漂", true},
      {"any tone", "发票", "伐飘", true},
      {"pinyin", "发票", "kai fapiao ma", true},
      {"pinyin in syllables", "发票", "fa piao", true},
      {"pinyin in letters", "发票", "f a p i a o", true},
      {"pinyin in letters among others", "发票", "z f a p i a o v x", true},
      {"letters that are no pinyin", "发票", "f a p i o v x", false},
      {"pinyin in part", "发票", "发piao", true},
      {"pinyin in part, symbols between", "发票", "fa*票", true},
      {"a whole run of pinyin", "发票", "daikaifapiao", true},
      {"another reading of the word's", "银行", "淫航", true},
      {"double consonants are not one", "网购", "wanggou", true},
      {"the next syllable begins with its consonant", "翻案", "fan an", true},
      {"apostrophes", "西安", "xi'an", true},
      {"one syllable is not two", "西安", "先", false},
      {"two are not one", "先生", "西安生", false},
      {"syllables end where characters do", "发票", "法炮", false},
      {"part of an English word is no pinyin", "发票", "sofapiaox", false},
      {"a digit by itself", "一夜情", "yi夜晴", true},
      {"a number is no syllables", "一夜情", "51野情", false},
      {"another order", "发票", "票发", false},
      {"across a sentence end", "发票", "发。票", false},
      {"the word with letters in it", "加微信", "jia薇x加微信", true},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Meets(table, c.word, c.text), c.meets) << c.name;
  }
}

TEST(Homophone, TooLittleIsNotLookedFor) {
  const SoundTable table = Table();
  EXPECT_TRUE(table.SpellWord(StripWord("票")).empty());
  EXPECT_TRUE(table.SpellWord(StripWord("vx")).empty());
  EXPECT_TRUE(table.SpellWord(StripWord("fapiao")).empty());
  EXPECT_EQ(table.SpellWord(StripWord("发票")).size(), 1u);
}

TEST(Homophone, ConfusionsAreASetting) {
  EXPECT_FALSE(Meets(Table(), "政府", "怎福"));
  EXPECT_FALSE(Meets(Table(), "牛奶", "刘乃"));
  rules::v1::Sounds sounds;
  sounds.add_confusions("zh z");
  sounds.add_confusions("eng en");
  sounds.add_confusions("n l");
  const SoundTable table = Table(sounds);
  EXPECT_TRUE(Meets(table, "政府", "怎福"));
  EXPECT_TRUE(Meets(table, "政府", "zenfu"));
  EXPECT_TRUE(Meets(table, "牛奶", "刘乃"));
  EXPECT_FALSE(Meets(table, "政府", "怎虎"));
}

TEST(Homophone, TonesOfShortWordsAreASetting) {
  rules::v1::Sounds sounds;
  sounds.set_same_tone_up_to(2);
  const SoundTable table = Table(sounds);
  EXPECT_TRUE(Meets(table, "发票", "发票"));
  EXPECT_TRUE(Meets(table, "发票", "fapiao"));  // Has no tones.
  EXPECT_TRUE(Meets(table, "加薪", "佳心"));
  EXPECT_FALSE(Meets(table, "加薪", "假信"));
  EXPECT_TRUE(Meets(table, "加薪", "加信"));      // One character is equal.
  EXPECT_TRUE(Meets(table, "开发票", "凯法飘"));  // Three syllables.
}

TEST(Homophone, SaysWhatIsNoConfusion) {
  for (const char* bad : {"zh", "zh an", "zh q7", "", "an ong ing"}) {
    rules::v1::Sounds sounds;
    sounds.add_confusions(bad);
    EXPECT_EQ(SoundTable::Build(sounds).status().code(),
              absl::StatusCode::kInvalidArgument)
        << bad;
  }
}

TEST(Homophone, KnowsTheWayBack) {
  Spelling spelling;
  Table().Spell(StripWord("开:fa*piao!票"), spelling);
  ASSERT_EQ(spelling.units.size(), 5u);
  EXPECT_EQ(spelling.units[1].begin, 2u);
  EXPECT_EQ(spelling.units[1].end, 4u);
  EXPECT_EQ(spelling.units[2].begin, 5u);
  EXPECT_EQ(spelling.units[2].end, 9u);
  EXPECT_EQ(spelling.units[4].begin, 10u);
}

}  // namespace
}  // namespace sluice::rules
