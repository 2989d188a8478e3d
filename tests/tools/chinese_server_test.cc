// The commands of a compliance officer against a whole server, in Chinese,
// which is the default, and in English.

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/tools/chinese.h"
#include "tests/tools/chinese_server.h"
#include "tests/tools/run_ctl.h"

namespace sluice::ctl {
namespace {

TEST_F(ChineseServer, StatusAndHistory) {
  const Output status = Run({"rules", "status"});
  ASSERT_EQ(status.code, 0) << status.err;
  ExpectAll(status.out, {"版本 1，规则集 ", " 条规则，", " 个正则表达式"});
  const Output all = Run({"rules", "history"});
  ExpectAll(all.out, {"版本", "生效", "规则集", "状态", "提交人", "审批人",
                      "发布时间", "最近原因", "生效中", "规则目录"});
  ExpectAll(Run({"rules", "history", "1"}).out,
            {"版本 1（", "：生效中", "步骤", "经办人", "原因"});
  const Output none = Run({"rules", "history", "9"});
  EXPECT_EQ(none.code, 1);
  ExpectAll(none.err, {"没有版本 9", "列出每个版本及其状态"});
  ExpectAll(English({"rules", "history"}).out,
            {"number", "now", "state", "in force", "last reason",
             "shows each step of a version: who, when and why."});
  ExpectAll(English({"rules", "status"}).out, {"Version 1, rule set "});
}

TEST_F(ChineseServer, ADraftOnItsWay) {
  const std::string li = MakeKey("", {admin::v1::ROLE_OFFICER});
  const std::string wang = MakeKey("", {admin::v1::ROLE_OFFICER});
  const std::string pack = Edited();
  const Output put = Run({"rules", "import", pack, "--reason", "新域名"}, li);
  ASSERT_EQ(put.code, 0) << put.err;
  ExpectAll(put.out,
            {"从 版本 1（", "草稿，尚未审批", "下一步：由同事查看并审批"});
  const Output own =
      Run({"rules", "approve", "2", "--yes", "--reason", "看过"}, li);
  EXPECT_EQ(own.code, 1);
  ExpectAll(own.err, {"须由两人办理：用的是同一把密钥", "由另一位同事",
                      "版本 2 等待审批",
                      "`sluicectl rules approve 2 --yes --reason WHY`"});
  ExpectAll(
      RunCtl(With({"rules", "approve", "2", "--yes", "--reason", "x"}, li)).err,
      {"version 2 was imported with this key: a colleague must approve it",
       "`sluicectl rules approve 2 --yes --reason WHY`"});
  const Output shown = Run({"rules", "approve", "2"}, wang);
  ASSERT_EQ(shown.code, 0) << shown.err;
  ExpectAll(shown.out, {"对日志中短信的影响", "尚未审批。", "要审批："});
  ExpectAll(
      Run({"rules", "approve", "2", "--yes", "--reason", "看过"}, wang).out,
      {"版本 2（", "已审批。", "下一步：sluicectl rules publish 2"});
  ExpectAll(Run({"rules", "publish", "2", "--reason", "新域名"}, li).out,
            {"版本 2（", "生效中，自 ", "要撤销："});
  ExpectAll(Run({"rules", "rollback", "--reason", "太多"}, li).out,
            {"版本 1（", "它取代版本 2", "要恢复版本 2"});
  ExpectAll(Run({"rules", "history", "2"}).out, {"：已回滚"});
  ExpectAll(English({"rules", "history"}).out, {"rolled back"});
}

// A colleague cannot follow a key that names nobody.
TEST_F(ChineseServer, ADraftOfNobody) {
  const std::string wang = MakeKey("", {admin::v1::ROLE_OFFICER});
  ASSERT_EQ(Run({"rules", "import", Edited(), "--reason", "新域名"}).code, 0);
  const std::vector<std::string> approve = {"rules", "approve",  "2",
                                            "--yes", "--reason", "看过"};
  const Output chinese = Run(approve, wang);
  EXPECT_EQ(chinese.code, 1);
  ExpectAll(chinese.err, {"没有登记姓名", "请用登记了姓名的密钥重新办理",
                          "sluicectl key create --role officer --person NAME"});
  const Output english = RunCtl(With(approve, wang));
  ExpectAll(english.err,
            {"which names nobody: import it again with a key that names a "
             "person",
             "sluicectl key create --role officer --person NAME"});
}

TEST_F(ChineseServer, Blocks) {
  const std::string li = MakeKey("", {admin::v1::ROLE_OFFICER});
  const std::string wang = MakeKey("", {admin::v1::ROLE_OFFICER});
  ExpectAll(Run({"rules", "blocks"}).out, {"没有生效的拦截。"});
  const Output made = Run({"rules", "block", "--phrase", "加微信领红包",
                           "--for", "2h", "--reason", "新骗局"},
                          li);
  ASSERT_EQ(made.code, 0) << made.err;
  ExpectAll(made.out, {"拦截 1（词句 加微信领红包）将短信转人工审核，至 ",
                       "如无同事确认，将于 ", "要提前结束："});
  ExpectAll(Run({"rules", "block", "confirm", "1", "--reason", "x"}, li).err,
            {"由同事用自己的密钥确认", "拦截 1 等待确认",
             "`sluicectl rules block confirm 1 --reason WHY`"});
  ExpectAll(Run({"rules", "block", "confirm", "1", "--reason", "x"}, wang).out,
            {"拒绝短信，至 "});
  ExpectAll(RunAsIs(With({"rules", "blocks"}, admin_key_), "", 120).out,
            {"编号", "状态", "拦截内容", "截止", "确认人", "已确认"});
  ExpectAll(Run({"rules", "block", "--domain", "bad.top", "--for", "30s",
                 "--reason", "x"})
                .err,
            {"请给出整分钟数，1m 至 7d"});
  const auto block = [this](const char* flag, const char* value) {
    return Run({"rules", "block", flag, value, "--for", "2h", "--reason", "x"})
        .err;
  };
  // What everybody sends is blocked only by who says that it is meant.
  ExpectAll(block("--phrase", "您好"),
            {"警告：'您好' 是日常用语", "尚未拦截", "--yes"});
  ExpectAll(block("--domain", "www.Baidu.com"),
            {"'www.baidu.com' 是人人都用的网站", "--yes"});
  ExpectAll(block("--phrase", "abc.top"), {"要拦截链接请用 --domain"});
  ExpectAll(Run({"rules", "blocks"}).out, {"加微信领红包"});
  EXPECT_FALSE(absl::StrContains(Run({"rules", "blocks"}).out, "您好"));
  const Output meant = Run({"rules", "block", "--domain", "baidu.com", "--for",
                            "2h", "--reason", "x", "--yes"});
  ExpectAll(meant.err, {"是人人都用的网站"});
  ExpectAll(meant.out, {"拦截 2（域名 baidu.com）将短信转人工审核"});
  ExpectAll(block("--phrase", "加"), {"--phrase：须为 2 至 100 个字"});
  ExpectAll(block("--phrase", "加微信领红包"), {"拦截 1 已生效，内容相同"});
  ExpectAll(block("--domain", "com"), {"--domain：是公共后缀"});
  ExpectAll(block("--domain", "b@d"), {"--domain：不是域名"});
  ExpectAll(block("--content-provider", "nobody"), {"没有内容提供者 'nobody'"});
  ExpectAll(English({"rules", "blocks"}).out, {"the phrase ", "confirmed by"});
}

TEST_F(ChineseServer, Exemptions) {
  ExpectAll(Run({"rules", "exemptions"}).out, {"没有生效的豁免。"});
  const Output none = Run({"rules", "exempt", "--rule", "x"});
  EXPECT_EQ(none.code, 2);
  ExpectAll(none.err, {"须给出 --rule、--for 和 --reason"});
  const auto exempt = [this](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"rules", "exempt", "--reason",
                                          "x",     "--for",  "2h"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(arguments).err;
  };
  ExpectAll(exempt({"--rule", "no-such", "--content-provider", "shop"}),
            {"--rule：生效的规则和阈值中没有 'no-such'"});
  ExpectAll(exempt({"--rule", "x", "--content-provider", "nobody"}),
            {"--content-provider：没有内容提供者 'nobody'"});
  ExpectAll(exempt({"--rule", "x", "--template", "nothing"}),
            {"没有模板 'nothing'"});
  ExpectAll(
      exempt({"--rule", "documents-invoices", "--content-provider", "shop"}),
      {"规则 documents-invoices 涉及 "
       "CONTENT_PROHIBITED，这类内容不能只作观察"});
  ExpectAll(Run({"rules", "exempt", "confirm", "7", "--reason", "x"}).err,
            {"没有豁免 7"});
}

// The same person exempts from a rule once, then a colleague must.
TEST_F(ChineseServer, ExemptionsAlone) {
  const std::vector<std::string> exempt = {"rules",
                                           "exempt",
                                           "--rule",
                                           "opt-out-word-conflict",
                                           "--content-provider",
                                           "shop",
                                           "--for",
                                           "2h",
                                           "--reason",
                                           "case 1"};
  ASSERT_EQ(Run(exempt).code, 0);
  ExpectAll(Run(exempt).err, {"豁免 1 已生效，内容相同"});
  std::vector<std::string> other = exempt;
  other[5] = "bank";
  ExpectAll(Run(other).err,
            {"豁免 1", "`sluicectl rules exempt confirm 1 --reason WHY`",
             "`sluicectl rules exempt --rule opt-out-word-conflict "
             "--content-provider bank --for 120m --reason WHY`"});
  ASSERT_EQ(Run({"rules", "exempt", "end", "1", "--reason", "x"}).code, 0);
  ExpectAll(Run(exempt).err,
            {"由同一人创建，没有同事确认：在 ", "须由同事用自己的密钥创建"});
  ExpectAll(Run({"rules", "exempt", "end", "1", "--reason", "x"}).err,
            {"豁免 1 已提前结束"});
}

TEST_F(ChineseServer, OptOuts) {
  const std::string li = MakeKey("", {admin::v1::ROLE_OFFICER});
  const std::vector<std::string> add = {
      "optout",  "add",      "13800138000", "--content-provider",
      "shop",    "--source", "complaint",   "--evidence",
      "来电 118"};
  const Output added = Run(add, li);
  ASSERT_EQ(added.code, 0) << added.err;
  ExpectAll(added.out,
            {"退订已生效：此后范围内的短信不再发往运营商。",
             "取消了 0 条等待发送的短信。", "号码", "来源", "退订范围", "凭证",
             "投诉", "云杉超市 (shop)：营销、征求同意", "生效中"});
  ExpectAll(Run(add, li).out, {"该退订此前已生效。"});
  const auto remove = [&](const char* provider, const char* consented) {
    return Run({"optout", "remove", "13800138000", "--content-provider",
                provider, "--proof", "网页 33", "--consented", consented},
               li);
  };
  ExpectAll(remove("shop", "2020-01-01").err, {"--consented：同意早于退订"});
  ExpectAll(remove("bank", "2020-01-01").err, {"没有这一范围的生效退订"});
  ExpectAll(remove("shop", "2026-11-22 10:00").out,
            {"撤销了 1 条退订。", "已撤销，", "网页 33", "依据 2026-11-22 "});
  ExpectAll(Run({"optout", "lookup", "13900139000"}).out,
            {"这个号码没有退订。"});
  ExpectAll(Run({"optout", "lookup", "1380013800x"}).err,
            {"号码：含 'x'，号码中没有这个字符"});
  ExpectAll(Run({"optout", "lookup", "12300138000"}).err, {"手机号码为 11 位"});
  ExpectAll(
      Run({"optout", "add", "13800138000", "--content-provider", "none"}).err,
      {"--content-provider：没有内容提供者 'none'"});
  ExpectAll(Run({"optout", "add", "13800138000", "--source", "rumour"}).err,
            {"--source 没有 \"rumour\" 这个取值"});
  ExpectAll(English({"optout", "lookup", "13800138000"}).out,
            {"refuses", "COMPLAINT", "(shop): COMMERCIAL, CONSENT_REQUEST",
             "reversed ", ", consent of "});
}

TEST_F(ChineseServer, OptOutCorrections) {
  const std::string list = folder_.path() + "/numbers.txt";
  std::ofstream(list) << "13800138000\n13800138001\n1380013800\n";
  const std::string li = MakeKey("", {admin::v1::ROLE_OFFICER});
  const std::string wang = MakeKey("", {admin::v1::ROLE_OFFICER});
  ExpectAll(Run({"optout", "imports"}).out, {"没有导入过退订。"});
  const Output imported =
      Run({"optout", "import", list, "--import-id", "a"}, li);
  ExpectAll(imported.out,
            {"新增", "即刻起生效", "有误", "未登记", "合计", "文件的行数",
             "取消了 0 条等待发送的短信。", "导入 a。如有误，可提出撤销"});
  ExpectAll(imported.err, {":3:1: 号码：手机号码为 11 位", "；已略过"});
  ExpectAll(Run({"optout", "imports"}).out, {"编号", "开始时间", "经办人"});
  ExpectAll(Run({"optout", "corrections"}).out, {"从未提出过更正。"});
  ExpectAll(
      Run({"optout", "correct", "--import", "b", "--reason", "x"}, li).err,
      {"没有导入 'b'", "列出各次导入"});
  ExpectAll(
      Run({"optout", "correct", "--import", "a", "--reason", "名单有误"}, li)
          .out,
      {"更正 c1（导入 a）已提出：涉及 2 条退订", "由同事用另一把密钥确认之前"});
  ExpectAll(Run({"optout", "confirm", "c1"}, li).err,
            {"须由两人办理", "由同事用另一把密钥确认", "更正 c1 等待确认",
             "`sluicectl optout confirm c1`"});
  ExpectAll(Run({"optout", "confirm", "c1"}, wang).out,
            {"更正 c1（导入 a）已完成：撤销了 2 条退订"});
  ExpectAll(Run({"optout", "withdraw", "c1", "--reason", "x"}, wang).err,
            {"更正 c1 已由 ", " 确认", "列出各项更正及其状态"});
  ExpectAll(RunAsIs(With({"optout", "corrections"}, li), "", 200).out,
            {"更正对象", "涉及", "已撤销", "保留", "提出人", "处理人", "已完成",
             "名单有误"});
  ExpectAll(Run({"optout", "correct", "--reason", "x"}).err,
            {"退订和 --import 须给出其一"});
  ExpectAll(English({"optout", "corrections"}).out,
            {"proposed by", "done", "import a"});
}

TEST_F(ChineseServer, Registry) {
  const Output list = Run({"registry", "list", "content-provider"});
  ASSERT_EQ(list.code, 0) << list.err;
  ExpectAll(list.out, {"编号", "状态", "修订", "内容", "有效", "名称："});
  ExpectAll(RunAsIs(With({"registry", "list", "signature"}, admin_key_)).out,
            {"内容提供者：云杉超市 (shop)"});
  ExpectAll(Run({"registry", "change", "signature", "none", "--name", "小店",
                 "--reason", "x"})
                .err,
            {"登记簿的这一类中没有“none”", "列出全部"});
  ExpectAll(Run({"registry", "create", "port", "ads", "--number", "12",
                 "--reason", "x"})
                .err,
            {"--number：至少 3 位数字"});
  ExpectAll(Run({"registry", "create", "signature", "a", "--contacts",
                 "link:com", "--reason", "x"})
                .err,
            {"--contacts：是公共后缀"});
  ExpectAll(Run({"registry", "change", "content-provider", "shop", "--state",
                 "suspended", "--reason", "欠费"})
                .out,
            {"已暂停"});
  ExpectAll(English({"registry", "list", "content-provider"}).out,
            {"revision", "details", "SUSPENDED", "name: "});
}

TEST_F(ChineseServer, FaultsOfParties) {
  const auto create = [this](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"registry", "create"});
    arguments.insert(arguments.end(), {"--reason", "x"});
    return Run(arguments).err;
  };
  const auto text = [&](const char* written) {
    return create({"template", "t", "--content-provider-id", "shop",
                   "--message-class", "notice", "--variables",
                   "code:digits:4-6", "--text", written});
  };
  ExpectAll(text("取件码{code"), {"--text：第 4 个字符：这个 { 没有结束"});
  ExpectAll(text("取件码code}"), {"--text：第 8 个字符：这个 } 没有对应的 {"});
  ExpectAll(text("取件码{name}"), {"变量 name 没有声明"});
  ExpectAll(text("取件码{code}{code}"), {"变量 code 在内容中出现两次"});
  ExpectAll(text("{code}"), {"--text：没有固定文字"});
  ExpectAll(text("取件码"), {"--variables：变量 code：已声明，但内容中没有"});
  ExpectAll(create({"signature", "s", "--name", "小", "--content-provider-id",
                    "shop"}),
            {"--name：须为 2 至 20 个字，不含括号"});
  ExpectAll(create({"signature", "s", "--name", "小店", "--content-provider-id",
                    "none"}),
            {"--content-provider-id：没有这个内容提供者"});
  ExpectAll(
      create({"port", "p", "--number", "10x", "--content-provider-id", "shop"}),
      {"--number：只能是数字"});
  ExpectAll(create({"account", "b", "--name", "b", "--licensee-id", "none"}),
            {"--licensee-id：没有这个持证单位"});
}

