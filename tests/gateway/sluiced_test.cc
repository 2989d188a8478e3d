// The program sluiced itself: its signals, its exit codes and its log.
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <regex>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/core_dumps.h"
#include "sluice/admin/v1/rules.grpc.pb.h"
#include "tests/fakes/wait.h"
#include "tests/fakes/world.h"
#include "tests/gateway/into.h"
#include "tools/lib/process.h"

namespace sluice::gateway {
namespace {

constexpr absl::Duration kLimit = absl::Seconds(60);

class SluicedTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::copy(WorldPack(), Path("pack"),
                          std::filesystem::copy_options::recursive);
    Write("sluice.yaml",
          absl::StrCat("listen:\n  address: 127.0.0.1:0\n"
                       "store:\n  segment_mb: 8\n  path: ",
                       Path("store"), "\nrules:\n  pack: ", Path("pack"),
                       "\n  approval: one_person\n"));
  }

  std::string Path(const std::string& name) const {
    return absl::StrCat(folder_.path(), "/", name);
  }
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(Path(name), std::ios::app) << text;
  }
  static std::string Read(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string Log() const { return Read(process_->log_path()); }

  // Starts it and waits until it listens.
  void Start() {
    std::vector<std::string> arguments = {tools::ProgramFolder() + "/sluiced",
                                          "--config", Path("sluice.yaml")};
    arguments.insert(arguments.end(), arguments_.begin(), arguments_.end());
    std::filesystem::remove(Path("log"));  // Of an earlier start.
    auto process = tools::ChildProcess::Start(arguments, Path("log"));
    ASSERT_TRUE(process.ok()) << process.status();
    process_ = *std::move(process);
    const auto line = process_->WaitForLine("listening ", kLimit);
    ASSERT_TRUE(line.ok()) << line.status();
    address_ = line->substr(line->find(' ') + 1);
    channel_ =
        grpc::CreateChannel(address_, grpc::InsecureChannelCredentials());
    std::ifstream(Path("store/admin.key")) >> key_;
  }

  // Runs it to its end; returns its output and its exit code.
  std::pair<std::string, int> RunToEnd(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), tools::ProgramFolder() + "/sluiced");
    std::filesystem::remove(Path("other.log"));  // Of the run before.
    auto process = tools::ChildProcess::Start(arguments, Path("other.log"));
    EXPECT_TRUE(process.ok()) << process.status();
    EXPECT_TRUE(WaitFor("sluiced ends", [&] { return !process->Running(); }));
    const int code = process->Stop();
    return {Read(Path("other.log")), code};
  }

  std::string RuleSet() {
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer " + key_);
    admin::v1::RuleSetStatus status;
    const grpc::Status called =
        admin::v1::RulesService::NewStub(channel_)->GetRuleSetStatus(
            &context, {}, Into(&status));
    EXPECT_TRUE(called.ok()) << called.error_message();
    return status.rule_set();
  }

  tools::TempFolder folder_{"sluiced"};
  std::vector<std::string> arguments_;  // Further ones of Start().
  std::optional<tools::ChildProcess> process_;
  std::string address_;
  std::string key_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(SluicedTest, HangupPutsAGoodPackInForceAndKeepsTheOldForABadOne) {
  Start();
  const std::string before = RuleSet();
  Write("pack/pack.yaml", "\n# changed\n");
  ASSERT_EQ(kill(process_->pid(), SIGHUP), 0);
  const auto good = process_->WaitForLine("rule pack was reloaded", kLimit);
  ASSERT_TRUE(good.ok()) << good.status();
  const std::string after = RuleSet();
  EXPECT_NE(after, before);
  EXPECT_TRUE(absl::StrContains(
      *good, absl::StrCat(" info rule pack was reloaded by sluiced: was ",
                          before, " (cn-2015 1.0: ")))
      << *good;
  EXPECT_TRUE(absl::StrContains(
      *good, absl::StrCat(", now ", after, " (cn-2015 1.0: ")))
      << *good;

  Write("pack/pack.yaml", "\nno_such_key: 1\n");
  ASSERT_EQ(kill(process_->pid(), SIGHUP), 0);
  const auto bad = process_->WaitForLine("no_such_key", kLimit);
  ASSERT_TRUE(bad.ok()) << bad.status();
  EXPECT_TRUE(std::regex_search(
      *bad, std::regex(R"( error rules: pack\.yaml:\d+:1: .*no_such_key)")))
      << *bad;
  EXPECT_TRUE(absl::StrContains(Log(), absl::StrCat("sluiced asked, ", after)))
      << Log();
  EXPECT_EQ(RuleSet(), after);
  EXPECT_EQ(process_->Stop(), 0);
}

