// What a second officer is told before a yes, and what everybody is told of
// what one person let pass: the commands against a whole server.

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "rules/base/files.h"
#include "tests/tools/chinese.h"
#include "tests/tools/chinese_server.h"
#include "tests/tools/run_ctl.h"

namespace sluice::ctl {
namespace {

class SecondOfficer : public ChineseServer {
 protected:
  void SetUp() override {
    ChineseServer::SetUp();
    li_ = MakeKey("", {admin::v1::ROLE_OFFICER});
    wang_ = MakeKey("", {admin::v1::ROLE_OFFICER});
  }

  // The pack in force in a new folder, with one more domain.
  std::string PackWith(const std::string& domain) {
    const std::string pack = folder_.path() + "/" + domain;
    EXPECT_EQ(Run({"rules", "export", pack}).code, 0);
    std::ofstream(pack + "/lists/shared/shorteners.txt", std::ios::app)
        << "\n"
        << domain << "\n";
    return pack;
  }
  void Approved(const std::string& pack, const std::string& number) {
    Output output = Run({"rules", "import", pack, "--reason", "新域名"}, li_);
    ASSERT_EQ(output.code, 0) << output.err;
    output =
        Run({"rules", "approve", number, "--yes", "--reason", "看过"}, wang_);
    ASSERT_EQ(output.code, 0) << output.err;
  }

