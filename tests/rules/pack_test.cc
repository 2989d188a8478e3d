// Valid packs and faulty packs: each faulty one with the line that an officer
// sees.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "rules/check/regex_check.h"
#include "rules/pack/word_list.h"
#include "rules/rule_set.h"
#include "tests/rules/pack_folder.h"
#include "tests/rules/warnings_of.h"

namespace sluice::rules {
namespace {

// The faults when `from` in file `name` is replaced by `to`.
std::string FaultsWith(const std::string& name, const std::string& from,
                       const std::string& to) {
  Files files = GoodFiles();
  EXPECT_TRUE(absl::StrContains(files[name], from)) << from;
  files[name] = absl::StrReplaceAll(files[name], {{from, to}});
  return FaultsOf(files);
}

std::vector<Hit> Match(const RuleSet& rules, absl::string_view text) {
  FoldedText folded;
  EXPECT_TRUE(FoldTable::Shared().Fold(text, folded));
  RuleScratch scratch;
  std::vector<Hit> hits;
  rules.Match(folded,
              {sluice::v1::MESSAGE_CLASS_NOTICE, folded.code_points, text},
              scratch, hits);
  // Only positions, without patterns.
  for (Hit& hit : hits) hit.pattern = kNoPattern;
  hits.erase(std::unique(hits.begin(), hits.end()), hits.end());
  return hits;
}

TEST(RuleSet, AHitNamesItsPattern) {
  Files files = GoodFiles();
  const PackFolder folder(files);
  const auto rules = *RuleSet::Load(folder.path());
  FoldedText folded;
  const std::string text = "开发票假证";
  ASSERT_TRUE(FoldTable::Shared().Fold(text, folded));
  RuleScratch scratch;
  std::vector<Hit> hits;
  rules->Match(folded,
               {sluice::v1::MESSAGE_CLASS_NOTICE, folded.code_points, text},
               scratch, hits);
  ASSERT_FALSE(hits.empty());
  // The pattern of every hit belongs to its rule.
  for (const Hit& hit : hits) {
    bool there = false;
    rules->ForEachPattern(
        hit.rule, [&](absl::string_view pattern, bool, absl::string_view) {
          there = there || pattern == rules->PatternText(hit.pattern);
        });
    EXPECT_TRUE(there) << hit.rule << " " << hit.begin;
  }
}

TEST(RuleSet, LoadsAGoodPack) {
  const PackFolder folder(GoodFiles());
  const auto loaded = RuleSet::Load(folder.path());
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  const RuleSet& rules = **loaded;
  EXPECT_EQ(rules.header().name(), "test-pack");
  EXPECT_EQ(rules.policy().limits(0).window(), "day");
  EXPECT_EQ(rules.articles().articles_size(), 3);

  ASSERT_EQ(rules.rules().size(), 3u);
  EXPECT_EQ(rules.rules()[0].id(), "fakes");
  // Defaults are written out.
  EXPECT_EQ(rules.rules()[0].action(), rules::v1::RULE_ACTION_REJECT);
  EXPECT_EQ(rules.rules()[0].mode(), rules::v1::CHECK_MODE_ENFORCE);
  EXPECT_EQ(rules.rules()[0].code(), "CONTENT_PROHIBITED");
  EXPECT_EQ(rules.rules()[1].action(), rules::v1::RULE_ACTION_HOLD);
  EXPECT_EQ(rules.policy().limits(0).code(), "FREQUENCY_LIMIT");
  EXPECT_EQ(rules.policy().limits(0).mode(), rules::v1::CHECK_MODE_ENFORCE);

  // A list used twice hits twice; a rule that is off does not.
  EXPECT_EQ(Match(rules, "开发票"), (std::vector<Hit>{{0, 1, 3}, {1, 1, 3}}));
  EXPECT_EQ(Match(rules, "假证"), (std::vector<Hit>{{0, 0, 2}}));
  EXPECT_EQ(Match(rules, "加ＱＱ vx1"),
            (std::vector<Hit>{{1, 0, 3}, {0, 4, 6}, {1, 4, 6}}));
  EXPECT_EQ(Match(rules, "电子发票"), std::vector<Hit>{});
}

// The rules of a pack with this rules.yaml.
std::shared_ptr<const RuleSet> RulesOf(const std::string& rules) {
  Files files = GoodFiles();
  files["rules.yaml"] = rules;
  const PackFolder folder(files);
  auto loaded = RuleSet::Load(folder.path());
  EXPECT_TRUE(loaded.ok()) << loaded.status().message();
  return loaded.ok() ? *loaded : nullptr;
}

TEST(RuleSet, MatchesTreesOfListsWordsAndRegexes) {
  const auto rules = RulesOf(
      "word_lists:\n"
      "  - {id: fakes, file: fakes.txt}\n"
      "rules:\n"
      "  - id: card-cash\n"
      "    basis: policy\n"
      "    code: CONTENT_UNWANTED\n"
      "    match:\n"
      "      near:\n"
      "        first: {words: [信用卡, 花唄]}\n"
      "        second: {regexes: ['套.?现']}\n"
      "        within: 4\n"
      "      not: {words: [警方提醒]}\n"
      "    allow_phrases: [防止花呗套现]\n"
      "    examples:\n"
      "      must_hit: [花唄秒套现]\n"
      "      must_pass: [警方提醒：信用卡套现违法, 花呗]\n"
      "  - id: two-fakes\n"
      "    basis: policy\n"
      "    code: CONTENT_UNWANTED\n"
      "    match: {count: {of: {word_lists: [fakes]}, at_least: 2}}\n"
      "  - id: no-reply\n"
      "    basis: policy\n"
      "    code: CONTENT_UNWANTED\n"
      "    match: {not: {words: [回复]}, length: {min: 12}}\n");
  ASSERT_NE(rules, nullptr);
  EXPECT_EQ(Match(*rules, "花唄可以套 现"),
            (std::vector<Hit>{{0, 0, 2}, {0, 4, 7}}));
  EXPECT_EQ(Match(*rules, "花呗不可以用来套现"), std::vector<Hit>{});
  EXPECT_EQ(Match(*rules, "警方提醒花呗套现"), std::vector<Hit>{});
  // A rule's phrases remove its own hits, and no others.
  EXPECT_EQ(Match(*rules, "防止花呗套现"), std::vector<Hit>{});
  EXPECT_EQ(Match(*rules, "防止花呗套现，花呗套现"),
            (std::vector<Hit>{{0, 7, 9}, {0, 9, 11}}));
  EXPECT_EQ(Match(*rules, "發票"), std::vector<Hit>{});
  EXPECT_EQ(Match(*rules, "發票vx"), (std::vector<Hit>{{1, 0, 2}, {1, 2, 4}}));
  // An absence has no position: the span is the whole text.
  EXPECT_EQ(Match(*rules, "今天天气很好明天也会很好"),
            (std::vector<Hit>{{2, 0, 12}}));
  EXPECT_EQ(Match(*rules, "今天天气很好请回复明天好"), std::vector<Hit>{});
}

TEST(RuleSet, SaysWhereAMatchIsWrong) {
  const auto faults = [](const std::string& match) {
    Files files = GoodFiles();
    files["rules.yaml"] =
        "rules:\n"
        "  - id: a\n"
        "    basis: policy\n"
        "    code: CONTENT_UNWANTED\n" +
        match;
    return FaultsOf(files);
  };
  EXPECT_EQ(faults("    match: {}\n"),
            "rules.yaml:5:12: holds nothing: 'any', 'all', 'not', 'near', "
            "'count', 'length', 'classes', 'links', 'contacts', 'weight', or "
            "'word_lists', 'words', 'regexes'");
  EXPECT_EQ(faults("    words: [票]\n    match: {words: [票]}\n"),
            "rules.yaml:2:5: a rule has 'match', or 'word_lists', 'words' and "
            "'regexes' of its own, not both");
  EXPECT_EQ(faults("    match: {any: [{words: [票]}, {word_lists: [x]}]}\n"),
            "rules.yaml:5:47: unknown word list 'x', there is none");
  EXPECT_EQ(faults("    match: {not: {regexes: ['(']}}\n"),
            "rules.yaml:5:29: not a regex: Missing close parenthesis for "
            "group started at index 0.");
  EXPECT_EQ(faults("    match: {near: {first: {words: [票]}, within: 1001}}\n"),
            "rules.yaml:5:19: needs 'word_lists', 'words' or 'regexes'\n"
            "rules.yaml:5:49: at most 1000 characters are allowed");
  EXPECT_EQ(faults("    match: {count: {of: {words: [票]}}}\n"),
            "rules.yaml:5:20: 'at_least' must be 2 or more");
  EXPECT_EQ(faults("    match: {length: {min: 5, max: 4}}\n"),
            "rules.yaml:5:27: 'min' is above 'max'");
  std::string deep = "{words: [票]}";
  for (int i = 0; i < 9; ++i) deep = "{not: " + deep + "}";
  EXPECT_TRUE(absl::StrContains(faults("    match: " + deep + "\n"),
                                "nested more than 8 deep"));
  EXPECT_EQ(faults("    words: [票]\n"
                   "    examples:\n"
                   "      must_hit: [發票, 发鸟]\n"
                   "      must_pass: [股票]\n"),
            "rules.yaml:7:22: rule 'a' does not hit this example: nothing of "
            "the rule is in it\n"
            "rules.yaml:8:19: rule 'a' hits this example, which it must let "
            "pass: '票' (rules.yaml:5)");
}

TEST(RuleSet, SaysWhatIsWrongWithImpersonation) {
  const auto faults = [](const std::string& more) {
    Files files = GoodFiles();
    files["rules.yaml"] =
        "rules:\n"
        "  - {id: tag, category: c, basis: policy, action: tag, score: 3, "
        "words: [票]}\n"
        "thresholds:\n"
        "  - {id: s, category: c, basis: policy, score: 3, except: {ports: "
        "[p]}}\n" +
        more;
    return FaultsOf(files);
  };
  const auto with = [&](const std::string& one) {
    return faults("impersonation_categories:\n  - " + one + "\n");
  };
  EXPECT_EQ(with("{category: c, named_by: [tag]}"), "");
  EXPECT_TRUE(absl::StrContains(with("{category: d, named_by: [tag]}"),
                                "rules.yaml:6:"));
  EXPECT_TRUE(absl::StrContains(with("{category: d, named_by: [tag]}"),
                                "no rule is of category 'd'"));
  EXPECT_TRUE(absl::StrContains(with("{category: c, named_by: [tap]}"),
                                "unknown rule 'tap'"));
  EXPECT_TRUE(
      absl::StrContains(with("{category: c}"), "'named_by' must be set"));
  EXPECT_TRUE(absl::StrContains(with("{category: c, named_by: [tag]}\n"
                                     "  - {category: c, named_by: [tag]}"),
                                "this category is there twice"));
}

TEST(RuleSet, SaysWhatIsWrongWithCampaigns) {
  const auto faults = [](const std::string& campaigns) {
    Files files = GoodFiles();
    files["policy.yaml"] += "\ncampaigns: " + campaigns + "\n";
    return FaultsOf(files);
  };
  EXPECT_EQ(faults("{minutes: 10, limits: [{classes: [notice], "
                   "recipients_max: 9}]}"),
            "");
  EXPECT_EQ(faults("{minutes: 10, classes: [notice], recipients_max: 9}"), "");
  EXPECT_TRUE(
      absl::StrContains(faults("{minutes: 10}"), "'limits' must be set"));
  EXPECT_TRUE(
      absl::StrContains(faults("{minutes: 10, limits: [{classes: [notice]}]}"),
                        "'recipients_max' must be 1 to 65535"));
  EXPECT_TRUE(absl::StrContains(
      faults("{minutes: 10, classes: [notice], recipients_max: 9, limits: "
             "[{classes: [notice], recipients_max: 8}]}"),
      "a class is there twice"));
}

TEST(RuleSet, SaysWhatIsWrongWithActionsScopesAndSums) {
  // Between a good rule and faults of the file as a whole.
  const auto faults = [](const std::string& keys,
                         const std::string& more = "") {
    Files files = GoodFiles();
    files["rules.yaml"] =
        "rules:\n"
        "  - {id: a, basis: policy, code: CONTENT_UNWANTED, words: [票], " +
        keys + "}\n" + more;
    return FaultsOf(files);
  };
  const std::string sum =
      "thresholds:\n"
      "  - {id: s, category: c, basis: policy, score: 3}\n";
  EXPECT_EQ(faults("action: tag, score: 3, category: c", sum), "");
  EXPECT_EQ(faults("action: tag, category: c", sum),
            "rules.yaml:2:5: action: tag needs 'score', 1 to 1000");
  EXPECT_EQ(faults("action: tag, score: 3, category: d"),
            "rules.yaml:2:97: no threshold is of category 'd', so this tag "
            "would never count");
  EXPECT_EQ(
      faults("action: tag, score: 3, category: gamblng",
             "thresholds:\n"
             "  - {id: s, category: gambling, basis: policy, score: 3}\n"),
      "rules.yaml:2:97: no threshold is of category 'gamblng', so this "
      "tag would never count, did you mean 'gambling'?");
  EXPECT_EQ(faults("score: 3"), "rules.yaml:2:71: goes only with action: tag");
  EXPECT_EQ(faults("action: tag, score: 3, category: c",
                   "thresholds:\n"
                   "  - {id: a, category: c, basis: policy, score: 3, action: "
                   "tag, mode: sample}\n"),
            "rules.yaml:4:10: duplicate id 'a'\n"
            "rules.yaml:4:59: a threshold decides, allowed: reject, hold\n"
            "rules.yaml:4:70: allowed: enforce, observe, off");
  EXPECT_EQ(faults("mode: sample, sample_percent: 5"), "");
  EXPECT_EQ(faults("mode: sample"),
            "rules.yaml:2:5: mode: sample needs 'sample_percent', 1 to 99");
  EXPECT_EQ(
      faults("sample_percent: 5"),
      "rules.yaml:2:80: 'sample_percent' goes only with mode: sample: remove "
      "it when nothing is to be sampled (rules edit: --set sample_percent)");
  EXPECT_EQ(faults("scope: {carriers: [moblie]}, except: {}"),
            "rules.yaml:2:83: unknown carrier 'moblie', did you mean "
            "'mobile'?\n"
            "rules.yaml:2:101: holds nothing: 'content_providers', "
            "'accounts', 'ports', 'carriers', 'signatures'");
  EXPECT_EQ(
      faults("folding: homophone", "sounds: {confusions: [zh z, zh an]}\n"),
      "rules.yaml:3:29: 'zh an' is no pair of initials or finals, "
      "allowed: two with a space between them, such as 'zh z' or "
      "'ang an'");
  EXPECT_EQ(faults("folding: homophone", "strict_words: [家境]\n"),
            "rules.yaml:3:16: no rule looks for '家境'");
}

TEST(RuleSet, ARuleFoldsAsItSays) {
  const auto rules = RulesOf(
      "rules:\n"
      "  - {id: exact, basis: policy, words: [VX], folding: exact}\n"
      "  - {id: normal, basis: policy, words: [发票]}\n"
      "  - {id: sounds, basis: policy, folding: homophone, match: {near: "
      "{first: {words: [发票]}, second: {words: [低价]}, within: 2}}}\n");
  ASSERT_NE(rules, nullptr);
  EXPECT_EQ(Match(*rules, "vx VX"), (std::vector<Hit>{{0, 3, 5}}));
  EXPECT_EQ(Match(*rules, "發票"), (std::vector<Hit>{{1, 0, 2}}));
  // Characters that folding drops do not add distance.
  EXPECT_EQ(Match(*rules, "fa*漂|、~就.是*dijia"),
            (std::vector<Hit>{{2, 0, 4}, {2, 11, 16}}));
}

TEST(RuleSet, SaysWhichRegexCostsTooMuch) {
  const auto rules = RulesOf(
      "rules:\n"
      "  - {id: a, basis: policy, words: [发票]}\n"
      "  - id: b\n"
      "    basis: policy\n"
      "    regexes: ['开.{0,3}票', '(.*[的您]){3}.*[元点]']\n");
  ASSERT_NE(rules, nullptr);
  EXPECT_TRUE(rules->CheckCosts({absl::Seconds(1), absl::Seconds(60)}).ok());
  // No machine is so fast.
  const absl::Status slow =
      rules->CheckCosts({absl::ZeroDuration(), absl::Seconds(60)});
  EXPECT_TRUE(absl::StrContains(slow.message(), "rules.yaml:5:15: costs "))
      << slow;
  EXPECT_TRUE(absl::StrContains(slow.message(), "rules.yaml:5:27: costs "));
  const absl::Status late =
      rules->CheckCosts({absl::Seconds(1), absl::ZeroDuration()});
  EXPECT_TRUE(absl::StrContains(late.message(), "rules.yaml:5:15: takes "))
      << late;
}

// Lines of a list that fold alike are one word, but where the folding is exact.
TEST(RuleSet, ExactRulesFindEachSpellingOfAList) {
  Files files = GoodFiles();
  files["plain.txt"] = "VIP\nvip\nVIP\n發票\n发票\n";
  files["table.csv"] =
      "word,category\nGold,one\ngold,two\nGOLD,two\nGold,one\nsilver,two\n";
  files["rules.yaml"] =
      "word_lists:\n"
      "  - {id: plain, file: plain.txt}\n"
      "  - {id: table, file: table.csv}\n"
      "rules:\n"
      "  - {id: a, basis: policy, word_lists: [plain], folding: exact}\n"
      "  - {id: b, basis: policy, word_lists: [table/one], folding: exact}\n"
      "  - {id: c, basis: policy, word_lists: [table/two], folding: exact}\n"
      "  - {id: d, basis: policy, words: [Zip, ZIP], folding: exact}\n";
  const PackFolder folder(files);
  const auto rules = RuleSet::Load(folder.path());
  ASSERT_TRUE(rules.ok()) << rules.status().message();
  using H = std::vector<Hit>;
  EXPECT_EQ(Match(**rules, "VIP vip Vip"), (H{{0, 0, 3}, {0, 4, 7}}));
  EXPECT_EQ(Match(**rules, "发票 發票"), (H{{0, 0, 2}, {0, 3, 5}}));
  EXPECT_EQ(Match(**rules, "Gold gold GOLD silver"),
            (H{{1, 0, 4}, {2, 5, 9}, {2, 10, 14}, {2, 15, 21}}));
  EXPECT_EQ(Match(**rules, "ZIP zip Zip"), (H{{3, 0, 3}, {3, 8, 11}}));
  std::vector<std::string> words;
  (*rules)->ForEachPattern(
      0, [&words](absl::string_view text, bool, absl::string_view list) {
        words.push_back(absl::StrCat(list, ":", text));
      });
  EXPECT_EQ(words, (std::vector<std::string>{"plain:VIP", "plain:vip",
                                             "plain:發票", "plain:发票"}));
}

TEST(RuleSet, ExplainsItsHits) {
  const auto rules = RulesOf(
      "word_lists: [{id: fakes, file: fakes.txt}]\n"
      "rules:\n"
      "  - {id: a, basis: policy, word_lists: [fakes], folding: homophone}\n"
      "  - {id: b, basis: policy, match: {regexes: ['開.{0,3}漂'], not: "
      "{words: [电子]}}, folding: evasive}\n"
      "  - {id: c, basis: policy, match: {not: {words: [退订]}}}\n");
  ASSERT_NE(rules, nullptr);
  const std::string text = "代开法漂，發票";
  FoldedText folded;
  ASSERT_TRUE(FoldTable::Shared().Fold(text, folded));
  RuleScratch scratch;
  std::vector<std::string> hits;
  for (const ExplainedHit& hit : rules->Explain(
           folded, {sluice::v1::MESSAGE_CLASS_NOTICE, 7, text}, scratch)) {
    hits.push_back(absl::StrCat(
        rules->rules()[hit.rule].id(), " ", hit.begin, "-", hit.end, " ",
        hit.pattern, " ", hit.regex ? "regex " : "", hit.word_list, " ",
        absl::AsciiStrToLower(
            rules::v1::FoldingLevel_Name(hit.level).substr(14))));
  }
  EXPECT_EQ(hits,
            (std::vector<std::string>{
                "c 0-7   unspecified", "b 1-4 開.{0,3}漂 regex  normal",
                "b 1-7 開.{0,3}漂 regex  evasive", "a 2-4 發票 fakes homophone",
                "a 5-7 發票 fakes normal"}));
}

TEST(RuleSet, ReadsWordTables) {
  Files files = GoodFiles();
  files["bad.csv"] =
      "word,category,note\r\n"
      "发票,fakes,\"quoted, with a comma\"\n"
      "彩金,games,\n"
      "\n"
      "\"vx,qq\",,\n";
  files["rules.yaml"] =
      "word_lists: [{id: bad, file: bad.csv}]\n"
      "rules:\n"
      "  - {id: all, basis: policy, word_lists: [bad]}\n"
      "  - {id: games, basis: policy, word_lists: [bad/games]}\n";
  const PackFolder folder(files);
  const auto rules = RuleSet::Load(folder.path());
  ASSERT_TRUE(rules.ok()) << rules.status().message();
  EXPECT_EQ((*rules)->list_words(), 3u);
  EXPECT_EQ(Match(**rules, "发票,彩金,vx,qq"),
            (std::vector<Hit>{{0, 0, 2}, {0, 3, 5}, {1, 3, 5}, {0, 6, 11}}));
  files["bad.csv"] =
      "word,category\n"
      "发票\n"
      "\"彩金,games\n"
      "发票,Big Games\n"
      "票,a\n"
      "發票,b\n"
      "发票,b\n"
      "代开\"票,b\n"
      "卡,\"b\n";
  EXPECT_EQ(FaultsOf(files),
            "bad.csv:2:1: 1 cells, the first line has 2\n"
            "bad.csv:3:1: a quote is not closed\n"
            "bad.csv:4:4: 'category' is no id, lower case letters, digits, "
            "'-', '_' and '.' are allowed, at most 64; here it is 'Big Games'\n"
            "bad.csv:8:3: a quote must enclose the whole cell\n"
            "bad.csv:9:3: a quote is not closed\n"
            "rules.yaml:4:45: unknown word list 'bad/games', allowed: bad, "
            "bad/a, bad/b");
  for (const char* header : {"word\tcategory", "word;category",
                             "word，category", "word；category"}) {
    files["bad.csv"] = absl::StrCat(header, "\n");
    EXPECT_TRUE(
        absl::StrContains(FaultsOf(files), "; they seem to be separated"))
        << FaultsOf(files);
  }
  files["bad.csv"] = "words\n发票\n";
  EXPECT_TRUE(absl::StartsWith(
      FaultsOf(files),
      "bad.csv:1:1: the first line names the columns: 'word' must be one"));
  files["bad.csv"] = "关键词,类别,分值\n发票,a,3\n";
  EXPECT_TRUE(absl::StrContains(
      FaultsOf(files),
      "'category' may; write '关键词' as 'word', '类别' as 'category'"))
      << FaultsOf(files);
}

TEST(RuleSet, IdNamesTheContent) {
  const PackFolder folder(GoodFiles());
  const std::string id((*RuleSet::Load(folder.path()))->id());
  const std::string digest((*RuleSet::Load(folder.path()))->digest());
  // Computed once: a release must never give an old pack another id.
  EXPECT_EQ(id, "test-pa@aisctmh");
  EXPECT_EQ(digest.size(), 64u);
  // Files outside the pack do not count; each file of the pack does.
  folder.Write("README.md", "hello");
  EXPECT_EQ((*RuleSet::Load(folder.path()))->id(), id);
  for (const auto& [name, content] : GoodFiles()) {
    folder.Write(name, content + "# Changed.\n");
    EXPECT_NE((*RuleSet::Load(folder.path()))->id(), id) << name;
    EXPECT_NE((*RuleSet::Load(folder.path()))->digest(), digest) << name;
    folder.Write(name, content);
  }
  EXPECT_EQ((*RuleSet::Load(folder.path()))->id(), id);
}

// A change of one of GoodFiles(), and its faults.
const struct {
  std::string file;
  std::string from;
  std::string to;
  std::string fault;
} kFaults[] = {
    {"pack.yaml", "name: test-pack", "name: Test Pack",
     "pack.yaml:1:7: 'name' must be set, lower case letters, digits, '-', "
     "'_' and '.' are allowed, at most 64"},
    {"pack.yaml", "'1.0'", "v1",
     "pack.yaml:2:10: 'version' must be dotted "
     "numbers: 1.0"},
    {"pack.yaml", "2015-06-30", "2015-06-31",
     "pack.yaml:4:17: '2015-06-31' is no date: the month has 30 days"},
    {"pack.yaml", "time_zone:", "effective_to: 2014-01-01\ntime_zone:",
     "pack.yaml:5:15: 'effective_to' is before 'effective_from'"},
    {"pack.yaml", "Asia/Shanghai", "Beijing",
     "pack.yaml:5:12: 'time_zone' must be the IANA name of a zone: "
     "Asia/Shanghai"},
    {"pack.yaml", "[CN]", "[CN, China]",
     "pack.yaml:6:17: a country is two capitals (ISO 3166): CN"},
    {"pack.yaml", "[CN]", "[]",
     "pack.yaml:6:12: 'countries' must list at least one: [CN]"},
    {"policy.yaml", "classes:\n", "classes:\n  - message_class: commercial\n",
     "policy.yaml:3:21: this class is there twice"},
    {"policy.yaml", "08:00", "8:00",
     "policy.yaml:6:11: 'open' must be HH:MM, 00:00 to 24:00: write 08:00"},
    {"policy.yaml", "21:00", "24:01",
     "policy.yaml:7:12: 'close' must be HH:MM, 00:00 to 24:00"},
    {"policy.yaml", "21:00", "08:00",
     "policy.yaml:7:12: 'open' and 'close' are the same: never open"},
    {"policy.yaml", "[recipient]", "[recipients]",
     "policy.yaml:11:10: 'by' cannot hold 'recipients', did you mean "
     "'recipient'?"},
    {"policy.yaml", "max: 2", "max: 0",
     "policy.yaml:12:10: 'max' must be 1 or more"},
    {"policy.yaml", "    max: 2\n", "",
     "policy.yaml:10:5: 'max' must be 1 or more"},
    {"policy.yaml", "window: day", "window: 32d",
     "policy.yaml:13:13: 'window' must be a number with s, m, h or d, at "
     "most 31d, or minute, hour, day, week, month"},
    {"policy.yaml", "basis: policy\n", "basis: policy\n    code: X\n",
     "policy.yaml:15:11: 'code' of a limit, allowed: FREQUENCY_LIMIT, "
     "DUPLICATE_CONTENT"},
    {"policy.yaml", "checks:",
     "  - {id: a-day, by: [recipient], max: 1, window: 1m, basis: law}\n"
     "checks:",
     "policy.yaml:15:10: duplicate id 'a-day'"},
    {"policy.yaml", "CONSENT_MISSING", "CONSENT_MISING",
     "policy.yaml:16:11: no article explains code 'CONSENT_MISING', did you "
     "mean 'CONSENT_MISSING'?"},
    {"policy.yaml", "mode: observe", "mode: watch",
     "policy.yaml:17:11: 'mode' cannot be 'watch', allowed: enforce, "
     "observe, off, sample"},
    {"policy.yaml", "classes: [commercial]", "classes: [comercial]",
     "policy.yaml:5:15: 'classes' cannot be 'comercial', did you mean "
     "'commercial'? Allowed: verification, notice, commercial, "
     "consent_request, public_interest"},
    {"policy.yaml", "mode: observe\n    observe_until: 2026-12-31",
     "mode: 'off'",
     "policy.yaml:17:11: what the law demands is never off, allowed: "
     "enforce, observe"},
    {"policy.yaml", "CONSENT_MISSING", "CONTENT_PROHIBITED",
     "policy.yaml:17:11: CONTENT_PROHIBITED is always enforced, allowed: "
     "enforce"},
    {"policy.yaml", "2026-12-31", "soon",
     "policy.yaml:18:20: 'soon' is no date, allowed: 2026-12-31"},
    {"policy.yaml", "  preferred", "  reply_words: [R, 别…发]\n  preferred",
     "policy.yaml:21:20: '…' is not allowed here: a word with some characters "
     "in between belongs in reply_contains, as 别…发"},
    {"policy.yaml", "  preferred", "  negations: [^不]\n  preferred",
     "policy.yaml:21:15: '^' is not allowed here: a word that must be the "
     "whole reply belongs in reply_contains, as ^不要$"},
    {"policy.yaml", "  preferred",
     "  reply_contains: [^不要, 别……发, 别…, ^$]\n  preferred",
     "policy.yaml:21:20: '^' needs a '$' at the end: write ^不要$ for a whole "
     "reply, or leave ^ out\n"
     "policy.yaml:21:25: of '……' write one '…', which stands for up to 8 "
     "characters of a clause\n"
     "policy.yaml:21:31: a word is needed on both sides of '…': leave it out "
     "at an end\n"
     "policy.yaml:21:35: there is no word between '^' and '$'"},
    {"policy.yaml", "checks:", "signature: {length_min: 30}\nchecks:",
     "policy.yaml:15:25: 'length_min' (30) is above 'length_max' (20), so that "
     "no signature is allowed"},
    {"policy.yaml", "checks:", "signature: {length_max: 1}\nchecks:",
     "policy.yaml:15:25: 'length_min' (2) is above 'length_max' (1), so that "
     "no signature is allowed"},
    {"policy.yaml", "open: 08:00", "open: '24:00'",
     "policy.yaml:6:11: 'open' must be before 24:00: write 00:00 for midnight"},
    {"policy.yaml", "  accepted: [拒收请回复R]\n", "",
     "policy.yaml:20:3: a class needs opt-out wording: 'accepted' must hold "
     "at least one"},
    {"articles.yaml", "CONSENT_MISSING", "CONTENT_PROHIBITED",
     "policy.yaml:16:11: no article explains code 'CONSENT_MISSING', "
     "allowed: CONTENT_PROHIBITED, CONTENT_PROHIBITED, CONTENT_UNWANTED\n"
     "articles.yaml:5:11: duplicate code 'CONTENT_PROHIBITED'"},
    {"articles.yaml", "Consent.\n", "Consent.\n    article: '18'\n",
     "articles.yaml:8:14: an article's number needs its 'source'; leave "
     "'article' out while it is not confirmed"},
    {"articles.yaml", "Consent.\n",
     "Consent.\n    article: '18'\n    source: hearsay\n"
     "    confidence: unconfirmed\n",
     "articles.yaml:8:14: an unconfirmed article's number is not shown, "
     "leave it out"},
    {"rules.yaml", "word_lists: [fakes]\n    words",
     "word_lists: [fake]\n    words",
     "rules.yaml:7:18: unknown word list 'fake', did you mean 'fakes'?"},
    {"rules.yaml", "  - id: unwanted", "  - id: fakes",
     "rules.yaml:9:9: duplicate id 'fakes'"},
    {"rules.yaml", "假證", "\u200b",
     "rules.yaml:8:13: nothing is left of this word when it is folded"},
    {"rules.yaml", "[假證]", "[假證, 假证]",
     "rules.yaml:8:17: this word is there twice"},
    {"rules.yaml", "加(微信|qq)", "加(微信|qq",
     "rules.yaml:15:15: not a regex: Missing close parenthesis for group "
     "started at index 3."},
    {"rules.yaml", "加(微信|qq)", "加(微信|[A-Z])",
     "rules.yaml:15:15: 'A' is never in a folded text, write 'a'"},
    {"rules.yaml", "    code: CONTENT_UNWANTED\n    word_lists",
     "    word_lists",
     "rules.yaml:12:11: CONTENT_PROHIBITED is always enforced, allowed: "
     "enforce"},
    {"rules.yaml", "    words: [假]\n", "",
     "rules.yaml:16:5: a rule needs 'word_lists', 'words', 'regexes' "
     "or 'match'"},
    {"rules.yaml", "電子發票", "假证",
     "rules.yaml:21:17: this is a word of rule 'fakes', take it out there "
     "instead"},
    {"rules.yaml", "file: fakes.txt", "file: ../fakes.txt",
     "rules.yaml:3:11: 'file' must name a file in the pack's folder"},
    {"rules.yaml", "file: fakes.txt", "file: none.txt",
     "rules.yaml:3:11: none.txt cannot be read, a file is needed here"},
    {"articles.yaml", "  - code: CONSENT_MISSING",
     "  - {code: CONSENT_MISING, basis: law, requirement: None.}\n"
     "  - code: CONSENT_MISSING",
     "articles.yaml:5:12: no check has the code 'CONSENT_MISING', did you "
     "mean 'CONSENT_MISSING'?"},
    {"rules.yaml", "id: unwanted", "idd: unwanted",
     "rules.yaml:9:5: unknown key 'idd', did you mean 'id'?"},
    {"fakes.txt", "ＶＸ", "\u200b",
     "fakes.txt:3:1: nothing is left of this word when it is folded"},
    {"fakes.txt", "ＶＸ", "票\xff", "fakes.txt:3:2: not UTF-8"},
};

TEST(RuleSet, SaysWhereAndWhat) {
  for (const auto& c : kFaults) {
    // Faults are ordered by file as first named, then by position: compare
    // sets.
    std::vector<std::string> got =
        absl::StrSplit(FaultsWith(c.file, c.from, c.to), '\n');
    std::vector<std::string> want = absl::StrSplit(c.fault, '\n');
    std::sort(got.begin(), got.end());
    std::sort(want.begin(), want.end());
    EXPECT_EQ(got, want) << c.file << ": " << c.to;
  }
}

// A word that is there again, however it is spelled, is one word; in a table it
// is in the categories of all its rows.
TEST(RuleSet, MergesDuplicates) {
  Faults faults;
  const std::vector<Word> words = ParseWords(
      "a.txt", "发票\nvx\n發票\n 发 票 # again\nＶＸ\n假证\n", faults);
  ASSERT_EQ(words.size(), 3u);
  EXPECT_EQ(words[2].text, "假证");
  EXPECT_TRUE(faults.empty()) << faults.ToStatus();
  EXPECT_EQ(faults.warnings().Lines(),
            (std::vector<std::string>{"a.txt:3:1: 3 duplicates were merged, "
                                      "the first in line 3 (as line 1)"}));
  Faults table_faults;
  const std::vector<Word> rows = ParseWords(
      "a.csv", "word,category\n票,a\n發票,b\n发票,b\n发票,a\n票,\n发票,\n",
      table_faults);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].categories, (std::vector<std::string>{"b", "a"}));
  EXPECT_TRUE(table_faults.empty()) << table_faults.ToStatus();
  EXPECT_EQ(table_faults.warnings().Lines(),
            (std::vector<std::string>{
                "a.csv:4:1: 3 duplicates were merged, the first in line 4 (as "
                "line 3)",
                "a.csv:5:1: 1 row gives a word of an earlier row one more "
                "category, the first in line 5 (as line 3): each of its "
                "categories has the word"}));
}