TEST_F(SluicedTest, ATakenPortIsOneLineAndOne) {
  Start();
  const auto [said, code] = RunToEnd({"--config", Path("sluice.yaml"), "--data",
                                      Path("other"), "--listen", address_});
  EXPECT_EQ(code, 1) << said;
  EXPECT_TRUE(absl::StrContains(said, absl::StrCat("listen.address ", address_,
                                                   ": already in use; stop ")))
      << said;
  // No store has been created.
  EXPECT_FALSE(std::filesystem::exists(Path("other")));
  // No output of gRPC itself.
  EXPECT_FALSE(absl::StrContains(said, "chttp2")) << said;
}

TEST_F(SluicedTest, CertificatesAreCheckedBeforeTheServerListens) {
  const std::string make = absl::StrCat(
      "cd ", folder_.path(),
      " && openssl req -x509 -newkey rsa:2048 -nodes -days 12 -subj /CN=gate"
      " -keyout gate.key -out gate.pem > /dev/null 2>&1"
      " && openssl genrsa -out other.key 2048 > /dev/null 2>&1");
  ASSERT_EQ(std::system(make.c_str()), 0);
  const auto with = [this](const std::string& key) {
    std::filesystem::remove(Path("tls.yaml"));
    Write("tls.yaml",
          absl::StrCat("listen:\n  address: 127.0.0.1:0\n"
                       "  tls_certificate: gate.pem\n  tls_key: ",
                       key, "\nstore:\n  path: tls-store\nrules:\n  pack: ",
                       Path("pack"), "\n"));
    return std::vector<std::string>{"--config", Path("tls.yaml")};
  };
  auto good = with("gate.key");
  good.push_back("--check-config");
  const auto [valid, zero] = RunToEnd(good);
  EXPECT_EQ(zero, 0) << valid;
  EXPECT_TRUE(absl::StrContains(valid, "gate expires at ")) << valid;
  EXPECT_TRUE(absl::StrContains(valid, "the configuration is valid"));
  const auto [bad, two] = RunToEnd(with("other.key"));
  EXPECT_EQ(two, 2) << bad;
  EXPECT_TRUE(absl::StrContains(bad, "tls.yaml:4:12: listen.tls_key: ")) << bad;
  EXPECT_FALSE(std::filesystem::exists(Path("tls-store")));
  // A port that is taken is no bad certificate.
  Start();
  auto taken = with("gate.key");
  taken.insert(taken.end(), {"--listen", address_});
  const auto [said, one] = RunToEnd(taken);
  EXPECT_EQ(one, 1) << said;
  EXPECT_TRUE(absl::StrContains(said, "already in use")) << said;
  EXPECT_FALSE(absl::StrContains(said, "tls")) << said;
}

TEST_F(SluicedTest, AnExpiringCertificateIsAWarningAtStart) {
  const std::string make = absl::StrCat(
      "cd ", folder_.path(),
      " && openssl req -x509 -newkey rsa:2048 -nodes -days 12 -subj /CN=gate"
      " -keyout gate.key -out gate.pem > /dev/null 2>&1");
  ASSERT_EQ(std::system(make.c_str()), 0);
  std::string config = Read(Path("sluice.yaml"));
  config.insert(config.find('\n') + 1,
                "  tls_certificate: gate.pem\n  tls_key: gate.key\n");
  std::filesystem::remove(Path("sluice.yaml"));
  Write("sluice.yaml", config);
  Start();
  EXPECT_TRUE(std::regex_search(
      Log(), std::regex(" warning .*gate expires at .*, in 1[12] days")))
      << Log();
}

