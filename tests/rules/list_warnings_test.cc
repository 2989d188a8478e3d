// Lists that do not do what their author means.

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "rules/base/faults.h"
#include "rules/contacts/domain_set.h"
#include "rules/pack/word_list.h"
#include "tests/rules/warnings_of.h"

namespace sluice::rules {
namespace {

// A rule that trusts official.txt and stops bad.txt.
Files WithOfficial(const std::string& official) {
  Files files = WithRules(R"(domain_lists:
  - {id: official, file: official.txt}
  - {id: bad, file: bad.txt}
rules:
  - id: fakes
    basis: law
    match: {words: [办假证], links: {except_domain_lists: [official]}}
  - {id: bad, basis: law, match: {links: {domain_lists: [bad]}}}
)");
  files["official.txt"] = official;
  files["bad.txt"] = "# To stop.\n0.0.0.0 phish.cc\nfake.top\n";
  return files;
}

TEST(DomainWarnings, WhatATrustedListMustNotHave) {
  const struct {
    const char* line;
    const char* what;  // A part of the warning; nullptr: there is none.
  } kCases[] = {
      {"0.0.0.0 abc.cn", "this line blocks a name"},
      {"127.0.0.1\tabc.cn www.abc.cn", "this line blocks a name"},
      {"t.cn", "'t.cn' shortens links"},
      {"*.bit.ly", "'bit.ly' shortens links"},
      {"phish.cc", "'phish.cc' is in a list of domains to stop"},
      {"www.fake.top", "'www.fake.top' is in a list of domains to stop"},
      {"github.io", "anybody can have a site under 'github.io'"},
      {"工行。com",
       "the '。' of '工行。com' is read as a dot, so that this is"},
      {"icbc．com.cn", "the '．' of"},
      {"icbс.com.cn", "has letters that only look like Latin ones (it is xn--"},
      {"qq.com", "anybody can make pages, forms or files on 'qq.com'"},
      {"docs.qq.com", "anybody can make pages"},
      {"*.jinshuju.net", "anybody can make pages"},
      {"wjx.cn", "anybody can make pages"},
      {"sites.google.com", "anybody can make pages"},
      {"m.tb.cn", "'m.tb.cn' shortens links"},
      {"www.weibo.com", nullptr},
      {"mail.qq.com", nullptr},
      {"icbc.com.cn", nullptr},
      {"  *.12321.cn  # reports", nullptr},
      {"shop.github.io", nullptr},
      {"m\xc3\xbcller.de", nullptr},
      {"中国移动.中国", nullptr},
      {"10.0.0.1", "'10.0.0.1' is an address that anybody can rent"},
      {"xn--80ak6aa92e.com", "has letters that only look like Latin ones"},
      {"taoba0.com", "'taoba0.com' looks like taobao.com"},
      {"icbc-cn.top", "'icbc-cn.top' looks like icbc.com.cn"},
      {"icbc888.com", "'icbc888.com' looks like icbc.com.cn"},
      {"icbc.com.cn.verify.top", "looks like icbc.com.cn"},
      {"cmbchina.vip", "looks like cmbchina.com"},
      {"amazon.in", nullptr},
      {"pages.taobao.com", nullptr},
  };
  for (const auto& one : kCases) {
    const std::string warnings =
        WarningsOf(WithOfficial(absl::StrCat("abc.com\n", one.line, "\n")));
    if (one.what == nullptr) {
      EXPECT_EQ(warnings, "") << one.line;
      continue;
    }
    EXPECT_TRUE(absl::StartsWith(warnings, "official.txt:2:1: ") &&
                absl::StrContains(warnings, one.what))
        << one.line << ": " << warnings;
    EXPECT_FALSE(absl::StrContains(warnings, "\n")) << warnings;
  }
}

TEST(DomainFaults, AWebAddressNamesItsDomain) {
  Faults faults;
  DomainSet::Parse("d.txt", "https://www.abc.cn/x\nabc.cn:80\na b.cn\n",
                   faults);
  EXPECT_EQ(faults.ToStatus().message(),
            "d.txt:1:1: a web address; write only its domain: 'abc.cn'\n"
            "d.txt:2:1: a web address; write only its domain: 'abc.cn'\n"
            "d.txt:3:1: no domain: did you mean 'ab.cn'?");
}

TEST(DomainFaults, EachLineSaysWhatToWrite) {
  const struct {
    const char* line;
    const char* what;
  } kCases[] = {
      {"https://1.2.3.4/a", "a web address; write only its domain: '1.2.3.4'"},
      {"a*.abc.cn", "no wildcards here"},
      {"abc.*", "no wildcards here"},
      {"x@abc.cn", "a mail address; write only its domain: 'abc.cn'"},
      {"abc.cn,", "more than a domain: write only 'abc.cn'"},
      {"\"abc.cn\"", "more than a domain: write only 'abc.cn'"},
      {"abc.cn 张三", "more than a domain: write only 'abc.cn'"},
      {"abc.cn（仿冒）", "more than a domain: write only 'abc.cn'"},
      {"1. abc.cn", "more than a domain: write only 'abc.cn'"},
      {"||abc.cn^", "more than a domain: write only 'abc.cn'"},
      {"abc.cn abd.cn", "2 domains in one line"},
      {"abc.cn、abd.cn", "2 domains in one line"},
      {"abc,cn", "did you mean 'abc.cn'?"},
      {"abc .cn", "did you mean 'abc.cn'?"},
      {"abc..cn", "no domain: expected one such as example.com"},
      {"<<<<<<< HEAD", "is a mark that a merge of two versions left"},
  };
  for (const auto& one : kCases) {
    Faults faults;
    DomainSet::Parse("d.txt", one.line, faults);
    const std::string told(faults.ToStatus().message());
    EXPECT_TRUE(absl::StrContains(told, one.what)) << one.line << ": " << told;
    EXPECT_FALSE(absl::StrContains(told, "\n")) << told;
  }
}

// A list of words has one fault, not one a line.
TEST(DomainFaults, AListOfWords) {
  Faults faults;
  DomainSet::Parse("d.txt", "甲甲\n乙乙\n丙丙\n丁丁\n戊戊\n", faults);
  const std::string told(faults.ToStatus().message());
  EXPECT_TRUE(absl::StartsWith(told, "d.txt:1:1: none of the 5 lines is a"))
      << told;
  EXPECT_FALSE(absl::StrContains(told, "\n")) << told;
}

// Under a `not`, a link to a list's domains lifts; a link to others does where
// the list is excepted.
TEST(DomainWarnings, WhichListsAreTrusted) {
  const auto warned = [](const std::string& match) {
    Files files = WithRules(
        absl::StrCat("domain_lists: [{id: sites, file: sites.txt}]\nrules:\n"
                     "  - {id: a, basis: law, match: {words: [办假证], ",
                     match, "}}\n"));
    files["sites.txt"] = "t.cn\n";
    return WarningsOf(files) != "";
  };
  EXPECT_TRUE(warned("links: {except_domain_lists: [sites]}"));
  EXPECT_TRUE(warned("not: {links: {domain_lists: [sites]}}"));
  EXPECT_TRUE(warned(
      "not: {words: [谨防], not: {links: {except_domain_lists: [sites]}}}"));
  EXPECT_FALSE(warned("links: {domain_lists: [sites]}"));
  EXPECT_FALSE(warned("not: {links: {except_domain_lists: [sites]}}"));
}

// The policy's shorteners are no domains to trust, and no list is unused that
// the policy names.
TEST(DomainWarnings, TheShortenersOfThePolicy) {
  Files files = WithOfficial("suo.nz\n");
  files["rules.yaml"] = absl::StrReplaceAll(
      files["rules.yaml"],
      {{"domain_lists:\n  -",
        "domain_lists:\n  - {id: short, file: s.txt}\n  -"}});
  files["s.txt"] = "suo.nz\n";
  files["policy.yaml"] += "links: {shorteners: [short]}\n";
  EXPECT_EQ(WarningsOf(files),
            "official.txt:1:1: 'suo.nz' is in a list of domains to stop or of "
            "shorteners too: no domain to trust");
}

// In a list of shorteners, or of domains to stop.
TEST(DomainWarnings, SitesThatEverybodyUses) {
  for (const bool stops : {false, true}) {
    Files files = WithRules(
        absl::StrCat("domain_lists: [{id: bad, file: bad.txt}]\nrules:\n"
                     "  - {id: a, basis: law, match: {words: [办假证]",
                     stops ? ", links: {domain_lists: [bad]}" : "", "}}\n"));
    if (!stops) files["policy.yaml"] += "links: {shorteners: [bad]}\n";
    files["bad.txt"] =
        "baidu.com\nwww.QQ.com\na.baidu.com\nbaidu.com.abc.cn\nt.cn\n"
        "www.gov.cn\nwww.beijing.gov.cn\nmp.weixin.qq.com\nwjx.cn\n";
    const std::string warnings = WarningsOf(files);
    for (const char* what :
         {"bad.txt:1:1: everybody uses 'baidu.com', and in a list of domains "
          "to stop or of shorteners it hits the links of honest messages",
          "bad.txt:2:1: everybody uses 'www.QQ.com'",
          "bad.txt:6:1: everybody uses 'www.gov.cn'",
          "bad.txt:8:1: everybody uses 'mp.weixin.qq.com'"}) {
      EXPECT_TRUE(absl::StrContains(warnings, what)) << warnings;
    }
    EXPECT_FALSE(absl::StrContains(warnings, "bad.txt:3")) << warnings;
    EXPECT_FALSE(absl::StrContains(warnings, "bad.txt:4")) << warnings;
    EXPECT_FALSE(absl::StrContains(warnings, "bad.txt:5")) << warnings;
    EXPECT_FALSE(absl::StrContains(warnings, "bad.txt:7")) << warnings;
    EXPECT_FALSE(absl::StrContains(warnings, "bad.txt:9")) << warnings;
  }
}

// Lines of hosts files are domains as any.
TEST(DomainWarnings, HostsLinesAreLookedAtNameByName) {
  Files files = WithOfficial("abc.com\n");
  files["bad.txt"] =
      "0.0.0.0 baidu.com\n127.0.0.1 phish.cc  www.taobao.com # both\n"
      "::1\tlocalhost\n0.0.0.0 工行。top\nqq.com\n";
  const std::string warnings = WarningsOf(files);
  for (const char* what :
       {"bad.txt:1:9: everybody uses 'baidu.com'",
        "bad.txt:2:21: everybody uses 'www.taobao.com'",
        "bad.txt:4:9: the '。' of '工行。top' is read as a dot",
        "bad.txt:5:1: everybody uses 'qq.com'"}) {
    EXPECT_TRUE(absl::StrContains(warnings, what)) << warnings;
  }
  EXPECT_FALSE(absl::StrContains(warnings, "phish.cc")) << warnings;
}

// Those of one list are told where it is read; in two lists only of those that
// stop, and only as a number.
TEST(DomainWarnings, DomainsThatSeveralListsHave) {
  Files files = WithOfficial("abc.com\n");
  files["bad.txt"] = "phish.cc\n0.0.0.0 phish.cc fake.top\nFAKE.top\n";
  EXPECT_EQ(WarningsOf(files),
            "bad.txt:2:9: 2 duplicates were merged, the first in line 2 (as "
            "line 1)");
  files["bad.txt"] = "phish.cc\nfake.top\n";
  files["more.txt"] = "127.0.0.1 a.top fake.top\nphish.cc\nx.phish.cc\n";
  files["rules.yaml"] = absl::StrReplaceAll(
      files["rules.yaml"],
      {{"rules:\n", "  - {id: more, file: more.txt}\nrules:\n"},
       {"domain_lists: [bad]", "domain_lists: [bad, more]"}});
  EXPECT_EQ(WarningsOf(files),
            "more.txt:1:17: 2 domains are in bad.txt too, the first in line 1 "
            "(as line 2 there): one list is enough to stop a domain, and it "
            "goes on being stopped until it is removed from each");
}

TEST(ListWarnings, ListsThatNothingUses) {
  Files files = GoodFiles();
  files["rules.yaml"] = absl::StrReplaceAll(
      kGoodRules,
      {{"word_lists:\n", "word_lists:\n  - {id: more, file: more.txt}\n"},
       {"rules:\n",
        "domain_lists: [{id: sites, file: sites.txt}]\n"
        "weight_tables: [{id: signs, file: signs.csv}]\nrules:\n"}});
  files["signs.csv"] = "word,weight\n某丙词,5\n";
  files["more.txt"] = "某甲词\n";
  files["sites.txt"] = "abc.cn\n";
  EXPECT_EQ(WarningsOf(files),
            "rules.yaml:2:5: no rule asks for 'more' (more.txt), so that "
            "nothing in it counts\n"
            "rules.yaml:5:16: no rule asks for 'sites' (sites.txt), so that "
            "nothing in it counts\n"
            "rules.yaml:6:17: no rule asks for 'signs' (signs.csv), so that "
            "nothing in it counts");
  // A part of a table.
  files = GoodFiles();
  files["rules.yaml"] = absl::StrReplaceAll(
      kGoodRules, {{"fakes.txt", "fakes.csv"}, {"[fakes]", "[fakes/paper]"}});
  files.erase("fakes.txt");
  files["fakes.csv"] = "word,category\n发票,paper\n某乙词,money\n";
  EXPECT_EQ(WarningsOf(files),
            "rules.yaml:2:5: no rule asks for 'fakes/money' (fakes.csv), so "
            "that nothing in it counts");
}

// A list that the policy does not name right is not told to be unused, and
// domains instead of its id are one mistake.
TEST(ListFaults, ShortenersOfThePolicy) {
  const auto told = [](const std::string& shorteners) {
    Files files = WithOfficial("abc.com\n");
    files["rules.yaml"] = absl::StrReplaceAll(
        files["rules.yaml"],
        {{"domain_lists:\n  -",
          "domain_lists:\n  - {id: short, file: s.txt}\n  -"}});
    files["s.txt"] = "suo.nz\n";
    files["policy.yaml"] += "links: {shorteners: [" + shorteners + "]}\n";
    const PackFiles all = FilesOf(files);
    Faults faults;
    const Pack pack = ReadPack(all, faults);
    CheckPack(pack, faults);
    FindWarnings(pack, all, faults, WarningsTime(), faults.warnings());
    EXPECT_EQ(absl::StrJoin(faults.warnings().Lines(), "\n"), "");
    return std::string(faults.ToStatus().message());
  };
  const std::string typo = told("shorts");
  EXPECT_TRUE(absl::StrContains(typo, "unknown domain list 'shorts'")) << typo;
  EXPECT_FALSE(absl::StrContains(typo, "\n")) << typo;
  const std::string domains = told("t.cn, url.cn, suo.im");
  EXPECT_TRUE(absl::StrContains(domains, "here are ids of domain lists"))
      << domains;
  EXPECT_FALSE(absl::StrContains(domains, "\n")) << domains;
}

// The id of a category in Chinese is named, once.
TEST(ListFaults, CategoriesInChinese) {
  Faults faults;
  ParseWords("w.csv",
             "word,category\n甲甲,赌博\n乙乙,赌博\n丙丙,色情类\n丁丁,其他\n",
             faults);
  const std::string told(faults.ToStatus().message());
  EXPECT_TRUE(absl::StrContains(told, "w.csv:2:4: 'category' is no id"))
      << told;
  EXPECT_TRUE(absl::StrContains(told, "here it is '赌博', write gambling"));
  EXPECT_TRUE(absl::StrContains(told, "here it is '色情类', write adult"));
  EXPECT_TRUE(absl::EndsWith(told, "here it is '其他'")) << told;
  EXPECT_FALSE(absl::StrContains(told, "w.csv:3")) << told;
}

// Columns are for people when nobody asks for them, but not these.
TEST(ListWarnings, ColumnsThatAreNotRead) {
  Files files = GoodFiles();
  files.erase("fakes.txt");
  files["rules.yaml"] =
      absl::StrReplaceAll(kGoodRules, {{"fakes.txt", "fakes.csv"}});
  const auto warnings_of = [&files](const std::string& header) {
    files["fakes.csv"] = absl::StrCat(header, "\n发票,documents\n");
    return WarningsOf(files);
  };
  EXPECT_EQ(warnings_of("word,note"), "");
  EXPECT_EQ(warnings_of("word,备注"), "");
  EXPECT_EQ(warnings_of("word,类别"),
            "fakes.csv:1:6: the column '类别' is for people and does nothing: "
            "name it 'category'");
  EXPECT_TRUE(absl::StrContains(warnings_of("word,Category"),
                                "the column 'Category' is for people"));
  for (const char* header : {"word,分值", "word,weight", "word,score"}) {
    EXPECT_TRUE(absl::StrContains(
        warnings_of(header),
        "is for people and does nothing: a list has no scores"))
        << header;
  }
}

// One message, wherever the marks of a merge stand.
TEST(ListFaults, MarksOfAMerge) {
  for (const char* file : {"w.txt", "w.csv"}) {
    Faults faults;
    ParseWords(file, "word\n<<<<<<< HEAD\n甲甲\n=======\n乙乙\n>>>>>>> b\n",
               faults);
    EXPECT_EQ(faults.ToStatus().message(),
              absl::StrCat(file,
                           ":2:1: '<<<<<<<' is a mark that a merge of two "
                           "versions left: one has what stands before "
                           "'=======', the other what stands after it; choose "
                           "one of them (a list may keep both) and remove the "
                           "lines <<<<<<<, ======= and >>>>>>>"));
  }
  Faults faults;
  ParseWords("w.txt", "甲甲\n=======\n乙乙\n<<<<<<<<<\n>>低价<<\n", faults);
  EXPECT_EQ(faults.ToStatus(), absl::OkStatus());
}

TEST(ListWarnings, EmptyLists) {
  Files files = GoodFiles();
  files["rules.yaml"] =
      absl::StrReplaceAll(kGoodRules, {{"電子發票", "非假证"}});
  files["fakes.txt"] = "# 发票\n\n";
  EXPECT_EQ(WarningsOf(files),
            "rules.yaml:2:5: fakes.txt is empty: a rule that asks for it finds "
            "nothing");
  files = WithOfficial("# none yet\n");
  EXPECT_TRUE(absl::StrContains(WarningsOf(files), "official.txt is empty"));
}

TEST(ListWarnings, FilesThatNothingNames) {
  Files files = GoodFiles();
  for (const char* name :
       {"README.md", "readme.txt", "lists/说明.txt", "LICENSE", "logo.png"}) {
    files[name] = "-";
  }
  EXPECT_EQ(WarningsOf(files), "");
  for (const char* name : {"lists/extra.txt", "extra.CSV", "rules2.yaml",
                           "policy.yml", "lists/words.xlsx", "rules.yaml.bak",
                           "fakes.txt~", "lists/fakes.txt.old", "新词.docx",
                           "lists/fakes 副本", "rules copy.yaml"}) {
    Files with = files;
    with[name] = "词\n";
    EXPECT_TRUE(absl::StartsWith(
        WarningsOf(with),
        absl::StrCat(name, ": rules.yaml does not name this file")))
        << WarningsOf(with);
  }
}

}  // namespace
}  // namespace sluice::rules