TEST(RuleSet, AWordMayBeInSeveralCategories) {
  Files files = GoodFiles();
  files["rules.yaml"] =
      "word_lists: [{id: bad, file: bad.csv}]\n"
      "rules:\n"
      "  - {id: a, basis: policy, code: CONTENT_UNWANTED, word_lists: "
      "[bad/a]}\n"
      "  - {id: b, basis: policy, code: CONTENT_UNWANTED, word_lists: "
      "[bad/b]}\n"
      "  - id: all\n"
      "    basis: policy\n"
      "    code: CONTENT_UNWANTED\n"
      "    match: {count: {of: {word_lists: [bad]}, at_least: 2}}\n";
  files["bad.csv"] = "word,category\n发票,a\n發票,b\n假证,b\n";
  const PackFolder folder(files);
  const auto rules = RuleSet::Load(folder.path());
  ASSERT_TRUE(rules.ok()) << rules.status();
  EXPECT_EQ((*rules)->list_words(), 2u);
  EXPECT_EQ(Match(**rules, "发票"), (std::vector<Hit>{{0, 0, 2}, {1, 0, 2}}));
  EXPECT_EQ(Match(**rules, "發票和发票").size(), 4u);
}

// A file of another encoding has one fault, which names it.
TEST(RuleSet, NamesTheEncodingOfItsFiles) {
  Files files = GoodFiles();
  files["fakes.txt"] = "# a\n\xb7\xa2\xc6\xb1\n\xbc\xd9\xd6\xa4\n";
  EXPECT_EQ(FaultsOf(files),
            "fakes.txt:2:1: not UTF-8: it looks like GBK, which Notepad and "
            "WPS call ANSI: save it as UTF-8, or give sluicectl --encoding "
            "gbk");
  files["fakes.txt"] = std::string(
      "\xff\xfe"
      "a\0b\0\n\0",
      8);
  EXPECT_TRUE(absl::StartsWith(
      FaultsOf(files), "fakes.txt:1:4: not UTF-8: it looks like UTF-16"))
      << FaultsOf(files);
  files = GoodFiles();
  files["rules.yaml"] = "# \xb7\xa2\xc6\xb1\n" + files["rules.yaml"];
  EXPECT_TRUE(absl::StrContains(FaultsOf(files), "rules.yaml:1:3: not UTF-8"));
}

