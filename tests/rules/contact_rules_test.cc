// Rules with links and contacts: their hits, the explanation of a hit, and
// faulty rules.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/rule_set.h"
#include "tests/rules/pack_folder.h"

namespace sluice::rules {
namespace {

// The good pack with this rules.yaml and two domain lists.
Files WithRules(const std::string& rules) {
  Files files = GoodFiles();
  files["rules.yaml"] = rules;
  files["bad.txt"] =
      "# Blocked.\n"
      "evil.example.com\n"
      "*.bad.cn\n"
      "0.0.0.0 例子.中国\n";
  files["short.txt"] = "t.cn\nbit.ly\n";
  return files;
}

constexpr char kLists[] =
    "domain_lists:\n"
    "  - {id: bad, file: bad.txt}\n"
    "  - {id: short, file: short.txt}\n"
    "rules:\n";

std::shared_ptr<const RuleSet> RuleThat(const std::string& keys) {
  const PackFolder folder(WithRules(absl::StrCat(
      kLists, "  - {id: one, basis: policy, code: CONTENT_UNWANTED, ", keys,
      "}\n")));
  auto loaded = RuleSet::Load(folder.path());
  EXPECT_TRUE(loaded.ok()) << loaded.status().message();
  return loaded.ok() ? *loaded : nullptr;
}

// "[3,7)[9,12)": the spans of the text that the rule hits.
std::string Hits(const RuleSet& rules, const std::string& text,
                 RuleScratch& scratch) {
  FoldedText folded;
  EXPECT_TRUE(FoldTable::Shared().Fold(text, folded));
  std::vector<Hit> hits;
  rules.Match(folded,
              {sluice::v1::MESSAGE_CLASS_NOTICE, folded.code_points, text},
              scratch, hits);
  return absl::StrJoin(hits, "", [](std::string* out, const Hit& hit) {
    absl::StrAppend(out, "[", hit.begin, ",", hit.end, ")");
  });
}

TEST(ContactRules, Table) {
  const struct {
    const char* keys;
    const char* text;
    const char* hits;
  } kCases[] = {
      // Every link, whatever its target and spelling.
      {"match: {links: {}}", "请看 t.cn/a 与 shop.example.com", "[3,9)[12,28)"},
      {"match: {links: {}}", "请看ｓｈｏｐ点ｅｘａｍｐｌｅ点ｃｏｍ", "[2,18)"},
      {"match: {links: {}}", "请致电4001234567，a@b.com", ""},
      // Links of domain lists and their subdomains.
      {"match: {links: {domain_lists: [short, bad]}}",
       "t.cn/a www.evil.example.com example.com", "[0,6)[7,27)"},
      {"match: {links: {domain_lists: [bad]}}", "看bad.cn和x.y.bad.cn",
       "[1,7)[8,18)"},
      {"match: {links: {domain_lists: [bad]}}", "请访问例子.中国/a", "[3,10)"},
      {"match: {links: {domain_lists: [bad]}}", "notbad.cn", ""},
      // All links except those of the lists.
      {"match: {links: {except_domain_lists: [bad, short]}}",
       "t.cn/a a.example.com x.bad.cn", "[7,20)"},
      {"match: {links: {domain_lists: [bad], except_domain_lists: [short]}}",
       "t.cn bad.cn/1", "[5,13)"},
      // A least number of links.
      {"match: {links: {at_least: 2}}", "t.cn/a", ""},
      {"match: {links: {at_least: 2}}", "t.cn/a t.cn/b", "[0,6)[7,13)"},
      {"match: {links: {at_least: 2, domain_lists: [bad]}}", "t.cn/a bad.cn",
       ""},
      // Contacts: all kinds but links, or the named kinds.
      {"match: {contacts: {}}",
       "致电4001234567，加QQ：12345678，邮件a@b.com，t.cn/a",
       "[2,12)[17,25)[28,35)"},
      {"match: {contacts: {kinds: [qq]}}", "致电4001234567，加QQ：12345678",
       "[17,25)"},
      {"match: {contacts: {kinds: [link, wechat]}}", "加微信：abc12345，t.cn/a",
       "[4,12)[13,19)"},
      {"match: {contacts: {at_least: 2}}", "致电4001234567", ""},
      {"match: {contacts: {kinds: [link, phone], at_least: 2}}",
       "致电4001234567或t.cn/a", "[2,12)[13,19)"},
      // Together with the rule's other conditions.
      {"match: {words: [贷款], links: {}}", "贷款请看t.cn/a", "[0,2)[4,10)"},
      {"match: {words: [贷款], links: {}}", "请看t.cn/a", ""},
      {"match: {words: [贷款], links: {}}", "贷款", ""},
      {"match: {any: [{links: {}}, {contacts: {}}], length: {max: 12}}",
       "看t.cn/a", "[1,7)"},
      {"match: {words: [贷款], not: {contacts: {kinds: [phone]}}}",
       "贷款，致电4001234567", ""},
      {"match: {words: [贷款], not: {contacts: {kinds: [phone]}}}", "贷款",
       "[0,2)"},
      {"match: {not: {links: {}}}", "没有链接", "[0,4)"},
      {"match: {not: {links: {}}}", "看t.cn/a", ""},
      // An allowed phrase removes hits of links as it does hits of words.
      {"match: {links: {}}, allow_phrases: [官网 www.example.com]",
       "官网 www.example.com，t.cn/a", "[19,25)"},
  };
  RuleScratch scratch;
  for (const auto& c : kCases) {
    const auto rules = RuleThat(c.keys);
    ASSERT_NE(rules, nullptr) << c.keys;
    EXPECT_EQ(Hits(*rules, c.text, scratch), c.hits)
        << c.keys << ": " << c.text;
  }
}

TEST(ContactRules, ExamplesHoldThem) {
  const std::string rule =
      "  - id: one\n"
      "    basis: policy\n"
      "    code: CONTENT_UNWANTED\n"
      "    match: {links: {domain_lists: [short]}}\n"
      "    examples: {must_hit: [看t点cn/a, 看example.com]}\n";
  EXPECT_EQ(FaultsOf(WithRules(kLists + rule)),
            "rules.yaml:9:36: rule 'one' does not hit this example: nothing of "
            "the rule is in it");
}

TEST(ContactRules, TheListsDomainsArePartOfTheDigest) {
  Files files = WithRules(absl::StrCat(
      kLists,
      "  - {id: one, basis: policy, code: CONTENT_UNWANTED, match: "
      "{links: {domain_lists: [short]}}}\n"));
  const PackFolder before(files);
  files["short.txt"] += "u.to\n";
  const PackFolder after(files);
  const auto first = RuleSet::Load(before.path());
  const auto second = RuleSet::Load(after.path());
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_NE((*first)->digest(), (*second)->digest());
  EXPECT_EQ((*first)->FindDomainList("short")->size(), 2u);
  EXPECT_EQ((*second)->FindDomainList("short")->size(), 3u);
  EXPECT_EQ((*second)->FindDomainList("long"), nullptr);
}

// "rule kind value list [b,e)" of each hit.
std::vector<std::string> Explained(const RuleSet& rules,
                                   const std::string& text) {
  FoldedText folded;
  EXPECT_TRUE(FoldTable::Shared().Fold(text, folded));
  RuleScratch scratch;
  std::vector<std::string> lines;
  for (const ExplainedHit& hit : rules.Explain(
           folded, {sluice::v1::MESSAGE_CLASS_NOTICE, folded.code_points, text},
           scratch)) {
    lines.push_back(absl::StrCat(
        rules::v1::ContactKind_Name(hit.contact).substr(13), " ", hit.pattern,
        " ", hit.domain_list, "[", hit.begin, ",", hit.end, ")"));
  }
  return lines;
}

TEST(ContactRules, ExplainedSpansAreOfWholeCharacters) {
  const auto rules = RuleThat(
      "match: {any: [{words: [发票, 👨]}, "
      "{contacts: {}}, {links: {}}]}");
  ASSERT_NE(rules, nullptr);
  EXPECT_EQ(
      Explained(*rules, "发票\u0332 👨‍👩‍👧 evil.to%70"),
      (std::vector<std::string>{"UNSPECIFIED 发票 [0,3)", "UNSPECIFIED 👨 [4,9)",
                                "LINK evil.top [10,20)"}));
}

TEST(ContactRules, ExplainSaysWhatWasFoundAndOfWhichList) {
  const auto rules = RuleThat(
      "match: {any: [{links: {domain_lists: [bad, short]}}, {words: [看]}, "
      "{contacts: {}}, {links: {at_least: 2}}]}");
  ASSERT_NE(rules, nullptr);
  EXPECT_EQ(Explained(*rules, "看ＷＷＷ．ＢＡＤ．ＣＮ，致电0571-87654321"),
            (std::vector<std::string>{"UNSPECIFIED 看 [0,1)",
                                      "LINK www.bad.cn bad[1,11)",
                                      "PHONE 057187654321 [14,27)"}));
}

TEST(ContactRules, SaysWhereTheyAreWrong) {
  const auto faults = [](const std::string& keys) {
    return FaultsOf(WithRules(absl::StrCat(
        kLists, "  - {id: a, basis: policy, code: CONTENT_UNWANTED, ", keys,
        "}\n")));
  };
  EXPECT_EQ(faults("match: {links: {domain_lists: [shrot]}}"),
            "rules.yaml:5:83: unknown domain list 'shrot', did you mean "
            "'short'?");
  EXPECT_EQ(faults("match: {links: {domain_lists: [bad], "
                   "except_domain_lists: [bad]}}"),
            "rules.yaml:5:111: domain list 'bad' is there twice");
  EXPECT_EQ(faults("match: {links: {at_least: 101}}"),
            "rules.yaml:5:78: 'at_least' must be 1 to 100");
  EXPECT_EQ(faults("match: {contacts: {kinds: [qq, qq], at_least: 101}}"),
            "rules.yaml:5:83: this kind is there twice\n"
            "rules.yaml:5:98: 'at_least' must be 1 to 100");
  EXPECT_EQ(faults("match: {contacts: {kinds: [fax]}}"),
            "rules.yaml:5:79: 'kinds' cannot be 'fax', allowed: link, email, "
            "phone, qq, wechat");
  EXPECT_EQ(faults("match: {words: [票], link: {}}"),
            "rules.yaml:5:72: unknown key 'link', did you mean 'links'?");
  EXPECT_EQ(faults("folding: evasive, match: {links: {}}"),
            "rules.yaml:5:61: goes only with words and regexes: links, "
            "contacts and weights are found however they are spelled");
}

TEST(ContactRules, SaysWhatIsWrongWithDomainLists) {
  const auto faults = [](const std::string& lists,
                         const std::string& domains = "") {
    Files files = GoodFiles();
    files["rules.yaml"] += lists;
    files["d.txt"] = domains;
    return FaultsOf(files);
  };
  const std::string list = "domain_lists:\n  - {id: d, file: d.txt}\n";
  EXPECT_EQ(faults(list, "example.com\n"), "");
  EXPECT_EQ(
      faults(list, "example.com\n  no host\ncom.cn # all of it\n"),
      "d.txt:2:3: no domain: expected one such as example.com, alone on its "
      "line\n"
      "d.txt:3:1: a public suffix: it would stand for everybody's domains "
      "under it");
  EXPECT_EQ(faults("domain_lists:\n"
                   "  - {id: d, file: d.txt}\n"
                   "  - {id: d, file: d.txt}\n"
                   "  - {id: E, file: none.txt}\n"
                   "  - {id: f, file: ../d.txt}\n"),
            "rules.yaml:24:10: duplicate domain list 'd'\n"
            "rules.yaml:25:10: 'id' must be set, lower case letters, digits, "
            "'-', '_' and '.' are allowed, at most 64\n"
            "rules.yaml:25:19: none.txt cannot be read, a file is needed here\n"
            "rules.yaml:26:19: 'file' must name a file in the pack's folder");
}

TEST(ContactRules, SaysWhatIsWrongWithThePolicy) {
  const auto faults = [](const std::string& links) {
    Files files = WithRules(absl::StrCat(
        kLists,
        "  - {id: a, basis: policy, code: CONTENT_UNWANTED, words: "
        "[票]}\n"));
    files["policy.yaml"] += links;
    return FaultsOf(files);
  };
  EXPECT_EQ(faults("links: {links_max: 1, contacts_max: 2, shorteners: "
                   "[short]}\n"),
            "");
  EXPECT_EQ(faults("links: {links_max: 101, contacts_max: 102, shorteners: "
                   "[shorts, bad, bad]}\n"),
            "policy.yaml:22:20: 'links.links_max' is at most 100\n"
            "policy.yaml:22:39: 'links.contacts_max' is at most 100\n"
            "policy.yaml:22:57: unknown domain list 'shorts', did you mean "
            "'short'?\n"
            "policy.yaml:22:70: domain list 'bad' is there twice");
  Files files = GoodFiles();
  files["policy.yaml"] += "links: {shorteners: [short]}\n";
  EXPECT_EQ(FaultsOf(files),
            "policy.yaml:22:22: unknown domain list 'short': rules.yaml has no "
            "'domain_lists'");
}

}  // namespace
}  // namespace sluice::rules
