// Rules and scores that do not do what their author means.

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "rules/check/category_warnings.h"
#include "tests/rules/warnings_of.h"

namespace sluice::rules {
namespace {

struct RuleCase {
  const char* rule;  // What follows the id and the basis.
  const char* what;  // A part of the warning; nullptr: there is none.
};

// The warnings of one rule; more rules may follow.
std::string WarningsOfRule(const std::string& rule) {
  return WarningsOf(
      WithRules(absl::StrCat("rules:\n  - id: one\n    basis: law\n", rule)));
}

void Expect(const RuleCase& one) {
  const std::string warnings = WarningsOfRule(one.rule);
  if (one.what == nullptr) {
    EXPECT_EQ(warnings, "") << one.rule;
  } else {
    EXPECT_TRUE(absl::StrContains(warnings, one.what)) << one.rule << "\n"
                                                       << warnings;
  }
}

TEST(NeverHits, WhatARuleLiftsItself) {
  const RuleCase kCases[] = {
      {"    match: {words: [办贷款], not: {words: [办贷款]}}\n",
       "rules.yaml:4:12: rule 'one' can never hit: its own 'not' or "
       "'allow_phrases' has '办贷款', which lifts '办贷款'"},
      // By shorter ones, by any of several, in other spellings.
      {"    match: {words: [低息办貸款, 秒批下款], not: {words: [贷款, "
       "下款]}}\n",
       "rule 'one' can never hit"},
      {"    match: {words: [办贷款], not: {any: [{words: [校园]}, {words: "
       "[贷款]}]}}\n",
       "rule 'one' can never hit"},
      {"    match: {near: {first: {words: [办贷款]}, second: {words: "
       "[到账快]}, "
       "within: 3}, not: {words: [贷款]}}\n",
       "rule 'one' can never hit"},
      {"    match: {all: [{words: [办贷款]}, {words: [到账快]}], not: {all: "
       "[{words: [贷款]}]}}\n",
       "rule 'one' can never hit"},
      // A word that stands in the rule, a part of the rule.
      {"    match: {words: [办贷款, 秒下款], not: {words: [贷款]}}\n",
       "rules.yaml:4:21: '办贷款' never hits in rule 'one': its own "
       "'not' or 'allow_phrases' has '贷款'"},
      {"    match: {any: [{words: [秒下款]}, {words: [办贷款], not: {words: "
       "[贷款]}}]}\n",
       "this part of rule 'one' never holds"},
      {"    match: {count: {of: {words: [办贷款, 秒下款]}, at_least: 3}}\n",
       "rule 'one' can never hit: 3 different words are asked for, and there "
       "are 2"},
      {"    words: [办贷款]\n    allow_phrases: [办贷款]\n",
       "rule 'one' can never hit"},
      {"    words: [办贷款, 秒下款]\n    allow_phrases: [办貸款]\n",
       "'办贷款' never hits in rule 'one'"},
      // As people mean them.
      {"    match: {words: [办贷款], not: {words: [办贷款咨询]}}\n", nullptr},
      {"    match: {words: [windows激活], not: {words: [win]}}\n", nullptr},
      {"    match: {words: [办贷款], not: {words: [贷款], length: {max: 9}}}\n",
       nullptr},
      {"    match: {words: [办贷款], not: {words: [贷款], not: {words: "
       "[加微信]}}}\n",
       nullptr},
      {"    match: {words: [办贷款], not: {all: [{words: [贷款]}, {words: "
       "[银行]}]}}\n",
       nullptr},
      {"    match: {words: [办贷款], regexes: ['秒.{0,3}下款'], not: {words: "
       "[咨询]}}\n",
       nullptr},
      {"    match: {count: {of: {words: [办贷款], regexes: ['下.款']}, "
       "at_least: "
       "2}}\n",
       nullptr},
      {"    words: [办贷款]\n    allow_phrases: [不办贷款]\n", nullptr},
      {"    folding: exact\n    match: {words: [LOAN4u], not: {words: "
       "[loan4u]}}\n",
       nullptr},
  };
  for (const RuleCase& one : kCases) Expect(one);
}

// To take one word out of a list that rules share.
TEST(NeverHits, AListMayHaveWordsThatARuleLifts) {
  const std::string rules = R"(word_lists: [{id: loans, file: loans.txt}]
rules:
  - {id: one, basis: law, match: {word_lists: [loans], not: {words: [贷款]}}}
)";
  Files files = WithRules(rules);
  files["loans.txt"] = "办贷款\n秒下款\n";
  EXPECT_EQ(WarningsOf(files), "");
  files["loans.txt"] = "办贷款\n贷款秒批\n";
  EXPECT_TRUE(absl::StartsWith(
      WarningsOf(files),
      "rules.yaml:3:34: rule 'one' can never hit: its own 'not' or "
      "'allow_phrases' has '贷款', which lifts '"))
      << WarningsOf(files);
}

TEST(RuleWarnings, ConditionsThatSayOtherwise) {
  const RuleCase kCases[] = {
      {"    match: {near: {first: {words: [办贷款]}, second: {words: "
       "[到账快]}}}\n",
       "near without 'within' asks for words side by side"},
      {"    match: {near: {first: {words: [办贷款]}, second: {words: "
       "[到账快]}, "
       "within: 0}}\n",
       nullptr},
      {"    words: [办贷款]\n    scope: {accounts: [shop]}\n    except: "
       "{accounts: [shop, other]}\n",
       "rule 'one' applies to no message"},
      {"    words: [办贷款]\n    scope: {accounts: [shop, new]}\n    except: "
       "{accounts: [shop]}\n",
       nullptr},
      {"    classes: [notice]\n    match: {words: [办贷款], classes: "
       "[commercial]}\n",
       "rules.yaml:5:36: this condition of rule 'one' can never hold: the "
       "classes here, of the rule, under 'all' and under 'not' together leave "
       "no class"},
      {"    match: {words: [办贷款], length: {min: 1200}}\n",
       "a text has at most 1000 characters"},
      {"    match: {not: {words: [回复]}}\n", "hits every text without it"},
      {"    words: [办贷款]\n    except: {carriers: [mobile, unicom, telecom, "
       "broadnet]}\n",
       "rule 'one' applies to no message"},
      {"    words: [办贷款]\n    except: {carriers: [mobile, unicom]}\n",
       nullptr},
      {"    match: {not: {words: [回复]}, length: {min: 12}}\n", nullptr},
      {"    match: {not: {words: [回复]}, classes: [commercial]}\n", nullptr},
      {"    words: [办贷款]\n  - {id: two, basis: law, words: [办贷款]}\n",
       "rules.yaml:5:5: rule 'two' has the conditions of 'one'"},
      {"    words: [办贷款]\n  - {id: two, basis: law, words: [秒下款]}\n",
       nullptr},
      {"    words: [办贷款]\n  - {id: two, basis: law, folding: homophone, "
       "words: [办贷款]}\n",
       nullptr},
      {"    words: [办贷款]\n  - {id: two, basis: law, action: hold, words: "
       "[办贷款]}\n",
       "rule 'two' holds nothing"},
  };
  for (const RuleCase& one : kCases) Expect(one);
}

// Beside a word.
void ExpectBesideAWord(const RuleCase& one) {
  const std::string rule =
      absl::StrCat("    match: {words: [办贷款], ", one.rule);
  Expect({rule.c_str(), one.what});
}

TEST(FixedConditions, HoldForNoMessageOrForAll) {
  const RuleCase kCases[] = {
      // Lengths.
      {"not: {length: {min: 1}}}\n", "this 'not' excludes every length"},
      {"not: {length: {max: 1000}}}\n", "this 'not' excludes every length"},
      {"all: [{length: {min: 50}}, {length: {max: 20}}]}\n",
       "rules.yaml:4:63: this condition of rule 'one' can never hold: what "
       "must "
       "hold together asks for at least 50 characters and for at most 20"},
      {"length: {min: 9}, not: {length: {min: 9}}}\n",
       "asks for at least 9 characters and for at most 8"},
      {"length: {max: 2}}\n",
       "the shortest of its words has 3 characters, and the text may have at "
       "most 2"},
      {"length: {max: 3}}\n", nullptr},
      {"length: {max: 5}, near: {first: {words: [加微信]}, second: {words: "
       "[秒到账]}, within: 9}}\n",
       "the shortest of its words has 6 characters"},
      {"any: [{length: {min: 50}}, {length: {max: 20}}]}\n", nullptr},
      {"not: {length: {min: 50, max: 90}}}\n", nullptr},
      // Classes.
      {"not: {classes: [verification, notice, commercial, consent_request, "
       "public_interest]}}\n",
       "together leave no class"},
      {"all: [{classes: [notice]}, {classes: [commercial]}]}\n",
       "together leave no class"},
      {"any: [{classes: [notice]}, {classes: [commercial]}]}\n", nullptr},
      {"not: {classes: [notice]}}\n", nullptr},
      // Links and contacts.
      {"links: {}, not: {links: {}}}\n", "that a 'not' beside it forbids"},
      {"contacts: {kinds: [qq]}, all: [{not: {contacts: {}}}]}\n",
       "that a 'not' beside it forbids"},
      {"contacts: {at_least: 5}}\n", "hardly any text has 5 contacts and more"},
      {"links: {at_least: 3}}\n", nullptr},
  };
  for (const RuleCase& one : kCases) ExpectBesideAWord(one);
}

TEST(FixedConditions, OfNearAndNot) {
  const RuleCase kCases[] = {
      {"near: {first: {words: [发票]}, second: {words: [發票]}, within: 9}}\n",
       "'first' and 'second' of near are the same word"},
      {"near: {first: {words: [发票, 税票]}, second: {words: [税票, 发票]}, "
       "within: 9}}\n",
       "'first' and 'second' of near are the same, so that one word twice is "
       "enough"},
      {"near: {first: {words: [发票, 税票]}, second: {words: [发票]}, within: "
       "9}}\n",
       nullptr},
      {"near: {first: {words: [发票]}, second: {words: [加微信]}, within: "
       "300}}\n",
       "so that within: 300 is any distance"},
      {"near: {first: {words: [发票]}, second: {words: [加微信]}, within: "
       "80}}\n",
       nullptr},
      {"near: {first: {words: [发票]}, second: {regexes: ['.{1,5}']}, within: "
       "9}}\n",
       "everyday texts, so that this near asks for its other side alone"},
      {"near: {first: {words: [发票]}, second: {regexes: ['加.信']}, "
       "within: "
       "9}}\n",
       nullptr},
      {"not: {not: {words: [加微信]}}}\n",
       "a 'not' of nothing but a 'not' asks for what is in it"},
      {"not: {words: [咨询], not: {words: [加微信]}}}\n", nullptr},
      {"not: {any: [{classes: [notice]}, {length: {min: 1}}]}}\n",
       "what is under 'not' holds for every message"},
      {"any: [{words: [加微信]}, {length: {max: 1000}}]}\n",
       "this alternative of 'any' holds for every message"},
  };
  for (const RuleCase& one : kCases) ExpectBesideAWord(one);
  EXPECT_FALSE(absl::StrContains(
      WarningsOfRule("    match: {not: {not: {words: [办贷款]}}}\n"),
      "hits every text"));
}

TEST(ShadowWarnings, HoldsThatARejectionForestalls) {
  const auto warnings = [](const std::string& reject, const std::string& hold) {
    return WarningsOf(WithRules(absl::StrCat(
        "rules:\n  - {id: no, basis: law, ", reject,
        "}\n  - {id: wait, basis: law, action: hold, ", hold, "}\n")));
  };
  EXPECT_TRUE(absl::StartsWith(
      warnings("words: [开发票, 假證]", "words: [代开发票, 假证]"),
      "rules.yaml:3:5: rule 'wait' holds nothing, since all its words are "
      "rejected, such as '代开发票' by '开发票' of rule 'no'"));
  for (const auto& [reject, hold] :
       {std::pair{"words: [开发票]", "words: [代开发票, 假证书]"},
        {"words: [开发票]", "words: [代开发票], regexes: ['假.证书']"},
        {"words: [开发票]", "folding: homophone, words: [代开发票]"},
        {"words: [开发票], scope: {accounts: [shop]}", "words: [代开发票]"},
        {"words: [开发票], classes: [notice]", "words: [代开发票]"},
        {"match: {words: [开发票], length: {max: 20}}", "words: [代开发票]"},
        {"words: [代开发票]", "words: [开发票]"}}) {
    EXPECT_EQ(warnings(reject, hold), "") << reject << hold;
  }
}

// Three tags of 40, 60 and 30.
std::string WithScores(const std::string& last, const std::string& thresholds) {
  return WarningsOf(WithRules(absl::StrCat(R"(rules:
  - {id: a, category: x, basis: policy, action: tag, score: 40, words: [某甲词]}
  - {id: b, category: x, basis: policy, action: tag, score: 60, words: [某乙词]}
  - {id: c, category: x, basis: policy, action: tag, score: )",
                                           last, R"(, words: [某丙词]}
thresholds:
)",
                                           thresholds)));
}