TEST_F(ChineseServer, Keys) {
  const Output made = Run({"key", "create", "--role", "officer", "--person",
                           "王敏", "--reason", "x"});
  ASSERT_EQ(made.code, 0) << made.err;
  ExpectAll(made.out, {"密钥 ", "不属于任何账号（角色：合规）",
                       "密钥内容只显示这一次。"});
  ExpectAll(Run({"key", "create", "--role", "officer"}).err,
            {"--person：请给出持有密钥的人"});
  ExpectAll(Run({"key", "create", "--role", "boss"}).err,
            {"--role 没有 \"boss\" 这个取值"});
  ExpectAll(Run({"key", "revoke", "none", "--reason", "x"}).err,
            {"编号：没有密钥 'none'"});
  ExpectAll(RunAsIs(With({"key", "list"}, admin_key_)).out,
            {"密钥", "账号", "角色", "持有人", "吊销时间", "管理员"});
  ExpectAll(English({"key", "list"}).out, {"person", "OFFICER"});
}

TEST_F(ChineseServer, ChecksAndSubmits) {
  const Output checked =
      Run({"check", kHeldText, "--to", Number(1), "--class", "notice"},
          submit_key_);
  ASSERT_EQ(checked.code, 0) << checked.err;
  ExpectAll(checked.out,
            {"待审  分 1 条，接入号 ", "运营商 ", "规则集 ", "依据", "说明"});
  ExpectAll(Run({"check", "--to", Number(1)}, submit_key_).err,
            {"没有短信内容"});
  const std::string file = folder_.path() + "/a.tsv";
  std::ofstream(file) << Number(1) << "\tnotice\t" << kHeldText << "\n"
                      << Number(2) << "\tnotice\t" << kRejectedText << "\n"
                      << Number(2) << "\tnotice\t" << kRejectedText << "\n";
  const auto submit = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments = {"submit", file, "--on-behalf-of",
                                          "shop"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(arguments, submit_key_);
  };
  ExpectAll(submit({"--dry-run"}).out,
            {"第 1 行：待审 ", "第 3 行：与第 2 行重复，只发送一次",
             "--dry-run：没有发送或记录任何短信。"});
  ExpectAll(submit({}).out, {"判定", "短信数", "占比", "最先几条不发送的行",
                             "为首要", "有 1 行的号码、内容和键与前面的行相同",
                             "--json 显示每一行的判定。"});
  ExpectAll(submit({}).out, {"其中 1 条此前已判定", "这个文件此前已发送过"});
  ExpectAll(Run({"submit", "/none"}, submit_key_).err, {"/none：没有这个文件"});
}

