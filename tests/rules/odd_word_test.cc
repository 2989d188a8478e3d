// Words that no text has as they stand in a list or rule.

#include "rules/check/odd_word.h"

#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "rules/base/position.h"
#include "rules/check/odd_marks.h"
#include "tests/rules/warnings_of.h"

namespace sluice::rules {
namespace {

struct OddCase {
  const char* word;
  // A part of the warning; nullptr: there is none.
  const char* what;
  size_t column = 1;
};

const OddCase kOddCases[] = {
    // Separators.
    {"测试词,", "',' belongs to the word", 4},
    {"测试词，", "'，' belongs to the word", 4},
    {"测试词;", "';' belongs", 4},
    {"测试词。", "'。' belongs", 4},
    {"、测试词", "'、' belongs", 1},
    {"词丁、词戊", "'、' belongs", 3},
    {"词丁，词戊", "'，' belongs", 3},
    {"词丁,词戊", "',' belongs", 3},
    {"词丁|词戊", "'|' belongs", 3},
    {"词丁\t词戊", "a tab belongs", 3},
    {"贷款/借款", "'/' belongs", 3},
    {"loan,credit", "',' belongs", 5},
    {"发 票", "one word '发票'", 2},
    {"词丁　词戊", "one word '词丁词戊'", 3},
    // No words of texts.
    {"ä½ å¥½ä¸–ç•Œ", "characters that a wrong encoding made of '你好世界'"},
    {"å‘ç¥¨", "characters that a wrong encoding made"},
    {"鍙戠エ", "a wrong encoding made of '发票'"},
    {"浠ｅ紑鍙戠エ", "a wrong encoding made of '代开发票'"},
    {"锟斤拷锟斤拷", "characters that a wrong encoding made, which"},
    {"代开\ufffd\ufffd", "characters that a wrong encoding made, which"},
    {"&nbsp;假证", "a code of web pages"},
    {"刀&amp;枪", "a code of web pages"},
    {"同上", "what tables write where there is nothing"},
    {"NULL", "what tables write"},
    {"#N/A", "a spreadsheet wrote this"},
    {"办理\\n假证", "is no wildcard in a word", 3},
    {"办理假证！", "'！' belongs to the word, so that only texts", 5},
    {"办理假证?", "'?' belongs to the word, so that only texts", 5},
    {"hello!", nullptr},
    {"nullify", nullptr},
    {"2026-05-01", "a date, which only texts with that day have"},
    {"2026/5/1", "a date"},
    {"2026年5月1日", "a date"},
    {"5月1日", nullptr},
    {"2026-05", nullptr},
    {"Ã¤Ã¶", "characters that a wrong encoding made, which"},
    {"bet365.com", nullptr},
    {"café crème", nullptr},
    {"Ö3", nullptr},
    {"résumé", nullptr},
    // Comments of other languages.
    {"// 假证", "'//' begins no comment"},
    {"-- 假证", "'--' begins no comment"},
    {"; 假证", "';' begins no comment"},
    {"REM 假证", "'REM' begins no comment"},
    {"rem fakes", "'rem' begins no comment"},
    {"<!-- 假证 -->", "'<!--' begins no comment"},
    {"/* 假证 */", "'/*' begins no comment"},
    {"＃ 假证", "'＃' begins no comment"},
    {"! 假证", "'!' begins no comment"},
    {"发票 // 旧", "'//' begins no comment", 4},
    {"发票 -- 旧", "'--' begins no comment", 4},
    {"发票＃旧", "'＃' without a blank", 3},
    {"发票#旧", "'#' without a blank", 3},
    {"0.0.0.0 ads.example.cn", "a line of a hosts file"},
    {"127.0.0.1 localhost", "a line of a hosts file"},
    {"----------", "nothing but punctuation"},
    {"=====", "nothing but punctuation"},
    // Quotes.
    {"“发票”", "“ belongs to the word"},
    {"\"发票\"", "\" belongs to the word"},
    {"'发票'", "' belongs to the word"},
    {"‘发票’", "‘ belongs to the word"},
    {"「发票」", "「 belongs to the word"},
    {"发票”", "” belongs to the word", 3},
    // Numbers and bullets.
    {"1. 发票", "'1.' belongs to the word"},
    {"1、发票", "'1、' belongs to the word"},
    {"12) 发票", "'12)' belongs to the word"},
    {"（3）发票", "'（3）' belongs to the word"},
    {"01 发票", "'01' belongs to the word"},
    {"01发票", "'01' belongs to the word"},
    {"2 发票", "'2' belongs to the word"},
    {"一、发票", "'一、' belongs to the word"},
    {"（二）发票", "'（二）' belongs to the word"},
    {"①发票", "'①' belongs to the word"},
    {"⑴ 发票", "'⑴' belongs to the word"},
    {"Ⅳ、发票", "'Ⅳ、' belongs to the word"},
    {"1.发票", "'1.' belongs to the word"},
    {"(1)发票", "'(1)' belongs to the word"},
    {"1：发票", "'1：' belongs to the word"},
    {"1-发票", "'1-' belongs to the word"},
    {"A、发票", "'A、' belongs to the word"},
    {"NO.3 发票", "'NO.3' belongs to the word"},
    {"第3条 发票", "'第3条' belongs to the word"},
    {"新增：发票", "'新增：' belongs to the word"},
    {"2024-05-01 发票", "'2024-05-01' belongs to the word"},
    {"√ 发票", "'√' belongs to the word"},
    {"> 发票", "'>' belongs to the word"},
    {"3 天到账", nullptr},
    {"一、二线", nullptr},
    {"①对①", nullptr},
    // Whole messages.
    {"【云杉超市】您的积分将于本月底到期", "it looks like a whole text"},
    {"您的快递已到，请于20:00前凭取件码领取", "it looks like a whole text"},
    {"2026-11-20 14:35:22 账户已冻结", "it looks like a whole text"},
    {"低息贷款当天放款不看征信退订回T", "it looks like a whole text"},
    {"您好，我处可开发票，点数低，欢迎来电咨询。", "it looks like a whole"},
    {"【云杉超市】", nullptr},
    // What spreadsheets write.
    {"#NAME?", "a spreadsheet wrote this instead of the word"},
    {"#VALUE!", "a spreadsheet wrote this"},
    {"1.38E+10", "a spreadsheet wrote this"},
    {"TRUE", "a spreadsheet wrote this"},
    {"true", nullptr},
    {"- 发票", "'-' belongs to the word"},
    {"* 发票", "'*' belongs to the word"},
    {"•发票", "'•' belongs to the word"},
    // Web addresses.
    {"http://abc.cn", "its domain 'abc.cn'"},
    {"https://www.abc.cn/login", "its domain 'abc.cn'"},
    {"HTTP://ABC.CN", "its domain 'ABC.CN'"},
    {"www.abc888.cc", "its domain 'abc888.cc'"},
    {"abc.top/x1", "its domain 'abc.top'"},
    {"abc.top?id=3", "its domain 'abc.top'"},
    {"t.cn:8080", "its domain 't.cn'"},
    // Words as people mean them.
    {"www.", nullptr},
    {"http://", nullptr},
    {"abc.cn", nullptr},
    {"readme.exe/x", nullptr},
    {"发票", nullptr},
    {"妈，我", nullptr},
    {"元/单", nullptr},
    {"oh, you are not", nullptr},
    {"1,000元", nullptr},
    {"3.15晚会", nullptr},
    {"1.com", nullptr},
    {"t.cn/", nullptr},
    {"/hr", nullptr},
    {"150p/msg", nullptr},
    {"now!", nullptr},
    {"缴3%税", nullptr},
    {"c#", nullptr},
    {"办“证”吗", nullptr},
    {"mum's", nullptr},
    {"24/7", nullptr},
    {"-18岁", nullptr},
    {"win 10 激活", nullptr},
    {"💊", nullptr},
    {"+v", nullptr},
    {"《通知》", nullptr},
    // Characters whose bytes are others by chance.
    {"娼妓", nullptr},
    {"姘居", nullptr},
    {"Nestlé®", nullptr},
    {"Zoë’s", nullptr},
};

TEST(OddWord, Kinds) {
  for (const OddCase& one : kOddCases) {
    const auto odd = FindOddWord(one.word);
    ASSERT_EQ(odd.has_value(), one.what != nullptr)
        << one.word << ": " << (odd ? odd->what.english : "nothing");
    if (!odd) continue;
    EXPECT_TRUE(absl::StrContains(odd->what.english, one.what))
        << one.word << ": " << odd->what.english;
    EXPECT_EQ(PositionOf(one.word, odd->offset).column, one.column) << one.word;
  }
}

TEST(OddMarks, Kinds) {
  const struct {
    const char* word;
    const char* what;  // A part of the warning; nullptr: there is none.
    size_t column = 1;
  } kCases[] = {
      {"贷款+微信", "'+' belongs to the word and joins no two", 3},
      {"贷款 & 微信", "joins no two", 3},
      {"贷款 AND 微信", "joins no two", 3},
      {"代办…证", "'…' is looked for as it is", 3},
      {"代办XX证", "'XX' is looked for", 3},
      {"代办××证", "'××' is looked for", 3},
      {"{code}", "'{code}' is looked for"},
      {"您的${code}", "'${code}' is looked for", 3},
      {"尊敬的<姓名>", "'<姓名>' is looked for", 4},
      {"138****5678", "'8****5678' is looked for", 3},
      {"^贷款", "'^' belongs to the word and does nothing else"},
      {"贷款$", "'$' belongs to the word and does", 3},
      {"-银行贷款", "'-' belongs to the word and does"},
      {"*贷款", "'*' belongs to the word and does"},
      {"办(假)?证", "')?' is looked for", 4},
      {"(贷款)", "only texts with the brackets"},
      {"贷款（无抵押）", "only texts with the brackets", 3},
      {"[办理假证]", "'[办理假证]' belongs to the word, so that only"},
      {"《办理假证》", nullptr},
      {"贷款 85", "' 85' belongs to the word, so that only texts with it", 3},
      {"贷款=85", "scores are written as a rule's score", 3},
      {"代-开-发-票", "'-' between the characters belongs to the word", 2},
      // As people mean them.
      {"加+微信", nullptr},
      {"+v", nullptr},
      {"-18岁", nullptr},
      {"only $1", nullptr},
      {"2=1", nullptr},
      {"iphone 15", nullptr},
      {"3x证", nullptr},
      {"<3", nullptr},
      {"发票", nullptr},
  };
  for (const auto& one : kCases) {
    const auto odd = FindOddMarks(one.word);
    ASSERT_EQ(odd.has_value(), one.what != nullptr)
        << one.word << ": " << (odd ? odd->what.english : "nothing");
    if (!odd) continue;
    EXPECT_TRUE(absl::StrContains(odd->what.english, one.what))
        << one.word << ": " << odd->what.english;
    EXPECT_FALSE(odd->what.chinese.empty()) << one.word;
    EXPECT_EQ(PositionOf(one.word, odd->offset).column, one.column) << one.word;
  }
  EXPECT_TRUE(absl::StartsWith(WarningsOf(WithList("發票\n贷款+微信\n")),
                               "fakes.txt:2:3: '贷款+微信': '+' belongs"));
  const std::string phrases = WarningsOf(
      WithRule("words: [假證]\n    allow_phrases: ['非.*假证', 非假证]"));
  EXPECT_TRUE(absl::StartsWith(phrases, "rules.yaml:9:22: '非.*假证'"))
      << phrases;
  EXPECT_FALSE(absl::StrContains(phrases, "\n")) << phrases;
  // A gap means something in replies.
  Files files = GoodFiles();
  files["policy.yaml"] +=
      "  reply_words: [R]\n  reply_contains: [不要…发, ^不要$]\n";
  EXPECT_EQ(WarningsOf(files), "");
}

TEST(OddMarks, WordsJoinedToOne) {
  for (const auto& [word, mark] : {std::pair{"贷款=>微信", "=>"},
                                   {"贷款 -> 微信", "->"},
                                   {"贷款→微信", "→"},
                                   {"贷款微信或代办证件", "或"},
                                   {"贷款微信或者代办证件", "或者"}}) {
    const auto odd = FindOddMarks(word);
    ASSERT_TRUE(odd) << word;
    EXPECT_TRUE(absl::StrContains(odd->what.english, mark)) << word;
    EXPECT_TRUE(absl::StrContains(odd->what.english, "separates nothing"))
        << word << ": " << odd->what.english;
  }
  for (const char* word : {"或许", "奖金以及苹果", "高等学历", "人人平等"}) {
    EXPECT_FALSE(FindOddMarks(word)) << word;
  }
}

// What searches, quotes and merges put before a word.
TEST(OddMarks, BeforeWords) {
  for (const absl::string_view mark : {"+", "＋", ">", ">>", "=", "~", "\\"}) {
    const auto odd = FindOddMarks(absl::StrCat(mark, "银行贷款"));
    ASSERT_TRUE(odd) << mark;
    EXPECT_EQ(odd->offset, 0U) << mark;
    EXPECT_TRUE(absl::StartsWith(
        odd->what.english,
        absl::StrCat("'", mark, "' belongs to the word and does nothing")))
        << odd->what.english;
  }
  for (const char* word : {"+薇", "+微信", "+v", "+vx", ".cn"}) {
    EXPECT_FALSE(FindOddMarks(word)) << word;
  }
}

TEST(OddMarks, Remarks) {
  for (const auto& [word, column] : {std::pair{"代开发票-张三", 5u},
                                     {"代开发票（张三加）", 5u},
                                     {"代开发票 2024-05-01", 5u},
                                     {"代开发票 20240501", 5u},
                                     {"代开发票(2024)", 5u},
                                     {"代开发票：张三", 5u},
                                     {"代开发票：待定", 5u},
                                     {"代开发票【新增】", 5u},
                                     {"代开发票 *", 5u},
                                     {"代开发票待定", 5u},
                                     {"代开发票待核实", 5u},
                                     {"代开发票12月3日新增", 5u},
                                     {"12月3日新增", 1u},
                                     {"3月1日", 1u},
                                     {"代开发票等", 5u},
                                     {"代开发票#", 5u}}) {
    const auto odd = FindOddMarks(word);
    ASSERT_TRUE(odd) << word;
    EXPECT_TRUE(absl::StrContains(odd->what.english, "so that only texts"))
        << word << ": " << odd->what.english;
    EXPECT_EQ(PositionOf(word, odd->offset).column, column) << word;
  }
  for (const char* word : {"妈妈：我", "e-mail", "代开-发票a", "反诈中心：任",
                           "加微信：", "王婆：卖瓜子"}) {
    EXPECT_FALSE(FindOddMarks(word)) << word;
  }
}

// Words of a rule that leaves out marks.
TEST(OddMarks, WhereMarksDoNotCount) {
  const auto warnings = [](const std::string& folding, const char* word) {
    return WarningsOf(WithRules(
        absl::StrCat("rules:\n  - {id: a, basis: law, folding: ", folding,
                     ", words: ['", word, "']}\n")));
  };
  for (const char* folding : {"evasive", "homophone"}) {
    for (const char* word : {"代-开-发-票", "“办理假证”", "办理假证，"}) {
      EXPECT_EQ(warnings(folding, word), "") << word;
      EXPECT_NE(warnings("normal", word), "") << word;
    }
    // They stand between two words, which are one.
    for (const char* word : {"低价…假证", "刻章、假证", "刻章+假证"}) {
      EXPECT_TRUE(absl::StrContains(warnings(folding, word),
                                    "folding leaves out marks, so that this is "
                                    "the one word '"))
          << word << ": " << warnings(folding, word);
    }
    // It may be a letter.
    EXPECT_TRUE(
        absl::StrContains(warnings(folding, "办理假证！"), "'！' belongs"));
  }
}

// A list counts as its rules read it.
TEST(OddMarks, ListsWhereMarksDoNotCount) {
  Files files = WithList("代-开-发-票\n");
  EXPECT_NE(WarningsOf(files), "");
  files["rules.yaml"] =
      "word_lists: [{id: fakes, file: fakes.txt}]\nrules:\n"
      "  - {id: a, basis: law, folding: homophone, word_lists: [fakes]}\n";
  EXPECT_EQ(WarningsOf(files), "");
}

// A # that made a comment of a word, and a formula without a result.
TEST(OddComments, Words) {
  EXPECT_EQ(
      WarningsOf(WithList("發票\n#办假证#\n# heading #\n#####\n#NAME?\n")),
      "fakes.txt:2:1: this line begins with #, so that it is a comment "
      "and nobody looks for '办假证': remove the # if it is a word\n"
      "fakes.txt:5:1: a spreadsheet wrote #NAME? instead of this line's "
      "word, which is lost: make its column text, fill it in and export "
      "it again");
}

TEST(EverydayWords, ThatDecideAlone) {
  for (const char* word :
       {"代办", "出租", "回收", "推广", "北京", "上海市", "四川省", "呼和浩特",
        "周末优惠", "第二杯半价", "美团外卖", "会员专享", "中国移动"}) {
    EXPECT_TRUE(absl::StrContains(
        WarningsOf(WithList(absl::StrCat("發票\n", word, "\n"))),
        absl::StrCat("'", word, "' is in everyday texts")))
        << word;
  }
  for (const char* word : {"发票", "黑市", "代开票"}) {
    EXPECT_EQ(WarningsOf(WithList(absl::StrCat("發票\n", word, "甲\n"))), "");
  }
}

TEST(PersonNames, ThatDecideAlone) {
  for (const char* word : {"王建国", "张伟", "李四"}) {
    const std::string warnings =
        WarningsOf(WithList(absl::StrCat("發票\n", word, "\n")));
    EXPECT_TRUE(absl::StrContains(warnings, "seems to be a person's name"))
        << word << ": " << warnings;
    EXPECT_FALSE(absl::StrContains(warnings, "\n")) << warnings;
  }
  for (const char* word : {"高利贷", "金沙", "黄赌毒", "万能证"}) {
    EXPECT_EQ(WarningsOf(WithList(absl::StrCat("發票\n", word, "\n"))), "")
        << word;
  }
}

}  // namespace
}  // namespace sluice::rules
