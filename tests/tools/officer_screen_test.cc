// What an officer must be told on the screen: who decides alone, which template
// covers a text, what an exemption leaves behind, how two changes are merged,
// what is wrong with a journal. Against a whole server, in Chinese.

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/tools/chinese.h"
#include "tests/tools/chinese_server.h"
#include "tests/tools/run_ctl.h"
#include "tools/sluicectl/damage_words.h"

namespace sluice::ctl {
namespace {

class OfficerScreen : public ChineseServer {
 protected:
  std::string Officer() { return MakeKey("", {admin::v1::ROLE_OFFICER}); }

  // Adds a word to the shortened links of a pack in a folder.
  static void AddDomain(const std::string& pack, const std::string& domain) {
    std::ofstream(pack + "/lists/shared/shorteners.txt", std::ios::app)
        << "\n"
        << domain << "\n";
  }

  // Imports, approves and publishes.
  void PutInForce(const std::string& pack, const std::string& li,
                  const std::string& wang, const std::string& number,
                  const std::vector<std::string>& more = {}) {
    ASSERT_EQ(Run({"rules", "import", pack, "--reason", "a"}, li).code, 0);
    ASSERT_EQ(
        Run({"rules", "approve", number, "--yes", "--reason", "a"}, wang).code,
        0);
    std::vector<std::string> publish = {"rules", "publish", number, "--reason",
                                        "a"};
    publish.insert(publish.end(), more.begin(), more.end());
    ASSERT_EQ(Run(publish, li).code, 0);
  }
};

TEST_F(OfficerScreen, PostureSaysThatThereIsOnePerson) {
  const Output alone = Run({"posture"});
  ExpectAll(alone.out, {"只有一人：", "key create --role officer"});
  ExpectAll(English({"posture"}).out, {"one person only: the valid admin"});
  ExpectAll(Run({"posture", "--json"}).out, {"ONE_PERSON_CAUSE_KEYS"});
  const std::string li = Officer();
  // Whoever creates a key has its secret.
  ExpectAll(Run({"posture"}).out, {"只有一人："});
  Officer();
  EXPECT_FALSE(absl::StrContains(Run({"posture"}).out, "只有一人"));
  EXPECT_FALSE(absl::StrContains(Run({"posture"}, li).out, "只有一人"));
}

class OfficerAlone : public OfficerScreen {
 protected:
  void SetUp() override {
    config_.mutable_rules()->set_approval(config::v1::APPROVAL_ONE_PERSON);
    OfficerScreen::SetUp();
  }
};

TEST_F(OfficerAlone, PostureSaysThatItIsConfigured) {
  Officer();
  Officer();
  ExpectAll(Run({"posture"}).out, {"只有一人：", "rules.approval: one_person"});
}

TEST_F(OfficerScreen, CheckSaysWhichTemplateCoversTheText) {
  ASSERT_EQ(Run({"registry", "create", "template", "otp",
                 "--content-provider-id", "shop", "--message-class",
                 "verification", "--text", "您的验证码是{code}，请勿告诉他人。",
                 "--variables", "code:digits:4-6", "--reason", "a"})
                .code,
            0);
  const auto check = [this](const std::vector<std::string>& what) {
    std::vector<std::string> arguments = {"check", "--to", "13800138000",
                                          "--on-behalf-of", "shop"};
    arguments.insert(arguments.end(), what.begin(), what.end());
    return Run(arguments, submit_key_).out;
  };
  ExpectAll(check({"【云杉超市】您的验证码是482913，请勿告诉他人。", "--class",
                   "verification"}),
            {"属于模板 otp："});
  ExpectAll(check({"--template", "otp", "--variable", "code=482913"}),
            {"属于模板 otp："});
  // Neither another text nor one that the named template does not fit.
  EXPECT_FALSE(absl::StrContains(
      check({"【云杉超市】您的订单已到", "--class", "notice"}), "属于模板"));
  EXPECT_FALSE(absl::StrContains(
      check({"【云杉超市】您的订单已到", "--template", "otp"}), "属于模板"));
}

TEST_F(OfficerScreen, TheEndOfAnExemptionStartsNoRecheck) {
  const Output made =
      Run({"rules", "exempt", "--rule", "opt-out-word-conflict",
           "--content-provider", "shop", "--for", "2h", "--reason", "a"});
  ASSERT_EQ(made.code, 0) << made.err;
  ExpectAll(made.out, {"照样发送：不会自动重新判定"});
  const Output ended = Run({"rules", "exempt", "end", "1", "--reason", "a"});
  ExpectAll(ended.out, {"没有开始重新判定",
                        "  sluicectl rules rollback 编号 --recheck-queued"});
  ExpectAllNarrow(ended.out);
  // What it names does that.
  ExpectAll(
      Run({"rules", "rollback", "1", "--recheck-queued", "--reason", "a"}).out,
      {"重新判定：已处理 0 条等待中的短信"});
  ExpectAll(Run({"rules", "exempt", "--help"}).out, {"不会重新判定"});
  ExpectAll(Run({"rules", "exempt", "end", "--help"}).out, {"不会重新判定"});
}

TEST_F(OfficerScreen, StatusFitsATerminal) {
  const std::string li = Officer();
  const std::string wang = Officer();
  const std::string pack = Edited();
  std::ifstream in(pack + "/pack.yaml");
  std::string header(std::istreambuf_iterator<char>(in), {});
  const size_t at = header.find("\ntitle:");
  ASSERT_NE(at, std::string::npos);
  header.replace(at, header.find('\n', at + 1) - at,
                 "\ntitle: 某省某市某某网络科技股份有限公司短信业务合规部专用"
                 "的规则包，依据部令及集团规定制定");
  std::ofstream(pack + "/pack.yaml") << header;
  PutInForce(pack, li, wang, "2");
  AddDomain(pack, "bad-2.top");
  PutInForce(pack, li, wang, "3", {"--at", "+2h"});
  AddDomain(pack, "bad-3.top");
  PutInForce(pack, li, wang, "4", {"--at", "+3h"});
  for (const char* language : {"zh", "en"}) {
    for (const char* command : {"status", "posture"}) {
      std::vector<std::string> arguments = {command, "--language", language};
      if (command[0] == 's') arguments.insert(arguments.begin(), "rules");
      const Output shown = RunAsIs(With(arguments, li), "", 80);
      EXPECT_EQ(shown.code, 0) << shown.err;
      ExpectAllNarrow(shown.out);
    }
  }
  ExpectAll(Run({"rules", "status"}).out,
            {"版本 3 定于 ", "版本 4 定于 ",
             "  要取消：sluicectl rules withdraw 编号 --reason 原因\n"});
}

TEST_F(OfficerScreen, AnOldDraftSaysHowItIsMerged) {
  const std::string li = Officer();
  const std::string wang = Officer();
  PutInForce(Edited(), li, wang, "2");
  const std::string old = folder_.path() + "/old";
  ASSERT_EQ(Run({"rules", "export", "1", old}).code, 0);
  AddDomain(old, "other.top");
  const Output put = Run({"rules", "import", old, "--reason", "a"}, li);
  ASSERT_EQ(put.code, 0) << put.err;
  const std::vector<const char*> steps = {
      "要合并两者的改动：",
      "  1. 导出生效的版本：",
      "  2. 查看本版本的改动：sluicectl rules diff 1 3",
      "rules edit，或用编辑器",
      "rules import ./merged",
      "rules publish 3 --replaces 编号"};
  ExpectAll(put.out, {"不含生效的版本 2 的改动"});
  ExpectAll(put.out, steps);
  ExpectAllNarrow(put.out);
  ASSERT_EQ(Run({"rules", "approve", "3", "--yes", "--reason", "a"}, wang).code,
            0);
  ExpectAll(Run({"rules", "publish", "3", "--reason", "a"}, li).err, steps);
  // One that is made from the version in force has nothing to merge.
  const std::string fresh = folder_.path() + "/fresh";
  ASSERT_EQ(Run({"rules", "export", fresh}).code, 0);
  AddDomain(fresh, "more.top");
  const Output next = Run({"rules", "import", fresh, "--reason", "a"}, li);
  EXPECT_FALSE(absl::StrContains(next.out, "合并")) << next.out;
  // Nor has the draft that follows it.
  AddDomain(fresh, "most.top");
  const Output after = Run({"rules", "import", fresh, "--reason", "a"}, li);
  EXPECT_FALSE(absl::StrContains(after.out, "合并")) << after.out;
}

TEST(DamageWords, AreChinese) {
  const struct {
    const char* english;
    const char* chinese;
  } kCases[] = {
      {"checksum differs", "校验和不符"},
      {"header: checksum differs", "段头：校验和不符"},
      {"segments 3 to 5 are missing", "缺少第 3 至 5 段"},
      {"cut off, though all of it was written once: it may have been "
       "acknowledged",
       "被截断，而这里曾全部写入：它可能已经确认过"},
      {"the journal ends here and was durable up to segment 2 offset 64",
       "日志到此为止，而曾经落盘至 第 2 段偏移 64"},
      {"journal damaged at segment 0 offset 32: checksum differs. Restore "
       "000000.log from a copy and check it with `sluicectl store check`; "
       "delete nothing",
       "日志在 第 0 段偏移 32 损坏：校验和不符。请用副本恢复 000000.log，并用 "
       "`sluicectl store check` 校验；不要删除任何内容"},
      {"file durable: too short", "文件 durable：太短"},
      {"need 4 octets, 2 left", "须有 4 字节，只剩 2 字节"},
      {"of another kind", "（原文：of another kind）"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(DamageWords(Language::kChinese, c.english), c.chinese);
    EXPECT_EQ(DamageWords(Language::kEnglish, c.english), c.english);
  }
}

}  // namespace
}  // namespace sluice::ctl