// Ids, dates and times with characters of a Chinese keyboard.
TEST(RuleSet, NamesWhatAChineseKeyboardTyped) {
  EXPECT_TRUE(absl::StrContains(
      FaultsWith("policy.yaml", "open: 08:00", "open: 08：00"),
      "policy.yaml:6:11: 'open' must be HH:MM, 00:00 to 24:00: '：' is a "
      "full-width colon (U+FF1A): type :"));
  EXPECT_TRUE(absl::StrContains(
      FaultsWith("rules.yaml", "  - id: unwanted", "  - id：unwanted"),
      "rules.yaml:9:7: '：' is a full-width colon"));
  EXPECT_TRUE(absl::StrContains(
      FaultsWith("rules.yaml", "word_lists: [fakes]\n    words",
                 "word_lists: [fakes、fakes]\n    words"),
      "'、' is a Chinese enumeration comma (U+3001): type ,"));
  EXPECT_TRUE(
      absl::StrContains(FaultsWith("pack.yaml", "2015-06-30", "2015－06－30"),
                        "'－' is a full-width hyphen"));
}

TEST(RuleSet, NeedsEveryFile) {
  for (const auto& [name, content] : GoodFiles()) {
    Files files = GoodFiles();
    files.erase(name);
    // A list's fault is reported where a rule names the list.
    const std::string fault =
        name == "fakes.txt"
            ? "rules.yaml:3:11: fakes.txt cannot be read, a file is needed here"
            : absl::StrCat(name, ": cannot be read, a file is needed here");
    EXPECT_TRUE(absl::StrContains(FaultsOf(files), fault)) << FaultsOf(files);
  }
  EXPECT_FALSE(RuleSet::Load("/nowhere").ok());
}

