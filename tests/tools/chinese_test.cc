// The commands of a compliance officer in Chinese, which is the default, and in
// English: headings, states and sentences, on a small pack.

#include <filesystem>
#include <fstream>
#include <functional>
#include <regex>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "tests/tools/chinese.h"
#include "tests/tools/run_ctl.h"
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
  EXPECT_EQ(output.out.rfind("待审：loans 得分 ", 0), 0u) << output.out;
  ExpectAll(output.out, {"位置",
                         "命中内容",
                         "规则",
                         "动作",
                         "执行方式",
                         "匹配项",
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

// Why a text passed: its sum, what the rule asks for, and the words on both
// sides.
TEST_F(Chinese, ExplainsWhatATextWeighs) {
  Write(pack_ + "/fraud.csv",
        "word,weight\n赔付,40\n快递,30\n理赔,50\n谨防,-60\n");
  WriteRules(
      "  - id: reads\n"
      "    basis: policy\n"
      "    code: CONTENT_UNWANTED\n"
      "    action: hold\n"
      "    match: {weight: {table: fraud, at_least: 60}}\n"
      "  - id: reads-more\n"
      "    basis: policy\n"
      "    code: CONTENT_UNWANTED\n"
      "    match: {weight: {table: fraud, at_least: 65}}\n"
      "  - id: reads-most\n"
      "    basis: policy\n"
      "    code: CONTENT_UNWANTED\n"
      "    match: {weight: {table: fraud, at_least: 90}}\n");
  std::ofstream(pack_ + "/rules.yaml", std::ios::app)
      << "weight_tables:\n  - {id: fraud, file: fraud.csv}\n";
  const std::string text = "快递赔付，谨防有人借款";
  const Output passed = Explain(text, {}, "", 80);
  ASSERT_EQ(passed.code, 0) << passed.err;
  ExpectAll(passed.out, {"放行", "权重合计", "须达到", "支持", "反对", "reads",
                         "赔付 +40", "快递 +30", "谨防 -60", "否",
                         // The scores, too, below their threshold.
                         "loans-sum", "阈值分"});
  ExpectChinese(passed);
  ExpectNarrow(passed.out);
  ExpectTitles(passed.out);
  ExpectAll(Explain(text, {"--language", "en"}).out,
            {"sum", "at least", "for", "against", "赔付 +40, 快递 +30",
             "谨防 -60", "no"});
  ExpectAll(Explain(text, {"--json"}).out,
            {"\"weighings\":[{\"rule\":\"reads\"", "\"at_least\":60",
             "\"sum\":\"10\""});
  const Output held = Explain("快递赔付", {}, "", 80);
  ExpectAll(held.out, {"拒绝", "权重合计", "是", "赔付 +40", "reads-more",
                       "reads-most", "同上"});
  // Who asks for more than what is not reached is no line.
  EXPECT_FALSE(absl::StrContains(passed.out, "reads-more")) << passed.out;
  // Words that say nothing for a rule are no line.
  EXPECT_FALSE(absl::StrContains(Explain("谨防", {}).out, "权重合计"));
  EXPECT_FALSE(absl::StrContains(Explain("明天见", {}).out, "权重合计"));
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

TEST_F(Chinese, ValidatesInChinese) {
  const Output good = RunAsIs({"rules", "validate", pack_}, "", 80);
  ASSERT_EQ(good.code, 0) << good.out;
  ExpectAll(good.out, {"合格：cn-2015", "内容", "数量", "说明", "正则表达式",
                       "停用 0，仅观察或抽样执行 1"});
  ExpectChinese(good);
  ExpectNarrow(good.out);
  Write(pack_ + "/loans.txt",
        "贷款\n贷款\n发票，收据\n“秒批”\n// 注\n----\n1. 免审\n免 押\n");
  WriteRules(
      "  - id: short\n"
      "    basis: policy\n"
      "    code: CONTENT_UNWANTED\n"
      "    words: [贷]\n"
      "    scope: {signatures: [【某店】]}\n");
  const Output odd = RunAsIs({"rules", "validate", pack_});
  ASSERT_EQ(odd.code, 0) << odd.out;
  ExpectAll(odd.out,
            {"警告 ", "“，”属于这个词，不起分隔作用", "请去掉引号",
             "“//”不是注释的开头", "只有标点", "请一行只写词本身",
             "汉字之间的空格不起作用", "只有一个字", "签名的名称不含括号",
             "合并了 1 个重复的词", "条警告：服务器接受这个规则包"});
  ExpectChinese(odd);
  const Output english =
      RunAsIs({"rules", "validate", pack_, "--language", "en"});
  ExpectAll(english.out, {"Good: cn-2015", "warning ", "begins no comment",
                          "Weaker than the shipped cn-2015:",
                          " warnings: the server takes the pack"});
}

TEST_F(Chinese, FaultsAreChinese) {
  Write(pack_ + "/loans.txt", "贷款\n\u200b\n");
  WriteRules(
      "  - id: loan-words\n"
      "    basis: policy\n"
      "    actoin: tag\n"
      "  - id: unlisted\n"
      "    basis: policy\n"
      "    code: CONTENT_UNWANTED\n"
      "    word_lists: [lones]\n"
      "  - id: alone\n"
      "    category: nothing\n"
      "    basis: policy\n"
      "    action: tag\n"
      "    score: 3\n"
      "    words: [秒批]\n"
      "  - id: wide\n"
      "    basis: policy\n"
      "    action：tag\n");
  const Output output = RunAsIs({"rules", "validate", pack_});
  EXPECT_EQ(output.code, 1);
  ExpectAll(output.out, {"是全角冒号（U+FF1A）", "。请改正后重新校验"});
  ExpectChinese(output);
  WriteRules(
      "  - id: loan-words\n"
      "    basis: policy\n"
      "    actoin: tag\n"
      "  - id: unlisted\n"
      "    basis: policy\n"
      "    code: CONTENT_UNWANTED\n"
      "    word_lists: [lones]\n"
      "  - id: alone\n"
      "    category: nothing\n"
      "    basis: policy\n"
      "    action: tag\n"
      "    score: 3\n"
      "    words: [秒批]\n");
  const Output more = RunAsIs({"rules", "validate", pack_});
  ExpectAll(more.out,
            {"没有 'actoin' 这个键，是否应为 'action'？",
             "编号“loan-words”重复", "没有词表 'lones'，是否应为 'loans'？",
             "类别“nothing”没有阈值", "/loans.txt:2:1: 这个词归一化后为空"});
  ExpectChinese(more);
  const Output english =
      RunAsIs({"rules", "validate", pack_, "--language", "en"});
  ExpectAll(english.out, {"unknown key 'actoin', did you mean 'action'?",
                          "duplicate id 'loan-words'", "faults. Correct them"});
  // explain and preview refuse the pack with the same lines.
  const Output explained = Explain("贷款");
  ExpectAll(explained.err, {"没有词表 'lones'"});
  ExpectChinese(explained);
}

// What people get wrong in policy.yaml.
TEST_F(Chinese, FaultsOfAPolicyAreChinese) {
  Write(pack_ + "/policy.yaml",
        "classes:\n"
        "  - {message_class: notice, validity_minutes: 20000}\n"
        "  - {message_class: notice, needs_opt_out_wording: true}\n"
        "  - {}\n"
        "send_hours:\n"
        "  - {open: '25:00', close: '25:00'}\n"
        "limits:\n"
        "  - {id: a, by: [numbre], max: 0, window: week2, basis: policy,\n"
        "     code: CONTENT_UNWANTED, mode: sample}\n"
        "checks:\n"
        "  - {code: CONTENT_UNWANTED}\n"
        "campaigns: {minutes: 0, limits: [{classes: [notice, notice]}]}\n"
        "opt_out_wording: {preferred: 回T, reply_words: ['\u200b']}\n"
        "links: {links_max: 1000}\n");
  const Output output = RunAsIs({"rules", "validate", pack_});
  EXPECT_EQ(output.code, 1);
  ExpectAll(
      output.out,
      {"最多 10080（7 天）", "这个类别重复", "须填写 'message_class'",
       "须填写 'classes'", "'open' 须为 HH:MM", "'by' 不能含 'numbre'",
       "'max' 须不小于 1", "'window' 须为数字加", "限额的 'code' 可用",
       "只有内容规则可以抽样执行", "须填写 'mode'", "'minutes' 须为 1 至 1440",
       "有类别重复", "'recipients_max' 须为", "有类别须带退订提示",
       "这个词归一化后为空", "'links.links_max' 最大为"});
  EXPECT_FALSE(absl::StrContains(output.out, "有错误")) << output.out;
  ExpectChinese(output);
  Write(pack_ + "/policy.yaml",
        "signature: {length_min: 9, length_max: 2}\n"
        "hold_hours: 9999\n"
        "calling_codes: [86000]\n"
        "retention: {messages_days: 1, messages_days_min: 2}\n");
  const Output figures = RunAsIs({"rules", "validate", pack_});
  ExpectAll(figures.out, {"'length_min'（9）大于", "'hold_hours' 最大为 720",
                          "国家代码为 1 至 999", "'messages_days' 小于"});
  ExpectChinese(figures);
}

// What people get wrong in the other files of a pack.
TEST_F(Chinese, FaultsOfRulesAreChinese) {
  Write(pack_ + "/pack.yaml",
        "name: 我的\nversion: one\ntime_zone: Mars\ncountries: [China]\n"
        "effective_from: '2026-02-01'\neffective_to: '2026-01-01'\n");
  WriteRules(
      "  - {id: a, basis: policy, action: hold, code: CONTENT_UNWANTED,\n"
      "     words: [b], auto_rollback: {minutes: 5}, sample_percent: 5}\n"
      "  - {id: b, basis: law, words: [c], mode: sample,\n"
      "     auto_rollback: {percent: 500, times: 100000, minutes: 100000}}\n"
      "  - {id: c, basis: law, auto_rollback: {off: true, minutes: 5},\n"
      "     match: {length: {min: 5, max: 2}}}\n"
      "  - {id: d, basis: law, auto_rollback: {},\n"
      "     match: {count: {of: {words: [d]}, at_least: 1}}}\n"
      "  - {id: e, basis: law, match: {contacts: {kinds: [qq, qq]}}}\n"
      "  - {id: f, basis: law, match: {any: [{}, {words: [g]}]}}\n");
  const Output output = RunAsIs({"rules", "validate", pack_});
  EXPECT_EQ(output.code, 1);
  ExpectAll(output.out,
            {"须填写 'name'", "'version' 须是以点隔开的数字", "须填写 'title'",
             "'time_zone' 须是", "国家写成两个大写字母", "'effective_to' 早于",
             "只能与 action: reject 一起使用", "只能与 mode: sample 一起使用",
             "mode: sample 须带 'sample_percent'", "须大于 0，最大 100",
             "停用的自动回滚不能再有其他设置", "'min' 大于 'max'",
             "'at_least' 须不小于 2", "这个种类重复", "没有内容：可用 'any'"});
  EXPECT_FALSE(absl::StrContains(output.out, "有错误")) << output.out;
  ExpectChinese(output);
}

// What RE2 and Hyperscan say, by kind, with their own words beside.
TEST_F(Chinese, FaultsOfRegexesAreChinese) {
  const struct {
    const char* regex;
    const char* says;
  } kCases[] = {
      {"(票", "括号"},
      {"票)", "括号"},
      {"[票", "方括号"},
      {"[票-a]", "字符范围"},
      {"票**", "重复"},
      {"*票", "重复"},
      {"票{3,1}", "重复"},
      {"票{1,2000}", "次数"},
      {"票*", "空文本"},
      {"^$", "空文本"},
      {"(?=票)据", "不支持"},
      {"(票)\\1", "不支持"},
      {"票(?#据)\\", "反斜杠"},
      {"票\\y", "转义"},
      {"\\p{Hann}", "字符属性"},
      {"[[:foo:]]票", "字符类"},
      {"[A-Z]票", "归一化后的短信中没有“A”，请写“a”"},
      {"发 票", "汉字之间的空格"},
      {"(\\p{L}{1,100}a){3}", "过大"},
      {"", "空的正则表达式"},
  };
  for (const auto& c : kCases) {
    WriteRules(absl::StrCat(
        "  - id: faulty\n    basis: policy\n    code: CONTENT_UNWANTED\n",
        "    regexes: ['", c.regex, "']\n"));
    const Output output = RunAsIs({"rules", "validate", pack_});
    EXPECT_EQ(output.code, 1) << c.regex;
    ExpectAll(output.out, {c.says, "rules.yaml:"});
    EXPECT_FALSE(absl::StrContains(output.out, "有错误")) << output.out;
    ExpectChinese(output);
  }
}

// The last faults that were English.
TEST_F(Chinese, RareFaultsOfAPackAreChinese) {
  WriteRules(
      "  - id: spelled\n"
      "    basis: policy\n"
      "    code: CONTENT_UNWANTED\n"
      "    folding: evasive\n"
      "    match: {links: {at_least: 2}}\n"
      "sounds: {confusions: [a, 'b=c=d', '1=2']}\n");
  const Output output = RunAsIs({"rules", "validate", pack_});
  EXPECT_EQ(output.code, 1);
  ExpectAll(output.out, {"只能与词和正则表达式一起使用", "如 'zh z'"});
  EXPECT_FALSE(absl::StrContains(output.out, "有错误")) << output.out;
  ExpectChinese(output);
  WriteRules("");
  fs::remove(pack_ + "/loans.txt");
  fs::create_directory(pack_ + "/loans.txt");
  fs::remove(pack_ + "/articles.yaml");
  const Output files = RunAsIs({"rules", "validate", pack_});
  EXPECT_EQ(files.code, 1);
  ExpectAll(files.out, {"无法读取，这里须是一个文件",
                        "loans.txt 无法读取：不是普通的文件"});
  EXPECT_FALSE(absl::StrContains(files.out, "有错误")) << files.out;
  ExpectChinese(files);
}

TEST_F(Chinese, FaultsOfYamlAreChinese) {
  const struct {
    const char* content;
    const char* says;
  } kCases[] = {
      {"rules:\n  - id: a\n    basis: b: c\n", "这里不能有值"},
      {"rules:\n  - id: a\n   basis: law\n", "列表到这里中断"},
      {"rules:\n  - id: a\n    words: [b, c\n", "缺了“]”"},
      {"rules:\n  - {id: a, basis: law\n", "缺了“}”"},
      {"rules:\n  - id: a]\n    words: ]\n", "多了“]”或“}”"},
      {"rules:\n  - id: 'a\n    basis: law\n", "从这里开始的引号没有结束"},
      {"rules:\n  - id: \"a\\q\"\n", "请改用单引号"},
      {"rules:\n  - id: @a\n", "请把文字放在引号里"},
      {"rules:\n  - id: *a\n", "以“*”开头的文字"},
      {"rules:\n  - id: &a b\n", "以“&”开头的文字"},
      {"rules:\n  - id: !a b\n", "以“!”开头的文字"},
      {"rules: []\n---\nrules: []\n", "第二个文档"},
      {"rules: []\n\xb4\xfb\xbf\xee\n", "不是 UTF-8"},
  };
  for (const auto& c : kCases) {
    Write(pack_ + "/rules.yaml", c.content);
    const Output output = RunAsIs({"rules", "validate", pack_});
    EXPECT_EQ(output.code, 1);
    ExpectAll(output.out, {c.says});
    ExpectChinese(output);
  }
}

TEST_F(Chinese, ComparesAndPreviewsInChinese) {
  const std::string other = folder_.path() + "/other";
  fs::copy(pack_, other, fs::copy_options::recursive);
  Write(other + "/loans.txt", "贷款\n");
  Write(folder_.path() + "/texts.tsv", "a\t小额借款，加微信\nb\t明天见\n");
  const Output diff = RunAsIs({"rules", "diff", pack_, other}, "", 80);
  ASSERT_EQ(diff.code, 0) << diff.err;
  ExpectAll(diff.out, {"从 ", " 到 ", "新增行", "改动前", "词表中的词"});
  ExpectChinese(diff);
  const Output preview = RunAsIs({"rules", "preview", other, "--against", pack_,
                                  "--file", folder_.path() + "/texts.tsv"},
                                 "", 80);
  ASSERT_EQ(preview.code, 0) << preview.err;
  ExpectTitles(preview.out);
  ExpectAll(preview.out, {"其中 1 条（50.0 %）判定不同", "待审", "放行",
                          "规则或阈值", "改动后不再命中", "\n营销 "});
  EXPECT_FALSE(absl::StrContains(preview.out, "COMMERCIAL")) << preview.out;
  ExpectChinese(preview);
  const Output tested =
      RunAsIs({"rules", "test", pack_, folder_.path() + "/texts.tsv"}, "", 80);
  ExpectTitles(tested.out);
  ExpectAll(tested.out, {"应命中的 0 条示例均命中", "标签", "拦下"});
  ExpectChinese(tested);
}

TEST_F(Chinese, ErrorsAreChinese) {
  const Output none = RunAsIs({"rules", "explain", "a", "--folder", "/none"});
  EXPECT_EQ(none.code, 1);
  ExpectAll(none.err, {"/none：没有这个文件夹"});
  ExpectChinese(none);
  const Output no_pack = RunAsIs({"rules", "import", "/none", "--reason", "x"});
  ExpectAll(no_pack.err, {"/none：不是规则包的文件夹"});
  const Output wrong = Explain("a", {"--class", "spam"});
  ExpectAll(wrong.err, {"没有 \"spam\" 这个取值"});
  ExpectChinese(wrong);
  const Output empty = Explain("");
  ExpectAll(empty.err, {"文本：为空"});
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

// The help of the command and of all below it.
void ForEachHelp(const std::vector<std::string>& command,
                 const std::string& language,
                 const std::function<void(const Output&)>& visit) {
  std::vector<std::string> arguments = command;
  arguments.insert(arguments.end(), {"--help", "--language=" + language});
  const Output help = RunAsIs(arguments);
  EXPECT_EQ(help.code, 0) << help.err;
  visit(help);
  const char* const title =
      language == "en" ? "\nSubcommands:\n" : "\n子命令:\n";
  const std::vector<std::string> parts =
      absl::StrSplit(help.out, absl::MaxSplits(title, 1));
  if (parts.size() < 2) return;
  for (const absl::string_view line : absl::StrSplit(parts[1], '\n')) {
    if (line.empty()) return;
    if (line[2] == ' ') continue;  // A text goes on.
    std::vector<std::string> below = command;
    below.emplace_back(line.substr(2, line.find(' ', 2) - 2));
    ForEachHelp(below, language, visit);
  }
}

// What --help shows as examples, with the lines that go on joined.
std::vector<std::string> ExamplesIn(const std::string& help) {
  const size_t at = help.find("\nExample:\n");
  if (at == std::string::npos) return {};
  std::vector<std::string> examples;
  for (const absl::string_view line : absl::StrSplit(
           absl::StrReplaceAll(help.substr(at), {{" \\\n      ", " "}}),
           '\n')) {
    if (absl::StrContains(line, "sluicectl ")) {
      examples.emplace_back(absl::StripAsciiWhitespace(line));
    }
  }
  return examples;
}

TEST_F(Chinese, HelpFitsATerminal) {
  int helps = 0;
  for (const char* language : {"zh", "en"}) {
    ForEachHelp({}, language, [&helps](const Output& help) {
      ++helps;
      ExpectAllNarrow(help.out);
    });
  }
  EXPECT_GT(helps, 150);
  // A command that goes on in a further line is still one that a shell runs.
  const std::vector<std::string> examples =
      ExamplesIn(RunCtl({"rules", "block", "--help"}).out);
  ASSERT_EQ(examples.size(), 4u);
  EXPECT_EQ(examples[2],
            "sluicectl rules block --content-provider shop --for 1h --reason "
            "\"case 118: account stolen\"");
}

// Wrapped as the prose of a terminal, but one line each for programs.
TEST_F(Chinese, WarningsFitATerminal) {
  Write(pack_ + "/loans.txt",
        "贷款\n发票，收据，以及其他各种各样的票据\n“秒批”\n// 注\n");
  for (const char* language : {"zh", "en"}) {
    const std::vector<std::string> validate = {"rules", "validate", pack_,
                                               "--language", language};
    const Output narrow = RunAsIs(validate, "", 80);
    EXPECT_EQ(narrow.code, 0);
    // But for the folder's own name, which is long.
    ExpectAllNarrow(absl::StrReplaceAll(narrow.out, {{pack_, "p"}}));
    size_t warnings = 0;
    for (const absl::string_view line :
         absl::StrSplit(RunAsIs(validate).out, '\n')) {
      warnings += absl::StrContains(line, "/loans.txt:") ? 1 : 0;
    }
    EXPECT_EQ(warnings, 3u) << RunAsIs(validate).out;
  }
  WriteRules(
      "  - id: faulty\n"
      "    basis: policy\n"
      "    actoin: tag\n"
      "    regexes: ['(加微信或者加企鹅号码', '加**']\n");
  for (const char* language : {"zh", "en"}) {
    const Output faults =
        RunAsIs({"rules", "validate", pack_, "--language", language}, "", 80);
    EXPECT_EQ(faults.code, 1);
    ExpectAllNarrow(absl::StrReplaceAll(faults.out, {{pack_, "p"}}));
  }
}

// Names of arguments and of the values of flags: TEXT, FILE, ID. Examples and
// variables of the environment are no names.
std::vector<std::string> PlaceholdersIn(const std::string& help) {
  static const std::regex* const kName =
      new std::regex(R"((^|[ \[:=(（])([A-Z][A-Z_:=]*)([ :.\])）。，]|$))");
  std::vector<std::string> names;
  for (const absl::string_view view :
       absl::StrSplit(help.substr(0, help.find("\n示例：\n")), '\n')) {
    const std::string line(view);
    const bool of_usage = absl::StartsWith(line, "用法");
    if (!of_usage && !absl::StartsWith(line, "  ")) continue;
    const std::string left = line.substr(0, line.find("  ", 2));
    std::smatch name;
    if (std::regex_search(left, name, *kName) && name[2] != "SLUICE_LANGUAGE") {
      names.push_back(name[2]);
    }
  }
  return names;
}

TEST_F(Chinese, HelpNamesValuesInChinese) {
  ForEachHelp({}, "zh", [](const Output& help) {
    for (const std::string& name : PlaceholdersIn(help.out)) {
      ADD_FAILURE() << name << " in\n" << help.out;
    }
  });
  ExpectAll(RunAsIs({"rules", "import", "--help"}).out,
            {"[选项] 文件夹\n", "  文件夹 必填 ", "--reason 文本 必填",
             "--based-on 编号:大于 0", "--encoding 名称"});
  ExpectAll(RunAsIs({"rules", "diff", "--help"}).out,
            {"规则包(1x)", "  规则包 必填 "});
  ExpectAll(RunAsIs({"dossier", "--help"}).out, {"[选项] 号码\n"});
  // What English speakers read, faults and all, keeps its words.
  ExpectAll(RunCtl({"rules", "import", "--help"}).out,
            {"[OPTIONS] FOLDER\n", "  FOLDER REQUIRED ", "--reason TEXT"});
  ExpectAll(RunAsIs({"dossier"}).err, {"须给出 号码\n"});
  ExpectAll(RunCtl({"dossier"}).err, {"PHONE is required"});
}

TEST_F(Chinese, HelpIsChinese) {
  ForEachHelp({}, "zh", [](const Output& help) {
    ExpectAll(help.out, {"用法: sluicectl", "显示本帮助并退出", "示例：\n"});
    EXPECT_FALSE(absl::StrContains(help.out, "Options")) << help.out;
    ExpectChinese(help);
  });
  ExpectAll(RunAsIs({"rules", "exempt", "--help"}).out,
            {"应急：", "案件 118", "\n  confirm                     确认同事"});
  ExpectAll(RunAsIs({"rules", "--help", "--language=en"}).out,
            {"Usage: sluicectl", "Example:\n", "Subcommands:"});
}

TEST_F(Chinese, FaultsOfACommandLineAreChinese) {
  const struct {
    std::vector<std::string> arguments;
    const char* says;
  } kCases[] = {
      {{"rules", "publish", "3"}, "须给出 --reason\n--help 显示用法。"},
      {{"rules", "publish", "3", "--raeson", "x"},
       "这里没有 --raeson 这个选项，是否应为 --reason？"},
      {{"rules", "publihs"},
       "这里没有“publihs”这个子命令，是否应为 publish？子命令有："},
      {{"rules"}, "须给出子命令"},
      {{"rules", "stats", "--limit", "0"},
       "--limit: \"0\" 不合要求，须为整数（大于 0）"},
      {{"rules", "stats", "--timeout", "x"},
       "--timeout: \"x\" 不合要求，须为数（0.001 至 86400），单位为秒"},
      {{"rules", "status", "now"}, "多余的参数：now"},
      {{"rules", "explain", "a", "--to", "1"}, "--to 须同时给出 --account"},
      {{"rules", "explain", "a", "--number", "1", "--folder", "b"}, " 不能与 "},
      {{"rules", "status", "--language", "fr"}, "可用的有 {zh,en}"},
      {{"rules", "history", "--limit"}, "--limit：值的个数不对"},
  };
  for (const auto& c : kCases) {
    const Output output = RunAsIs(c.arguments);
    EXPECT_EQ(output.code, 2);
    ExpectAll(output.err, {c.says});
    ExpectChinese(output);
  }
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
