// The commands that show records and how the server does, in Chinese and in
// English; and the names that stand beside ids.

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "sluice/admin/v1/operations.grpc.pb.h"
#include "sluice/admin/v1/replies.grpc.pb.h"
#include "tests/tools/chinese.h"
#include "tests/tools/chinese_server.h"
#include "tests/tools/fake_server.h"
#include "tests/tools/run_ctl.h"

namespace sluice::ctl {
namespace {

void ExpectNone(const std::string& text,
                const std::vector<const char*>& parts) {
  for (const char* part : parts) {
    EXPECT_FALSE(absl::StrContains(text, part)) << part << "\n" << text;
  }
}

class ChineseRecords : public ChineseServer {
 protected:
  // So wide that no cell is broken.
  std::string Wide(const std::vector<std::string>& arguments,
                   const std::string& key = "") const {
    const Output output =
        RunAsIs(With(arguments, key.empty() ? admin_key_ : key), "", 400);
    ExpectChinese(output);
    ExpectTitles(output.out);
    return output.out;
  }
  v1::Verdict SubmitHeld(int number) {
    return SubmitOne(
        Message(Number(number), v1::MESSAGE_CLASS_NOTICE, kHeldText));
  }
};

TEST_F(ChineseRecords, AuditFilters) {
  SubmitHeld(1);
  SubmitOne(Message(Number(2), v1::MESSAGE_CLASS_NOTICE, kRejectedText));
  SubmitOne(Message("10086", v1::MESSAGE_CLASS_NOTICE, kRejectedText));
  const auto found = [this](std::vector<std::string> filters) {
    std::vector<std::string> all = {"audit", "search"};
    all.insert(all.end(), filters.begin(), filters.end());
    return Run(all).out;
  };
  ExpectAll(found({"--word", "發票", "--recipient", "手机号：" + Number(2)}),
            {"1 条短信。"});
  ExpectAll(found({"--word", "代开发票", "--word", "不在"}), {"0 条短信。"});
  ExpectAll(found({"--state", "held", "--class", "notice"}), {"1 条短信。"});
  ExpectAll(found({"--state", "待审", "--content-provider", "云杉超市"}),
            {"1 条短信。"});
  ExpectAll(found({"--recipient-as-submitted", "１００８６"}),
            {"1 条短信。", "10086"});
  ExpectAll(found({"--reason", "content_prohibited"}), {"2 条短信。"});
  const auto fault = [this](std::vector<std::string> filters) {
    std::vector<std::string> all = {"audit", "search"};
    all.insert(all.end(), filters.begin(), filters.end());
    const Output output = Run(all);
    EXPECT_NE(output.code, 0);
    return output.err;
  };
  ExpectAll(fault({"--recipient", "10086"}),
            {"--recipient：", "--recipient-as-submitted"});
  ExpectAll(fault({"--content-provider", "云杉"}),
            {"--content-provider：没有内容提供者", "'shop' (云杉超市)"});
  ExpectAll(fault({"--from", "2099-01-01"}), {"--from：", "还没有到"});
  ExpectAll(fault({"--from", "2020-01-02", "--until", "2020-01-01"}),
            {"--until：", "不晚于起始时间"});
  ExpectAll(fault({"--state", "nowhere"}), {"--state"});
  ExpectAll(fault({"--message-key", std::string(300, 'k')}),
            {"--message-key：最多 256 字节"});
}

TEST_F(ChineseRecords, NoTimeIsToCome) {
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"mo", "list", "--from"},
        {"hold", "list", "--since"},
        {"audit", "operators", "--from"},
        {"registry", "history", "port", "--from"},
        {"registry", "list", "port", "--as-of"},
        {"stats", "--from"}}) {
    std::vector<std::string> asked = command;
    asked.push_back("2099-01-01");
    const Output output = Run(asked);
    EXPECT_EQ(output.code, 1);
    const std::string fault = command.back() +
                              "：2099-01-01 00:00:00 +08:00 还没有到：服务器的"
                              "时间是 ";
    ExpectAll(output.err, {fault.c_str()});
  }
}

TEST_F(ChineseRecords, NoFileIsOverwritten) {
  const std::string id = SubmitHeld(1).message_id();
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"audit", "head"}, {"audit", "prove", id}}) {
    const std::string file = folder_.path() + "/" + command[1] + ".out";
    std::vector<std::string> asked = command;
    asked.insert(asked.end(), {"--out", file});
    std::ofstream(file) << "kept";
    const Output refused = Run(asked);
    EXPECT_EQ(refused.code, 1);
    ExpectAll(refused.err, {"--out：", "已存在，请另起文件名"});
    std::string kept;
    std::ifstream(file) >> kept;
    EXPECT_EQ(kept, "kept");
  }
}