std::string Threshold(const std::string& id, int score,
                      const std::string& action) {
  return absl::StrCat("  - {id: ", id, ", category: x, basis: policy, code: ",
                      "CONTENT_UNWANTED, score: ", score, ", action: ", action,
                      "}\n");
}

TEST(ScoreWarnings, WhatDecidesWithoutASum) {
  const std::string full = Threshold("full", 100, "reject");
  EXPECT_EQ(WithScores("40", full), "");
  // One that is never missed: 40 and 60 are enough, and less than both is not.
  const std::string useless = WithScores("30", full);
  EXPECT_TRUE(absl::StartsWith(
      useless,
      "rules.yaml:4:61: rule 'c' scores 30, and whatever tags of "
      "category 'x' it is added to, they reach no threshold"))
      << useless;
  EXPECT_FALSE(absl::StrContains(useless, "\n")) << useless;
  // A threshold that each reaches.
  const std::string low = WithScores("30", Threshold("low", 5, "hold"));
  EXPECT_TRUE(absl::StartsWith(
      low,
      "rules.yaml:6:74: threshold 'low' has the score 5, and each of the 3 "
      "tags of category 'x' reaches it alone (the least scores 30)"))
      << low;
  EXPECT_FALSE(absl::StrContains(low, "\n")) << low;
  // A tag that is above it.
  const std::string high = WithScores("150", full);
  EXPECT_TRUE(absl::StartsWith(
      high,
      "rules.yaml:4:61: rule 'c' scores 150, so that one hit is above "
      "threshold 'full' (100)"))
      << high;
  EXPECT_FALSE(absl::StrContains(high, "\n")) << high;
  EXPECT_TRUE(absl::StrContains(WithScores("50", Threshold("low", 40, "hold")),
                                "and each of the 3"));
  EXPECT_TRUE(absl::StrContains(WithScores("10", Threshold("low", 50, "hold")),
                                "rule 'b' scores 60"));
  // Exactly a threshold: meant. Between two: hardly.
  const std::string doubt = Threshold("doubt", 85, "hold");
  EXPECT_EQ(WithScores("85", full + doubt), "");
  EXPECT_EQ(WithScores("100", full + doubt), "");
  EXPECT_TRUE(absl::StrContains(WithScores("90", full + doubt),
                                "above threshold 'doubt' (85)"));
}