TEST(RuleSet, AnEmptyRulesFileIsNoPack) {
  Files files = GoodFiles();
  for (auto& [name, content] : files) {
    if (absl::EndsWith(name, "rules.yaml")) content.clear();
  }
  EXPECT_TRUE(absl::StrContains(
      FaultsOf(files), "no rules: a pack needs at least one under 'rules:'"))
      << FaultsOf(files);
}

TEST(WordList, ReadsWordsAndComments) {
  Faults faults;
  const std::vector<Word> words = ParseWords(
      "f.txt", "\xef\xbb\xbf發票\n  C#  # language\n#no\n\t# no\n\na b\n\n",
      faults);
  EXPECT_TRUE(faults.empty());
  ASSERT_EQ(words.size(), 3u);
  EXPECT_EQ(words[0].text, "發票");
  EXPECT_EQ(words[0].folded, "发票");
  EXPECT_EQ(words[1].folded, "c#");
  EXPECT_EQ(words[1].position, (Position{2, 3}));
  EXPECT_EQ(words[2].folded, "a b");
}

TEST(WordList, RefusesWordsThatAreTooLong) {
  Faults faults;
  EXPECT_EQ(ParseWords("f", std::string(400, 'a'), faults).size(), 1u);
  EXPECT_TRUE(faults.empty());
  ParseWords("f", std::string(401, 'a'), faults);
  EXPECT_EQ(faults.ToStatus().message(),
            "f:1:1: too long: 401 bytes, at most 400 are allowed");
}