  std::string li_;
  std::string wang_;
};

// A draft that only observes a rule.
TEST_F(SecondOfficer, ADraftThatGivesSomethingUpSaysSo) {
  const std::string pack = folder_.path() + "/weaker";
  ASSERT_EQ(Run({"rules", "export", pack}).code, 0);
  const std::string rules = *ReadFile(pack + "/rules.yaml", 1'000'000);
  std::ofstream(pack + "/rules.yaml")
      << absl::StrReplaceAll(rules, {{"id: opt-out-word-conflict\n",
                                      "id: opt-out-word-conflict\n"
                                      "    mode: observe\n"}});
  const std::string validated = Run({"rules", "validate", pack}).out;
  ASSERT_EQ(Run({"rules", "import", pack, "--reason", "新域名"}, li_).code, 0);
  const Output shown = Run({"rules", "approve", "2"}, wang_);
  ASSERT_EQ(shown.code, 0) << shown.err;
  ExpectAll(shown.out, {"+    mode: observe", "比生效的版本 1（",
                        "宽松（以下“随附”指这一版本）：",
                        "opt-out-word-conflict", "尚未审批"});
  // As the author saw it.
  EXPECT_EQ(absl::StrContains(validated, "比随附的"),
            absl::StrContains(shown.out, "比随附的"))
      << validated << shown.out;
  EXPECT_LT(shown.out.find("比生效的版本 1（"), shown.out.find("尚未审批"));
  const Output json = English({"rules", "approve", "2", "--json"});
  ExpectAll(json.out, {"\"weaker_than_in_force\":", "\"weaker_now\":[{",
                       "\"warnings\":", "\"approved\":false"});
  ExpectAll(English({"rules", "approve", "2"}).out,
            {"Weaker than version 1 (", "which is in force ("});
}

TEST_F(SecondOfficer, APlanThatWillFailIsTold) {
  const std::string second = PackWith("second.top");
  const std::string third = PackWith("third.top");
  Approved(second, "2");
  Approved(third, "3");
  ASSERT_EQ(
      Run({"rules", "publish", "2", "--reason", "夜里", "--at", "+2h"}, li_)
          .code,
      0);
  const Output published =
      Run({"rules", "publish", "3", "--reason", "案件"}, li_);
  ASSERT_EQ(published.code, 0) << published.err;
  ExpectAll(published.out, {"版本 2 定于 ", "届时将失败", "版本 3"});
  ExpectAll(Run({"rules", "status"}).out, {"版本 2 定于 ", "届时将失败"});
  ExpectAll(English({"rules", "status"}).out, {"Version 2", "and will fail"});
  ExpectAll(Run({"posture"}).out, {"版本 2 定于 ", "届时将失败"});
  clock_.Advance(absl::Hours(3));
  server_->Tick();
  for (const char* command : {"history", "status"}) {
    std::vector<std::string> line = {"rules", command};
    if (line[1] == "history") line.push_back("2");
    ExpectAll(Run(line).out, {"定时发布失败", "现在生效的是版本 3",
                              "sluicectl rules withdraw 2"});
  }
  ExpectAll(Run({"posture"}).out, {"定时发布失败"});
  ExpectAll(English({"rules", "history", "2"}).out,
            {"plan failed", "version 3 is in force"});
  ASSERT_EQ(Run({"rules", "withdraw", "2", "--reason", "不再需要"}, li_).code,
            0);
  EXPECT_FALSE(absl::StrContains(Run({"rules", "status"}).out, "定时发布失败"));
}

TEST_F(SecondOfficer, AWithdrawnPlanIsNoFailure) {
  Approved(PackWith("second.top"), "2");
  ASSERT_EQ(
      Run({"rules", "publish", "2", "--reason", "夜里", "--at", "+2h"}, li_)
          .code,
      0);
  ASSERT_EQ(Run({"rules", "withdraw", "2", "--reason", "改期"}, li_).code, 0);
  const std::string history = Run({"rules", "history", "2"}).out;
  ExpectAll(history, {"取消定时", "改期"});
  EXPECT_FALSE(absl::StrContains(history, "失败")) << history;
  ExpectAll(English({"rules", "history", "2"}).out, {"plan cancelled"});
}

TEST_F(SecondOfficer, ATemplateThatLiftsARuleIsNamed) {
  const Output made =
      Run({"registry", "create", "template", "gift", "--content-provider-id",
           "shop", "--message-class", "notice", "--text",
           "您的订单{n}已到，回复T可领优惠", "--variables", "n:digits:1-8",
           "--accept-rule-hits", "--reason", "法务"});
  ASSERT_EQ(made.code, 0) << made.err << made.out;
  const std::string posture =
      RunAsIs(With({"posture"}, admin_key_), "", 200).out;
  ExpectAll(posture, {"opt-out-word-conflict", "模板 gift", "法务"});
  const Output explained =
      Run({"rules", "explain", "【云杉超市】您的订单2048已到，回复T可领优惠",
           "--class", "notice", "--account", "acc", "--on-behalf-of", "shop"});
  ASSERT_EQ(explained.code, 0) << explained.err;
  ExpectAll(explained.out,
            {"放行：模板 gift 的固定文字", "已接受", "opt-out-word-conflict"});
}

TEST_F(SecondOfficer, WhoEndedABlockIsShown) {
  ASSERT_EQ(Run({"rules", "block", "--phrase", "加微信领红包", "--for", "2h",
                 "--reason", "新骗局"},
                li_)
                .code,
            0);
  ASSERT_EQ(
      Run({"rules", "block", "confirm", "1", "--reason", "看过"}, wang_).code,
      0);
  ASSERT_EQ(
      Run({"rules", "block", "end", "1", "--reason", "已有规则"}, li_).code, 0);
  ExpectAll(
      RunAsIs(With({"rules", "blocks", "--all"}, admin_key_), "", 200).out,
      {"结束人", "已有规则", "已提前结束"});
  ExpectAll(RunAsIs({"rules", "block", "end", "--help"}, "", 80).out,
            {"一人即可结束"});
}

// A decision says what waits only where something does.
TEST_F(SecondOfficer, ACampaignWithoutHeldMessagesHasNoneToDecide) {
  ASSERT_EQ(RunAsIs(With({"campaign", "release", "--content-provider", "shop",
                          "--text", kHeldText, "--reason", "看过", "--json"},
                         admin_key_))
                .code,
            0);
  const std::string list =
      RunAsIs(With({"campaign", "list", "--json"}, admin_key_)).out;
  const size_t begin = list.find("\"id\":\"") + 6;
  const std::string id = list.substr(begin, list.find('"', begin) - begin);
  const Output rejected = RunAsIs(
      With({"campaign", "reject", id, "--reason", "x"}, admin_key_), "", 200);
  ASSERT_EQ(rejected.code, 0) << rejected.err << list;
  EXPECT_FALSE(absl::StrContains(rejected.out, "仍在等待")) << rejected.out;
}

TEST_F(SecondOfficer, CountsSayWhatTheyCount) {
  ExpectAll(Run({"rules", "stats"}).out,
            {"每条短信在首次判定时计一次", "`audit search` 数的是"});
  SubmitOne(Message(Number(1), v1::MESSAGE_CLASS_NOTICE, kRejectedText));
  const std::string pack = folder_.path() + "/without";
  ASSERT_EQ(Run({"rules", "export", pack}).code, 0);
  const std::string rules = *ReadFile(pack + "/rules.yaml", 1'000'000);
  std::ofstream(pack + "/rules.yaml") << absl::StrReplaceAll(
      rules, {{"[代开发票, 代开各类发票]", "[代开各类发票]"}});
  ASSERT_EQ(Run({"rules", "import", pack, "--reason", "误伤"}, li_).code, 0);
  ExpectAll(RunAsIs(With({"rules", "approve", "2"}, wang_), "", 120).out,
            {"改前拦下", "改后拦下", "不再拦下", "改前命中",
             "拦下指内容规则会拒绝或转人工审核"});
}

// A second name of one person would be a second person.
TEST_F(SecondOfficer, ANameLikeAnothersIsAskedAbout) {
  const auto create = [this](const std::string& person, bool yes) {
    std::vector<std::string> line = {"key",      "create",   "--role",
                                     "officer",  "--person", person,
                                     "--reason", "新同事"};
    if (yes) line.push_back("--yes");
    return Run(line);
  };
  ASSERT_EQ(create("李强", false).code, 0);
  for (const char* name : {"李强1", "李强（备用）", "LI强", "李强 2"}) {
    const Output asked = create(name, false);
    EXPECT_EQ(asked.code, 1) << name;
    ExpectAll(asked.err, {"与 李强 相近；若是同一人，须用同一姓名", "--yes"});
  }
  EXPECT_EQ(create("李强1", true).code, 0);
  const Output longer = create("李强华", false);
  EXPECT_EQ(longer.code, 0) << longer.err;
  ExpectAll(longer.err, {"与 李强 相近"});
  for (const char* name : {"李强", "李強", "王强", "王敏", "李明"}) {
    const Output made = create(name, false);
    EXPECT_EQ(made.code, 0) << made.err;
    EXPECT_FALSE(absl::StrContains(made.err, "相近")) << made.err;
  }
}

}  // namespace
}  // namespace sluice::ctl
