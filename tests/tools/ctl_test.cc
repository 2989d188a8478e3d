// The commands of sluicectl, run without a process, against a small fake
// service where they call one.

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gateway/link/cmpp/login.h"
#include "gateway/link/cmpp/report.h"
#include "gateway/link/cmpp/result.h"
#include "gateway/wire/rpc_status.h"
#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "sluice/admin/v1/audit.grpc.pb.h"
#include "sluice/admin/v1/opt_outs.grpc.pb.h"
#include "sluice/v1/gateway.grpc.pb.h"
#include "store/journal/posix_journal_file.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/tools/fake_gateway.h"
#include "tests/tools/fake_server.h"
#include "tests/tools/run_ctl.h"
#include "tools/lib/connection.h"
#include "tools/lib/process.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/carrier_words.h"
#include "tools/sluicectl/contact_text.h"
#include "tools/sluicectl/record_text.h"

namespace sluice::ctl {
namespace {

// The names of the commands in a help text.
std::vector<std::string> SubcommandsIn(const std::string& help) {
  std::vector<std::string> names;
  bool in_list = false;
  for (const absl::string_view line : absl::StrSplit(help, '\n')) {
    if (absl::StartsWith(line, "Subcommands:")) {
      in_list = true;
    } else if (in_list && line.size() > 2 && line[2] != ' ') {
      const std::vector<std::string> words =
          absl::StrSplit(line, ' ', absl::SkipEmpty());
      names.push_back(words[0]);
    } else if (line.empty()) {
      in_list = false;
    }
  }
  return names;
}

// Calls `visit` with every command and its help.
void ForEachCommand(std::vector<std::string> command,
                    const std::function<void(const std::vector<std::string>&,
                                             const std::string&)>& visit) {
  std::vector<std::string> arguments = command;
  arguments.push_back("--help");
  const Output help = RunCtl(arguments);
  EXPECT_EQ(help.code, 0) << absl::StrJoin(arguments, " ");
  visit(command, help.out);
  for (const std::string& name : SubcommandsIn(help.out)) {
    std::vector<std::string> next = command;
    next.push_back(name);
    ForEachCommand(next, visit);
  }
}

TEST(Help, EveryCommandHasAnExampleThatCallsIt) {
  size_t commands = 0;
  ForEachCommand({}, [&](const std::vector<std::string>& command,
                         const std::string& help) {
    ++commands;
    EXPECT_TRUE(
        absl::StrContains(help, absl::StrCat("Example:\n  sluicectl ",
                                             absl::StrJoin(command, " "))) ||
        absl::StrContains(
            help,
            absl::StrCat("| sluicectl ", command.empty() ? "" : command[0])))
        << help;
  });
  EXPECT_GT(commands, 30u);
}

// A description begins in column 31, or there in the next line.
TEST(Help, EveryFlagHasADescription) {
  const auto described = [](absl::string_view line) {
    return line.size() > 30 &&
           !absl::StripAsciiWhitespace(line.substr(30)).empty();
  };
  ForEachCommand({}, [&](const std::vector<std::string>& command,
                         const std::string& help) {
    const std::vector<std::string> lines = absl::StrSplit(help, '\n');
    for (size_t i = 0; i + 1 < lines.size(); ++i) {
      if (!absl::StartsWith(lines[i], "  --")) continue;
      EXPECT_TRUE(
          described(lines[i]) ||
          (described(lines[i + 1]) && absl::StartsWith(lines[i + 1], "     ")))
          << absl::StrJoin(command, " ") << lines[i];
    }
  });
}

TEST(Main, AWrongCommandLineIsTwo) {
  EXPECT_EQ(RunCtl({}).code, 2);
  EXPECT_EQ(RunCtl({"optout"}).code, 2);
  EXPECT_EQ(RunCtl({"check", "text"}).code, 2);
  EXPECT_EQ(RunCtl({"--language", "fr", "rules", "status"}).code, 2);
}

TEST(Main, SaysWhatToDoWhenThereIsNoServer) {
  const Output output = RunCtl({"rules", "status", "--server", "127.0.0.1:1",
                                "--key", "k", "--timeout", "1"});
  EXPECT_EQ(output.code, 1);
  EXPECT_TRUE(absl::StrContains(output.err, "127.0.0.1:1")) << output.err;
  EXPECT_TRUE(absl::StrContains(output.err, "Start it with `sluiced`"));
  EXPECT_TRUE(absl::StartsWith(
      output.err, "waiting for sluiced at 127.0.0.1:1, 1s at most\n"))
      << output.err;
}

// A buffer that starts a server on `port` at the first write.
class StartsServer final : public std::stringbuf {
 public:
  // The port is free: a server had it and released it.
  StartsServer() {
    Start(0);
    server_->Shutdown();
    server_ = nullptr;
  }
  int port() const { return port_; }

 private:
  void Start(int port) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(absl::StrCat("127.0.0.1:", port),
                             grpc::InsecureServerCredentials(), &port_);
    audit_ = std::make_unique<admin::v1::AuditService::Service>();
    builder.RegisterService(audit_.get());
    server_ = builder.BuildAndStart();
  }
  int sync() override {
    if (server_ == nullptr) Start(port_);
    return 0;
  }