TEST(RegexFault, Table) {
  const struct {
    std::string regex;
    std::string fault;
  } kCases[] = {
      {"加.{0,3}(微信|qq)\\b", ""},
      {"\\S+\\W\\D\\x41\\p{Han}\\x{4E00}(?P<name>a)(?i:b)", ""},
      {"发\\n票", ""},
      {"", "an empty regex"},
      {"發票[Ａ據]", ""},  // Folded as texts are.
      {"[A-Z]", "'A' is never in a folded text, write 'a'"},
      {"\b代考",
       "\\b in double quotes is a control character, which no text "
       "has: write the regex in single quotes, '...\\b...'"},
      {"等…", "'…' is never in a folded text, write '...'"},
      {"发\u200b票", "'\u200b' is never in a folded text, leave it out"},
      {"发 票",
       "spaces between Chinese characters are never in a folded text, leave "
       "them out"},
      {"\xff", "not UTF-8"},
      {"票*", "not a regex: It matches the empty text."},
      {std::string(2001, 'a'), "regex of 2001 bytes, at most 2000 are allowed"},
  };
  for (const auto& c : kCases) EXPECT_EQ(RegexFault(c.regex).english, c.fault);
}

// Some took Hyperscan a minute and a gigabyte.
TEST(RegexFault, RefusesWhatIsTooLargeToCompile) {
  std::string many;
  for (int i = 0; i < 100; ++i) many += "|[丁-龥]{1,300}";
  for (const std::string& regex :
       {std::string("(a{1,300}){1,300}"), std::string("票.{5000}"),
        std::string("\\p{L}{1,100}"), std::string("(?i)\\p{L}{1,100}"),
        std::string("(\\p{L}|\\P{Han}|\\w*){45,}"), std::string("(a?){1000}b"),
        std::string("a{1,2000000000}"), std::string("\\p{L}{1,100}(?=x)"),
        "a" + many,
        std::string(900, '(') + "\\p{L}{900}" + std::string(900, ')')}) {
    const absl::Time begin = absl::Now();
    const std::string fault = RegexFault(regex).english;
    EXPECT_LT(absl::Now() - begin, absl::Seconds(2)) << regex;
    EXPECT_EQ(fault.rfind("too large to compile: ", 0), 0u)
        << regex.substr(0, 40) << " gave " << fault;
  }
  EXPECT_EQ(RegexFault("\\p{L}{1,100}").english,
            "too large to compile: about 119300 states, at most 2000 are "
            "allowed. Make its counts smaller, since {1,300} writes what it "
            "counts 300 times; use narrower classes, such as \\p{Han} for "
            "\\p{L} or [^a]; write a gap as .{0,300}, which costs nothing; or "
            "make several regexes of it");
}