TEST(ScoreWarnings, OneWordOfSeveralTags) {
  const auto warnings = [](const std::string& words, int score) {
    return WarningsOf(
        WithRules(absl::StrCat(R"(rules:
  - {id: a, category: x, basis: policy, action: tag, score: 40, words: [某甲词]}
  - {id: b, category: x, basis: policy, action: tag, score: 60, words: [)",
                               words, R"(]}
  - {id: c, category: y, basis: policy, action: tag, score: 60, words: [某甲词]}
  - {id: d, category: x, basis: policy, action: tag, score: 40, words: [某丁词]}
thresholds:
  - {id: y, category: y, basis: policy, code: CONTENT_UNWANTED, score: 60}
)",
                               Threshold("full", score, "hold"))));
  };
  const std::string twice = warnings("某乙词, 某 甲词", 100);
  EXPECT_TRUE(absl::StrContains(
      twice,
      "rules.yaml:3:61: '某甲词' scores in rule 'a' and in rule 'b', so "
      "that the one word has 100 and reaches the threshold 100"))
      << twice;
  EXPECT_EQ(warnings("某乙词", 100), "");
  EXPECT_FALSE(absl::StrContains(warnings("某乙词, 某甲词", 101), "scores in"));
}

TEST(ScoreWarnings, TagsThatAreOffDoNotCount) {
  const std::string full = Threshold("full", 120, "reject");
  EXPECT_EQ(WithScores("30", full), "");
  EXPECT_TRUE(absl::StrContains(
      WithScores("30, mode: 'off'", full),
      "threshold 'full' has the score 120 and is never reached: the tags of "
      "category 'x' that are not off add up to 100"));
}

