// What is odd in a pack and allowed: its author is told, and nobody else.

#include "rules/check/pack_warnings.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "rules/base/merge_marks.h"
#include "rules/base/warnings.h"
#include "tests/rules/pack_folder.h"
#include "tests/rules/warnings_of.h"

namespace sluice::rules {
namespace {

TEST(PackWarnings, AGoodPackHasNone) { EXPECT_EQ(WarningsOf(GoodFiles()), ""); }

TEST(PackWarnings, TheShippedPackHasNone) {
  const auto files = ReadPackFiles("rules/packs/cn-2015");
  ASSERT_TRUE(files.ok()) << files.status();
  Faults faults;
  const Pack pack = ReadPack(*files, faults);
  FindWarnings(pack, *files, faults, WarningsTime(), faults.warnings());
  EXPECT_EQ(absl::StrJoin(faults.warnings().Lines(), "\n"), "");
}

TEST(PackWarnings, SitesThatDecideAsWords) {
  for (const char* word : {"bet365.com", "BET365.com.cn"}) {
    EXPECT_TRUE(absl::StrContains(
        WarningsOf(WithList(absl::StrCat("發票\n", word, "\n"))),
        absl::StrCat("fakes.txt:2:1: '", word,
                     "' is a web site, and rule 'fakes' looks for it as it "
                     "stands")))
        << word;
  }
  for (const char* word : {"com.cn", "node.js", "p.s"}) {
    EXPECT_EQ(WarningsOf(WithList(absl::StrCat("發票\n", word, "\n"))), "")
        << word;
  }
}

TEST(PackWarnings, PlacesThatDecide) {
  for (const char* word :
       {"朝阳", "朝阳区", "浦东", "浦东新区", "海淀", "西湖区", "保定市",
        "江苏省", "冻结", "借款", "解冻", "还款额"}) {
    EXPECT_TRUE(absl::StrContains(
        WarningsOf(WithList(absl::StrCat("發票\n", word, "\n"))),
        "is in everyday texts, and rule 'fakes' decides by it alone"))
        << word;
  }
  for (const char* word : {"固安县", "恩施土家族苗族自治州", "望京街道"}) {
    EXPECT_TRUE(absl::StrContains(
        WarningsOf(WithList(absl::StrCat("發票\n", word, "\n"))),
        "seems to be a place, and rule 'fakes' decides by it alone"))
        << word;
  }
  for (const char* word : {"红灯区", "黑市", "知县大人", "朝阳群众"}) {
    EXPECT_EQ(WarningsOf(WithList(absl::StrCat("發票\n", word, "\n"))), "")
        << word;
  }
}

TEST(PackWarnings, NamesAndThingsThatEverybodyWritesOf) {
  for (const char* word : {"招商银行", "清华大学", "端午节", "星期三", "人民币",
                           "牛奶", "居委会", "顺丰", "司机", "ok"}) {
    EXPECT_TRUE(absl::StrContains(
        WarningsOf(WithList(absl::StrCat("發票\n", word, "\n"))),
        "is in everyday texts, and rule 'fakes' decides by it alone"))
        << word;
  }
}

TEST(PackWarnings, DaysOfEffectThatAreMistyped) {
  Files files = GoodFiles();
  files["pack.yaml"] += "effective_to: 2206-04-30\n";
  EXPECT_EQ(WarningsOf(files),
            "pack.yaml:7:15: '2206-04-30' is decades ahead, which seems "
            "mistyped: look at the year again");
  files["pack.yaml"] =
      absl::StrReplaceAll(files["pack.yaml"], {{"2206-04-30", "2036-04-30"}});
  EXPECT_EQ(WarningsOf(files), "");
}

// The last of them holds.
TEST(PackWarnings, ChecksThatAreThereTwice) {
  const auto warnings_of = [](const std::string& more) {
    Files files = GoodFiles();
    files["policy.yaml"] = absl::StrReplaceAll(
        kGoodPolicy,
        {{"\nopt_out_wording:", "\n" + more + "opt_out_wording:"}});
    return WarningsOf(files);
  };
  EXPECT_TRUE(absl::StrContains(
      warnings_of("  - {code: CONSENT_MISSING, mode: enforce}\n"),
      "CONSENT_MISSING is there again in line 19, which holds, so that this "
      "does nothing"))
      << warnings_of("  - {code: CONSENT_MISSING, mode: enforce}\n");
  EXPECT_FALSE(absl::StrContains(
      warnings_of("  - {code: CONSENT_MISSING, mode: enforce, classes: "
                  "[commercial]}\n"),
      "is there again"));
}

TEST(PackWarnings, SendHoursWithinOthers) {
  const auto warnings_of = [](const std::string& hours) {
    Files files = GoodFiles();
    files["policy.yaml"] =
        absl::StrReplaceAll(kGoodPolicy, {{"limits:\n", hours + "limits:\n"}});
    return WarningsOf(files);
  };
  const std::string within = warnings_of(
      "  - {classes: [commercial], open: 09:00, close: 20:00, "
      "basis: carrier}\n");
  EXPECT_TRUE(absl::StrContains(
      within,
      "policy.yaml:9:5: send hours of a class add up, and line 5 has 08:00 to "
      "21:00, which holds 09:00 to 20:00"))
      << within;
  EXPECT_FALSE(absl::StrContains(
      warnings_of("  - {classes: [commercial], open: 09:00, close: 21:30, "
                  "basis: carrier}\n"),
      "add up"));
}

// No parser stops at them in a text of several lines.
TEST(PackWarnings, MarksOfAMergeInATextOfSeveralLines) {
  Files files = GoodFiles();
  files["pack.yaml"] +=
      "notes: |\n  Ours.\n  <<<<<<< HEAD\n  A\n  =======\n  B\n"
      "  >>>>>>> other\n";
  EXPECT_EQ(WarningsOf(files),
            absl::StrCat("pack.yaml:9:3: ", MergeMarkFault("<<<<<<<").english));
}

TEST(PackWarnings, BeginningsOfAllLinks) {
  for (const char* word : {"http", "https", "http://", "www", "com"}) {
    EXPECT_TRUE(
        absl::StrContains(WarningsOf(WithList(absl::StrCat(word, "\n"))),
                          "is in everyday texts, and rule 'fakes' decides"))
        << word;
  }
}

TEST(PackWarnings, DaysThatNobodyHasConfirmedOn) {
  Files files = GoodFiles();
  files["articles.yaml"] +=
      "    confirmed_by: Li\n    confirmed_on: 2026-07-01\n";
  EXPECT_EQ(WarningsOf(files), "");
  files["articles.yaml"] = absl::StrReplaceAll(files["articles.yaml"],
                                               {{"2026-07-01", "2062-07-01"}});
  EXPECT_TRUE(absl::StrContains(WarningsOf(files),
                                "'2062-07-01' is a day to come: write"))
      << WarningsOf(files);
}

TEST(PackWarnings, AreFoundInListsTablesAndRules) {
  EXPECT_TRUE(absl::StartsWith(WarningsOf(WithList("發票\n  测试词,  # a\n")),
                               "fakes.txt:2:6: '测试词,': ',' belongs"))
      << WarningsOf(WithList("發票\n  测试词,  # a\n"));
  EXPECT_TRUE(absl::StartsWith(WarningsOf(WithRule("words: [假证，假币]")),
                               "rules.yaml:8:15: '假证，假币': '，' belongs"))
      << WarningsOf(WithRule("words: [假证，假币]"));
  Files files = GoodFiles();
  files["rules.yaml"] = absl::StrReplaceAll(
      kGoodRules, {{"word_lists: [fakes]\n    words: [假證]",
                    "match: {any: [{words: [“假证”]}]}"}});
  EXPECT_TRUE(absl::StartsWith(WarningsOf(files), "rules.yaml:7:"))
      << WarningsOf(files);
  files["rules.yaml"] =
      absl::StrReplaceAll(kGoodRules, {{"fakes.txt", "fakes.csv"}});
  files["fakes.csv"] = "word,note\n发票,\n假证、假币,\n";
  EXPECT_TRUE(absl::StartsWith(WarningsOf(files), "fakes.csv:3:3: "))
      << WarningsOf(files);
  files = GoodFiles();
  files["policy.yaml"] += "  reply_words: [退订、TD]\n";
  EXPECT_TRUE(absl::StartsWith(WarningsOf(files), "policy.yaml:")) << "policy";
}

// However long the list, and with one line of that kind only.
TEST(PackWarnings, TwoWordsInOneLineOfALongList) {
  std::string list = "发票\n";
  for (int i = 10; i < 70; ++i) absl::StrAppend(&list, "词语", i, "号\n");
  for (const char* line :
       {"词丁、词戊", "词丁，词戊", "词丁；词戊", "测试词,"}) {
    EXPECT_TRUE(absl::StrContains(
        WarningsOf(WithList(absl::StrCat(list, line, "\n"))), line))
        << line;
  }
  EXPECT_EQ(WarningsOf(WithList(list)), "");
}

TEST(PackWarnings, WildcardsInWords) {
  for (const char* word :
       {"首存*有礼", "加?微信", "首存*", "加.{0,3}微信", "加.*微信", "\\d元"}) {
    EXPECT_TRUE(absl::StrContains(
        WarningsOf(WithList(absl::StrCat(word, "\n"))), "is no wildcard"))
        << word;
  }
  EXPECT_EQ(
      WarningsOf(WithList("发票\n有票吗?\n会员*\xe2\x99\xa5\n3.15晚会\n")), "");
}

// Words and regexes that hit what everybody sends, in a rule that decides.
TEST(PackWarnings, EverydayWordsThatDecideAlone) {
  for (const char* word :
       {"您好", "通知", "95588", "your order", "客户您好", "会员积分",
        "业主您好", "点击链接", "取件码", "电费", "门诊", "航班", "同学",
        "社保卡", "生日快乐", "appointment", "see you"}) {
    const std::string list =
        WarningsOf(WithList(absl::StrCat("發票\n", word, "\n")));
    EXPECT_TRUE(absl::StartsWith(
        list, absl::StrCat("fakes.txt:2:1: '", word, "' is in everyday")))
        << list;
  }
  for (const char* regex : {".", "\\d+", "[a-z]{3}", "(赌博|您好)"}) {
    const std::string rule =
        WarningsOf(WithRule(absl::StrCat("regexes: ['", regex, "']")));
    EXPECT_TRUE(absl::StartsWith(rule, "rules.yaml:8:15: ")) << regex << rule;
    EXPECT_TRUE(absl::StrContains(rule, "is in everyday")) << rule;
  }
  EXPECT_EQ(WarningsOf(WithRule("regexes: ['代开.{0,3}发票']")), "");
}

TEST(PackWarnings, AHoldThatARejectionForestalls) {
  const auto warnings = [](int hold) {
    Files files = GoodFiles();
    const std::string part =
        "  - {id: part, category: x, basis: policy, action: tag, score: 200,\n"
        "     words: [某某词]}\n"
        "allow_phrases:";
    files["rules.yaml"] = absl::StrCat(
        absl::StrReplaceAll(kGoodRules, {{"allow_phrases:", part}}),
        "thresholds:\n"
        "  - {id: high, category: x, score: 100, basis: law}\n"
        "  - {id: low, category: x, score: ",
        hold, ", action: hold, basis: policy, code: CONTENT_UNWANTED}\n");
    return WarningsOf(files);
  };
  EXPECT_TRUE(absl::StrContains(warnings(120), "'low' holds from 120 on"));
  EXPECT_EQ(warnings(80), "");
}

TEST(PackWarnings, OneCharacterThatDecidesAlone) {
  const std::string list = WarningsOf(WithList("發票\n假\n"));
  EXPECT_TRUE(absl::StartsWith(
      list, "fakes.txt:2:1: '假' is one character, and rule 'fakes' decides"))
      << list;
  EXPECT_FALSE(absl::StrContains(list, "\n")) << list;
  const std::string rule = WarningsOf(WithRule("words: [假證, ｖ]"));
  EXPECT_TRUE(absl::StartsWith(rule, "rules.yaml:8:17: 'ｖ' is one")) << rule;
  EXPECT_TRUE(absl::StrContains(WarningsOf(WithList("發票\n💊\n1\n")),
                                "fakes.txt:3:1: '1' is one"));
  EXPECT_EQ(WarningsOf(WithList("發票\n💊\n")), "");
}

TEST(PackWarnings, OnePhraseInAnExceptionMayBeMeant) {
  const std::string before = "word_lists: [fakes]\n    words: [假證]";
  const auto warnings = [&](const std::string& words) {
    Files files = GoodFiles();
    files["rules.yaml"] = absl::StrReplaceAll(
        kGoodRules,
        {{before, absl::StrCat("match: {words: [假證], not: {any: [{words: [",
                               words, "]}]}}")}});
    return WarningsOf(files);
  };
  EXPECT_EQ(warnings("机票、餐券, 客服"), "");
  EXPECT_TRUE(absl::StrContains(warnings("机票、餐券, 到店，门店"), "到店"));
  EXPECT_TRUE(absl::StrContains(warnings("客服， 到店"), "客服"));
}

// Beside another condition one character is enough.
TEST(PackWarnings, OneCharacterThatDecidesWithOthers) {
  const struct {
    const char* rule;
    bool warned;
  } kCases[] = {
      {"match: {words: [假]}", true},
      {"match: {words: [假], not: {words: [假日]}}", true},
      {"match: {any: [{words: [假]}, {words: [真的]}]}", true},
      {"match: {words: [假], length: {max: 9}}", true},
      {"match: {all: [{words: [假]}, {words: [真的]}]}", false},
      {"match: {words: [假], links: {at_least: 1}}", false},
      {"match: {near: {first: {words: [假]}, second: {words: [证件]}, "
       "within: 3}}",
       false},
      {"match: {count: {of: {words: [假, 证]}, at_least: 2}}", false},
      {"match: {words: [真的], not: {words: [假]}}", false},
  };
  for (const auto& one : kCases) {
    Files files = WithRule("");
    files["rules.yaml"] = absl::StrReplaceAll(
        kGoodRules,
        {{"word_lists: [fakes]\n    words: [假證]", std::string(one.rule)}});
    EXPECT_EQ(absl::StrContains(WarningsOf(files), "is one character"),
              one.warned)
        << one.rule;
  }
  Files tags = GoodFiles();
  tags.erase("fakes.txt");
  tags["rules.yaml"] = R"(rules:
  - {id: a, category: c, basis: policy, action: tag, score: 1, words: [假]}
thresholds:
  - {id: c, category: c, basis: policy, code: CONTENT_UNWANTED, score: 1}
)";
  EXPECT_EQ(WarningsOf(tags), "");
}

TEST(PackWarnings, ArticlesAreNumbers) {
  for (const char* article : {"18", "1-2", "6, 7", "13(2)"}) {
    Files files =
        WithRule(absl::StrCat("words: [假證]\n    article: '", article, "'"));
    EXPECT_EQ(WarningsOf(files), "") << article;
  }
  for (const char* article : {"99", "18, 99", "1-99"}) {
    Files files =
        WithRule(absl::StrCat("words: [假證]\n    article: '", article, "'"));
    EXPECT_EQ(WarningsOf(files), "") << article;  // Of a law that is not known.
    files["pack.yaml"] = absl::StrReplaceAll(
        files["pack.yaml"], {{"A pack", "通信短信息服务管理规定"}});
    EXPECT_TRUE(absl::StrContains(
        WarningsOf(files),
        "rules.yaml:9:14: the regulation of 2015 has no article 99"))
        << article;
  }
  for (const char* article : {"第18条", "十八", "abc", "待定"}) {
    const std::string warnings = WarningsOf(
        WithRule(absl::StrCat("words: [假證]\n    article: ", article)));
    EXPECT_TRUE(absl::StartsWith(
        warnings, absl::StrCat("rules.yaml:9:14: '", article, "' is no")))
        << warnings;
  }
  Files files = GoodFiles();
  files["articles.yaml"] += "    article: 第三条\n    source: a paper\n";
  EXPECT_TRUE(absl::StrContains(WarningsOf(files), "articles.yaml:"));
}

TEST(PackWarnings, SignaturesHaveNoBrackets) {
  const std::string warnings = WarningsOf(
      WithRule("words: [假證]\n    scope: {signatures: [【小店】, 大店]}"));
  EXPECT_TRUE(absl::StartsWith(warnings, "rules.yaml:9:26: '【小店】': "))
      << warnings;
  EXPECT_FALSE(absl::StrContains(warnings, "大店")) << warnings;
}

TEST(PackWarnings, ManyOfAKindAreCounted) {
  std::string list;
  for (int i = 10; i < 100; ++i) absl::StrAppend(&list, "词语", i, "号,\n");
  list += "“发票”\n";
  const std::string warnings = WarningsOf(WithList(list));
  EXPECT_TRUE(absl::StrContains(
      warnings,
      "\nfakes.txt: and 85 more separators in words, the last in line 90"))
      << warnings;
  EXPECT_TRUE(absl::StrContains(warnings, "fakes.txt:91:1: '“发票”'"));
}

TEST(Warnings, AreGroupedByFileAndKind) {
  Warnings warnings;
  EXPECT_TRUE(warnings.empty());
  for (uint32_t i = 7; i > 0; --i) {
    warnings.Add("b", {i, 2}, SayBoth("蜂", "bees"),
                 SayBoth("蜂 $0", "bee $0", i));
  }
  warnings.Add("b", {4, 1}, SayBoth("蚁", "ants"), SayBoth("蚁", "ant"));
  warnings.Add("a", {0, 0}, SayBoth("蚁", "ants"),
               SayBoth("都是蚁", "all ants"));
  EXPECT_EQ(warnings.size(), 9);
  EXPECT_EQ(warnings.Lines(),
            (std::vector<std::string>{
                "b:3:2: bee 3", "b:4:1: ant", "b:4:2: bee 4", "b:5:2: bee 5",
                "b:6:2: bee 6", "b:7:2: bee 7",
                "b: and 2 more bees, the last in line 2", "a: all ants"}));
  EXPECT_EQ(warnings.Lines(Language::kChinese),
            (std::vector<std::string>{
                "b:3:2: 蜂 3", "b:4:1: 蚁", "b:4:2: 蜂 4", "b:5:2: 蜂 5",
                "b:6:2: 蜂 6", "b:7:2: 蜂 7",
                "b：另有 2 处蜂，最后一处在第 2 行", "a: 都是蚁"}));
}

}  // namespace
}  // namespace sluice::rules
