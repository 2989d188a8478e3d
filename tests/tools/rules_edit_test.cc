// sluicectl rules edit on rules.yaml: allow phrases, strict words, rules.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/tools/chinese.h"
#include "tests/tools/run_ctl.h"
#include "tools/lib/process.h"

namespace sluice::ctl {
namespace {

namespace fs = std::filesystem;

using testing::AllOf;
using testing::HasSubstr;

constexpr char kRules[] =
    "# Ours.\n"
    "word_lists:\n"
    "  - {id: loans, file: loans.txt}\n"
    "rules:\n"
    "  # Loans.\n"
    "  - id: loan-words\n"
    "    category: loans\n"
    "    basis: policy\n"
    "    action: tag\n"
    "    score: 3  # Weak.\n"
    "    word_lists: [loans]\n"
    "    examples:\n"
    "      must_hit: [小额贷款]\n"
    "\n"
    "  - id: loan-story\n"
    "    category: loans\n"
    "    basis: policy\n"
    "    action: tag\n"
    "    score: 2\n"
    "    match: {all: [{word_lists: [loans]}, {words: [秒批]}]}\n"
    "\n"
    "thresholds:\n"
    "  - {id: loans-sum, category: loans, score: 5, action: hold,\n"
    "     basis: policy, code: CONTENT_UNWANTED}\n"
    "allow_phrases:\n"
    "  - 银行贷款  # A bank's.\n";

class RulesEdit : public testing::Test {
 protected:
  RulesEdit() : folder_("rules-edit"), pack_(folder_.path() + "/pack") {
    fs::create_directory(pack_);
    for (const char* file : {"pack.yaml", "policy.yaml", "articles.yaml"}) {
      fs::copy(absl::StrCat("rules/packs/cn-2015/", file), pack_);
    }
    Write(pack_ + "/loans.txt", "贷款\n");
    // What the shipped policy names.
    Write(pack_ + "/shorteners.txt", "t.cn\n");
    Write(pack_ + "/rules.yaml",
          absl::StrCat(kRules,
                       "domain_lists: [{id: shorteners, file: "
                       "shorteners.txt}]\n"));
  }

  static void Write(const std::string& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
  }

  static std::string Read(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }

  Output Edit(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"rules", "edit", pack_});
    return RunCtl(std::move(arguments), "");
  }

  // rules.yaml, without what the constructor adds.
  std::string RulesFile() const {
    const std::string all = Read(pack_ + "/rules.yaml");
    return all.substr(0, all.find("domain_lists"));
  }

  const tools::TempFolder folder_;
  const std::string pack_;
};

