// What SIGHUP reads again, on a whole server: certificate, ported numbers, rule
// pack. A fault is one line with its place, and what was read before stays.
#include <httplib.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/gateway/certificate.h"
#include "tests/gateway/server_fixture.h"

namespace sluice::gateway {
namespace {

constexpr char kNotThePack[] =
    "; not the rule pack, whose changes need two persons (rules.approval)\n";

class ReloadTest : public ServerTest {
 protected:
  void SetUp() override {
    logger_before_ = spdlog::default_logger();
    auto logger = std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log_));
    logger->set_pattern("%l %v");
    spdlog::set_default_logger(std::move(logger));
    pack_ = folder_.path() + "/pack";
    std::filesystem::copy(WorldPack(), pack_,
                          std::filesystem::copy_options::recursive);
    config_.mutable_rules()->set_pack(pack_);
  }
  void TearDown() override { spdlog::set_default_logger(logger_before_); }

  // The log of one reload.
  std::string Reload() {
    log_.str("");
    server_->Reload("SIGHUP");
    return log_.str();
  }

  static void Write(const std::string& path, const std::string& content) {
    std::ofstream(path, std::ios::trunc) << content;
  }

  void UseTls(const Certificate& certificate) {
    config_.mutable_listen()->set_tls_certificate(certificate.certificate_path);
    config_.mutable_listen()->set_tls_key(certificate.key_path);
    config_.mutable_listen()->set_http_address("127.0.0.1:0");
  }
  static void Copy(const std::string& from, const std::string& to) {
    std::filesystem::copy_file(
        from, to, std::filesystem::copy_options::overwrite_existing);
  }

  // Whether new connections of gRPC and of HTTP have this certificate.
  bool GrpcHas(const std::string& pem) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = pem;
    admin::v1::ListPortsRequest request;
    admin::v1::ListPortsResponse response;
    return admin::v1::RegistryService::NewStub(
               grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->port()),
                                   grpc::SslCredentials(options)))
        ->ListPorts(As(admin_key_).get(), request, &response)
        .ok();
  }
  bool HttpHas(const std::string& certificate_path) {
    httplib::SSLClient client("127.0.0.1", server_->http_port());
    client.set_ca_cert_path(certificate_path.c_str());
    client.enable_server_certificate_verification(true);
    const auto answer = client.Get("/healthz");
    return answer && answer->status == 200;
  }

  std::string RuleSet() {
    admin::v1::RuleSetStatus status;
    EXPECT_TRUE(admin::v1::RulesService::NewStub(channel_)
                    ->GetRuleSetStatus(As(admin_key_).get(), {}, Into(&status))
                    .ok());
    return status.rule_set();
  }

  void RollBack() {
    admin::v1::RollbackRulesRequest rollback;
    rollback.set_reason("a mistake");
    admin::v1::RuleVersion version;
    const grpc::Status status =
        admin::v1::RulesService::NewStub(channel_)->RollbackRules(
            As(MakeKey("", {admin::v1::ROLE_OFFICER})).get(), rollback,
            Into(&version));
    EXPECT_TRUE(status.ok()) << status.error_message();
  }

  std::ostringstream log_;
  std::shared_ptr<spdlog::logger> logger_before_;
  std::string pack_;
};

TEST_F(ReloadTest, NothingChangedLogsNothingBad) {
  Start();
  EXPECT_EQ(Reload(),
            absl::StrCat("info SIGHUP: read again: nothing", kNotThePack));
  config_.mutable_rules()->set_approval(config::v1::APPROVAL_ONE_PERSON);
  const Certificate certificate(folder_.path());
  UseTls(certificate);
  Write(folder_.path() + "/ported.csv", "number,carrier\n13800000001,unicom\n");
  config_.mutable_rules()->add_portability(folder_.path() + "/ported.csv");
  Restart();
  // A certificate of the tests expires tomorrow.
  const std::string log = Reload();
  EXPECT_TRUE(absl::StartsWith(
      log, "warning the TLS certificate of CN = sluice expires at "))
      << log;
  EXPECT_TRUE(absl::StrContains(
      log,
      "\ninfo SIGHUP: read again: the TLS certificate of CN = sluice, "
      "until "))
      << log;
  EXPECT_TRUE(absl::EndsWith(
      log, " (unchanged); 1 ported numbers; the rule pack (unchanged)\n"))
      << log;
  EXPECT_FALSE(absl::StrContains(log, "error")) << log;
  EXPECT_TRUE(HttpHas(certificate.certificate_path));
}

TEST_F(ReloadTest, NewConnectionsGetTheNewCertificate) {
  const Certificate first(folder_.path());
  const std::string old = folder_.path() + "/old.crt";
  Copy(first.certificate_path, old);
  const std::string old_pem = first.Pem();
  UseTls(first);
  Start();
  TemporaryFolder elsewhere;
  const Certificate second(elsewhere.path());
  EXPECT_TRUE(GrpcHas(old_pem));
  EXPECT_TRUE(HttpHas(old));
  EXPECT_FALSE(GrpcHas(second.Pem()));
  EXPECT_FALSE(HttpHas(second.certificate_path));

  // The key is missing still: nothing changes.
  Copy(second.certificate_path, first.certificate_path);
  const std::string bad = Reload();
  EXPECT_TRUE(absl::StartsWith(
      bad, absl::StrCat("error listen.tls_key: ", first.key_path,
                        " is not the key of the certificate of CN = sluice; "
                        "the TLS certificate of CN = sluice, until ")))
      << bad;
  EXPECT_TRUE(absl::EndsWith(
      bad, absl::StrCat(" stays in use\ninfo SIGHUP: read again: nothing",
                        kNotThePack)))
      << bad;
  EXPECT_TRUE(GrpcHas(old_pem));
  EXPECT_TRUE(HttpHas(old));

  Copy(second.key_path, first.key_path);
  const std::string good = Reload();
  EXPECT_FALSE(absl::StrContains(good, "error")) << good;
  EXPECT_FALSE(absl::StrContains(good, "unchanged")) << good;
  EXPECT_TRUE(GrpcHas(second.Pem()));
  EXPECT_FALSE(GrpcHas(old_pem));
  EXPECT_TRUE(HttpHas(second.certificate_path));
  EXPECT_FALSE(HttpHas(old));
}