TEST(ScoreWarnings, OneThresholdTwice) {
  const std::string one = Threshold("one", 100, "hold");
  EXPECT_TRUE(
      absl::StrContains(WithScores("30", one + Threshold("two", 100, "hold")),
                        "'two' has the category, score and action of 'one'"));
  EXPECT_EQ(WithScores("30", one + Threshold("two", 110, "reject")), "");
}

TEST(ScoreWarnings, WhatTakesEveryTag) {
  std::string rules = "rules:\n";
  for (const char* id : {"a", "b", "c", "d", "e", "f"}) {
    absl::StrAppend(&rules, "  - {id: ", id,
                    ", category: x, basis: policy, action: tag, score: 30, "
                    "words: [某",
                    id, "词]}\n");
  }
  const auto warnings = [&rules](int score) {
    return WarningsOf(WithRules(
        absl::StrCat(rules, "thresholds:\n", Threshold("all", score, "hold"))));
  };
  EXPECT_TRUE(absl::StrContains(warnings(160), "only all together (180)"));
  EXPECT_EQ(warnings(150), "");
}

TEST(CategoryWarnings, MisspeltOnes) {
  for (const auto& [one, other] : {std::pair{"gambling", "gamblng"},
                                   {"gambling", "Gambling"},
                                   {"bank_phishing", "bank-phishing"},
                                   {"loans", "loan"},
                                   {"loans", "laons"},
                                   {"investment_fraud", "invesment_fruad"}}) {
    EXPECT_TRUE(AreNearNames(one, other)) << one << other;
  }
  for (const auto& [one, other] : {std::pair{"loans", "coins"},
                                   {"jobs", "jabs"},
                                   {"stage1", "stage2"},
                                   {"fake_papers", "fake_documents"},
                                   {"pictures", "prizes"},
                                   {"english_prizes", "english_modern"},
                                   {"赌博", "赌球"}}) {
    EXPECT_FALSE(AreNearNames(one, other)) << one << other;
  }
  const std::string rules = R"(rules:
  - {id: a, category: gambling, basis: law, words: [某甲词]}
  - {id: b, category: gamblng, basis: law, words: [某乙词]}
  - {id: c, category: gambling, basis: law, words: [某丙词]}
)";
  const std::string warnings = WarningsOf(WithRules(rules));
  EXPECT_TRUE(absl::StartsWith(
      warnings,
      "rules.yaml:3:23: only this rule is of category 'gamblng', did "
      "you mean 'gambling'?"))
      << warnings;
  EXPECT_EQ(WarningsOf(WithRules(
                absl::StrReplaceAll(rules, {{"gamblng", "phishing"}}))),
            "");
}