// What is wrong with the lines of a file, by line and column.
TEST_F(ChineseServer, FaultsOfFiles) {
  const struct {
    const char* name;
    const char* content;
    const char* says;
  } kCases[] = {
      {"a.csv", "号码,类别,内容\n1,通知,\"a\"b\n",
       ":2:9: 引号结束之后应为逗号"},
      {"a.csv", "号码,类别,内容\n1,通知\n", "有 2 列，应为 3 列（"},
      {"a.csv", "号码,类别,内容\n1,广播,a\n", ":2:3: 类别：没有 "},
      {"a.csv", "号码,类别,正文字\n", "首行的列名“正文字”不认识；可用的列："},
      {"a.csv", "号码,号码\n", "列“recipient”重复。没有读取任何一行"},
      {"a.csv", "号码,类别,内容\n1,通知,\"a\n", "从这里开始的引号没有结束"},
      {"a.csv", "号码,发送时间\n1,明天\n", "send_after 不是时间"},
      {"a.csv", "号码,类别,内容\n1,通知,a\x1b\n", "text：含有控制字符"},
      {"a.csv", "号码,类别,内容\n1,通知,\xb4\xfb\xbf\xee\n", "不是 UTF-8"},
      {"a.jsonl", "{\"recipient\":\"1\"\n", "从这里开始的对象没有结束"},
      {"a.jsonl", "{\"recipient\":\"1\",\"class\":\"b\"}\n",
       "message_class：没有 "},
  };
  for (const auto& c : kCases) {
    const std::string file = absl::StrCat(folder_.path(), "/", c.name);
    std::ofstream(file) << c.content;
    ExpectAll(Run({"submit", file}, submit_key_).err, {c.says});
  }
  ExpectAll(Run({"submit", "a", "--format", "xml"}, submit_key_).err,
            {"没有这个文件"});
}