  std::unique_ptr<admin::v1::AuditService::Service> audit_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

TEST(Connection, WaitsForAServerThatDoesNotListenYet) {
  StartsServer buffer;
  std::ostream notes(&buffer);
  tools::ConnectionOptions options;
  options.server = absl::StrCat("127.0.0.1:", buffer.port());
  options.key = "k";
  options.language = "en";
  options.notes = &notes;
  const auto connection = tools::Connection::Open(options);
  ASSERT_TRUE(connection.ok()) << connection.status();
  EXPECT_EQ(connection->channel()->GetState(false), GRPC_CHANNEL_READY);
  EXPECT_EQ(buffer.str(), absl::StrCat("waiting for sluiced at ",
                                       options.server, ", 10s at most\n"));
}

TEST(Main, NamesTheCommandsInsteadOfAWrongOne) {
  EXPECT_TRUE(absl::StrContains(RunCtl({"optout", "list"}).err,
                                "There is no command \"list\" here. "
                                "Commands: add, import, remove, imports,"));
  EXPECT_TRUE(absl::StrContains(RunCtl({}).err, "Commands: submit, check"));
  // Help for an unknown command.
  for (const char* help : {"--help", "-h"}) {
    const Output output = RunCtl({"optout", "list", help});
    EXPECT_EQ(output.code, 2);
    EXPECT_EQ(output.out, "");
    EXPECT_TRUE(absl::StrContains(output.err, "no command \"list\""));
  }
}

// The first line of the error.
std::string FirstError(std::vector<std::string> arguments) {
  const Output output = RunCtl(std::move(arguments));
  EXPECT_EQ(output.code, 2) << output.err;
  return output.err.substr(0, output.err.find('\n'));
}

TEST(Main, SaysWhichNumbersAreAllowed) {
  EXPECT_EQ(FirstError({"rules", "approve", "abc"}),
            "NUMBER: \"abc\" is not a whole number above 0");
  EXPECT_EQ(FirstError({"rules", "approve", "0"}),
            "NUMBER: \"0\" is not a whole number above 0");
  EXPECT_EQ(FirstError({"rules", "approve", "1.5"}),
            "NUMBER: \"1.5\" is not a whole number above 0");
  EXPECT_EQ(FirstError({"rules", "approve", "99999999999"}),
            "NUMBER: \"99999999999\" is too large");
  EXPECT_EQ(
      FirstError({"--timeout", "abc", "rules", "status"}),
      "--timeout: \"abc\" is not a number of seconds from 0.001 to 86400");
  EXPECT_EQ(
      FirstError({"--timeout", "nan", "rules", "status"}),
      "--timeout: \"nan\" is not a number of seconds from 0.001 to 86400");
  EXPECT_EQ(FirstError({"hold", "list", "--limit", "-4"}),
            "--limit: \"-4\" is not a whole number from 0 to 1000000000");
}

TEST(Main, NamesTheFlagThatWasMeant) {
  EXPECT_EQ(FirstError({"hold", "list", "--rul", "x"}),
            "There is no flag --rul here; did you mean --rule?");
  EXPECT_EQ(FirstError({"hold", "list", "--rul=x"}),
            "There is no flag --rul here; did you mean --rule?");
  // Flags of the program stand after a command, too.
  EXPECT_EQ(FirstError({"rules", "status", "--sever", "x"}),
            "There is no flag --sever here; did you mean --server?");
  EXPECT_EQ(FirstError({"rules", "status", "--colour"}),
            "There is no flag --colour here.");
  // A flag may be missing because it is misspelt.
  EXPECT_EQ(FirstError({"rules", "approve", "2", "--reson", "x"}),
            "There is no flag --reson here; did you mean --reason?");
  EXPECT_EQ(FirstError({"rules", "status", "x"}),
            "The following argument was not expected: x");
}

TEST(Main, SaysThatAClassIsMissing) {
  EXPECT_TRUE(absl::StrContains(RunCtl({"check", "x", "--to", "138"}).err,
                                "--class is required: verification, "));
}

TEST(Main, RefusesAKeyThatNoHeaderHolds) {
  const Output output = RunCtl(
      {"rules", "status", "--server", "127.0.0.1:1", "--key", "two\nlines"});
  EXPECT_EQ(output.code, 1);
  EXPECT_TRUE(absl::StrContains(output.err, "API key")) << output.err;
}

TEST(Key, IsNotMadeWhereItsSecretCannotBeWritten) {
  // No call is made: there is no server.
  const Output output =
      RunCtl({"key", "create", "--role", "audit", "--server", "127.0.0.1:1",
              "--out", testing::TempDir() + "/no-folder/key"});
  EXPECT_EQ(output.code, 1);
  EXPECT_TRUE(absl::StrContains(output.err, "No such file")) << output.err;
}

TEST(Main, SaysItsVersion) {
  const Output output = RunCtl({"--version"});
  EXPECT_EQ(output.code, 0);
  EXPECT_TRUE(absl::StartsWith(output.out, "sluicectl ")) << output.out;
}

TEST(Submit, AFolderIsNoFile) {
  const Output output = RunCtl({"submit", testing::TempDir(), "--key", "k"});
  EXPECT_EQ(output.code, 1);
  EXPECT_TRUE(absl::StrContains(output.err, "cannot be read")) << output.err;
}

TEST(Submit, SaysWhenThereIsNoSuchFile) {
  EXPECT_EQ(RunCtl({"submit", "/no/such", "--key", "k"}).err,
            "sluicectl: /no/such: no such file\n");
}

TEST(Main, SaysWhatAnAddressIs) {
  for (const char* server : {"foo", "foo:", ":7430", "foo:bar", "foo:99999"}) {
    const Output output =
        RunCtl({"rules", "status", "--server", server, "--key", "k"});
    EXPECT_EQ(output.code, 1);
    EXPECT_EQ(output.err, absl::StrCat("sluicectl: --server: \"", server,
                                       "\" is not HOST:PORT, such as "
                                       "127.0.0.1:7430\n"));
  }
}

TEST(Main, SendsNoKeyInPlaintextToAnotherMachine) {
  for (const char* server :
       {"192.0.2.1:7430", "gate.example:7430", "[::2]:7430", "127.1:7430",
        "dns:///192.0.2.1:7430", "[::ffff:127.0.0.1]:7430"}) {
    const Output output =
        RunCtl({"rules", "status", "--server", server, "--key", "slk_x"});
    EXPECT_EQ(output.code, 1);
    EXPECT_EQ(output.err,
              absl::StrCat("sluicectl: --server: ", server,
                           " is not a loopback address, and without TLS "
                           "anybody on the way can read the API key and the "
                           "messages.\n  Give the server's certificate "
                           "authority with --ca FILE, or allow plaintext with "
                           "--plaintext.\n"));
    EXPECT_TRUE(tools::Connection::Open(
                    {.server = server, .key = "slk_x", .plaintext = true})
                    .ok())
        << server;
  }
  for (const char* server : {"127.0.0.1:1", "127.3.2.1:1", "[::1]:1",
                             "localhost:1", "unix:/tmp/none"}) {
    EXPECT_TRUE(
        tools::Connection::Open({.server = server, .key = "slk_x"}).ok())
        << server;
  }
  EXPECT_EQ(RunCtl({"rules", "status", "--plaintext", "--ca", "x"}).err,
            "sluicectl: --plaintext and --ca exclude each other: give one of "
            "them\n");
}

TEST(StoreCheck, SaysWhenTheStoreIsInUse) {
  const tools::TempFolder folder("ctl-store");
  const std::string path = folder.path() + "/control";
  const auto open = store::PosixJournalFiles::Open(path);
  ASSERT_TRUE(open.ok()) << open.status();
  std::ofstream(path + "/identity") << "x";
  EXPECT_TRUE(absl::StrContains(RunCtl({"store", "check", path}).err,
                                "sluiced has this store open"));
}

TEST(StoreCheck, SaysWhenThereIsNoJournal) {
  const Output output =
      RunCtl({"store", "check", testing::TempDir() + "/none"});
  EXPECT_EQ(output.code, 1);
  EXPECT_TRUE(absl::StrContains(output.err, "store.path")) << output.err;
}

// What cannot be read is named, and the rest is checked.
TEST(StoreCheck, NamesWhatItCannotRead) {
  const tools::TempFolder folder("ctl-store");
  const std::string good = folder.path() + "/control";
  const std::string bad = folder.path() + "/partition-000";
  for (const std::string& path : {good, bad}) {
    ASSERT_TRUE(std::filesystem::create_directory(path));
    std::ofstream(path + "/identity") << "x";
  }
  std::filesystem::permissions(bad, std::filesystem::perms::none);
  // Permissions do not bind root.
  const bool root = geteuid() == 0;
  if (root) {
    for (const std::string& path : {folder.path(), good, bad}) {
      ASSERT_EQ(chown(path.c_str(), 65534, 65534), 0);
    }
    ASSERT_EQ(seteuid(65534), 0);
  }
  const Output output = RunCtl({"store", "check", folder.path()});
  const Output json = RunCtl({"store", "check", folder.path(), "--json"});
  if (root) {
    ASSERT_EQ(seteuid(0), 0);
  }
  std::filesystem::permissions(bad, std::filesystem::perms::owner_all);
  EXPECT_EQ(output.code, 1);
  EXPECT_TRUE(absl::StrContains(output.err,
                                bad + ": cannot be checked: Permission denied"))
      << output.err;
  EXPECT_TRUE(absl::StrContains(output.out, good)) << output.out;
  EXPECT_FALSE(absl::StrContains(output.out, "No damage")) << output.out;
  EXPECT_EQ(json.code, 1);
  EXPECT_TRUE(absl::StrContains(json.out, "Permission denied")) << json.out;
}

// Ten messages of the rule "loans"; a token is an index.
class FakeAudit final : public admin::v1::AuditService::Service {
 public:
  grpc::Status SearchMessages(
      grpc::ServerContext*, const admin::v1::SearchMessagesRequest* request,
      admin::v1::SearchMessagesResponse* response) override {
    int i = 0;
    start_seconds = request->start_time().seconds();
    if (request->rule() != "loans" && request->rule() != "old") {
      return grpc::Status::OK;
    }
    if (!absl::SimpleAtoi(request->page_token(), &i)) i = 0;
    const int page_size = std::min(5, static_cast<int>(request->page_size()));
    for (const int end = std::min(10, i + page_size); i < end; ++i) {
      admin::v1::MessageRecord& message = *response->add_messages();
      message.set_message_id(absl::StrCat("message-", i));
      message.add_reasons()->set_rule("loans");
    }
    if (i < 10) response->set_next_page_token(absl::StrCat(i));
    return grpc::Status::OK;
  }

