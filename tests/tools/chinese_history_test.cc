// `registry history`, `registry list --as-of` and `audit operators`, in Chinese
// and in English.

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/tools/chinese.h"
#include "tests/tools/chinese_server.h"
#include "tests/tools/run_ctl.h"
#include "tools/lib/words.h"

namespace sluice::ctl {
namespace {

class ChineseHistory : public ChineseServer {
 protected:
  void Change(const std::vector<std::string>& fields,
              const std::string& reason) {
    std::vector<std::string> arguments = {"registry", "change"};
    arguments.insert(arguments.end(), fields.begin(), fields.end());
    arguments.insert(arguments.end(), {"--reason", reason});
    const Output changed = Run(arguments);
    ASSERT_EQ(changed.code, 0) << changed.err;
  }
  std::string Now() const {
    return tools::TimeText(tools::ToTimestamp(clock_.Now()));
  }
};

TEST_F(ChineseHistory, OfTheRegistry) {
  const std::string before = Now();
  clock_.Advance(absl::Hours(1));
  Change({"port", "shop-ads", "--alias", "hui"}, "改名");
  Change({"content-provider", "shop", "--name", "松林超市"}, "更名");
  clock_.Advance(absl::Hours(1));
  const Output all = Run({"registry", "history", "port", "hui"});
  ASSERT_EQ(all.code, 0) << all.err;
  ExpectAllNarrow(all.out);
  ExpectAll(all.out, {"端口号 shop-ads  修改，经办人：", "原因：改名", " → hui",
                      "端口号 shop-ads  新增", "2 次修改。"});
  ExpectAll(Run({"registry", "history", "端口号", "--limit", "1"}).out,
            {" → hui", "1 次修改。", "下一页：--page-token "});
  ExpectAll(English({"registry", "history", "content-provider", "shop"}).out,
            {"content_provider shop  changed by ", "why: 更名",
             "name: 云杉超市 → 松林超市", "2 changes."});
  const Output json = Run({"registry", "history", "port", "hui", "--json"});
  ExpectAll(json.out, {R"("reason":"改名")", R"("before":)", R"("after":)"});

  // As it was, with the names of that time.
  const Output now = Run({"registry", "list", "port"});
  ExpectAll(now.out, {"松林超市 (shop)", "hui"});
  const Output then = Run({"registry", "list", "port", "--as-of", before});
  ASSERT_EQ(then.code, 0) << then.err;
  ExpectAll(then.out, {"云杉超市 (shop)"});
  EXPECT_FALSE(absl::StrContains(then.out, "hui")) << then.out;
  EXPECT_FALSE(absl::StrContains(then.out, "松林")) << then.out;
  for (const char* kind : {"licensee", "account", "content-provider",
                           "signature", "port", "template"}) {
    EXPECT_EQ(Run({"registry", "list", kind, "--as-of", before}).code, 0)
        << kind;
  }
  const auto fault = [this](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "registry");
    const Output output = Run(arguments);
    EXPECT_EQ(output.code, 1);
    return output.err;
  };
  ExpectAll(fault({"history", "port", "nowhere"}), {"没有端口号 'nowhere'"});
  ExpectAll(fault({"history", "nothing"}), {"没有 \"nothing\" 这个取值"});
  ExpectAll(fault({"history", "--actor", "王"}),
            {"--actor：既没有这个编号的密钥"});
  ExpectAll(fault({"list", "port", "--as-of", "2099-01-01"}),
            {"--as-of：", "还没有到：服务器的时间是"});
}

// Records name parties as they were called when the record was made.
TEST_F(ChineseHistory, NamesOfThatTime) {
  ASSERT_EQ(Run({"registry", "create", "account", "big", "--name", "大代理",
                 "--licensee-id", "lic", "--reason", "合同 3"})
                .code,
            0);
  Change({"account", "acc", "--parent-account-id", "big"}, "归属");
  clock_.Advance(absl::Hours(1));
  const std::string id = SubmitOne(Notice(Number(1))).message_id();
  ASSERT_EQ(
      Run({"optout", "add", Number(1), "--content-provider", "shop"}).code, 0);
  clock_.Advance(absl::Hours(1));
  Change({"content-provider", "shop", "--name", "松林超市"}, "更名");
  Change({"account", "big", "--name", "小代理"}, "更名");
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"dossier", Number(1)},
        {"audit", "get", id},
        {"audit", "search", "--from", "3h"}}) {
    for (const bool chinese : {true, false}) {
      const Output shown = chinese ? Run(command) : English(command);
      EXPECT_EQ(shown.code, 0) << shown.err;
      ExpectAll(shown.out, {"云杉超市 (shop)"});
      EXPECT_FALSE(absl::StrContains(shown.out, "松林")) << shown.out;
    }
  }
  ExpectAll(Run({"dossier", Number(1)}).out,
            {"代理商 大代理 (big)", "持证单位 ", "退订：云杉超市 (shop)"});
  ExpectAll(English({"dossier", Number(1)}).out,
            {"agent 大代理 (big)", "licensee "});
  ExpectAll(Run({"audit", "get", id}).out, {"代理商", "大代理 (big)"});
  for (const std::string kind : {"messages", "optouts"}) {
    const std::string file = absl::StrCat(folder_.path(), "/", kind, ".csv");
    const Output exported =
        Run({"export", kind, "--from", "3h", "--out", file});
    EXPECT_EQ(exported.code, 0) << exported.err;
    std::stringstream sheet;
    sheet << std::ifstream(file).rdbuf();
    ExpectAll(sheet.str(), {"云杉超市 (shop)"});
    EXPECT_FALSE(absl::StrContains(sheet.str(), "松林")) << sheet.str();
  }
}