TEST_F(ChineseRecords, Audit) {
  const v1::Verdict held = SubmitHeld(1);
  SubmitOne(Message(Number(2), v1::MESSAGE_CLASS_NOTICE, kRejectedText));
  const std::string search = Wide({"audit", "search"});
  ExpectAll(search, {"短信", "判定时间", "接收号码", "内容提供者", "类别",
                     "判定", "状态", "原因", "短信内容", "通知", "待审", "拒绝",
                     "云杉超市 (shop)", "2 条短信。"});
  ExpectNone(search, {"NOTICE", "HELD", "REJECTED"});
  ExpectAll(Run({"audit", "search", "--limit", "1"}).out,
            {"1 条短信。", "下一页：--page-token "});
  const Output nowhere = Run({"audit", "search", "--rule", "nowhere"});
  EXPECT_EQ(nowhere.code, 1);
  ExpectAll(nowhere.err, {"--rule：没有找到短信", "'nowhere'"});
  ASSERT_EQ(
      Run({"hold", "release", held.message_id(), "--reason", "看过"}).code, 0);
  const std::string got = Wide({"audit", "get", held.message_id()});
  ExpectAll(got, {"待审，现为等待发送",
                  "判定时间",
                  "接收号码",
                  "运营商",
                  "中国移动",
                  "账号",
                  "Sender (acc)",
                  "持证单位",
                  "Riverside Messaging (lic)",
                  "内容提供者",
                  "云杉超市 (shop)",
                  "签名",
                  "云杉超市 (shop-sig)",
                  "端口",
                  "接入号",
                  "规则集",
                  "最早发送",
                  "截止",
                  "分条数",
                  "原因",
                  "依据",
                  "说明",
                  "时间",
                  "事件",
                  "人工放行",
                  "经办人 "});
  ExpectNone(got, {"QUEUED", "RELEASED", "carrier", "POLICY"});
  ExpectAll(
      English({"audit", "search"}).out,
      {"content provider", "NOTICE", "HELD", "云杉超市 (shop)", "2 messages."});
  ExpectAll(English({"audit", "get", held.message_id()}).out,
            {"HELD, now QUEUED", "licensee", "what happened", ", released"});
  // Programs read ids.
  ExpectNone(RunAsIs(With({"audit", "search", "--json"}, admin_key_)).out,
             {"(shop)"});
}

TEST_F(ChineseRecords, Dossier) {
  SubmitHeld(1);
  Run({"optout", "add", Number(1), "--content-provider", "shop", "--source",
       "complaint", "--evidence", "来电 118"});
  Run({"optout", "remove", Number(1), "--content-provider", "shop", "--proof",
       "网页 33", "--consented", "2026-11-22 10:00"});
  Run({"optout", "add", Number(1), "--source", "officer"});
  const std::string dossier = Wide({"dossier", Number(1)});
  ExpectAll(dossier,
            {"运营商 中国移动", "已退订：全部内容提供者，来源 人工，自 ",
             "通知短信，待审", "由账号 ", "端口 ", "内容：", "原因：",
             "短信 ID ", "退订：云杉超市 (shop)，来源 投诉", "凭证：来电 118",
             "撤销退订", "撤销人 "});
  ExpectNone(dossier, {"opt-out:", "HELD", "NOTICE", "COMPLAINT"});
  ExpectAll(dossier, {"曾退订：云杉超市 (shop)，来源 投诉，自 ",
                      "依据 2026-11-22 10:00:00 +08:00 的同意撤销"});
  ExpectAll(Run({"dossier", Number(9)}).out, {"没有这个号码的记录。"});
  ExpectAll(Run({"dossier", Number(1), "--page-size", "1"}).out,
            {"更早的记录：--page-token "});
  ExpectAll(English({"dossier", Number(1)}).out,
            {"opted out: all content providers, source officer, since ",
             "notice message, held", "submitted by account ",
             "reason: ", "opt-out reversed", "云杉超市 (shop)",
             "was opted out: 云杉超市 (shop), source complaint, from "});
}