  grpc::Status GetMessage(grpc::ServerContext*,
                          const admin::v1::GetMessageRequest*,
                          admin::v1::GetMessageResponse*) override {
    return {grpc::StatusCode::PERMISSION_DENIED,
            "AuditService.GetMessage needs an API key with the role audit or "
            "officer"};
  }

  int64_t start_seconds = 0;  // Of the last search.
};

class WithServer : public testing::Test {
 protected:
  Output Call(std::vector<std::string> arguments, const std::string& input) {
    return server_.Run(std::move(arguments), input);
  }

  FakeGateway gateway_;
  FakeOptOuts opt_outs_;
  FakeAudit audit_;
  const FakeServer server_{&gateway_, &opt_outs_, &audit_};
};

TEST_F(WithServer, SubmitGoesOnAfterBadLinesAndOverload) {
  std::string input;
  for (int i = 0; i < 600; ++i) {
    absl::StrAppend(&input, "138", 10'000'000 + i, "\tnotice\t",
                    i % 10 == 0 ? "bad" : "good", "\n");
  }
  input += "no tab here\n";
  const Output output = Call({"submit", "-"}, input);
  EXPECT_EQ(output.code, 1);  // A line was skipped.
  EXPECT_EQ(gateway_.messages.size(), 600u);
  EXPECT_EQ(gateway_.authorization, "Bearer slk_test");
  EXPECT_EQ(gateway_.language, "en");
  EXPECT_TRUE(absl::StrContains(output.err, "-:601:1: 1 column "))
      << output.err;
  EXPECT_TRUE(absl::StrContains(output.out, "ACCEPTED")) << output.out;
  EXPECT_TRUE(absl::StrContains(output.out, "90.0 %"));
  EXPECT_TRUE(absl::StrContains(output.out, "含有违禁词"));
  // The first rejected lines are listed.
  EXPECT_TRUE(absl::StrContains(output.out, "\n   1  REJECTED  "))
      << output.out;
  EXPECT_TRUE(absl::StrContains(output.out, "\n  91  REJECTED  "));
  EXPECT_FALSE(absl::StrContains(output.out, "\n 101  REJECTED  "));
}

// Nobody listens at the proxy.
TEST_F(WithServer, AServerOnThisMachineNeedsNoProxy) {
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  const Output output = Call({"submit", "-"}, "138\tnotice\tgood\n");
  unsetenv("http_proxy");
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_EQ(gateway_.authorization, "Bearer slk_test");
}

TEST_F(WithServer, SubmitJsonIsOneObjectALine) {
  const Output output =
      Call({"submit", "-", "--json"}, "138\tnotice\tbad\n138\tnotice\tb\n");
  EXPECT_EQ(output.code, 0);
  const std::vector<std::string> lines =
      absl::StrSplit(output.out, '\n', absl::SkipEmpty());
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_TRUE(absl::StartsWith(
      lines[0], "{\"line\":1,\"decision\":\"DECISION_REJECTED\""))
      << lines[0];
  EXPECT_TRUE(absl::StrContains(lines[2], "\"submitted\":2,\"accepted\":1"));
}

TEST_F(WithServer, ImportCountsAndNamesBadLines) {
  std::string input = "recipient,content_provider\n";
  for (int i = 0; i < 500; ++i) {
    absl::StrAppend(&input, "138", 10'000'000 + i, ",\n");
  }
  input += "13800138000,none\n1380013800,shop\n13800138001,bank\n";
  const Output output =
      Call({"optout", "import", "-", "--batch", "100", "--content-provider",
            "shop", "--evidence", "list 7"},
           input);
  EXPECT_EQ(output.code, 1);  // Lines were skipped.
  ASSERT_EQ(opt_outs_.opt_outs.size(), 501u);
  for (const admin::v1::AddOptOutRequest& opt_out : opt_outs_.opt_outs) {
    EXPECT_EQ(opt_out.source(), admin::v1::OPT_OUT_SOURCE_IMPORT);
    EXPECT_EQ(opt_out.evidence(), "list 7");
  }
  EXPECT_TRUE(absl::StrContains(
      output.err, "-:502: scope.content_provider_id: no content provider"))
      << output.err;
  EXPECT_TRUE(absl::StrContains(output.err, "-:503:1: recipient: "));
  EXPECT_FALSE(absl::StrContains(output.err, "1380013800"));
  EXPECT_TRUE(absl::StrContains(output.out, "501")) << output.out;
  EXPECT_TRUE(absl::StrContains(output.out, "refused      2")) << output.out;
}

TEST_F(WithServer, ImportNamesAThousandBadLinesAndCountsAll) {
  std::string input;
  for (int i = 0; i < 1500; ++i) {
    absl::StrAppend(&input, "138", 10'000'000 + i, "\n");
  }
  const Output output =
      Call({"optout", "import", "-", "--content-provider", "none"}, input);
  EXPECT_EQ(output.code, 1);
  EXPECT_TRUE(absl::StrContains(output.err, "-:1000: ")) << output.err;
  EXPECT_FALSE(absl::StrContains(output.err, "-:1001: "));
  // The others are named.
  EXPECT_TRUE(absl::StrContains(output.err, "not shown: 1001-1500\n"));
  EXPECT_TRUE(absl::StrContains(output.out, "1,500")) << output.out;
}

// The server's faults come later than the program's own.
TEST_F(WithServer, ImportNamesBadLinesInTheirOrder) {
  const Output output = Call({"optout", "import", "-"},
                             "recipient,content_provider\n"
                             "13800138000,none\n"
                             "1380013800,shop\n"
                             "13800138001,none\n"
                             "13800138002,\"shop\n"
                             "13800138003,shop\n");
  EXPECT_EQ(output.code, 1);
  const std::vector<std::string> lines =
      absl::StrSplit(output.err, '\n', absl::SkipEmpty());
  ASSERT_EQ(lines.size(), 4u) << output.err;
  EXPECT_TRUE(absl::StartsWith(lines[0], "-:2: scope.")) << lines[0];
  EXPECT_TRUE(absl::StartsWith(lines[1], "-:3:1: recipient: ")) << lines[1];
  EXPECT_TRUE(absl::StartsWith(lines[2], "-:4: scope.")) << lines[2];
  EXPECT_EQ(lines[3],
            "-:5:13: the quote that opens here is not closed in its line; "
            "skipped");
  EXPECT_TRUE(absl::StrContains(output.out, "added        1")) << output.out;
  EXPECT_TRUE(absl::StrContains(output.out, "refused      4")) << output.out;
  EXPECT_TRUE(absl::StrContains(output.out, "other        1")) << output.out;
  EXPECT_TRUE(absl::StrContains(output.out, "in all       6")) << output.out;
}

TEST_F(WithServer, AFileWithoutLinesIsAnError) {
  for (const char* input : {"", "\n\n", "recipient,class,text\n"}) {
    const Output submitted = Call({"submit", "-"}, input);
    EXPECT_EQ(submitted.code, 1);
    EXPECT_EQ(submitted.err, "sluicectl: no message in -\n");
  }
  const Output imported = Call({"optout", "import", "-"}, "");
  EXPECT_EQ(imported.code, 1);
  EXPECT_EQ(imported.err, "sluicectl: no opt-out in -\n");
}

TEST_F(WithServer, ImportJsonIsOneObject) {
  const Output output =
      Call({"optout", "import", "-", "--json"}, "13800138000\n13800138001\n");
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_EQ(output.out,
            "{\"lines\":2,\"added\":2,\"existed\":0,\"refused\":0,"
            "\"without_opt_out\":0,\"cancelled\":1,"
            "\"import_id\":\"made\"}\n");
}

TEST_F(WithServer, ImportSaysThatItCanBeRepeated) {
  opt_outs_.fails = true;
  const Output output = Call({"optout", "import", "-", "--batch", "1"},
                             "13800138000\n13800138001\n13800138002\n");
  EXPECT_EQ(output.code, 1);
  EXPECT_TRUE(absl::StrContains(output.err, "the journal")) << output.err;
  EXPECT_TRUE(absl::StrContains(output.err, "Import the whole file again"));
}

// The same file with the same flags is the same import.
TEST_F(WithServer, AnImportIsNamedByItsFileAndFlags) {
  const TemporaryFolder folder;
  const auto imported = [&](const std::string& name, const std::string& content,
                            const std::string& evidence) {
    const std::string path = folder.path() + "/" + name;
    std::ofstream(path) << content;
    const Output output =
        Call({"optout", "import", path, "--evidence", evidence}, "");
    EXPECT_EQ(output.code, 0) << output.err;
    EXPECT_EQ(opt_outs_.import_ids.size(), 1u);
    const std::string id = *opt_outs_.import_ids.begin();
    opt_outs_.import_ids.clear();
    // What to do about a mistake.
    EXPECT_TRUE(absl::StrContains(output.out,
                                  "  sluicectl optout correct --import " + id))
        << output.out;
    return id;
  };
  const std::string id = imported("numbers.txt", "13800138000\n", "a");
  EXPECT_THAT(id, testing::MatchesRegex("numbers.txt-[0-9a-f]{12}"));
  EXPECT_EQ(imported("numbers.txt", "13800138000\n", "a"), id);
  EXPECT_NE(imported("numbers.txt", "13800138000\n", "b"), id);
  EXPECT_NE(imported("numbers.txt", "13800138001\n", "a"), id);
  EXPECT_THAT(imported("客户 list.txt", "13800138000\n", "a"),
              testing::MatchesRegex("list.txt-[0-9a-f]{12}"));
  EXPECT_LE(imported(std::string(200, 'n'), "13800138000\n", "a").size(), 64u);
}

TEST_F(WithServer, AMistakenImportIsCorrectedByTwo) {
  const Output proposed = Call(
      {"optout", "correct", "--import", "wrong.txt", "--reason", "wrong"}, "");
  EXPECT_EQ(proposed.code, 0) << proposed.err;
  ASSERT_EQ(opt_outs_.proposed.size(), 1u);
  EXPECT_EQ(opt_outs_.proposed[0].import_id(), "wrong.txt");
  EXPECT_TRUE(absl::StrContains(proposed.out, "95,000 opt-outs in force"))
      << proposed.out;
  EXPECT_TRUE(absl::StrContains(proposed.out, "sluicectl optout confirm c3"));
  const Output confirmed = Call({"optout", "confirm", "c3"}, "");
  EXPECT_EQ(confirmed.code, 0) << confirmed.err;
  EXPECT_TRUE(absl::StrContains(confirmed.out, "also if you leave now"));
  EXPECT_TRUE(absl::StrContains(confirmed.out,
                                "is done: 94,996 opt-outs removed, 4 kept"))
      << confirmed.out;
  EXPECT_TRUE(absl::StrContains(confirmed.out, "stay cancelled"));
  const Output listed = Call({"optout", "corrections"}, "");
  EXPECT_TRUE(absl::StrContains(listed.out, "c4  proposed  opt-out 00W0"))
      << listed.out;
  EXPECT_TRUE(absl::StrContains(listed.out, "c3  done      import wrong.txt"));
  const Output imports = Call({"optout", "imports"}, "");
  EXPECT_TRUE(absl::StrContains(imports.out, "numbers.txt-3fa9c2d41b07  2026"))
      << imports.out;
}

TEST_F(WithServer, CorrectTakesIdsAndNumbersWithOneOptOut) {
  admin::v1::OptOut reversed;
  reversed.set_id("00W001BM8C00041");
  reversed.mutable_remove_time()->set_seconds(1'772'416'800);
  admin::v1::OptOut in_force;
  in_force.set_id("00W001BM8C00042");
  opt_outs_.known = {reversed, in_force};
  EXPECT_EQ(Call({"optout", "correct", "00W001BM8C00040", "13800138000",
                  "--reason", "wrong"},
                 "")
                .code,
            0);
  ASSERT_EQ(opt_outs_.proposed.size(), 2u);
  EXPECT_EQ(opt_outs_.proposed[0].opt_out_id(), "00W001BM8C00040");
  EXPECT_EQ(opt_outs_.proposed[1].opt_out_id(), "00W001BM8C00042");
  opt_outs_.known.push_back(in_force);
  const Output two =
      Call({"optout", "correct", "13800138000", "--reason", "wrong"}, "");
  EXPECT_EQ(two.code, 1);
  EXPECT_TRUE(absl::StrContains(two.err, "has 2 opt-outs in force")) << two.err;
  EXPECT_EQ(Call({"optout", "correct", "--reason", "wrong"}, "").code, 2);
}

// 15 digits may be an id too; few ids have no letter.
TEST_F(WithServer, CorrectTakesDigitsForANumberFirst) {
  admin::v1::OptOut in_force;
  in_force.set_id("00W001BM8C00042");
  opt_outs_.known = {in_force};
  const std::vector<std::string> call = {"optout", "correct", "008613800138000",
                                         "--reason", "wrong"};
  EXPECT_EQ(Call(call, "").code, 0);
  ASSERT_EQ(opt_outs_.proposed.size(), 1u);
  EXPECT_EQ(opt_outs_.proposed[0].opt_out_id(), "00W001BM8C00042");
  // It is none of a number.
  opt_outs_.lookup_fault = {grpc::StatusCode::INVALID_ARGUMENT, "recipient"};
  EXPECT_EQ(Call(call, "").code, 0);
  opt_outs_.lookup_fault = grpc::Status::OK;
  opt_outs_.known.clear();
  EXPECT_EQ(Call(call, "").code, 0);
  ASSERT_EQ(opt_outs_.proposed.size(), 3u);
  EXPECT_EQ(opt_outs_.proposed[1].opt_out_id(), "008613800138000");
  EXPECT_EQ(opt_outs_.proposed[2].opt_out_id(), "008613800138000");
}

TEST_F(WithServer, LookupShowsWhoRemovedAndByWhat) {
  admin::v1::OptOut consent;
  consent.set_id("00W001BM8C00041");
  consent.set_remover("bert");
  consent.set_removal_proof("form 3");
  consent.mutable_remove_time()->set_seconds(1'772'416'800);
  consent.mutable_consent_time()->set_seconds(1'772'330'400);
  admin::v1::OptOut corrected = consent;
  corrected.clear_consent_time();
  corrected.set_correction_id("c3");
  corrected.set_import_id("wrong.txt");
  opt_outs_.known = {consent, corrected};
  const Output output = Call({"optout", "lookup", "13800138000"}, "");
  EXPECT_TRUE(absl::StrContains(output.out, "removed by")) << output.out;
  EXPECT_TRUE(absl::StrContains(
      output.out,
      "bert, consent of " + tools::TimeText(consent.consent_time())))
      << output.out;
  EXPECT_TRUE(absl::StrContains(output.out, "bert, correction c3"));
  EXPECT_TRUE(absl::StrContains(output.out, "import wrong.txt"));
}

TEST_F(WithServer, CheckMarksTheHits) {
  const Output output =
      Call({"check", "a bad text", "--to", "138", "--class", "notice"}, "");
  EXPECT_EQ(output.code, 0);
  EXPECT_TRUE(absl::StrContains(output.out, "  a bad text\n    ^^^\n"))
      << output.out;
  EXPECT_TRUE(absl::StrContains(output.out, "CONTENT_PROHIBITED"));
  EXPECT_TRUE(absl::StrContains(output.out, "not confirmed"));
  const Output wrong =
      Call({"check", "x", "--to", "138", "--class", "advert"}, "");
  EXPECT_EQ(wrong.code, 1);
  EXPECT_TRUE(absl::StrContains(wrong.err, "is not one of verification"));
}

TEST_F(WithServer, AnOldServerIsNamedAsTheCause) {
  const Output output = Call({"rules", "status"}, "");
  EXPECT_EQ(output.code, 1);
  EXPECT_TRUE(absl::StrContains(output.err, "older than this program"))
      << output.err;
}

TEST_F(WithServer, AuditSearchAsksForARuleAndSaysWhereToGoOn) {
  const auto search = [this](const char* limit) {
    return Call({"audit", "search", "--rule", "loans", "--limit", limit}, "");
  };
  const Output all = search("100");
  ASSERT_EQ(all.code, 0) << all.err;
  EXPECT_TRUE(absl::StrContains(all.out, "10 messages.\n")) << all.out;
  // A server that does not know the field returns other messages too.
  const Output old = Call({"audit", "search", "--rule", "old"}, "");
  EXPECT_EQ(old.code, 1);
  EXPECT_TRUE(absl::StrContains(old.err, "older than sluicectl")) << old.err;
  for (const std::vector<std::string>& filter :
       {std::vector<std::string>{"--word", "x"},
        {"--state", "held"},
        {"--recipient-as-submitted", "10086"}}) {
    std::vector<std::string> arguments = {"audit", "search"};
    arguments.insert(arguments.end(), filter.begin(), filter.end());
    const Output unknown = Call(arguments, "");
    EXPECT_EQ(unknown.code, 1);
    EXPECT_TRUE(absl::StrContains(unknown.err, "older than sluicectl"))
        << unknown.err;
  }
  // The token continues right after the last message shown.
  const Output some = search("7");
  EXPECT_TRUE(
      absl::StrContains(some.out, "7 messages.\nNext page: --page-token 7\n"))
      << some.out;
}

TEST_F(WithServer, ATimeInAFlagIsOfTheMarketWhereverTheMachineIs) {
  const char* const was = std::getenv("TZ");
  const std::string before = was == nullptr ? "" : was;
  setenv("TZ", "America/New_York", 1);
  tzset();
  for (const char* time :
       {"2026-11-24 10:00", "2026-11-24T10:00:00", "2026-11-24 10:00:00 +08:00",
        "2026-11-23T21:00:00-05:00"}) {
    Call({"audit", "search", "--from", time}, "");
    EXPECT_EQ(audit_.start_seconds, 1'795'485'600) << time;
  }
  if (was == nullptr) {
    unsetenv("TZ");
  } else {
    setenv("TZ", before.c_str(), 1);
  }
  tzset();
}

// Only keys with the role submit belong to an account.
TEST_F(WithServer, AMissingRoleIsNoMissingAccount) {
  const Output output = Call({"audit", "get", "00000000A4F0001"}, "");
  EXPECT_EQ(output.code, 1);
  EXPECT_TRUE(absl::StrContains(output.err, "key create --role ROLE`."))
      << output.err;
}

// What to do next follows from the reason, whatever the prose says.
TEST(Explain, TheReasonTellsWhatToDoNext) {
  const auto connection = tools::Connection::Open({.key = "slk_x"});
  ASSERT_TRUE(connection.ok()) << connection.status();
  const auto told = [&](absl::Status status, ErrorReason reason) {
    return connection->Explain(gateway::ToGrpc(
        WithReason(std::move(status), reason), absl::Seconds(1)));
  };
  const absl::Status account =
      told(absl::PermissionDeniedError("no"), ErrorReason::kNeedsAccountKey);
  EXPECT_TRUE(HasReason(account, ErrorReason::kNeedsAccountKey));
  EXPECT_TRUE(absl::StrContains(account.message(), "--account ACCOUNT`."))
      << account;
  const absl::Status full =
      told(absl::ResourceExhaustedError("larger than max"),
           ErrorReason::kOverloaded);
  EXPECT_TRUE(absl::StrContains(full.message(), "overloaded")) << full;
  // gRPC itself tells no reason.
  const absl::Status large = connection->Explain(
      {grpc::StatusCode::RESOURCE_EXHAUSTED, "Sent message larger than max"});
  EXPECT_TRUE(HasReason(large, ErrorReason::kBatchTooLarge));
  EXPECT_TRUE(absl::StrContains(large.message(), "Send fewer messages"))
      << large;
  const std::string lost =
      "received initial metadata size exceeds limit, 9000 vs. 8192";
  const absl::Status metadata =
      connection->Explain({grpc::StatusCode::RESOURCE_EXHAUSTED, lost});
  EXPECT_EQ(metadata.message(), lost);
}

TEST(Explain, AWrongKeyNamesItsSource) {
  const auto told = [](const tools::ConnectionOptions& options) {
    const auto connection = tools::Connection::Open(options);
    EXPECT_TRUE(connection.ok()) << connection.status();
    return std::string(
        connection->Explain({grpc::StatusCode::UNAUTHENTICATED, "no such key"})
            .message());
  };
  EXPECT_TRUE(absl::StrContains(told({.key = "slk_x"}),
                                "no such key\n  The key is from --key. Give "))
      << told({.key = "slk_x"});
  const tools::TempFolder folder("ctl-key");
  const std::string file = folder.path() + "/shop.key";
  std::ofstream(file) << "slk_y\n";
  EXPECT_TRUE(absl::StrContains(
      told({.key_file = file}),
      absl::StrCat("The key is from --key-file ", file, ".")));
}

// The event in words, in this language.
std::string TextOf(const admin::v1::MessageEvent& event,
                   Language language = Language::kEnglish) {
  std::istringstream in;
  std::ostringstream out;
  Context context = {in, out, out};
  context.language = language;
  return EventText(context, event, event.actor());
}

TEST(EventText, SaysWhatTheCarriersCodeMeans) {
  const auto text = [](v1::MessageState state, const std::string& code,
                       Language language = Language::kEnglish) {
    admin::v1::MessageEvent event;
    event.set_state(state);
    event.set_carrier_code(code);
    return TextOf(event, language);
  };
  EXPECT_EQ(text(v1::MESSAGE_STATE_REFUSED, "10"),
            "REFUSED, carrier says 10 (Src_Id is wrong)");
  EXPECT_EQ(text(v1::MESSAGE_STATE_REFUSED, "140"),
            "REFUSED, carrier says 140 (vendor's code)");
  EXPECT_EQ(text(v1::MESSAGE_STATE_UNDELIVERED, "MK:0012"),
            "UNDELIVERED, carrier says MK:0012 (the SMSC reports a failure)");
  EXPECT_EQ(text(v1::MESSAGE_STATE_REFUSED, "10", Language::kChinese),
            "运营商已拒绝，运营商答复 10（Src_Id 有误）");
}

// Every meaning that a link gives has a Chinese one.
TEST(CarrierWords, HaveAllMeaningsOfCodes) {
  for (uint32_t code = 0; code < 300; ++code) {
    for (const absl::string_view english :
         {cmpp::MeaningOf(code).text, cmpp::ConnectStatusText(code)}) {
      EXPECT_NE(CarrierWords(Language::kChinese, english), english);
      EXPECT_EQ(CarrierWords(Language::kEnglish, english), english);
    }
  }
  for (const char* stat :
       {"DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN",
        "REJECTD", "MA:1",    "MB:1",    "MC:1",    "CA:1",    "CB:1",
        "DA:1",    "DB:1",    "SA:1",    "SB:1",    "IA:1",    "IB:1",
        "IC:1",    "MI:1",    "x"}) {
    const absl::string_view english = cmpp::StatMeaning(stat);
    EXPECT_NE(CarrierWords(Language::kChinese, english), english) << stat;
  }
}

TEST(Explain, AMissingRoleNamesTheKeyAndItsSource) {
  const tools::TempFolder folder("ctl-key");
  const std::string file = folder.path() + "/shop.key";
  std::ofstream(file) << "slk_7QX2_c2VjcmV0\n";
  const auto connection = tools::Connection::Open({.key_file = file});
  ASSERT_TRUE(connection.ok()) << connection.status();
  const std::string told(
      connection->Explain({grpc::StatusCode::PERMISSION_DENIED, "no role"})
          .message());
  EXPECT_TRUE(
      absl::StrContains(told, absl::StrCat("The key 7QX2 from --key-file ",
                                           file, " does not have the role.")))
      << told;
  EXPECT_FALSE(absl::StrContains(told, "c2VjcmV0")) << told;
  setenv("SLUICE_KEY", "slk_8ABC_c2VjcmV0", 1);
  const auto variable = tools::Connection::Open({});
  unsetenv("SLUICE_KEY");
  ASSERT_TRUE(variable.ok()) << variable.status();
  EXPECT_TRUE(absl::StrContains(
      variable->Explain({grpc::StatusCode::PERMISSION_DENIED, "no role"})
          .message(),
      "The key 8ABC from the variable SLUICE_KEY does not"));
}

TEST(EventText, NamesTheRule) {
  admin::v1::MessageEvent event;
  event.set_state(v1::MESSAGE_STATE_HELD);
  event.set_redecision(admin::v1::REDECISION_RECHECKED);
  v1::Reason& reason = *event.add_reasons();
  reason.set_code("CONTENT_UNWANTED");
  reason.set_rule("loans");
  EXPECT_EQ(TextOf(event), "HELD, rechecked, CONTENT_UNWANTED loans");
}

TEST(InWords, SaysWhichLinkIsMeant) {
  v1::Reason reason;
  reason.set_code("LINK_SHORTENED");
  reason.set_sentence("短链接");
  v1::Span& span = *reason.add_spans();
  span.set_begin(1);
  span.set_end(9);
  EXPECT_EQ(InWords(reason, "看t.cn/Abc，见a.cn"), "短链接 (link t.cn/abc)");
  reason.set_code("CONTENT_UNWANTED");
  EXPECT_EQ(InWords(reason, "看t.cn/Abc，见a.cn"), "短链接");
}

// Origin: SMSGate, loopback capture.
constexpr char kConnect[] =
    "00000027 00000001 7ce1e1c7 39303030 3032c744 6b628f79 5ffe1531 e1907861\n"
    "e8a12042 e16e08";
constexpr char kActiveTest[] = "0000000c 00000008 7ce1e1d5";

TEST(Pdu, ExplainsAndEncodesAgain) {
  const Output output = RunCtl({"pdu", "cmpp20", "-"}, kConnect);
  EXPECT_EQ(output.code, 0) << output.out;
  EXPECT_TRUE(absl::StrContains(output.out, "Source_Addr")) << output.out;
  EXPECT_TRUE(absl::StrContains(output.out, "\"900002\""));
  EXPECT_TRUE(absl::StrContains(output.out, "the same 39 octets"));
  EXPECT_EQ(RunCtl({"pdu", "cmpp30", "0000000c", "00000008", "7ce1e1d5"}).code,
            0);
}

TEST(Pdu, EveryTruncationIsOne) {
  const std::string hex =
      absl::StrReplaceAll(kConnect, {{" ", ""}, {"\n", ""}});
  for (size_t size = 2; size < hex.size(); size += 2) {
    EXPECT_EQ(RunCtl({"pdu", "cmpp20", hex.substr(0, size)}).code, 1) << size;
  }
}

TEST(Pdu, JsonHasEveryField) {
  const Output output = RunCtl({"pdu", "cmpp20", kActiveTest, "--json"});
  EXPECT_EQ(output.code, 0);
  EXPECT_TRUE(absl::StrContains(output.out, "\"offset\":8,\"size\":4"))
      << output.out;
  EXPECT_TRUE(absl::StrContains(output.out, "\"faithful\":true"));
  EXPECT_EQ(RunCtl({"pdu", "cmpp20", "zz"}).code, 1);
  EXPECT_EQ(RunCtl({"pdu", "cmpp20", ""}).code, 1);
}

// The hexadecimal dumps under headings "### NAME-" of the shared vectors.
std::vector<std::string> VectorsOf(const std::string& content,
                                   const std::string& name) {
  std::vector<std::string> dumps;
  const std::vector<std::string> parts = absl::StrSplit(content, "\n### ");
  for (const std::string& part : parts) {
    if (!absl::StartsWith(part, absl::StrCat(name, "-"))) continue;
    const std::vector<std::string> pieces = absl::StrSplit(part, "```");
    if (pieces.size() > 1) dumps.push_back(pieces[1]);
  }
  return dumps;
}

TEST(Pdu, VectorsOfOtherImplementations) {
  std::ifstream file("../shared/vectors/README.md");
  const std::string content(std::istreambuf_iterator<char>(file), {});
  if (content.empty()) GTEST_SKIP() << "../shared/vectors is not here";
  const struct {
    const char* heading;
    const char* protocol;
  } kSets[] = {{"CMPP2", "cmpp20"}, {"CMPP3", "cmpp30"}};
  for (const auto& set : kSets) {
    const auto dumps = VectorsOf(content, set.heading);
    EXPECT_FALSE(dumps.empty());
    for (const std::string& dump : dumps) {
      const Output output = RunCtl({"pdu", set.protocol, "-"}, dump);
      EXPECT_EQ(output.code, 0) << set.protocol << dump << output.out;
    }
  }
}

}  // namespace
}  // namespace sluice::ctl