TEST(PhraseWarnings, PhrasesThatLiftNothing) {
  const auto warnings = [](const std::string& phrase) {
    return WarningsOf(WithRules(absl::StrCat(R"(rules:
  - {id: fakes, basis: law, folding: homophone, words: [代开发票, 真票]}
  - {id: gap, basis: law, regexes: ['发.{0,3}票']}
  - {id: one, category: x, basis: policy, action: tag, score: 1, folding: homophone, words: [贷]}
allow_phrases: [)",
                                             phrase, "]\nthresholds:\n",
                                             Threshold("x", 1, "hold"))));
  };
  for (const char* phrase : {"的", "您", "您好", "【", "中国移动", "hello"}) {
    EXPECT_TRUE(
        absl::StartsWith(warnings(phrase),
                         absl::StrCat("rules.yaml:5:17: '", phrase,
                                      "' holds no word that a rule looks for")))
        << phrase << warnings(phrase);
  }
  // Around a word, as it is written, sounds or looks; around a regex.
  for (const char* phrase :
       {"不代开发票", "谢绝代開發票", "真漂亮", "发的票据"}) {
    EXPECT_EQ(warnings(phrase), "") << phrase;
  }
}

TEST(PhraseWarnings, APhraseLiftsNoWeight) {
  const auto warnings = [](const std::string& phrase) {
    Files files = WithRules(absl::StrCat(
        "weight_tables: [{id: t, file: t.csv}]\nrules:\n"
        "  - {id: b, basis: law, match: {weight: {table: t, at_least: 80}}}\n"
        "  - {id: a, basis: law, action: hold, "
        "match: {weight: {table: t, at_least: 60}}}\nallow_phrases: [",
        phrase, "]\n"));
    files["t.csv"] = "word,weight\n赔付,40\n理賠,12\n退款,40\n您好,11\n店,3\n";
    return WarningsOf(files);
  };
  for (const char* phrase : {"赔付", "賠付", "理赔"}) {
    EXPECT_EQ(warnings(phrase),
              absl::StrCat("rules.yaml:5:17: '", phrase,
                           "' is a word of a weight table, and a phrase lifts "
                           "no weight, so that it lifts nothing: lower the "
                           "word's weight in the table"));
  }
  // Less than a fifth of what a rule asks for says little; nearly any phrase
  // holds such a word.
  for (const char* phrase : {"您好", "本店春季新品", "双倍赔付到账"}) {
    EXPECT_TRUE(absl::StrContains(
        warnings(phrase),
        absl::StrCat("'", phrase, "' holds no word that a rule looks for")))
        << warnings(phrase);
  }
}

