// The simulated carrier against octets that other implementations wrote, which
// show a mistake that simulator and client share.

#include <fstream>
#include <optional>
#include <string>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/link/cmpp/bodies.h"
#include "gateway/link/cmpp/msg_id.h"
#include "gateway/link/cmpp/report.h"
#include "gtest/gtest.h"
#include "tests/gateway/link/cmpp/raw_peer.h"
#include "tests/gateway/link/cmpp/vectors.h"
#include "tools/carrier_sim/control.h"
#include "tools/carrier_sim/simulator.h"

namespace sluice::sim {
namespace {

using cmpp::Command;
using cmpp::RawPdu;
using cmpp::Version;

std::string VectorBytes(absl::string_view id) {
  for (const cmpp::Vector& v : cmpp::Vectors()) {
    if (v.id == id) return absl::HexStringToBytes(v.hex);
  }
  ADD_FAILURE() << id;
  return "";
}

class CarrierSimTest : public testing::Test {
 protected:
  CarrierSimTest() {
    options_.accounts = {{"900002", "secret88"}, {"900003", "secret88"}};
    options_.log_file = absl::StrCat(testing::TempDir(), "carrier_sim_test");
  }
  ~CarrierSimTest() override {
    if (sim_) sim_->Stop();
    if (thread_.joinable()) thread_.join();
  }
  void Start() {
    sim_.emplace(context_, options_);
    const absl::StatusOr<uint16_t> port = sim_->Start();
    ASSERT_TRUE(port.ok()) << port.status();
    thread_ = std::thread([this] { context_.run(); });
    port_ = *port;
    peer_.Connect(port_);
  }
  void Send(absl::string_view id) { peer_.Write(VectorBytes(id)); }
  // Part 1 of the message of CMPP2-27: reference 0x93, "AB".
  void SendPartOne() {
    const cmpp::Submit part = {
        .pk_total = 2,
        .tp_udhi = 1,
        .msg_fmt = 8,
        .src_id = "106900001",
        .dest_terminal_id = {"13800138000"},
        .content = absl::HexStringToBytes("05000393020100410042")};
    peer_.Write(*cmpp::EncodePdu(part, Version::k20, 1));
    ReadAnswer();
  }
  // Reports may come before it.
  void ReadAnswer() {
    while (peer_.Read().header.command != Command::kSubmitResp) {
    }
  }
  std::string Log() {
    sim_->FlushLog();
    std::ifstream in(options_.log_file);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  SimOptions options_;
  asio::io_context context_;
  uint16_t port_ = 0;
  std::optional<Simulator> sim_;
  std::thread thread_;
  cmpp::RawPeer peer_;
};

TEST_F(CarrierSimTest, AnswersTheLoginOf30AsSmsgateDoes) {
  Start();
  Send("CMPP3-01");
  EXPECT_EQ(absl::BytesToHexString(peer_.Read().octets),
            absl::BytesToHexString(VectorBytes("CMPP3-02")));
}

TEST_F(CarrierSimTest, AnswersTheLoginOf20AsGocmppDoes) {
  Start();
  Send("CMPP2-01");
  // The digest over a Status of one octet: ../shared/vectors, worked values.
  EXPECT_EQ(absl::BytesToHexString(peer_.Read().octets),
            "0000001e800000017ce1e1c700bb6d340cbe0a40f22bfcaef2a756732f20");
}

TEST_F(CarrierSimTest, RefusesAWrongSecretAsSmsgateDoes) {
  options_.accounts["900003"] = "another";
  Start();
  Send("CMPP3-01");
  const RawPdu resp = peer_.Read();
  EXPECT_EQ(resp.body(), absl::string_view(VectorBytes("CMPP3-24")).substr(12));
  EXPECT_TRUE(peer_.Read().octets.empty());  // Closed.
}

TEST_F(CarrierSimTest, WhoIsNotLoggedInIsThrownOut) {
  Start();
  Send("CMPP2-03");
  EXPECT_TRUE(peer_.Read().octets.empty());
  EXPECT_EQ(sim_->Stats().segments, 0u);
}

TEST_F(CarrierSimTest, TakesReportsAndLogsAForeignSubmit) {
  Start();
  Send("CMPP2-01");
  peer_.Read();
  Send("CMPP2-03");
  const RawPdu answer = peer_.Read();
  EXPECT_EQ(answer.header.command, Command::kSubmitResp);
  EXPECT_EQ(answer.header.sequence, 2095178193u);
  const auto resp =
      *link::DecodeBody<cmpp::SubmitResp>(answer.body(), Version::k20);
  EXPECT_EQ(resp.result, 0u);
  const RawPdu deliver = peer_.Read();
  const auto report =
      *link::DecodeBody<cmpp::Deliver>(deliver.body(), Version::k20);
  EXPECT_EQ(report.registered_delivery, 1);
  EXPECT_EQ(report.content.size(), 60u);
  EXPECT_EQ(cmpp::DecodeReport(report.content)->msg_id, resp.msg_id);
  EXPECT_EQ(cmpp::DecodeReport(report.content)->stat, "DELIVRD");
  const std::string log = Log();
  EXPECT_TRUE(absl::StrContains(log, "\"text\":\"验证码123456\"")) << log;
  EXPECT_TRUE(absl::StrContains(
      log, absl::StrCat("\"ids\":[\"", cmpp::MsgIdKey(resp.msg_id), "\"]")));
  // The simulator counts the repetition as a second copy.
  Send("CMPP2-03");
  peer_.Read();
  EXPECT_TRUE(absl::StrContains(Log(), "\"copy\":2}"));
  EXPECT_EQ(sim_->Stats().messages_repeated, 1u);
}

TEST_F(CarrierSimTest, HoldsPartsUntilTheMessageIsWhole) {
  Start();
  Send("CMPP2-01");
  peer_.Read();
  Send("CMPP2-27");  // Part 2 of 2.
  peer_.Read();
  EXPECT_EQ(sim_->Stats().messages_incomplete, 1u);
  EXPECT_EQ(Log(), "");
  SendPartOne();
  EXPECT_EQ(sim_->Stats().messages, 1u);
  EXPECT_EQ(sim_->Stats().messages_incomplete, 0u);
  EXPECT_TRUE(absl::StrContains(Log(), "\"text\":\"AB递已到")) << Log();
}

// A client that was restarted may use a reference again, for another message.
TEST_F(CarrierSimTest, JoinsNoPartsOfDifferentConnections) {
  Start();
  Send("CMPP2-01");
  peer_.Read();
  Send("CMPP2-27");  // Part 2 of 2.
  peer_.Read();
  peer_.Close();
  peer_.Connect(port_);
  Send("CMPP2-01");
  peer_.Read();
  SendPartOne();
  EXPECT_EQ(Log(), "");
  Send("CMPP2-27");
  ReadAnswer();
  EXPECT_EQ(sim_->Stats().messages, 1u);
  EXPECT_EQ(sim_->Stats().messages_incomplete, 1u);
  EXPECT_TRUE(absl::StrContains(Log(), "\"text\":\"AB递已到")) << Log();
}

TEST_F(CarrierSimTest, ObeysItsCommands) {
  Start();
  Send("CMPP3-01");
  peer_.Read();
  std::string printed;
  const auto print = [&](const std::string& line) { printed = line; };
  EXPECT_TRUE(Obey(R"({"mo":{"from":"13800138000","to":"106900001",)"
                   R"("text":"退订"}})",
                   *sim_, print)
                  .ok());
  const auto mo =
      *link::DecodeBody<cmpp::Deliver>(peer_.Read().body(), Version::k30);
  EXPECT_EQ(absl::BytesToHexString(mo.content), "90008ba2");
  EXPECT_EQ(mo.src_terminal_id, "13800138000");
  EXPECT_TRUE(Obey(R"({"stats":true})", *sim_, print).ok());
  EXPECT_TRUE(absl::StrContains(printed, "\"logins\":1,"));
  for (const absl::string_view bad :
       {"", "x", "[1]", R"({"mo":{}})", R"({"nonsense":1})"}) {
    EXPECT_FALSE(Obey(bad, *sim_, print).ok()) << bad;
  }
  EXPECT_TRUE(Obey(R"({"drop":true})", *sim_, print).ok());
  EXPECT_TRUE(peer_.Read().octets.empty());
}

TEST_F(CarrierSimTest, DigestsStandForTexts) {
  options_.log_digests = true;
  Start();
  Send("CMPP2-01");
  peer_.Read();
  Send("CMPP2-03");
  peer_.Read();
  EXPECT_TRUE(absl::StrContains(Log(), "\"digest\":\""));
  EXPECT_FALSE(absl::StrContains(Log(), "验证码"));
}

}  // namespace
}  // namespace sluice::sim
