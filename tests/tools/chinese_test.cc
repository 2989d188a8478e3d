// The commands of a compliance officer in Chinese, which is the default, and in
// English: headings, states and sentences, on a small pack.

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "tests/tools/chinese.h"
#include "tests/tools/run_ctl.h"
#include "tools/lib/display_width.h"
#include "tools/lib/process.h"

namespace sluice::ctl {
namespace {

namespace fs = std::filesystem;

using testing::Test;

// 小额贷款，加微信, as GBK has it.
constexpr char kGbk[] =
    "\xd0\xa1\xb6\xee\xb4\xfb\xbf\xee\xa3\xac\xbc\xd3\xce\xa2\xd0\xc5";
// The same in UTF-16, little end first.
constexpr char kUtf16[] =
    "\xff\xfe\x0f\x5c\x9d\x98\x37\x8d\x3e\x6b\x0c\xff\xa0\x52\xae\x5f\xe1\x4f"
    "\n";

void Write(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

void ExpectAll(const std::string& text, const std::vector<const char*>& parts) {
  for (const char* part : parts) {
    EXPECT_TRUE(absl::StrContains(text, part)) << part << "\n" << text;
  }
}

void ExpectChinese(const Output& output) {
  for (const std::string& text : {output.out, output.err}) {
    for (const std::string& run : EnglishIn(text)) {
      ADD_FAILURE() << "\"" << run << "\" in\n" << text;
    }
  }
}

void ExpectNarrow(const std::string& text) {
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    EXPECT_LE(tools::DisplayWidth(line), 80u) << line;
  }
}

class Chinese : public Test {
 protected:
  Chinese() : folder_("chinese"), pack_(folder_.path() + "/pack") {
    fs::create_directory(pack_);
    for (const char* file : {"pack.yaml", "policy.yaml", "articles.yaml"}) {
      fs::copy(absl::StrCat("rules/packs/cn-2015/", file), pack_);
    }
    Write(pack_ + "/loans.txt", "贷款\n借款\n");
    Write(pack_ + "/shorteners.txt", "t.cn\n");
    WriteRules("");
  }

  void WriteRules(const std::string& more) const {
    Write(pack_ + "/rules.yaml",
          absl::StrCat("word_lists:\n"
                       "  - {id: loans, file: loans.txt}\n"
                       "rules:\n"
                       "  - id: loan-words\n"
                       "    category: loans\n"
                       "    basis: policy\n"
                       "    action: tag\n"
                       "    score: 3\n"
                       "    word_lists: [loans]\n"
                       "  - id: loan-contact\n"
                       "    category: loans\n"
                       "    basis: policy\n"
                       "    action: tag\n"
                       "    score: 2\n"
                       "    regexes: ['加微信']\n"
                       "  - id: watched\n"
                       "    basis: policy\n"
                       "    code: CONTENT_UNWANTED\n"
                       "    mode: observe\n"
                       "    words: [秒批]\n",
                       more,
                       "thresholds:\n"
                       "  - {id: loans-sum, category: loans, score: 5,\n"
                       "     action: hold, basis: policy,\n"
                       "     code: CONTENT_UNWANTED}\n"
                       "domain_lists:\n"
                       "  - {id: shorteners, file: shorteners.txt}\n"));
  }