TEST_F(ChineseRecords, Watch) {
  SubmitOne(Commercial(Number(1)));
  Run({"optout", "add", Number(1), "--content-provider", "shop"});
  const Output output =
      Run({"watch", "--cursor", "begin", "--count", "1"}, submit_key_);
  ExpectAll(output.out, {"已取消", "RECIPIENT_OPTED_OUT"});
  ExpectAll(output.err, {"从此处继续：sluicectl watch "});
  ExpectAll(
      RunCtl(With({"watch", "--cursor", "begin", "--count", "1"}, submit_key_))
          .out,
      {"CANCELLED"});
}

TEST_F(ChineseRecords, HowTheServerDoes) {
  ExpectAll(Run({"clock", "show"}).out,
            {"时钟", "系统时钟", "判定时钟", "毫秒"});
  ExpectAll(Run({"retention", "show"}).out, {"没有待批准的清理。"});
  ExpectAll(Run({"retention", "allow", "--reason", "x"}).err,
            {"没有待批准的清理"});
  ExpectAll(Run({"clock", "accept", "--reason", "x"}).err,
            {"时钟没有跳变：没有需要接受的"});
  ExpectAll(Run({"link", "list"}).out, {"没有配置运营商链路"});
  ExpectAll(Run({"mo", "list"}).out, {"0 条上行回复。"});
  const Output store = Run({"store", "check", folder_.path() + "/store"});
  ExpectAll(store.out, {"文件夹", "日志", "段", "记录", "损坏"});
  ExpectAll(store.err, {"正由 sluiced 使用"});
  const Output pdu = Run({"pdu", "cmpp20", "0000000c", "00000008", "7ce1e1d5"});
  ExpectAll(pdu.out, {"偏移", "字节数", "字段", "值", "含义",
                      "Sluice 编码的结果与之相同，共 12 字节。"});
  ExpectAll(Run({"pdu", "cmpp20", "0000000c", "00000008"}).out,
            {"不是完整的 PDU：Sequence_Id：须有 4 字节，只剩 0 字节"});
  ExpectAll(Run({"pdu", "cmpp20", "0000000c", "00000099", "7ce1e1d5"}).out,
            {"命令字未知", "Command_Id：命令字未知"});
  ExpectAll(Run({"pdu", "cmpp20", ""}).err, {"没有字节"});
}

// Whoever reads an id, reads the name beside it.
TEST_F(ChineseRecords, NamesStandBesideIds) {
  SubmitHeld(1);
  Run({"campaign", "release", "--content-provider", "shop", "--text",
       kCommercialText, "--reason", "看过"});
  const std::string li = MakeKey("", {admin::v1::ROLE_OFFICER});
  Run({"rules", "block", "--content-provider", "shop", "--for", "2h",
       "--reason", "x"},
      li);
  Run({"rules", "exempt", "--rule", "opt-out-word-conflict",
       "--content-provider", "bank", "--for", "2h", "--reason", "x"},
      li);
  Run({"optout", "add", Number(3), "--content-provider", "shop", "--signature",
       "shop-sig"});
  const v1::Verdict held = SubmitHeld(2);
  ExpectAll(Wide({"hold", "list"}), {"云杉超市 (shop)"});
  ExpectAll(Wide({"hold", "show", held.message_id()}),
            {"云杉超市 (shop)", "Sender (acc)", "云杉超市 (shop-sig)"});
  ExpectAll(Wide({"campaign", "list"}), {"云杉超市 (shop)"});
  ExpectAll(Wide({"rules", "blocks"}), {"云杉超市 (shop) 的短信"});
  ExpectAll(Wide({"rules", "exemptions"}), {"江畔银行 (bank)"});
  ExpectAll(Wide({"optout", "lookup", Number(3)}),
            {"云杉超市 (shop) / 云杉超市 (shop-sig)"});
  ExpectAll(Wide({"posture"}), {"江畔银行 (bank)"});
  ExpectAll(Wide({"key", "list"}), {"Sender (acc)"});
}

// Replies of every kind.
class FakeReplies final : public admin::v1::RepliesService::Service {
 public:
  grpc::Status ListReplies(grpc::ServerContext*,
                           const admin::v1::ListRepliesRequest*,
                           admin::v1::ListRepliesResponse* response) override {
    for (int n = 0; n <= admin::v1::ReplyReading_MAX; ++n) {
      admin::v1::Reply& reply = *response->add_replies();
      reply.set_id(absl::StrCat(n));
      reply.set_reading(static_cast<admin::v1::ReplyReading>(n));
      reply.set_complaint(n == 1);
      reply.set_opted_out(n == 1);
      reply.set_text("\uFFFD");
      reply.set_coding(8);
    }
    response->set_next_page_token("more");
    return grpc::Status::OK;
  }
};