TEST_F(SluicedTest, CheckConfigReadsTheFilesThatItNames) {
  const auto check = [this] {
    return RunToEnd({"--config", Path("sluice.yaml"), "--check-config"});
  };
  EXPECT_EQ(check(), std::pair(std::string("the configuration is valid\n"), 0));
  Write("ported.csv", "number,carrier\n13800138000,orange\n");
  Write("sluice.yaml",
        absl::StrCat("  portability: [", Path("ported.csv"), "]\n"));
  EXPECT_EQ(check(),
            std::pair(absl::StrCat(Path("ported.csv"),
                                   ":2: carrier: mobile, unicom, telecom and "
                                   "broadnet are allowed\n"),
                      2));
  Write("pack/pack.yaml", "\nno_such_key: 1\n");
  const auto [said, code] = check();
  EXPECT_EQ(code, 2);
  EXPECT_TRUE(absl::StrContains(said, "unknown key 'no_such_key'")) << said;
  EXPECT_FALSE(std::filesystem::exists(Path("store")));
  EXPECT_EQ(RunToEnd({"--no-such-flag"}).second, 2);
  EXPECT_EQ(RunToEnd({"--config", "/nowhere", "--check-config"}).second, 2);
}

// A standby gets the address when it takes over.
TEST_F(SluicedTest, AnAddressThatIsElsewhereIsAWarning) {
  Write("sluice.yaml",
        "links:\n  - name: east\n    protocol: cmpp20\n    host: 127.0.0.1\n"
        "    port: 7890\n    sp_id: \"900001\"\n    secret: very-secret\n"
        "    carriers: [mobile]\n    local_address: 192.0.2.1\n");
  const auto [said, code] =
      RunToEnd({"--config", Path("sluice.yaml"), "--check-config"});
  EXPECT_EQ(code, 0) << said;
  EXPECT_TRUE(absl::StrContains(said, "the configuration is valid")) << said;
  EXPECT_TRUE(absl::StrContains(
      said,
      "link east: local_address 192.0.2.1 is not an address of this host now"))
      << said;
}

TEST_F(SluicedTest, AFolderIsNoConfiguration) {
  const auto [said, code] =
      RunToEnd({"--config", folder_.path(), "--check-config"});
  EXPECT_EQ(code, 2) << said;
  EXPECT_TRUE(absl::StrContains(said, folder_.path() + ": is a folder"))
      << said;
}

// Strings that are not UTF-8 in fields that protobuf checks.
TEST_F(SluicedTest, LibrariesDoNotWriteIntoTheLog) {
  Start();
  grpc::GenericStub stub(channel_);
  // ReloadRulesRequest.reason and RevokeKeyRequest.id are strings.
  for (const char* method : {"/sluice.admin.v1.RulesService/ReloadRules",
                             "/sluice.admin.v1.RegistryService/RevokeKey"}) {
    grpc::Slice slice(std::string("\x0a\x02\xff\xfe", 4));
    grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer " + key_);
    grpc::CompletionQueue queue;
    auto call = stub.PrepareUnaryCall(&context, method, request, &queue);
    call->StartCall();
    grpc::Status status;
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    ASSERT_TRUE(queue.Next(&tag, &ok));
    EXPECT_FALSE(status.ok()) << method;
  }
  EXPECT_EQ(process_->Stop(), 0);
  EXPECT_FALSE(absl::StrContains(Log(), "libprotobuf")) << Log();
  EXPECT_FALSE(absl::StrContains(Log(), "UTF-8")) << Log();
}

TEST_F(SluicedTest, CoreDumpsAreOffUnlessAskedFor) {
  // As in /proc/PID/limits: the name, the soft limit, the hard limit.
  const auto limit = [](const std::string& process) {
    const std::string limits = Read(absl::StrCat("/proc/", process, "/limits"));
    std::smatch found;
    std::regex_search(limits, found,
                      std::regex(R"(Max core file size +(\S+) +(\S+))"));
    return absl::StrCat(found.str(1), " ", found.str(2));
  };
  Start();
  EXPECT_EQ(limit(absl::StrCat(process_->pid())), "0 0");
  EXPECT_EQ(process_->Stop(), 0);
  arguments_.push_back("--core-dumps");
  Start();
  EXPECT_EQ(limit(absl::StrCat(process_->pid())), limit("self"));
  EXPECT_EQ(process_->Stop(), 0);
}

// A kernel that hands core dumps to a program ignores the limit.
TEST(CoreDumps, ForbiddenMeansNotDumpable) {
  const pid_t child = fork();
  if (child == 0) {
    ForbidCoreDumps();
    _exit(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace sluice::gateway