  Output Explain(const std::string& text,
                 const std::vector<std::string>& more = {},
                 const std::string& input = "", size_t width = 0) const {
    std::vector<std::string> arguments = {"rules", "explain", text, "--folder",
                                          pack_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunAsIs(arguments, input, width);
  }

  const tools::TempFolder folder_;
  const std::string pack_;
};

TEST_F(Chinese, ExplainsInChinese) {
  const Output output = Explain("小额贷款，加微信，秒批，t.cn/abc", {}, "", 80);
  ASSERT_EQ(output.code, 0) << output.err;
  ExpectAll(output.out, {"位置",
                         "命中内容",
                         "规则",
                         "动作",
                         "执行方式",
                         "词句",
                         "词表",
                         "匹配方式",
                         "仅观察",
                         "正则表达式",
                         "得分",
                         "阈值分",
                         "接近程度",
                         "是否达到",
                         "转人工审核",
                         "待审",
                         "类别：营销",
                         "本平台",
                         "链接和联系方式：",
                         "链接 t.cn/abc",
                         "仅观察，未强制执行"});
  ExpectChinese(output);
  ExpectNarrow(output.out);
  const Output nothing = Explain("明天见");
  ExpectAll(nothing.out, {"没有命中。", "放行  规则集 "});
  ExpectChinese(nothing);
}

TEST_F(Chinese, ExplainsInEnglishWhenAsked) {
  const Output output = Explain("小额贷款，加微信，秒批", {"--language", "en"});
  ASSERT_EQ(output.code, 0) << output.err;
  ExpectAll(output.out,
            {"at   ", "found", "does", "how near", "reached", "HELD  by ",
             ", as commercial  (content rules only: give --account for all "
             "other checks of the message)",
             "Observed, not enforced"});
}

TEST_F(Chinese, TheEnvironmentMaySayTheLanguage) {
  setenv("SLUICE_LANGUAGE", "en", 1);
  const Output english = Explain("小额贷款");
  const Output chinese = Explain("小额贷款", {"--language", "zh"});
  const Output help = RunAsIs({"--help"});
  unsetenv("SLUICE_LANGUAGE");
  ExpectAll(english.out, {"ACCEPTED  by "});
  ExpectAll(chinese.out, {"放行  规则集 "});
  ExpectAll(help.out, {"SLUICE_LANGUAGE"});
}

TEST_F(Chinese, ExplainReadsOtherEncodings) {
  const Output unsaid = Explain("-", {}, kGbk);
  EXPECT_EQ(unsaid.code, 1);
  ExpectAll(unsaid.err, {"像是 GBK", "--encoding gbk"});
  ExpectChinese(unsaid);
  ExpectAll(Explain("-", {"--language", "en"}, kGbk).err,
            {"it looks like GBK", "--encoding gbk"});
  const Output gbk = Explain("-", {"--encoding", "gbk"}, kGbk);
  ExpectAll(gbk.out, {"小额贷款，加微信", "待审"});
  const Output utf16 =
      Explain("-", {"--encoding", "utf-16"},
              std::string(kUtf16, sizeof(kUtf16) - 1) + std::string(1, '\0'));
  ExpectAll(utf16.out, {"小额贷款，加微信\n", "待审"});
}

TEST_F(Chinese, ErrorsAreChinese) {
  const Output none = RunAsIs({"rules", "explain", "a", "--folder", "/none"});
  EXPECT_EQ(none.code, 1);
  ExpectAll(none.err, {"/none：没有这个文件夹"});
  ExpectChinese(none);
  const Output wrong = Explain("a", {"--class", "spam"});
  ExpectAll(wrong.err, {"没有 \"spam\" 这个取值"});
  ExpectChinese(wrong);
  const Output empty = Explain("");
  ExpectAll(empty.err, {"TEXT：为空"});
  ExpectChinese(empty);
  const Output unreached = RunAsIs(
      {"rules", "explain", "a", "--server", "127.0.0.1:1", "--timeout", "1"});
  EXPECT_EQ(unreached.code, 1);
  ExpectAll(unreached.err, {"无法连接 127.0.0.1:1", "是否在"});
  ExpectChinese(unreached);
  const Output no_key =
      RunAsIs({"--key-file", "/none", "rules", "explain", "a"});
  ExpectAll(no_key.err, {"/none：没有这个文件"});
  ExpectChinese(no_key);
}

// A hint about versions does not help whoever named a file that is not there.
TEST_F(Chinese, HintsFitTheirErrors) {
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{
           {"rules", "history", "3"},
           {"rules", "approve", "3"},
           {"rules", "publish", "3", "--reason", "x"},
           {"rules", "withdraw", "3", "--reason", "x"},
           {"rules", "exempt", "confirm", "3", "--reason", "x"},
           {"hold", "show", "00000000A4F0001"}}) {
    for (const char* flag : {"--key-file", "--ca"}) {
      std::vector<std::string> arguments = {"--language", "en", flag, "/none"};
      arguments.insert(arguments.end(), command.begin(), command.end());
      EXPECT_EQ(RunAsIs(arguments).err, "sluicectl: /none: no such file\n");
    }
  }
}

}  // namespace
}  // namespace sluice::ctl
