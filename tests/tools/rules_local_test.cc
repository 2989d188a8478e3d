// The commands of `sluicectl rules` that need no server, on packs in temporary
// folders.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "tests/tools/run_ctl.h"
#include "tools/lib/process.h"
#include "tools/sluicectl/rules/word_file.h"

namespace sluice::ctl {
namespace {

namespace fs = std::filesystem;

void Write(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

std::string Read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

struct EditCase {
  const char* name;
  const char* file;
  const char* before;
  WordEdit edit;
  // The new content, or a part of the error.
  const char* after;
};

const EditCase kEditCases[] = {
    {"adds at the end",
     "a.txt",
     "# Loans.\n贷款\n\n借款 # old\n",
     {{}, {"秒批", "免审"}, ""},
     "# Loans.\n贷款\n\n借款 # old\n秒批\n免审\n"},
    {"ends the last line first",
     "a.txt",
     "贷款",
     {{}, {"秒批"}, ""},
     "贷款\n秒批\n"},
    {"keeps its line ends",
     "a.txt",
     "贷款\r\n",
     {{}, {"秒批"}, ""},
     "贷款\r\n秒批\r\n"},
    {"an empty list", "a.txt", "", {{}, {"秒批"}, ""}, "秒批\n"},
    {"removes a line and its comment",
     "a.txt",
     "# A.\n贷款 # old\n借款\n",
     {{"贷款"}, {}, ""},
     "# A.\n借款\n"},
    {"removes by any spelling",
     "a.txt",
     "发票\nVX\n贷款\n",
     {{"發 票", "ｖｘ"}, {}, ""},
     "贷款\n"},
    {"spells a word anew",
     "a.txt",
     "發票\n贷款\n",
     {{"发票"}, {"发票"}, ""},
     "贷款\n发票\n"},
    {"refuses a word twice",
     "a.txt",
     "贷款\n发票\n",
     {{}, {"發票"}, ""},
     "a.txt:2 already has it"},
    {"refuses its own word twice",
     "a.txt",
     "",
     {{}, {"ab", "AB"}, ""},
     "would have it twice"},
    {"refuses to remove what is not there",
     "a.txt",
     "贷款\n",
     {{"发票"}, {}, ""},
     "--remove 发票: not in a.txt"},
    {"refuses a comment", "a.txt", "", {{}, {"# 贷款"}, ""}, "one line"},
    {"refuses half a comment", "a.txt", "", {{}, {"贷款 # x"}, ""}, "one line"},
    {"refuses blanks around", "a.txt", "", {{}, {" 贷款"}, ""}, "one line"},
    {"refuses two lines", "a.txt", "", {{}, {"贷\n款"}, ""}, "one line"},
    {"refuses nothing", "a.txt", "", {{}, {""}, ""}, "one line"},
    {"refuses what folds to nothing",
     "a.txt",
     "",
     {{}, {"\u200b"}, ""},
     "nothing is left"},
    {"refuses bytes", "a.txt", "", {{}, {"\xff"}, ""}, "not UTF-8"},
    {"refuses a faulty list",
     "a.txt",
     "贷款\n\u200b\n",
     {{}, {"秒批"}, ""},
     "a.txt:2:1: nothing is left"},
    {"removes every line with a word",
     "a.txt",
     "贷款\n借款\n貸款\n贷款 # again\n",
     {{"贷款"}, {}, ""},
     "借款\n"},
    {"refuses a category in plain text",
     "a.txt",
     "",
     {{}, {"a"}, "b"},
     "only a table"},
    {"a row has its columns",
     "a.csv",
     "word,note,category\n贷款,x,loans\n",
     {{}, {"秒批"}, "loans"},
     "word,note,category\n贷款,x,loans\n秒批,,loans\n"},
    {"a table may have no category",
     "a.csv",
     "word\n贷款\n",
     {{}, {"秒批"}, ""},
     "word\n贷款\n秒批\n"},
    {"quotes a cell",
     "a.csv",
     "word\n",
     {{}, {"a,\"b"}, ""},
     "word\n\"a,\"\"b\"\n"},
    {"removes a row",
     "a.csv",
     "word,category\n贷款,a\n\"借,款\",b\n",
     {{"借,款"}, {}, ""},
     "word,category\n贷款,a\n"},
    {"moves a word",
     "a.csv",
     "word,category\n贷款,a\n",
     {{"贷款"}, {"贷款"}, "b"},
     "word,category\n贷款,b\n"},
    {"refuses a category without a column",
     "a.csv",
     "word\n",
     {{}, {"贷款"}, "a"},
     "no column 'category'"},
    {"refuses a table without words",
     "a.csv",
     "",
     {{}, {"贷款"}, ""},
     "'word' must be one"},
};

TEST(EditWords, KeepsWhatItIsNotAskedFor) {
  for (const EditCase& c : kEditCases) {
    const auto after = EditWords(c.file, c.before, c.edit);
    if (after.ok()) {
      EXPECT_EQ(*after, c.after) << c.name;
    } else {
      EXPECT_TRUE(absl::StrContains(after.status().message(), c.after))
          << c.name << ": " << after.status();
    }
  }
}

// A small pack with the shipped policy.
class RulesLocal : public testing::Test {
 protected:
  RulesLocal() : folder_("rules-local"), pack_(MakePack("pack")) {}

  std::string MakePack(const std::string& name) {
    const std::string pack = folder_.path() + "/" + name;
    fs::create_directory(pack);
    for (const char* file : {"pack.yaml", "policy.yaml", "articles.yaml"}) {
      fs::copy(absl::StrCat("rules/packs/cn-2015/", file), pack);
    }
    Write(pack + "/rules.yaml",
          "word_lists:\n"
          "  - {id: loans, file: loans.txt}\n"
          "  - {id: table, file: table.csv}\n"
          "rules:\n"
          "  - id: loan-words\n"
          "    category: loans\n"
          "    basis: policy\n"
          "    action: tag\n"
          "    score: 3\n"
          "    folding: evasive\n"
          "    word_lists: [loans]\n"
          "    examples: {must_hit: [小额贷款], must_pass: [借书]}\n"
          "  - id: loan-contact\n"
          "    category: loans\n"
          "    basis: policy\n"
          "    action: tag\n"
          "    score: 2\n"
          "    regexes: ['加微信[a-z0-9]+']\n"
          "  - id: fakes\n"
          "    basis: law\n"
          "    word_lists: [table]\n"
          "thresholds:\n"
          "  - {id: loans-sum, category: loans, score: 5, action: hold,\n"
          "     basis: policy, code: CONTENT_UNWANTED}\n"
          "domain_lists:\n"
          "  - {id: shorteners, file: shorteners.txt}\n");
    Write(pack + "/loans.txt", "# Loans.\n贷款\n借款\n");
    Write(pack + "/shorteners.txt", "t.cn\n");
    Write(pack + "/table.csv", "word,category\n假证,papers\n");
    return pack;
  }

  Output Rules(std::vector<std::string> arguments,
               const std::string& input = "") {
    arguments.insert(arguments.begin(), "rules");
    return RunCtl(std::move(arguments), input);
  }

  const tools::TempFolder folder_;
  const std::string pack_;
};

TEST_F(RulesLocal, InitCopiesAShippedPackAndSaysWhatNext) {
  const std::string made = folder_.path() + "/it's made";
  const Output output = Rules({"init", made, "--from", "cn-2015"});
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_EQ(Read(made + "/rules.yaml"), Read("rules/packs/cn-2015/rules.yaml"));
  for (const char* next : {"edit", "validate", "preview", "import"}) {
    // To paste.
    const std::string command =
        absl::StrCat("rules ", next, " '", folder_.path(), R"(/it'\''s made')");
    EXPECT_TRUE(absl::StrContains(output.out, command)) << output.out;
  }
  const Output again = Rules({"init", made, "--from", "cn-2015"});
  EXPECT_EQ(again.code, 1);
  EXPECT_TRUE(absl::StrContains(again.err, "Name a new folder")) << again.err;
  const Output none = Rules({"init", made + "2", "--from", "cn-1984"});
  EXPECT_EQ(none.code, 1);
  EXPECT_TRUE(absl::StrContains(none.err, "Sluice comes with cn-2015"))
      << none.err;
  EXPECT_FALSE(fs::exists(made + "2"));
}

TEST_F(RulesLocal, ValidateCountsWhatIsThere) {
  const Output output = Rules({"validate", pack_, "--json"});
  ASSERT_EQ(output.code, 0) << output.err;
  for (const char* part :
       {"\"good\":true", "\"rules\":3", "\"thresholds\":1", "\"words\":3",
        "\"patterns\":1", "\"examples\":2", "\"seconds\":"}) {
    EXPECT_TRUE(absl::StrContains(output.out, part)) << output.out;
  }
  EXPECT_TRUE(absl::StrContains(Rules({"validate", pack_}).out, "Good: "));
}

TEST_F(RulesLocal, ValidateWarnsOfWordsThatNoRuleAsksFor) {
  std::string rules = Read(pack_ + "/rules.yaml");
  const std::string whole = "word_lists: [table]";
  rules.replace(rules.find(whole), whole.size(), "word_lists: [table/papers]");
  Write(pack_ + "/rules.yaml", rules);
  Write(pack_ + "/table.csv", "word,category\n假证,papers\n假币,money\n");
  const Output output = Rules({"validate", pack_});
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_TRUE(absl::StrContains(output.out,
                                "no rule asks for 'table/money' (table.csv)"))
      << output.out;
}

TEST_F(RulesLocal, ValidateWarnsOfWhatIsOdd) {
  EXPECT_TRUE(absl::StrContains(Rules({"validate", pack_, "--json"}).out,
                                "\"warnings\":[]"));
  Write(pack_ + "/loans.txt", "贷款\n1、测试词\n假\n");
  const Output output = Rules({"validate", pack_});
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_TRUE(absl::StrContains(
      output.out,
      absl::StrCat("warning ", pack_, "/loans.txt:2:1: '1、测试词': '1、' ")))
      << output.out;
  EXPECT_TRUE(absl::StrContains(output.out, "Good: ")) << output.out;
  EXPECT_TRUE(absl::StrContains(output.out, " warnings: ")) << output.out;
  const Output json = Rules({"validate", pack_, "--json"});
  EXPECT_TRUE(absl::StrContains(
      json.out, "loans.txt\",\"line\":2,\"column\":1,\"what\":\"'1、测试词'"))
      << json.out;
}

// Apart from what is odd, since an officer may mean it.
TEST_F(RulesLocal, ValidateSaysWhatACopyOfAShippedPackGivesUp) {
  const std::string copy = folder_.path() + "/copy";
  ASSERT_EQ(Rules({"init", copy, "--from", "cn-2015"}).code, 0);
  std::string policy = Read(copy + "/policy.yaml");
  const std::string close = "close: \"21:00\"";
  policy.replace(policy.find(close), close.size(), "close: \"23:00\"");
  Write(copy + "/policy.yaml", policy);
  const Output output = Rules({"validate", copy});
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_TRUE(absl::StrContains(
      output.out,
      absl::StrCat("Weaker than the shipped cn-2015:\nwarning ", copy,
                   "/policy.yaml:31:12: class commercial is sent from 08:00 to "
                   "23:00, 120 minutes a day more than shipped\n")))
      << output.out;
  EXPECT_TRUE(absl::StrContains(output.out, "2 warnings: ")) << output.out;
  const Output json = Rules({"validate", copy, "--json"});
  EXPECT_TRUE(absl::StrContains(
      json.out, R"("warnings":[],"weaker_than":"cn-2015","weaker":[{"file")"))
      << json.out;
}

// Of a copy that differs in many places the first ones, and all of its policy.
TEST_F(RulesLocal, ValidateShowsTheFirstOfManyThatACopyGivesUp) {
  const std::string copy = folder_.path() + "/copy";
  ASSERT_EQ(Rules({"init", copy, "--from", "cn-2015"}).code, 0);
  const fs::directory_iterator lists(copy + "/lists/english");
  for (const fs::directory_entry& one : lists) {
    if (one.path().extension() != ".txt") continue;
    const std::string list = Read(one.path().string());
    Write(one.path().string(), list.substr(0, list.rfind('\n', 300) + 1));
  }
  Write(copy + "/policy.yaml",
        absl::StrReplaceAll(Read(copy + "/policy.yaml"),
                            {{"key_window_hours: 24", "key_window_hours: 1"}}));
  const Output first = Rules({"validate", copy});
  const Output all = Rules({"validate", copy, "--all"});
  EXPECT_TRUE(absl::StrContains(first.out, "are shown. So many are mostly of"))
      << first.out;
  EXPECT_TRUE(absl::StrContains(first.out, "key_window_hours is 1"))
      << first.out;
  EXPECT_FALSE(absl::StrContains(all.out, "are shown.")) << all.out;
  EXPECT_GT(all.out.size(), first.out.size());
}

// Only about the file that it changed.
TEST_F(RulesLocal, EditSaysWhatTheListGivesUp) {
  const std::string copy = folder_.path() + "/copy";
  ASSERT_EQ(Rules({"init", copy, "--from", "cn-2015"}).code, 0);
  const Output output = Rules(
      {"edit", copy, "--list", "shared-cautions", "--add", "欢迎新老客户"});
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_TRUE(
      absl::StrContains(output.out, "new '欢迎新老客户': this list lifts"))
      << output.out;
}

TEST_F(RulesLocal, EditWarnsOfOddWords) {
  const Output odd =
      Rules({"edit", pack_, "--list", "loans", "--add", "秒批、免审"});
  EXPECT_EQ(odd.code, 0) << odd.err;
  EXPECT_TRUE(absl::StrContains(
      odd.out, absl::StrCat("warning ", pack_, "/loans.txt:4:3: '秒批、免审'")))
      << odd.out;
  const Output json = Rules(
      {"edit", pack_, "--list", "loans", "--remove", "秒批、免审", "--json"});
  EXPECT_TRUE(absl::StrContains(json.out, "\"warnings\":[]")) << json.out;
}

// A list as Notepad saves it, and rules.yaml as Windows calls Unicode.
TEST_F(RulesLocal, PacksOfOtherEncodings) {
  Write(pack_ + "/loans.txt", "\xb4\xfb\xbf\xee\r\n\xbd\xe8\xbf\xee\r\n");
  const Output refused = Rules({"validate", pack_});
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(absl::StrContains(
      refused.out,
      absl::StrCat(pack_, "/loans.txt:1:1: not UTF-8: it looks like GBK")))
      << refused.out;
  EXPECT_TRUE(absl::StrContains(refused.out, "--encoding gbk"));
  const Output good = Rules({"validate", pack_, "--encoding", "gbk"});
  EXPECT_EQ(good.code, 0) << good.out << good.err;
  const Output edited = Rules(
      {"edit", pack_, "--list", "loans", "--add", "秒批", "--encoding", "gbk"});
  EXPECT_EQ(edited.code, 0) << edited.out << edited.err;
  EXPECT_EQ(Read(pack_ + "/loans.txt"), "贷款\r\n借款\r\n秒批\r\n");
  Write(pack_ + "/loans.txt", "\xb4\xfb\xbf\xee\n\xff\n");
  const Output bad = Rules({"validate", pack_, "--encoding", "gbk"});
  EXPECT_EQ(bad.code, 1);
  EXPECT_TRUE(absl::StrContains(bad.err, "loans.txt: line 2 is not GBK"))
      << bad.err;
}

TEST_F(RulesLocal, TextsOfOtherEncodings) {
  const std::string file = folder_.path() + "/texts.tsv";
  // "spam<TAB>办假证".
  Write(file, "spam\t\xb0\xec\xbc\xd9\xd6\xa4\n");
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"test", pack_, file},
        {"preview", pack_, "--against", pack_, "--file", file}}) {
    const Output refused = Rules(command);
    EXPECT_EQ(refused.code, 1);
    EXPECT_TRUE(absl::StrContains(refused.err,
                                  "texts.tsv:1:6: not UTF-8: it "
                                  "looks like GBK"))
        << refused.err;
    std::vector<std::string> with = command;
    with.insert(with.end(), {"--encoding", "gbk"});
    EXPECT_EQ(Rules(with).code, 0) << Rules(with).err;
  }
}