TEST_F(ChineseServer, Campaigns) {
  ExpectAll(Run({"campaign", "list"}).out,
            {"现在没有待审、已放行或已拒绝的群发。"});
  ExpectAll(Run({"campaign", "release", "3-9f", "--reason", "x"}).err,
            {"群发 '3-9f' 现在既未待审", "列出待审、已放行和已拒绝的群发"});
  ExpectAll(Run({"campaign", "reject", "--reason", "x"}).err,
            {"请给出群发的编号，或 --content-provider 和 --text"});
  ExpectAll(RunAsIs(With({"campaign", "release", "--content-provider", "shop",
                          "--text", kHeldText, "--reason", "看过"},
                         admin_key_),
                    "", 200)
                .out,
            {"编号", "内容提供者", "状态", "截止", "短信数", "已放行"});
  ExpectAll(English({"campaign", "list"}).out, {"released", "since"});
}

TEST_F(ChineseServer, Stats) {
  EXPECT_EQ(
      SubmitOne(Message(Number(1), v1::MESSAGE_CLASS_NOTICE, kRejectedText))
          .decision(),
      v1::DECISION_REJECTED);
  const Output stats = Run({"rules", "stats"});
  ASSERT_EQ(stats.code, 0) << stats.err;
  ExpectAll(stats.out, {"规则集 ", "条短信", "规则", "动作", "执行方式", "命中",
                        "仅观察", "占比", "最近命中", "拒绝", "从未"});
  ExpectAll(Run({"rules", "stats", "--words", "--costs"}).out,
            {"词表", "规则内", "扫描耗时"});
  ExpectAll(Run({"rules", "stats", "--since-publication"}).out, {"发布以来 "});
  const Output none = Run({"rules", "stats", "--rule", "nowhere"});
  EXPECT_EQ(none.code, 1);
  ExpectAll(English({"rules", "stats"}).out,
            {"Rule set ", "1 message since ", "last hit", "never"});
}