TEST_F(ReloadTest, TablesOfPortedNumbersAreReplacedWhole) {
  const std::string path = folder_.path() + "/ported.csv";
  Write(path, "number,carrier\n" + Number(1) + ",unicom\n");
  config_.mutable_rules()->add_portability(path);
  Start();
  MakeWorld();
  EXPECT_EQ(SubmitOne(Notice(Number(1))).carrier(), "unicom");
  EXPECT_EQ(SubmitOne(Notice(Number(2))).carrier(), "mobile");

  Write(path, "number,carrier\n" + Number(2) + ",telecom\n");
  EXPECT_EQ(Reload(), absl::StrCat("info SIGHUP: read again: 1 ported numbers",
                                   kNotThePack));
  EXPECT_EQ(SubmitOne(Notice(Number(1))).carrier(), "mobile");
  EXPECT_EQ(SubmitOne(Notice(Number(2))).carrier(), "telecom");

  Write(path,
        "number,carrier\n" + Number(1) + ",unicom\n" + Number(3) + ",orange\n");
  EXPECT_EQ(Reload(),
            absl::StrCat("error rules.portability: ", path,
                         ":3: carrier: mobile, unicom, telecom and broadnet "
                         "are allowed; the numbers read before stay in use\n"
                         "info SIGHUP: read again: nothing",
                         kNotThePack));
  EXPECT_EQ(SubmitOne(Notice(Number(1))).carrier(), "mobile");
  EXPECT_EQ(SubmitOne(Notice(Number(2))).carrier(), "telecom");
  // They stay when something else publishes a snapshot.
  EXPECT_FALSE(MakeKey("", {admin::v1::ROLE_OFFICER}).empty());
  EXPECT_EQ(SubmitOne(Notice(Number(2))).carrier(), "telecom");
}

// A new certificate must not bring a rule pack back that an officer replaced.
TEST_F(ReloadTest, OnlyChangedFilesTakeTheOfficersVersionOutOfForce) {
  config_.mutable_rules()->set_approval(config::v1::APPROVAL_ONE_PERSON);
  Start();
  const std::string first = RuleSet();
  std::ofstream(pack_ + "/pack.yaml", std::ios::app) << "\n# changed\n";
  EXPECT_TRUE(absl::EndsWith(Reload(), "read again: the rule pack\n"));
  EXPECT_NE(RuleSet(), first);
  RollBack();
  EXPECT_EQ(Reload(), "info SIGHUP: read again: the rule pack (unchanged)\n");
  EXPECT_EQ(RuleSet(), first);

  std::ofstream(pack_ + "/pack.yaml", std::ios::app) << "\nno_such_key: 1\n";
  for (int i = 0; i < 2; ++i) {  // It says so as often as it is asked.
    const std::string bad = Reload();
    EXPECT_TRUE(absl::StrContains(bad, "no_such_key")) << bad;
    EXPECT_TRUE(absl::EndsWith(bad, "read again: nothing\n")) << bad;
  }
  EXPECT_EQ(RuleSet(), first);
}

TEST_F(ReloadTest, WhatACallHasReadIsNotReadAgain) {
  config_.mutable_rules()->set_approval(config::v1::APPROVAL_ONE_PERSON);
  Start();
  const std::string first = RuleSet();
  std::ofstream(pack_ + "/pack.yaml", std::ios::app) << "\n# changed\n";
  admin::v1::ReloadRulesRequest request;
  admin::v1::ReloadRulesResponse response;
  ASSERT_TRUE(admin::v1::RulesService::NewStub(channel_)
                  ->ReloadRules(As(admin_key_).get(), request, &response)
                  .ok());
  EXPECT_NE(RuleSet(), first);
  RollBack();
  EXPECT_EQ(Reload(), "info SIGHUP: read again: the rule pack (unchanged)\n");
  EXPECT_EQ(RuleSet(), first);
}

TEST_F(ReloadTest, AFaultThatTheStartFoundIsToldAgain) {
  config_.mutable_rules()->set_approval(config::v1::APPROVAL_ONE_PERSON);
  Start();
  const std::string first = RuleSet();
  std::ofstream(pack_ + "/pack.yaml", std::ios::app) << "\nno_such_key: 1\n";
  Restart();
  const std::string bad = Reload();
  EXPECT_TRUE(absl::StrContains(bad, "no_such_key")) << bad;
  EXPECT_TRUE(absl::EndsWith(bad, "read again: nothing\n")) << bad;
  EXPECT_EQ(RuleSet(), first);
}

}  // namespace
}  // namespace sluice::gateway