// Lists that were put together from several have words twice.
TEST_F(RulesLocal, ValidateMergesDuplicates) {
  std::string list;
  for (int i = 0; i < 7'000; ++i) list += "贷款\n借款\n";
  Write(pack_ + "/loans.txt", list);
  const Output output = Rules({"validate", pack_});
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_TRUE(absl::StrContains(
      output.out,
      absl::StrCat("warning ", pack_,
                   "/loans.txt:3:1: 13,998 duplicates were merged, the first "
                   "in line 3 (as line 1)\n")))
      << output.out;
  // Removing a word removes all its lines.
  EXPECT_EQ(Rules({"edit", pack_, "--list", "loans", "--remove", "借款"}).code,
            0);
  EXPECT_FALSE(absl::StrContains(Read(pack_ + "/loans.txt"), "借款"));
}

TEST_F(RulesLocal, EditOfAHostsFileRemovesNoOtherDomain) {
  Write(pack_ + "/shorteners.txt",
        "127.0.0.1 localhost\n0.0.0.0 t.cn url.cn\n0.0.0.0 dwz.cn\n");
  EXPECT_TRUE(
      absl::StrContains(Rules({"validate", pack_}).out,
                        "shorteners.txt:1:11: 1 name of the machine itself"));
  const Output both =
      Rules({"edit", pack_, "--list", "shorteners", "--remove", "t.cn"});
  EXPECT_EQ(both.code, 1);
  EXPECT_TRUE(absl::StrContains(both.err, "shorteners.txt:2 names other"))
      << both.err;
  EXPECT_EQ(
      Rules({"edit", pack_, "--list", "shorteners", "--remove", "dwz.cn"}).code,
      0);
}

TEST_F(RulesLocal, ValidateNamesEveryFault) {
  Write(pack_ + "/loans.txt", "贷款\n\n  \u200b\n");
  Write(pack_ + "/table.csv", "word\n\"假证\n");
  const Output output = Rules({"validate", pack_});
  EXPECT_EQ(output.code, 1);
  EXPECT_TRUE(absl::StrContains(
      output.out, "/loans.txt:3:3: nothing is left of this word "))
      << output.out;
  EXPECT_TRUE(
      absl::StrContains(output.out, "/table.csv:2:1: a quote is not closed\n"));
  EXPECT_TRUE(absl::StrContains(output.out, "\n2 faults. "));
  const Output json = Rules({"validate", pack_, "--json"});
  EXPECT_EQ(json.code, 1);
  EXPECT_TRUE(absl::StrContains(
      json.out,
      "loans.txt\",\"line\":3,\"column\":3,\"what\":\"nothing is left of "))
      << json.out;
  EXPECT_TRUE(absl::StrContains(json.out, "\"count\":2"));
}

TEST_F(RulesLocal, ValidateTellsHowManyMoreFaultsThereAre) {
  std::string list;
  for (int i = 0; i < 70; ++i) list += "\u200b\n";
  Write(pack_ + "/loans.txt", list);
  const Output output = Rules({"validate", pack_});
  EXPECT_TRUE(
      std::regex_search(output.out, std::regex("\nand \\d+ more\n\\d+ faults")))
      << output.out;
}

TEST_F(RulesLocal, ValidateSaysWhenThereIsNoFolder) {
  const Output output = Rules({"validate", pack_ + "/none"});
  EXPECT_EQ(output.code, 1);
  EXPECT_TRUE(absl::StrContains(output.err, "rules init")) << output.err;
}

TEST_F(RulesLocal, EditShowsTheChangedLines) {
  const Output output = Rules(
      {"edit", pack_, "--list", "loans", "--add", "秒批", "--remove", "借款"});
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_EQ(Read(pack_ + "/loans.txt"), "# Loans.\n贷款\n秒批\n");
  EXPECT_TRUE(absl::StrContains(
      output.out, "@@ -1,3 +1,3 @@\n # Loans.\n 贷款\n-借款\n+秒批\n"))
      << output.out;
  EXPECT_FALSE(fs::exists(pack_ + "/loans.txt.new"));
}

TEST_F(RulesLocal, ADryEditWritesNothing) {
  const Output output = Rules({"edit", pack_ + "/", "--list", "table", "--add",
                               "发票", "--category", "papers", "--dry-run"});
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_TRUE(absl::StrContains(output.out, "+发票,papers\n")) << output.out;
  EXPECT_EQ(Read(pack_ + "/table.csv"), "word,category\n假证,papers\n");
}

TEST_F(RulesLocal, AnEditThatMakesThePackFaultyChangesNothing) {
  const Output output = Rules({"edit", pack_, "--list", "loans", "--add",
                               "借书"});  // Makes an example fail.
  EXPECT_EQ(output.code, 1);
  EXPECT_TRUE(absl::StrContains(
      output.err,
      absl::StrCat(
          pack_,
          "/rules.yaml:12:46: rule 'loan-words' hits this example, which it "
          "must let pass: '借书' (loans.txt:4)\n  This edit makes the pack "
          "faulty")))
      << output.err;
  EXPECT_EQ(Read(pack_ + "/loans.txt"), "# Loans.\n贷款\n借款\n");
}

TEST_F(RulesLocal, AnEditIsNotBlamedForOlderFaults) {
  Write(pack_ + "/table.csv", "nothing\n");
  const Output output =
      Rules({"edit", pack_, "--list", "loans", "--add", "秒批"});
  EXPECT_EQ(output.code, 1);
  EXPECT_TRUE(absl::StrContains(output.err, "already has faults"))
      << output.err;
  EXPECT_EQ(Read(pack_ + "/loans.txt"), "# Loans.\n贷款\n借款\n");
}

TEST_F(RulesLocal, EditNamesTheListsThatThereAre) {
  const Output near = Rules({"edit", pack_, "--list", "loan", "--add", "a"});
  EXPECT_EQ(near.code, 1);
  EXPECT_TRUE(absl::StrContains(near.err, "did you mean loans?")) << near.err;
  const Output far = Rules({"edit", pack_, "--list", "xyz", "--add", "a"});
  EXPECT_TRUE(absl::StrContains(far.err, "there is: loans, table, shorteners"))
      << far.err;
  // That a name is within another does not make it the one that was meant.
  const Output within = Rules({"edit", pack_, "--list", "short", "--add", "a"});
  EXPECT_TRUE(absl::StrContains(within.err, "there is: shorteners"))
      << within.err;
  EXPECT_EQ(Rules({"edit", pack_, "--list", "loans"}).code, 2);
}

TEST_F(RulesLocal, EditTakesDomainLists) {
  const auto edit = [this](std::vector<std::string> what) {
    what.insert(what.begin(), {"edit", pack_, "--list", "shorteners"});
    return Rules(std::move(what));
  };
  Write(pack_ + "/shorteners.txt", "# Short.\nt.cn # Sina\n0.0.0.0 dwz.cn\n");
  const Output output = edit({"--add", "url.cn", "--remove", "*.DWZ.cn"});
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_EQ(Read(pack_ + "/shorteners.txt"), "# Short.\nt.cn # Sina\nurl.cn\n");
  EXPECT_TRUE(absl::StrContains(edit({"--add", "T.cn"}).err,
                                "shorteners.txt:2 already has it"));
  EXPECT_TRUE(absl::StrContains(edit({"--remove", "a.t.cn"}).err, "not in"));
  EXPECT_TRUE(absl::StrContains(edit({"--add", "com.cn"}).err,
                                "--add com.cn: a public suffix"));
  // A subdomain of a listed domain, yet a different domain.
  EXPECT_EQ(edit({"--add", "a.t.cn"}).code, 0);
}

TEST_F(RulesLocal, EditKeepsAFilesRights) {
  const auto rights = fs::perms::owner_read | fs::perms::owner_write;
  fs::permissions(pack_ + "/loans.txt", rights);
  ASSERT_EQ(Rules({"edit", pack_, "--list", "loans", "--add", "秒批"}).code, 0);
  EXPECT_EQ(fs::status(pack_ + "/loans.txt").permissions(), rights);
}

TEST_F(RulesLocal, TestCountsByLabel) {
  const std::string file = folder_.path() + "/texts.tsv";
  Write(file,
        "spam\t办假证\nspam\t小额贷*款，加微信ab12\nspam\t小额贷款\n"
        "ham\t明天见\n");
  const Output output = Rules({"test", pack_, file, "--json"});
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_TRUE(
      absl::StrContains(output.out, "\"must_hit\":1,\"must_pass\":1}\n"))
      << output.out;
  EXPECT_TRUE(absl::StrContains(
      output.out,
      "{\"file\":\"texts.tsv\",\"label\":\"ham\",\"texts\":1,\"rejected\":0,"
      "\"held\":0,\"passed\":1}\n"
      "{\"file\":\"texts.tsv\",\"label\":\"spam\",\"texts\":3,\"rejected\":1,"
      "\"held\":1,\"passed\":1}\n"));
  EXPECT_TRUE(absl::StrContains(Rules({"test", pack_, file}).out, "66.7 %"));
  EXPECT_EQ(Rules({"test", pack_, file, "--class", "spam"}).code, 1);
}

TEST_F(RulesLocal, DiffSaysLinesRulesAndWords) {
  const std::string other = MakePack("other");
  Write(other + "/loans.txt", "# Loans.\n贷款\n秒批\n免审\n");
  Write(other + "/table.csv", "word,category\n假证,people\n");
  std::string rules = Read(other + "/rules.yaml");
  rules.replace(rules.find("score: 2"), 8, "score: 1");
  Write(other + "/rules.yaml", rules);
  Write(other + "/notes.md", "New.\n");
  const Output output = Rules({"diff", pack_, other});
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_TRUE(absl::StrContains(
      output.out, absl::StrCat("--- ", pack_, "/loans.txt\n+++ ", other,
                               "/loans.txt\n@@ -1,3 +1,4 @@\n # Loans.\n 贷款\n"
                               "-借款\n+秒批\n+免审\n")))
      << output.out;
  EXPECT_TRUE(absl::StrContains(output.out, "-    score: 2\n+    score: 1\n"));
  EXPECT_TRUE(
      absl::StrContains(output.out, "Rules changed: loan-contact (score)\n"));
  const Output json = Rules({"diff", pack_, other, "--json"});
  EXPECT_TRUE(absl::StrContains(
      json.out,
      "\"lists\":[{\"id\":\"loans\",\"before\":2,\"after\":3,\"added\":2,"
      "\"removed\":1,\"changed\":0},{\"id\":\"table\",\"before\":1,\"after\":1,"
      "\"added\":0,\"removed\":0,\"changed\":1}]"))
      << json.out;
  EXPECT_FALSE(
      absl::StrContains(Rules({"diff", pack_, other, "--brief"}).out, "@@"));
  EXPECT_EQ(
      Rules({"diff", pack_, pack_}).out,
      absl::StrCat("From ", pack_, " to ", pack_, ":\nNo file differs.\n"));
}

TEST_F(RulesLocal, ExplainMarksWhatItSees) {
  const Output output =
      Rules({"explain", "-", "--folder", pack_, "--language", "en"},
            "小额贷*款，加微信ab12\n");
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_TRUE(absl::StartsWith(
      output.out,
      "Held: loans has 5, and 5 are enough (loans-sum): 贷款 3 (loans.txt:2), "
      "/加微信[a-z0-9]+/ 2 (rules.yaml:18)\n"))
      << output.out;
  EXPECT_TRUE(absl::StrContains(output.out,
                                "  小额贷*款，加微信ab12\n"
                                "      ^^^^^  ^^^^^^^^^^\n"))
      << output.out;
  EXPECT_TRUE(absl::StrContains(output.out, "3-5   贷*款")) << output.out;
  EXPECT_TRUE(absl::StrContains(output.out, "+3 loans"));
  EXPECT_TRUE(absl::StrContains(output.out, "/加微信[a-z0-9]+/"));
  EXPECT_TRUE(absl::StrContains(output.out, "evasive"));
  EXPECT_TRUE(absl::StrContains(output.out, "HELD  by cn-2015@"));
  EXPECT_TRUE(absl::StrContains(output.out, "CONTENT_UNWANTED  loans-sum"));
  const Output json =
      Rules({"explain", "小额贷款", "--folder", pack_, "--json"});
  EXPECT_TRUE(absl::StrContains(json.out, "\"word_list\":\"loans\""))
      << json.out;
  EXPECT_TRUE(
      absl::StrContains(json.out, "\"decision\":\"DECISION_ACCEPTED\""));
}

// What has no part in the decision stands apart, and what hardly counts is
// named alone.
TEST_F(RulesLocal, ExplainTellsWhatDecidesFromTheRest) {
  std::string rules = Read(pack_ + "/rules.yaml");
  rules.insert(rules.find("thresholds:\n"),
               "  - {id: sure, category: b, basis: policy, words: [代开发票],\n"
               "     code: CONTENT_UNWANTED}\n"
               "  - {id: near, category: c, basis: policy, action: tag,\n"
               "     score: 50, words: [低点]}\n"
               "  - {id: far, category: d, basis: policy, action: tag,\n"
               "     score: 5, words: [发票]}\n"
               "  - {id: more, category: d, basis: policy, action: tag,\n"
               "     score: 99, words: [绝无此词]}\n"
               "  - {id: more-c, category: c, basis: policy, action: tag,\n"
               "     score: 99, words: [绝无此词]}\n");
  const std::string sums = "thresholds:\n";
  rules.insert(rules.find(sums) + sums.size(),
               "  - {id: c-sum, category: c, basis: policy, score: 100,\n"
               "     code: CONTENT_UNWANTED}\n"
               "  - {id: d-sum, category: d, basis: policy, score: 100,\n"
               "     code: CONTENT_UNWANTED}\n");
  Write(pack_ + "/rules.yaml", rules);
  const Output output = Rules({"explain", "代开发票，低点", "--folder", pack_});
  ASSERT_EQ(output.code, 0) << output.err << Read(pack_ + "/rules.yaml");
  EXPECT_TRUE(absl::StartsWith(
      output.out, "Rejected: rule sure finds 代开发票 (rules.yaml:"))
      << output.out;
  const size_t sure = output.out.find("代开发票  sure");
  const size_t others = output.out.find("Other hits (without influence)");
  const size_t near = output.out.find("低点", others);
  EXPECT_TRUE(sure < others && others < near && near != std::string::npos)
      << output.out;
  EXPECT_TRUE(absl::StrContains(
      output.out, "Also hit, in sums far from their thresholds: far\n"))
      << output.out;
  EXPECT_TRUE(absl::StartsWith(
      Rules({"explain", "低点", "--folder", pack_}).out,
      "Accepted: no sum is enough, the nearest is c-sum: 50 of 100\n"));
  EXPECT_TRUE(
      absl::StartsWith(Rules({"explain", "明天见", "--folder", pack_}).out,
                       "Accepted: no rule hits\n"));
}

// A whole file at once, of whichever encoding; what is there already is
// skipped.
TEST_F(RulesLocal, EditTakesAWholeFile) {
  const std::string words = folder_.path() + "/new.txt";
  Write(words, "# \xb4\xfb\n\xb4\xfb\xbf\xee\n\xc3\xeb\xc5\xfa\n");  // GBK.
  EXPECT_EQ(Rules({"edit", pack_, "--list", "loans", "--add-file", words}).code,
            1);
  const Output added = Rules({"edit", pack_, "--list", "loans", "--add-file",
                              words, "--encoding", "gbk"});
  ASSERT_EQ(added.code, 0) << added.err;
  EXPECT_EQ(Read(pack_ + "/loans.txt"), "# Loans.\n贷款\n借款\n秒批\n");
  EXPECT_TRUE(absl::StrContains(added.out, "1 added from ")) << added.out;
  EXPECT_TRUE(absl::StrContains(added.out, ", 1 were there already"));
  const std::string table = folder_.path() + "/new.csv";
  Write(table, "word,category\n假章,seals\n假证,papers\n");
  ASSERT_EQ(Rules({"edit", pack_, "--list", "table", "--add-file", table}).code,
            0);
  EXPECT_EQ(Read(pack_ + "/table.csv"),
            "word,category\n假证,papers\n假章,seals\n");
  const std::string hosts = folder_.path() + "/hosts";
  Write(hosts, "127.0.0.1 localhost\n0.0.0.0 t.cn b.top\n::1 a.top\n");
  ASSERT_EQ(
      Rules({"edit", pack_, "--list", "shorteners", "--add-file", hosts}).code,
      0);
  EXPECT_EQ(Read(pack_ + "/shorteners.txt"), "t.cn\nb.top\na.top\n");
  // What is wrong with it is said, and nothing changes.
  Write(hosts, "good.top\nhttp://bad\n");
  const Output faulty =
      Rules({"edit", pack_, "--list", "shorteners", "--add-file", hosts});
  EXPECT_EQ(faulty.code, 1);
  EXPECT_TRUE(absl::StrContains(faulty.err, "hosts:2:1: no domain"))
      << faulty.err;
  EXPECT_EQ(Read(pack_ + "/shorteners.txt"), "t.cn\nb.top\na.top\n");
  EXPECT_EQ(Rules({"edit", pack_, "--add-file", hosts, "--rule", "fakes"}).code,
            2);
  const Output lists = Rules({"edit", pack_, "--lists"});
  EXPECT_EQ(lists.code, 0) << lists.err;
  for (const char* part : {"loans", "shorteners", "domains", "table.csv"}) {
    EXPECT_TRUE(absl::StrContains(lists.out, part)) << lists.out;
  }
}

// Rules that exceptions, phrases and scopes keep from deciding.
constexpr char kLiftedRules[] =
    "  - id: sure\n"
    "    basis: policy\n"
    "    code: CONTENT_UNWANTED\n"
    "    match: {words: [代开发票], not: {word_lists: [cautions]}}\n"
    "  - id: own\n"
    "    basis: policy\n"
    "    action: hold\n"
    "    code: CONTENT_UNWANTED\n"
    "    words: [套现]\n"
    "    allow_phrases: [严禁套现]\n"
    "  - id: shop\n"
    "    basis: policy\n"
    "    code: CONTENT_UNWANTED\n"
    "    words: [办牌照]\n"
    "    scope: {accounts: [shop]}\n"
    "allow_phrases:\n"
    "  - 代开发票违法\n";

const struct {
  const char* text;
  const char* begin;
} kLiftedCases[] = {
    {"代开发票，假客服",
     "放行：若无“假客服”（cautions.txt:3，规则的例外）则拒绝：规则 sure 命中 "
     "代开发票（rules.yaml:26）\n"},
    // Each alone.
    {"代开发票，谨防假客服",
     "放行：若无“谨防”（cautions.txt:2，规则的例外）、“假客服”（cautions.txt:"
     "3，"
     "规则的例外）则拒绝：规则 sure 命中 代开发票（rules.yaml:26）\n"},
    {"严禁套现",
     "放行：若无“严禁套现”（rules.yaml:32，规则的放行短语）则待审：规则 own "
     "命中 "
     "套现（rules.yaml:31）\n"},
    {"代開發票违法",
     "放行：若无“代开发票违法”（rules.yaml:39，规则包的放行短语）则拒绝：规则 "
     "sure 命中 代开发票（rules.yaml:26）\n"},
    {"办牌照",
     "放行：规则 shop 命中 "
     "办牌照（rules.yaml:36），但不适用于本条短信：发送方不"
     "在规则的 scope 之内\n"},
    {"严禁代开发票", "拒绝：规则 sure 命中 代开发票（rules.yaml:26）\n"},
};

// What keeps a rule from deciding is named, with its place.
TEST_F(RulesLocal, ExplainSaysWhatLifts) {
  std::string rules = Read(pack_ + "/rules.yaml");
  rules.insert(rules.find("rules:\n"),
               "  - {id: cautions, file: cautions.txt}\n");
  rules.insert(rules.find("thresholds:\n"), kLiftedRules);
  Write(pack_ + "/rules.yaml", rules);
  Write(pack_ + "/cautions.txt", "# Warnings.\n谨防\n假客服\n");
  for (const auto& one : kLiftedCases) {
    const Output output =
        Rules({"explain", one.text, "--folder", pack_, "--language", "zh"});
    EXPECT_TRUE(absl::StartsWith(output.out, one.begin))
        << one.text << ": " << output.out << output.err;
  }
  const std::string out =
      Rules({"explain", "代开发票，假客服", "--folder", pack_}).out;
  EXPECT_TRUE(absl::StartsWith(
      out,
      "Accepted: without '假客服' (cautions.txt:3, an exception of the rule) "
      "it would be rejected: rule sure finds 代开发票 (rules.yaml:26)\n"))
      << out;
  EXPECT_TRUE(absl::StrContains(out, "\nRules that are lifted\n")) << out;
  EXPECT_TRUE(absl::StrContains(
      Rules({"explain", "代开发票，假客服", "--folder", pack_, "--json"}).out,
      "\"kind\":\"LIFT_KIND_NOT\""));
}

// Weights are compared with scores, by the share of what is needed.
TEST_F(RulesLocal, ExplainComparesWeightsWithScores) {
  std::string rules = Read(pack_ + "/rules.yaml");
  rules.insert(rules.find("rules:\n"),
               "weight_tables: [{id: fraud, file: fraud.csv}]\n");
  rules.insert(rules.find("thresholds:\n"),
               "  - id: like-fraud\n"
               "    basis: policy\n"
               "    code: CONTENT_UNWANTED\n"
               "    match: {weight: {table: fraud, at_least: 100}}\n");
  Write(pack_ + "/rules.yaml", rules);
  Write(pack_ + "/fraud.csv", "word,weight\n赔付,50\n理赔,40\n快递,30\n");
  EXPECT_TRUE(absl::StartsWith(
      Rules({"explain", "贷款赔付快递", "--folder", pack_}).out,
      "Accepted: nothing is enough, the nearest is rule like-fraud: it weighs "
      "80 of 100\n"))
      << Rules({"explain", "贷款赔付快递", "--folder", pack_}).out;
  EXPECT_TRUE(absl::StartsWith(
      Rules({"explain", "贷款赔付", "--folder", pack_}).out,
      "Accepted: no sum is enough, the nearest is loans-sum: 3 of 5\n"));
}

// A rule that is found seven times is one line, with its places.
TEST_F(RulesLocal, ExplainSaysEachRuleOnce) {
  std::string text;
  for (int i = 0; i < 7; ++i) absl::StrAppend(&text, "贷款", i, "、");
  const Output output = Rules({"explain", text, "--folder", pack_});
  ASSERT_EQ(output.code, 0) << output.err;
  size_t lines = 0;
  for (const absl::string_view line : absl::StrSplit(output.out, '\n')) {
    lines += absl::StrContains(line, "+3 loans");
  }
  EXPECT_EQ(lines, 1u) << output.out;
  EXPECT_TRUE(absl::StrContains(output.out,
                                "1-2, 5-6, 9-10, 13-14, 17-18 and "
                                "2 more"))
      << output.out;
  EXPECT_TRUE(absl::StrContains(
      Rules({"explain", text, "--folder", pack_, "--json"}).out,
      "\"begin\":24"));
}

TEST_F(RulesLocal, ExplainSaysWhichLinksAndContactsWereFound) {
  std::string rules = Read(pack_ + "/rules.yaml");
  const std::string before = "thresholds:\n";
  rules.insert(
      rules.find(before),
      "  - id: links\n"
      "    basis: policy\n"
      "    code: CONTENT_UNWANTED\n"
      "    match: {any: [{links: {domain_lists: [shorteners]}}, {contacts: "
      "{}}]}\n");
  Write(pack_ + "/rules.yaml", rules);
  const Output output =
      Rules({"explain", "看t点cn/abc，致电400-123-4567", "--folder", pack_});
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_TRUE(absl::StrContains(output.out,
                                "  看t点cn/abc，致电400-123-4567\n"
                                "    ^^^^^^^^^      ^^^^^^^^^^^^\n"))
      << output.out;
  for (const char* part :
       {"link t.cn", "shorteners", "phone 4001234567", "any"}) {
    EXPECT_TRUE(absl::StrContains(output.out, part)) << output.out;
  }
  const Output json = Rules({"explain", "t.cn/1", "--folder", pack_, "--json"});
  EXPECT_TRUE(absl::StrContains(json.out,
                                "\"contact\":\"CONTACT_KIND_LINK\","
                                "\"domain_list\":\"shorteners\""))
      << json.out;
  const Output counted = Rules({"validate", pack_, "--json"});
  EXPECT_TRUE(absl::StrContains(counted.out, "\"domains\":1,")) << counted.out;
}

TEST_F(RulesLocal, ExplainNamesContactsThatNoRuleAsksFor) {
  const Output output =
      Rules({"explain", "看t点cn/abc，致电400-123-4567", "--folder", pack_});
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_TRUE(absl::StrContains(output.out,
                                "Links and contacts: 2-9 link t.cn/abc, 13-24 "
                                "phone 4001234567"))
      << output.out;
}

TEST_F(RulesLocal, ExplainRefusesWhatMakesNoSense) {
  const Output empty = Rules({"explain", "", "--folder", pack_});
  EXPECT_EQ(empty.code, 1);
  EXPECT_TRUE(absl::StrContains(empty.err, "empty")) << empty.err;
  EXPECT_EQ(
      Rules({"explain", "a", "--folder", pack_, "--account", "shop"}).code, 2);
  EXPECT_EQ(Rules({"explain", "a", "--to", "13800138000"}).code, 2);
  const Output output = Rules({"explain", "-", "--folder", pack_}, "\xff\n");
  EXPECT_EQ(output.code, 1);
  EXPECT_TRUE(absl::StrContains(output.err, "not UTF-8")) << output.err;
}

TEST_F(RulesLocal, PreviewComparesFoldersOnAFile) {
  const std::string other = MakePack("other");
  Write(other + "/table.csv", "word,category\n包裹,parcels\n");
  const std::string file = folder_.path() + "/texts.tsv";
  Write(file,
        "a\t办假证13800138000\nb\t您的包裹到了，电话13800138000\nb\t明天见\n");
  const Output output =
      Rules({"preview", other, "--against", pack_, "--file", file});
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_TRUE(absl::StrContains(output.out, ": 3 messages in ")) << output.out;
  EXPECT_TRUE(absl::StrContains(output.out, " 2 of them (66.7 %)"));
  EXPECT_TRUE(absl::StrContains(output.out, "ACCEPTED  ->  REJECTED"));
  EXPECT_TRUE(absl::StrContains(output.out, "fakes: hits now\n"));
  EXPECT_TRUE(absl::StrContains(output.out, "fakes: hits no longer\n"));
  EXPECT_TRUE(absl::StrContains(output.out,
                                "  您的包裹到了，电话***********\n"
                                "      ^^^^\n"));
  EXPECT_FALSE(absl::StrContains(output.out, "138"));
  const Output lines =
      Rules({"preview", other, "--against", pack_, "--file", "-", "--json"},
            "办假证\n\xff\n明天见\n");
  EXPECT_EQ(lines.code, 1);  // A line was skipped.
  EXPECT_TRUE(absl::StrContains(lines.err, "-:2: not UTF-8; skipped"));
  EXPECT_TRUE(absl::StrContains(lines.out, "\"messages\":\"2\"")) << lines.out;
}

TEST_F(RulesLocal, PreviewOfAFolderNeedsTexts) {
  const Output output = Rules({"preview", pack_});
  EXPECT_EQ(output.code, 2);
  EXPECT_TRUE(absl::StrContains(output.err, "--file")) << output.err;
}

}  // namespace
}  // namespace sluice::ctl