TEST_F(ChineseServer, Rejected) {
  EXPECT_EQ(
      SubmitOne(Message(Number(1), v1::MESSAGE_CLASS_NOTICE, kRejectedText))
          .decision(),
      v1::DECISION_REJECTED);
  const std::vector<std::string> rejudge = {
      "rejected", "rejudge", "--rule",    "documents-invoices",
      "--since",  "1h",      "--max-age", "1h"};
  ExpectAll(Run(rejudge).out,
            {"只因 documents-invoices 而被拒绝的短信有 1 条。",
             "重新判定（加上 --yes 后）", "仍为拒绝"});
  ExpectAll(Run({"rejected", "rejudge", "--rule", "a", "--since", "1h",
                 "--max-age", "9d"})
                .err,
            {"--max-age：1s 至 24h，如 5m 或 2h"});
  ExpectAll(English(rejudge).out,
            {"1 message was rejected by", "still REJECTED"});
}

TEST_F(ChineseServer, Posture) {
  const Output posture = Run({"posture"});
  ASSERT_EQ(posture.code, 0) << posture.err;
  ExpectAll(posture.out,
            {"规则集 ", "起生效，经办人 ", "项未全部强制执行", "执行方式",
             "不适用于", "仅观察", "程序本身", "没有待审的短信。"});
  ExpectAll(English({"posture"}).out,
            {"Rule set ", "in force since ", " not enforced (observed: counted",
             "not for", "OBSERVE", "the program", "No message is held."});
}

