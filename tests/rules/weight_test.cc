// Rules with weights: what a text's signs are, the sum of a table's words, the
// explanation of a hit, and faulty tables.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/contacts/text_contacts.h"
#include "rules/match/text_signs.h"
#include "rules/rule_set.h"
#include "tests/rules/pack_folder.h"
#include "tests/rules/warnings_of.h"

namespace sluice::rules {
namespace {

// The signs of a text as tables write them, joined.
std::string SignsIn(const std::string& text) {
  FoldedText folded;
  EXPECT_TRUE(FoldTable::Shared().Fold(text, folded));
  StrippedText stripped;
  Strip(folded, stripped);
  TextContacts contacts;
  contacts.Begin(folded, text);
  std::vector<TextSign> signs;
  ReadSigns(stripped, text, contacts.Get(), signs);
  std::vector<std::string> words;
  for (const TextSign& sign : signs) words.push_back(WordOfSigns({sign.code}));
  return absl::StrJoin(words, " ");
}

TEST(TextSigns, Table) {
  const struct {
    const char* text;
    const char* signs;
  } kCases[] = {
      {"请加我", "。 请 加 我 。"},
      // Separators and look-alikes, as spammers write them.
      {"请*加🔥我！", "。 请 加 我 。"},
      {"請ＡＤＤ我", "。 请 add 我 。"},
      // Sentences end once, however they do.
      {"完了。\n\n好？！", "。 完 了 。 好 。"},
      {"Will you call me. Now", "。 will you call me 。 now 。"},
      // A letter that ends one word and begins the next.
      {"your refund will launch", "。 your refund will launch 。"},
      {"visit t.cn", "。 visit {link} cn 。"},
      {"a-b.top please", "。 {link} top please 。"},
      // Numbers by how long they are.
      {"满100减50", "。 满 0000 减 00 。"},
      {"单号20261230", "。 单 号 00000000 。"},
      {"尾号 1234 5678 9", "。 尾 号 0000 0000 00 。"},
      // Contacts, whatever they are.
      {"加微信abc123x领取", "。 加 微 信 {wechat} 领 取 。"},
      {"请看 a-b.top/x 领取", "。 请 看 {link} top 领 取 。"},
      {"致电17012345678", "。 致 电 {virtual} 。"},
      {"致电13812345678。", "。 致 电 {mobile} 。"},
      {"致电400-123-4567", "。 致 电 {hotline} 。"},
      {"致电95588", "。 致 电 {hotline} 。"},
      {"致电027-87770000", "。 致 电 {landline} 。"},
      {"QQ：123456789", "。 qq {qq} 。"},
      {"写信a@b.com", "。 写 信 {email} 。"},
      // A signature is left out.
      {"【云杉超市】请加我", "。 请 加 我 。"},
      {"请加我【云杉超市】", "。 请 加 我 。"},
      {"【】请【加】我", "。 请 加 我 。"},
      {"【请加我", "。 请 加 我 。"},
      {"", "。"},
  };
  for (const auto& one : kCases) {
    EXPECT_EQ(SignsIn(one.text), one.signs) << one.text;
  }
}

TEST(TextSigns, WordsAreReadAsTheyAreWritten) {
  for (const char* word : {"加微信{wechat}", "。您好", "click{link}top",
                           "满0000减00", "转账。", "will", "00 0000"}) {
    EXPECT_EQ(WordOfSigns(SignsOfWord(word)), word);
  }
  EXPECT_TRUE(SignsOfWord("{wecat}").empty());
  EXPECT_TRUE(SignsOfWord("{wechat").empty());
  EXPECT_TRUE(SignsOfWord("，").empty());
}

constexpr char kTable[] =
    "word,weight,note\n"
    "赔付,40,\n"
    "加{wechat},50,\n"
    "快递,10,\n"
    "谨防,-60,a warning\n"
    "click here,45,\n"
    "{link}top,55,\n";

Files WithTable(const std::string& table, const std::string& match) {
  Files files = GoodFiles();
  files["words.csv"] = table;
  files.erase("fakes.txt");
  files["rules.yaml"] =
      absl::StrCat("weight_tables:\n  - {id: fraud, file: words.csv}\nrules:\n",
                   "  - {id: one, basis: policy, code: CONTENT_UNWANTED, "
                   "action: hold, match: {",
                   match, "}}\n");
  return files;
}

std::shared_ptr<const RuleSet> Load(const Files& files) {
  const PackFolder folder(files);
  auto loaded = RuleSet::Load(folder.path());
  EXPECT_TRUE(loaded.ok()) << loaded.status().message();
  return loaded.ok() ? *loaded : nullptr;
}

// The words that make the rule hit, with their spans; empty: it does not.
std::string WordsHit(const RuleSet& rules, const std::string& text,
                     RuleScratch& scratch) {
  FoldedText folded;
  EXPECT_TRUE(FoldTable::Shared().Fold(text, folded));
  const std::vector<ExplainedHit> hits = rules.Explain(
      folded, {sluice::v1::MESSAGE_CLASS_NOTICE, folded.code_points, text},
      scratch);
  return absl::StrJoin(
      hits, " ", [](std::string* out, const ExplainedHit& hit) {
        absl::StrAppend(out, hit.pattern, "[", hit.begin, ",", hit.end, ")");
      });
}

TEST(Weight, Table) {
  const auto rules =
      Load(WithTable(kTable, "weight: {table: fraud, at_least: 90}"));
  ASSERT_NE(rules, nullptr);
  const struct {
    const char* text;
    const char* hits;
  } kCases[] = {
      {"快递赔付，请加微信kf_lin88", ""},  // 加 微 信 {wechat}: 50.
      {"赔付请加 wx：kf_lin88", ""},
      {"赔付加V：kf_lin88", ""},
      {"点a-b.top赔付", "{link}top[1,8) 赔付[8,10)"},
      {"赔*付，click here，快递", "赔付[0,3) click here[4,14) 快递[15,17)"},
      // Each word once.
      {"赔付赔付赔付", ""},
      // The other reading: one character a line.
      {"点\na-b.top\n赔\n付\n快\n递", "{link}top[2,9) 赔付[10,13) 快递[14,17)"},
      // No word goes on from one piece of that to the next.
      {"加我c1ick领奖金，金加a-b.top", ""},
      // Negative weights count, and are no hits.
      {"谨防点a-b.top赔付", ""},
      {"点a-b.top赔付快递，click here，谨防",
       "{link}top[1,8) 赔付[8,10) 快递[10,12) click here[13,23)"},
  };
  RuleScratch scratch;
  for (const auto& one : kCases) {
    EXPECT_EQ(WordsHit(*rules, one.text, scratch), one.hits) << one.text;
  }
}

TEST(Weight, WhatSeparatorsMakeSpeaksAgainstNothing) {
  const auto rules = Load(WithTable(absl::StrCat(kTable, "付。,-60,\n"),
                                    "weight: {table: fraud, at_least: 90}"));
  ASSERT_NE(rules, nullptr);
  RuleScratch scratch;
  EXPECT_EQ(WordsHit(*rules, "点a-b.top快递赔付", scratch), "");
  EXPECT_EQ(WordsHit(*rules, "点\na-b.top\n赔\n付\n快\n递", scratch),
            "{link}top[2,9) 赔付[10,13) 快递[14,17)");
}

TEST(Weight, CharactersInParts) {
  const auto rules =
      Load(WithTable(absl::StrCat(kTable, "好付,90,\n心夬,-50,\n"),
                     "weight: {table: fraud, at_least: 90}"));
  ASSERT_NE(rules, nullptr);
  RuleScratch scratch;
  const struct {
    const char* text;
    const char* hits;
  } kCases[] = {
      {"点a-b.top赔亻寸", "{link}top[1,8) 赔付[8,11)"},
      // What was written speaks against it, too; as parts, no other does.
      {"点a-b.top，赔亻寸，忄夬辶弟", "{link}top[1,8) 赔付[9,12) 快递[13,17)"},
      {"点a-b.top，赔亻寸，心夬辶弟", ""},
      // Far from each other, and no word in between.
      {"赔亻寸，请您今天之内务必回电确认一下，点a-b.top忄夬递",
       "赔付[0,3) {link}top[20,27) 快递[27,30)"},
      {"女子一二三四五六七付", ""},
      {"女子付", "好付[0,3)"},
      // Parts on both sides of a comma are two characters.
      {"点a-b.top赔亻，寸", ""},
  };
  for (const auto& one : kCases) {
    EXPECT_EQ(WordsHit(*rules, one.text, scratch), one.hits) << one.text;
  }
}

TEST(Weight, GoesWithOtherConditions) {
  const auto rules = Load(WithTable(
      kTable,
      "weight: {table: fraud, at_least: 40}, not: {words: [官方]}, classes: "
      "[notice]"));
  ASSERT_NE(rules, nullptr);
  RuleScratch scratch;
  EXPECT_EQ(WordsHit(*rules, "赔付", scratch), "赔付[0,2)");
  EXPECT_EQ(WordsHit(*rules, "官方赔付", scratch), "");
}

TEST(Weight, Explained) {
  const auto rules =
      Load(WithTable(kTable, "weight: {table: fraud, at_least: 30}"));
  ASSERT_NE(rules, nullptr);
  RuleScratch scratch;
  const std::string text = "快递赔付";
  FoldedText folded;
  ASSERT_TRUE(FoldTable::Shared().Fold(text, folded));
  const std::vector<ExplainedHit> hits = rules->Explain(
      folded, {sluice::v1::MESSAGE_CLASS_NOTICE, folded.code_points, text},
      scratch);
  ASSERT_EQ(hits.size(), 2u);
  EXPECT_EQ(hits[0].pattern, "快递");
  EXPECT_EQ(hits[0].weight, 10);
  EXPECT_EQ(hits[1].pattern, "赔付");
  EXPECT_EQ(hits[1].weight, 40);
  EXPECT_EQ(hits[1].weights, 50);
  EXPECT_EQ(hits[1].word_list, "fraud");
}

TEST(Weight, WarnsOfWordsThatDoOtherwise) {
  EXPECT_EQ(
      WarningsOf(WithTable(std::string(kTable) + "中奖/领奖,5,\n",
                           "weight: {table: fraud, at_least: 55}")),
      "words.csv:7:1: the weight of 55 alone reaches the 55 that a rule "
      "asks for: lower it, or put the word into a word list\n"
      "words.csv:8:1: this word is read as '中奖领奖': marks say nothing; "
      "write several words in lines of their own");
}

TEST(Weight, WarnsOfWordsThatWeighNothing) {
  EXPECT_EQ(WarningsOf(WithTable("word,weight\n赔付,40\n理赔,0\n退款,40\n",
                                 "weight: {table: fraud, at_least: 60}")),
            "words.csv:3:1: a weight of 0 does nothing: write a positive "
            "number (speaks for fraud) or a negative one (against it), or "
            "remove the line");
}

// Two rules by the weights of one table.
std::string WarningsOfTwo(const std::string& first, const std::string& second) {
  return WarningsOf(
      WithTable("word,weight\n赔付,40\n理赔,40\n退款,40\n",
                absl::StrCat("weight: {table: fraud, at_least: ", first,
                             "}}}\n  - {id: two, basis: law, match: {"
                             "weight: {table: fraud, at_least: ",
                             second, "}")));
}

TEST(Weight, WarnsOfASumThatAnotherRuleForestalls) {
  EXPECT_EQ(WarningsOfTwo("90", "80"),
            "rules.yaml:4:109: rule 'one' decides from 90 on, and rule 'two' "
            "rejects from 80 on by the same table, so that this rule does "
            "nothing: write less than 80, or remove one of them");
  EXPECT_NE(WarningsOfTwo("80", "80"), "");
  EXPECT_EQ(WarningsOfTwo("80", "90"), "");
  // Not of all messages, or not now.
  EXPECT_EQ(WarningsOfTwo("90", "80}, not: {words: [谨防]"), "");
}

TEST(Weight, WarnsOfASumThatNoTextReaches) {
  std::string table = "word,weight\n";
  for (char a = 'a'; a <= 'z'; ++a)
    absl::StrAppend(&table, "x", std::string(1, a), ",10\n");
  EXPECT_EQ(
      WarningsOf(WithTable(table, "weight: {table: fraud, at_least: 200}")),
      "");
  EXPECT_EQ(
      WarningsOf(WithTable(table, "weight: {table: fraud, at_least: 201}")),
      "rules.yaml:4:109: hardly any text reaches at_least: 201, so that "
      "the rule does nothing: the 20 heaviest words of table 'fraud' add "
      "up to 200; write a lower number");
}

// A sum of what could be read would mislead.
TEST(Weight, NothingIsSaidOfSumsOfAHalfReadTable) {
  const std::string faults = FaultsOf(WithTable(
      "word,weight\n赔付,6O\n", "weight: {table: fraud, at_least: 60}"));
  EXPECT_EQ(faults,
            "words.csv:2:4: 'weight' must be a whole number from -1000 to "
            "1000, in ASCII digits, and not '6O'");
}

TEST(Weight, Faults) {
  constexpr char kMatch[] = "weight: {table: fraud, at_least: 50}";
  const struct {
    std::string table;
    std::string match;
    std::string fault;
  } kCases[] = {
      {"赔付,40\n", kMatch,
       "words.csv:1:1: the first line names the columns: 'word' must be one, "
       "'weight' must be one"},
      {"word,weight\n赔付,4x\n", kMatch,
       "words.csv:2:4: 'weight' must be a whole number from -1000 to 1000, in "
       "ASCII digits, and not '4x'"},
      {"word,weight\n赔付,1001\n", kMatch,
       "words.csv:2:4: 'weight' must be a whole number from -1000 to 1000, in "
       "ASCII digits, and not '1001'"},
      {"note,weight,word\n,６０,赔付\n", kMatch,
       "words.csv:2:2: 'weight' must be a whole number from -1000 to 1000, in "
       "ASCII digits, and not '６０'"},
      {"词语,权重\n赔付,60\n", kMatch,
       "words.csv:1:1: the first line names the columns: 'word' must be one, "
       "'weight' must be one; write '词语' as 'word', '权重' as 'weight'"},
      {"word,weight\n赔付,60\n赔*付,5\n", kMatch,
       "words.csv:3:1: the same word as '赔付' in line 2"},
      {"word,weight\n赔付,60\n请加客服微信,5\n", kMatch,
       "words.csv:3:1: needs 1 to 4 characters, words, numbers or contacts "
       "such as {link}, this has 6"},
      {"word,weight\n赔付,60\n加{wecat},5\n", kMatch,
       "words.csv:3:2: {wecat} is no kind of contact, allowed: {link} {email} "
       "{mobile} {virtual} {landline} {hotline} {qq} {wechat}"},
      {"word,weight\n赔付,60\n加{link,5\n", kMatch,
       "words.csv:3:2: '{' is not closed; braces name a kind of contact: "
       "{link} "
       "{email} "},
      {"word,weight\n赔付,60\n。,5\n", kMatch,
       "words.csv:3:1: every text has an end of a sentence: change the rule's "
       "at_least instead"},
      {"word,weight\n,,\n赔付,60\n",
       "weight: {table: fraud, at_least: 50}}, allow_phrases: [赔付成功], "
       "examples: {must_hit: [赔付]",
       "does not go with 'weight': give the words a weight below 0 in its "
       "table"},
      {"word,weight\n赔付,60\n", "weight: {table: froud, at_least: 50}",
       "unknown weight table 'froud', did you mean 'fraud'?"},
      {"word,weight\n赔付,60\n", "weight: {table: fraud}",
       "'at_least' must be 1 to 100000"},
      {"word,weight\n赔付,60\n谨防,-50\n",
       "weight: {table: fraud, at_least: 61}",
       "never reached: the weights above 0 of table 'fraud' add up to 60"},
  };
  for (const auto& one : kCases) {
    const PackFolder folder(WithTable(one.table, one.match));
    const absl::Status status = RuleSet::Load(folder.path()).status();
    EXPECT_NE(std::string(status.message()).find(one.fault), std::string::npos)
        << one.fault << "\n"
        << status.message();
  }
}

}  // namespace
}  // namespace sluice::rules