// `text` with `to` in place of `from`.
std::string Changed(std::string text, const std::string& from,
                    const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST_F(RulesEdit, TakesPhrasesThatAllRulesLetPass) {
  const Output output =
      Edit({"--allow-phrases", "--add", "贷款须谨慎", "--remove", "銀行貸款"});
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_EQ(RulesFile(),
            Changed(kRules, "allow_phrases:\n  - 银行贷款  # A bank's.\n", ""));
  EXPECT_THAT(Read(pack_ + "/rules.yaml"),
              HasSubstr("allow_phrases:\n  - 贷款须谨慎\n"));
}

TEST_F(RulesEdit, TakesPhrasesThatOneRuleLetsPass) {
  const Output output =
      Edit({"--rule", "loan-words", "--allow-phrases", "--add", "贷款须谨慎"});
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_THAT(output.out,
              HasSubstr("+    allow_phrases:\n+      - 贷款须谨慎"));
  EXPECT_EQ(RulesFile(), Changed(kRules, "      must_hit: [小额贷款]\n",
                                 "      must_hit: [小额贷款]\n"
                                 "    allow_phrases:\n      - 贷款须谨慎\n"));
}

TEST_F(RulesEdit, ChangesARule) {
  const Output output = Edit({"--rule", "loan-words", "--set", "score=4",
                              "--set", "note=Everyday: often", "--add", "借款",
                              "--hits", "现金借款", "--passes", "借书"});
  ASSERT_EQ(output.code, 0) << output.err;
  std::string expected = Changed(kRules, "score: 3  # Weak.\n",
                                 "score: 4  # Weak.\n"
                                 "    note: \"Everyday: often\"\n");
  expected = Changed(expected, "      must_hit: [小额贷款]\n",
                     "      must_hit: [小额贷款, 现金借款]\n"
                     "      must_pass:\n        - 借书\n"
                     "    words:\n      - 借款\n");
  EXPECT_EQ(RulesFile(), expected);
}

TEST_F(RulesEdit, ChangesAThreshold) {
  ASSERT_EQ(Edit({"--rule", "loans-sum", "--set", "score=4"}).code, 0);
  EXPECT_EQ(RulesFile(), Changed(kRules, "score: 5", "score: 4"));
}

TEST_F(RulesEdit, RemovesAValue) {
  ASSERT_EQ(Edit({"--rule", "loan-words", "--set", "note=Weak."}).code, 0);
  ASSERT_EQ(Edit({"--rule", "loan-words", "--set", "note="}).code, 0);
  EXPECT_EQ(RulesFile(), kRules);
  const Output gone = Edit({"--rule", "loan-words", "--set", "note="});
  EXPECT_EQ(gone.code, 1);
  EXPECT_THAT(gone.err, HasSubstr("the rule has no note"));
}

TEST_F(RulesEdit, MakesARuleThatHolds) {
  const Output output = Edit({"--new-rule", "tea-club", "--add", "品茶会所",
                              "--hits", "新开品茶会所", "--passes", "茶会"});
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_EQ(RulesFile(), Changed(kRules, "\nthresholds:",
                                 "\n"
                                 "  - id: tea-club\n"
                                 "    basis: policy\n"
                                 "    action: hold\n"
                                 "    code: CONTENT_UNWANTED\n"
                                 "    words:\n"
                                 "      - 品茶会所\n"
                                 "    examples:\n"
                                 "      must_hit:\n"
                                 "        - 新开品茶会所\n"
                                 "      must_pass:\n"
                                 "        - 茶会\n"
                                 "\n"
                                 "thresholds:"));
  const Output again = Edit({"--new-rule", "tea-club", "--add", "茶"});
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.err, HasSubstr("already has it"));
}

TEST_F(RulesEdit, RemovesARule) {
  ASSERT_EQ(Edit({"--new-rule", "tea-club", "--add", "品茶会所"}).code, 0);
  const Output output = Edit({"--remove-rule", "tea-club"});
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_THAT(output.out, HasSubstr("-  - id: tea-club"));
  EXPECT_EQ(RulesFile(), kRules);
}

TEST_F(RulesEdit, TakesStrictWords) {
  ASSERT_EQ(Edit({"--strict-words", "--add", "贷款"}).code, 0);
  EXPECT_THAT(Read(pack_ + "/rules.yaml"),
              HasSubstr("\nstrict_words:\n  - 贷款\n"));
}