TEST_F(ChineseServer, Holds) {
  v1::Verdict held =
      SubmitOne(Message(Number(1), v1::MESSAGE_CLASS_NOTICE, kHeldText));
  ASSERT_EQ(held.decision(), v1::DECISION_HELD);
  const std::string id = held.message_id();
  for (int n = 2; n < 5; ++n) {
    SubmitOne(Message(Number(n), v1::MESSAGE_CLASS_NOTICE, kHeldText));
  }
  const Output list = Run({"hold", "list", "--texts"});
  ASSERT_EQ(list.code, 0) << list.err;
  ExpectAll(list.out, {"待审起始", "接收号码", "内容提供者", "类别", "命中规则",
                       "短信内容", "通知", "显示 4 条短信，共有 4 条待审。"});
  ExpectAll(Run({"posture"}).out, {"有 4 条短信待审，最早自 "});
  ExpectAll(Run({"hold", "show", id}).out,
            {"待审，自 ", "账号", "待审原因", "依据", "说明", "本平台"});
  const Output counted = Run({"hold", "release", "--all", "--reason", "看过"});
  EXPECT_EQ(counted.code, 1);
  ExpectAll(counted.out, {"符合条件的待审短信有 4 条短信；尚未处理。",
                          "要放行，请确认数量：加上 --count 4"});
  ExpectAll(Run({"hold", "release", id, "--reason", "看过"}).out,
            {"1 条短信：放行 1 条。"});
  ExpectAll(Run({"hold", "release", id, "--reason", "看过"}).out,
            {"现状", "已不在待审", "1 条短信：已不在待审 1 条。"});
  const Output wrong =
      Run({"hold", "reject", "--all", "--count", "9", "--reason", "骗子"});
  EXPECT_EQ(wrong.code, 1);
  ExpectAll(wrong.err, {"不加 --count 执行该命令"});
  ExpectAll(
      Run({"hold", "reject", "--all", "--count", "3", "--reason", "骗子"}).out,
      {"3 条短信：拒绝 3 条。"});
  const Output gone = Run({"hold", "show", id});
  EXPECT_EQ(gone.code, 1);
  ExpectAll(gone.err, {"已不在待审", "显示它现在的状态"});
  EXPECT_EQ(Run({"hold", "reject", "--reason", "x"}).code, 2);
  ExpectAll(English({"hold", "list"}).out,
            {"0 messages shown, 0 held in all."});
}

}  // namespace
}  // namespace sluice::ctl