TEST(RegexFault, LetsOrdinaryRegexesPass) {
  for (const std::string& regex :
       {std::string("加.{0,30}(微信|qq|vx)[a-z0-9_]{5,20}"),
        std::string("[丁-龥]{1,60}奖"), std::string("\\p{Han}{2,20}奖"),
        std::string("[^,]{0,900}奖.{0,900}金"), std::string("\\d{1,300}元"),
        std::string("(?i)(http|https)://[a-z0-9./-]{4,200}"),
        std::string("(一|二|三|四|五|六|七|八|九|十){1,30}万")}) {
    EXPECT_EQ(RegexFault(regex).english, "") << regex;
  }
}

// Each by itself is small enough.
TEST(PackLimits, BoundWhatIsCompiledTogether) {
  const auto rules_of = [](int rules,
                           const std::function<std::string(int)>& of) {
    std::string text = "word_lists: [{id: fakes, file: fakes.txt}]\nrules:\n";
    for (int i = 0; i < rules; ++i) {
      absl::StrAppend(&text, "  - {id: r", i,
                      ", basis: policy, code: ", "CONTENT_UNWANTED, ", of(i),
                      "}\n");
    }
    return text;
  };
  const auto first_fault = [&](const std::string& rules,
                               const std::string& fakes = "票") {
    Files files = GoodFiles();
    files["rules.yaml"] = rules;
    files["fakes.txt"] = fakes;
    return FaultsOf(files).substr(0, FaultsOf(files).find('\n'));
  };
  EXPECT_EQ(first_fault(rules_of(10'001, [](int) { return "words: [a]"; })),
            "rules.yaml:3:3: 10001 rules, at most 10000 are allowed: join "
            "those that decide alike");
  const std::string regexes = first_fault(rules_of(300, [](int i) {
    return absl::StrCat("regexes: ['[丁-龥]{1,90}a", i, "']");
  }));
  EXPECT_TRUE(absl::StrContains(regexes, "together too large to compile"))
      << regexes;
  std::string words;
  for (int i = 0; i < 10'000; ++i) absl::StrAppend(&words, "w", i, "\n");
  const std::string lists = first_fault(
      rules_of(101, [](int) { return "word_lists: [fakes]"; }), words);
  EXPECT_TRUE(absl::StrContains(
      lists, "rules.yaml:103:5: up to here the rules look for 1010000 words"))
      << lists;
  EXPECT_EQ(first_fault("word_lists: [{id: a, file: fakes.txt}, {id: b, file: "
                        "fakes.txt}]\n"
                        "rules: [{id: r, basis: policy, words: [x]}]\n"),
            "rules.yaml:1:54: 'fakes.txt' is the list 'a' already: name that "
            "list in the rules");
}

// A quote in the last line that nothing closes: what is wrong with its value is
// wrong because of it.
TEST(PackFaults, AnOpenQuoteInTheLastLine) {
  const auto faults = [](const std::string& last) {
    Files files = GoodFiles();
    files["rules.yaml"] += last;
    return FaultsOf(files);
  };
  const char* const kThreshold = "thresholds:\n  - category: x\n    score: 1\n";
  const std::string open = "the quote that opens here is never closed";
  const std::string id =
      faults(absl::StrCat(kThreshold, "    basis: law\n    id: \"a\n"));
  EXPECT_TRUE(absl::EndsWith(id, "\nrules.yaml:26:9: " + open)) << id;
  const std::string basis =
      faults(absl::StrCat(kThreshold, "    id: a\n    basis: \"law\n"));
  EXPECT_TRUE(absl::EndsWith(basis, "\nrules.yaml:26:12: " + open)) << basis;
  Files files = GoodFiles();
  files["rules.yaml"] = absl::StrCat(
      "allow_phrases: [代开发票说明]\nrules:\n  - id: a\n    basis: law\n",
      "    words: [代开发票]\n    note: \"x\n");
  files.erase("fakes.txt");
  EXPECT_EQ(WarningsOf(files), "rules.yaml:6:11: " + open);
}

TEST(PackFolder, TakesPlainFilesOnly) {
  namespace fs = std::filesystem;
  const PackFolder folder(GoodFiles());
  const std::string list = folder.path() + "/fakes.txt";
  const auto fault = [&] {
    return absl::StrReplaceAll(RuleSet::Load(folder.path()).status().message(),
                               {{folder.path() + "/", ""}});
  };
  const auto refused = [&](const std::string& why) {
    EXPECT_EQ(fault(), "rules.yaml:3:11: fakes.txt cannot be read: " + why);
    const auto files = ReadPackFiles(folder.path());
    EXPECT_EQ(files.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(files.status().message(),
              absl::StrCat(list, ": ", why,
                           "; a pack is at most 1,000 plain files of 64 MiB "
                           "together"));
  };
  ASSERT_EQ(fault(), "");
  fs::remove(list);
  const PackFolder secrets({{"fakes.txt", "secret"}});
  fs::create_symlink(secrets.path() + "/fakes.txt", list);
  refused("a link, or in a folder that is one: put the file itself here");
  fs::remove(list);
  ASSERT_EQ(mkfifo(list.c_str(), 0600), 0);
  refused("not a plain file");
  fs::remove(list);
  // 65 MiB that take no room.
  std::ofstream(list).close();
  fs::resize_file(list, 65 << 20);
  refused("larger than the 67108864 bytes that are read");
  fs::remove(list);
  // A folder that is a link.
  fs::create_directory_symlink(secrets.path(), folder.path() + "/lists");
  folder.Write(
      "rules.yaml",
      absl::StrReplaceAll(kGoodRules, {{"fakes.txt", "lists/fakes.txt"}}));
  EXPECT_EQ(fault(),
            "rules.yaml:3:11: lists/fakes.txt cannot be read: a link, or in a "
            "folder that is one: put the file itself here");
  EXPECT_EQ(ReadPackFiles(folder.path()).status().code(),
            absl::StatusCode::kInvalidArgument);
}

// Work for a caller who has gone ends at the next step.
TEST(RuleSet, EndsWhenAsked) {
  const PackFolder folder(GoodFiles());
  const PackFiles files = *ReadPackFiles(folder.path());
  int steps = 0;
  ASSERT_TRUE(RuleSet::Load(files, nullptr, [&] { return ++steps < 0; }).ok());
  ASSERT_GT(steps, 8);
  for (int until = 0; until < steps; ++until) {
    int asked = 0;
    const auto rules =
        RuleSet::Load(files, nullptr, [&] { return asked++ >= until; });
    EXPECT_EQ(rules.status().code(), absl::StatusCode::kCancelled) << until;
  }
}

}  // namespace
}  // namespace sluice::rules