TEST_F(RulesEdit, SaysWhatItCannotDo) {
  struct Case {
    std::vector<std::string> arguments;
    int code;
    std::vector<std::string> says;
  };
  const Case cases[] = {
      {{"--add", "x"}, 2, {"give one of --list, --rule"}},
      {{"--list", "loans", "--rule", "loan-words", "--add", "x"},
       2,
       {"give one of --list, --rule"}},
      {{"--allow-phrases", "--set", "score=1"}, 2, {"give --rule ID"}},
      {{"--rule", "loan-words"}, 2, {"nothing to do", "--set"}},
      {{"--allow-phrases"}, 2, {"nothing to do"}},
      {{"--rule", "loan-word", "--set", "score=1"},
       1,
       {"rules.yaml has no such rule, did you mean loan-words?"}},
      {{"--rule", "loan-words", "--set", "scor=1"},
       1,
       {"--set scor=1: not a single value", "did you mean 'score'?"}},
      {{"--rule", "loan-words", "--set", "words=x"}, 1, {"not a single value"}},
      {{"--rule", "loan-words", "--set", "score"}, 1, {"write FIELD=VALUE"}},
      {{"--rule", "loan-words", "--set", "id=x"}, 1, {"keeps its id"}},
      {{"--rule", "loan-words", "--set", "score=many"},
       1,
       {"rules.yaml:10:12", "nothing was changed"}},
      {{"--rule", "loan-story", "--add", "x"},
       1,
       {"rules.yaml:15: loan-story", "one of its lists: loans\n"}},
      {{"--allow-phrases", "--add", "銀行貸款"},
       1,
       {"rules.yaml:26 already has it"}},
      {{"--allow-phrases", "--add", "甲", "--add", "甲"}, 1, {"given twice"}},
      {{"--allow-phrases", "--add", "\u200b"}, 1, {"nothing is left"}},
      {{"--allow-phrases", "--remove", "甲"}, 1, {"not in allow_phrases"}},
      {{"--remove-rule", "loan"}, 1, {"no such rule"}},
      {{"--rule", "loan-words", "--hits", "借书"},
       1,
       {"does not hit", "This edit makes the pack faulty"}},
  };
  const std::string before = Read(pack_ + "/rules.yaml");
  for (const Case& c : cases) {
    const Output output = Edit(c.arguments);
    EXPECT_EQ(output.code, c.code) << output.err;
    for (const std::string& text : c.says) {
      EXPECT_THAT(output.err, HasSubstr(text));
    }
    EXPECT_EQ(Read(pack_ + "/rules.yaml"), before);
  }
}

// A rule with conditions, and no list for a word.
TEST_F(RulesEdit, SaysWhereAWordGoesWithoutAList) {
  Write(pack_ + "/words.csv", "word,weight\n赔付,60\n");
  Write(pack_ + "/rules.yaml",
        "weight_tables: [{id: fraud, file: words.csv}]\n"
        "domain_lists: [{id: shorteners, file: shorteners.txt}]\n"
        "rules:\n"
        "  - {id: sum, basis: law, match: {weight: {table: fraud, at_least: "
        "60}}}\n"
        "  - {id: story, basis: law, match: {all: [{words: [秒批]}, {words: "
        "[贷款]}]}}\n");
  EXPECT_THAT(Edit({"--rule", "sum", "--add", "x"}).err,
              HasSubstr("sum decides by the weight table fraud, and has no "
                        "list: give the word a weight in the table's file"));
  EXPECT_THAT(Edit({"--rule", "story", "--add", "x"}).err,
              HasSubstr("has its words in them and no list: change its match "
                        "in "));
}

TEST_F(RulesEdit, SpeaksChinese) {
  const std::vector<std::string> edits[] = {
      {"--allow-phrases", "--add", "贷款须谨慎"},
      {"--rule", "loan-words", "--set", "score=4", "--dry-run"},
      {"--new-rule", "tea-club", "--add", "品茶会所"},
      {"--new-rule", "loan-words", "--add", "x"},
      {"--rule", "loan-word", "--set", "score=1"},
      {"--rule", "loan-words", "--set", "scor=1"},
      {"--rule", "loan-words", "--set", "id=x"},
      {"--rule", "loan-words", "--hits", "借书"},
      {"--rule", "loan-story", "--add", "x"},
      {"--rule", "loan-words"},
      {"--list", "loan", "--add", "x"},
      {"--allow-phrases", "--remove", "甲"},
      {"--allow-phrases", "--add", "贷款须谨慎"},
      {"--add", "x"}};
  for (std::vector<std::string> edit : edits) {
    edit.insert(edit.begin(), {"rules", "edit", pack_});
    const Output output = RunAsIs(edit);
    EXPECT_THAT(EnglishIn(output.out + output.err), testing::IsEmpty())
        << output.out << output.err;
    EXPECT_THAT(output.out + output.err,
                testing::ContainsRegex("规则|词|改动|不在|请给出"));
  }
}

TEST_F(RulesEdit, AnswersProgramsInJson) {
  const Output output =
      Edit({"--allow-phrases", "--add", "贷款须谨慎", "--json"});
  ASSERT_EQ(output.code, 0) << output.err;
  EXPECT_THAT(output.out,
              AllOf(HasSubstr("\"added\":1"), HasSubstr("\"written\":true")));
}

}  // namespace
}  // namespace sluice::ctl