TEST(ChineseReplies, AreWhatWasMadeOfThem) {
  FakeReplies replies;
  const FakeServer server({&replies});
  const Output output = server.RunAsIs({"mo", "list", "--limit", "8"}, 300);
  ASSERT_EQ(output.code, 0) << output.err;
  ExpectAll(output.out,
            {"编号", "收到时间", "来自", "发往", "识读结果", "停发", "内容",
             "退订", "很可能是退订", "否定的退订", "回答问题", "无法识读",
             "长回复的一部分", "不是退订", "，投诉", "全部内容提供者", "编码 8",
             " 条上行回复。", "下一页：--page-token more"});
  ExpectChinese(output);
  ExpectAll(server.Run({"mo", "list", "--limit", "8"}).out,
            {"what it is", "refusal, likely", "everybody", "coding 8"});
}

class FakeLinks final : public admin::v1::OperationsService::Service {
 public:
  grpc::Status ListLinks(grpc::ServerContext*,
                         const admin::v1::ListLinksRequest*,
                         admin::v1::ListLinksResponse* response) override {
    admin::v1::CarrierLink& link = *response->add_links();
    link.set_name("beijing");
    link.set_state(admin::v1::LINK_STATE_PAUSED);
    link.set_why("the carrier refused 16 of the last 16 messages");
    link.set_version("CMPP 3.0");
    link.add_carriers("mobile");
    admin::v1::CodeCount& code = *link.add_results();
    code.set_code("10");
    code.set_meaning("Src_Id is wrong");
    code.set_count(188);
    link.add_results()->set_count(2);
    admin::v1::WaitingMessages& waiting = *link.add_waiting();
    waiting.set_message_class(v1::MESSAGE_CLASS_NOTICE);
    waiting.set_messages(1234);
    return grpc::Status::OK;
  }
  grpc::Status GetClock(grpc::ServerContext*, const admin::v1::GetClockRequest*,
                        admin::v1::GetClockResponse* response) override {
    response->mutable_clock()->set_state(admin::v1::CLOCK_STATE_UNCONFIRMED);
    response->mutable_clock()->mutable_offset()->set_seconds(200'000);
    response->mutable_clock()->mutable_start_gap()->set_seconds(600);
    return grpc::Status::OK;
  }
  grpc::Status GetRetention(
      grpc::ServerContext*, const admin::v1::GetRetentionRequest*,
      admin::v1::GetRetentionResponse* response) override {
    admin::v1::WaitingRetention& run = *response->add_waiting();
    run.set_partition(3);
    run.set_records(12'000);
    run.set_share_percent(61);
    return grpc::Status::OK;
  }
};

TEST(ChineseOperations, LinksClocksAndRetention) {
  FakeLinks links;
  const FakeServer server({&links});
  const Output list = server.RunAsIs({"link", "list"}, 300);
  ExpectAll(list.out,
            {"链路", "状态", "自", "协议", "窗口", "速率", "等待", "应答耗时",
             "结果不明", "已暂停", "不限", "原因", "通知 1,234",
             "（原文：the carrier refused 16 of the last 16 messages）",
             "中国移动", "10（Src_Id 有误）188 条", "其他代码 2 条", "异常"});
  ExpectChinese(list);
  ExpectAll(server.Run({"link", "list"}).out,
            {"beijing: PAUSED since", "188 with 10 (Src_Id is wrong)"});
  const Output clock = server.RunAsIs({"clock", "show"}, 80);
  EXPECT_EQ(clock.code, 1);
  ExpectAll(clock.out, {"尚未确认：Sluice 不判定、不发送、不清理", "快 ",
                        "启动时，最新的记录已是 10 分钟前的",
                        "服务器确实停了这么久吗？", "sluicectl clock accept"});
  ExpectChinese(clock);
  const Output retention = server.RunAsIs({"retention", "show"}, 80);
  EXPECT_EQ(retention.code, 1);
  ExpectAll(retention.out, {"分区 3", "12,000 条记录", "占其日志的 61 %",
                            "sluicectl retention allow --reason 原因"});
  ExpectChinese(retention);
}

}  // namespace
}  // namespace sluice::ctl