TEST_F(ChineseHistory, ADossierSaysWhoLookedTheNumberUp) {
  const Output first =
      Run({"dossier", Number(1), "--lookup-reason", "投诉 118"});
  ExpectAll(first.out, {"谁查过这个号码", "此前没有人查过"});
  const Output second = Run({"dossier", Number(1)});
  ExpectAll(second.out, {"查看号码档案，原因：投诉 118"});
  ExpectAll(
      English({"dossier", Number(1)}).out,
      {"who looked it up", "DossierService.GetDossier, because: 投诉 118"});
  ExpectAll(Run({"dossier", Number(1), "--json"}).out,
            {R"("lookups":[{)", R"("reason":"投诉 118")"});
  const std::string handler = MakeKey("", {admin::v1::ROLE_COMPLAINTS});
  const Output theirs = Run({"dossier", Number(1)}, handler);
  ASSERT_EQ(theirs.code, 0) << theirs.err;
  ExpectAll(theirs.out, {"查阅记录须有 audit 或 admin 角色才能查看"});
}

TEST_F(ChineseHistory, OfOperators) {
  ASSERT_EQ(Run({"dossier", Number(1), "--lookup-reason", "投诉 118"}).code, 0);
  ASSERT_EQ(Run({"optout", "lookup", Number(1)}).code, 0);
  ASSERT_EQ(
      Run({"audit", "search", "--from", "1h", "--lookup-reason", "抽查"}).code,
      0);
  clock_.Advance(absl::Seconds(1));
  const Output log = Run({"audit", "operators", "--recipient", Number(1)});
  ASSERT_EQ(log.code, 0) << log.err;
  ExpectAll(log.out, {"时间", "经办人", "操作", "对象", "原因", "查看号码档案",
                      "投诉 118", "查询退订", "2 次操作。"});
  clock_.Advance(absl::Seconds(1));
  const Output english = English({"audit", "operators"});
  ExpectAll(english.out,
            {"DossierService.GetDossier", "AuditService.SearchMessages", "抽查",
             "HistoryService.ListOperatorActions", "4 actions."});
  const Output fault = Run({"audit", "operators", "--method", "GetDosier"});
  EXPECT_EQ(fault.code, 1);
  ExpectAll(fault.err, {"--method：没有这个调用，是否应为 'GetDossier'？"});
}

TEST_F(ChineseHistory, AReasonThatIsRequired) {
  config_.mutable_access()->set_require_lookup_reason(true);
  Restart();
  const Output refused = Run({"dossier", Number(1)});
  EXPECT_EQ(refused.code, 1);
  ExpectAll(refused.err, {"--lookup-reason：查询个人信息须说明原因"});
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"dossier", Number(1)},
        {"optout", "lookup", Number(1)},
        {"audit", "search"},
        {"mo", "list"},
        {"mo", "review"}}) {
    std::vector<std::string> with = command;
    with.insert(with.end(), {"--lookup-reason", "投诉 118"});
    const Output output = Run(with);
    EXPECT_EQ(output.code, 0) << command[0] << output.err;
  }
}

}  // namespace
}  // namespace sluice::ctl