TEST(PhraseWarnings, PhrasesOfARuleAreForItsOwnWords) {
  const std::string warnings = WarningsOf(WithRules(R"(rules:
  - {id: a, basis: law, words: [某甲词], allow_phrases: [非某甲词, 非某乙词]}
  - {id: b, basis: law, words: [某乙词]}
)"));
  EXPECT_TRUE(
      absl::StartsWith(warnings, "rules.yaml:2:61: '非某乙词' holds no"))
      << warnings;
  EXPECT_FALSE(absl::StrContains(warnings, "\n")) << warnings;
}

TEST(PolicyWarnings, ClassesWithoutDuties) {
  Files files = GoodFiles();
  files["policy.yaml"] = absl::StrReplaceAll(
      kGoodPolicy,
      {{"classes: [commercial]", "classes: [commercial, consent_request]"}});
  EXPECT_TRUE(absl::StartsWith(
      WarningsOf(files),
      "policy.yaml:5:27: class consent_request is not under 'classes'"))
      << WarningsOf(files);
}

TEST(PolicyWarnings, NightsAndPastDays) {
  Files files = GoodFiles();
  files["policy.yaml"] = absl::StrReplaceAll(
      kGoodPolicy,
      {{"open: 08:00", "open: 21:00"}, {"close: 21:00", "close: 08:00"}});
  EXPECT_TRUE(absl::StartsWith(WarningsOf(files),
                               "policy.yaml:6:11: these send hours are from "
                               "21:00 over midnight to 08:00"))
      << WarningsOf(files);
  const auto until = [](const std::string& day) {
    Files of_day = GoodFiles();
    of_day["policy.yaml"] =
        absl::StrReplaceAll(kGoodPolicy, {{"2026-12-31", day}});
    of_day["rules.yaml"] = absl::StrReplaceAll(
        kGoodRules,
        {{"mode: observe", "mode: observe\n    observe_until: " + day}});
    return WarningsOf(of_day);
  };
  EXPECT_EQ(until("2026-07-02"), "");
  const std::string past = until("2026-07-01");
  for (const char* file : {"policy.yaml:18:20: ", "rules.yaml:13:20: "}) {
    EXPECT_TRUE(absl::StrContains(
        past, absl::StrCat(file, "observed until '2026-07-01', and enforced")))
        << past;
  }
}

// A sender adds a link to any text.
TEST(RuleWarnings, WhatAnybodyCanAddLiftsNothing) {
  const RuleCase kCases[] = {
      {"    match: {words: [办贷款], not: {links: {}}}\n",
       "rules.yaml:4:32: any link or contact lifts the hits"},
      {"    match: {words: [办贷款], not: {any: [{words: [警方]}, {contacts: "
       "{kinds: [phone]}}]}}\n",
       "rules.yaml:4:54: any link or contact lifts the hits"},
      {"    match: {words: [办贷款], not: {links: {except_domain_lists: "
       "[good]}}}\ndomain_lists: [{id: good, file: good.txt}]\n",
       nullptr},
      {"    match: {words: [办贷款], not: {words: [警方], not: {links: {}}}}\n",
       nullptr},
  };
  for (const RuleCase& one : kCases) {
    Files files = WithRules(
        absl::StrCat("rules:\n  - id: one\n    basis: law\n", one.rule));
    if (absl::StrContains(one.rule, "good.txt"))
      files["good.txt"] = "qinghe.cn\n";
    const std::string warnings = WarningsOf(files);
    EXPECT_EQ(absl::StrContains(warnings, "any link or contact"),
              one.what != nullptr)
        << one.rule << "\n"
        << warnings;
    if (one.what != nullptr) {
      EXPECT_TRUE(absl::StrContains(warnings, one.what)) << warnings;
    }
  }
}

TEST(RuleWarnings, ScopesHaveNoWildcards) {
  Expect({"    words: [办贷款]\n    except: {accounts: ['*']}\n",
          "rules.yaml:5:25: '*': a scope has no wildcards"});
}

}  // namespace
}  // namespace sluice::rules
