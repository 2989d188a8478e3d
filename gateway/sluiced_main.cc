// sluiced: the server. Reads its configuration, starts, and stops cleanly on
// SIGTERM or SIGINT; SIGHUP reads certificate, ported numbers and rule pack
// again.

#include <pthread.h>
#include <signal.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "gateway/config.h"
#include "gateway/core_dumps.h"
#include "gateway/huge_pages.h"
#include "gateway/link_settings.h"
#include "gateway/server.h"
#include "gateway/telemetry/log.h"
#include "gateway/tls_files.h"
#include "rules/base/clock.h"

namespace sluice::gateway {
namespace {

struct Arguments {
  std::string config;
  std::string listen;
  std::string data;
  bool check_config = false;
  bool json = false;
  bool core_dumps = false;
};

constexpr char kExamples[] = R"(
Examples:
  sluiced
      Starts on 127.0.0.1:7430 with a store in ./sluice-data and one sandbox link.
  sluiced --config /etc/sluice/sluice.yaml --check-config
      Says whether the file is good, and every fault with line and column.
  sluiced --listen 127.0.0.1:0 --data /tmp/sluice --json
      Takes any free port; the first line is {"listening":"127.0.0.1:PORT",...}.

Signals: TERM and INT stop cleanly. HUP reads the TLS certificate, the ported
numbers and (with rules.approval: one_person) the rule pack again.
A sample configuration with every setting: gateway/sluice.yaml
)";

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return absl::IsInvalidArgument(status) || absl::IsNotFound(status) ? 2 : 1;
}

absl::StatusOr<config::v1::Config> ConfigOf(const Arguments& arguments) {
  absl::StatusOr<config::v1::Config> config =
      arguments.config.empty() ? DefaultConfig() : LoadConfig(arguments.config);
  if (!config.ok()) return config;
  if (!arguments.data.empty()) {
    config->mutable_store()->set_path(arguments.data);
  }
  if (arguments.listen.empty()) return config;
  const absl::StatusOr<HostPort> address = ParseHostPort(arguments.listen);
  if (!address.ok()) return address.status();
  const config::v1::Listen& listen = config->listen();
  if (!address->loopback && listen.tls_key().empty() &&
      !listen.plaintext_anywhere()) {
    return absl::InvalidArgumentError(
        "--listen: plaintext is for loopback addresses only; see "
        "listen.tls_certificate and listen.plaintext_anywhere");
  }
  const auto http = ParseHostPort(listen.http_address());
  if (http.ok() && Overlap(*address, *http)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--listen: has the port of listen.http_address, ",
                     http->port, "; each needs its own"));
  }
  config->mutable_listen()->set_address(arguments.listen);
  return config;
}

// On standard error, for whoever checks the configuration.
void WarnOfExpiry(const config::v1::Listen& listen) {
  if (listen.tls_key().empty()) return;
  const absl::Time now = absl::Now();
  const auto facts =
      ReadTlsFiles(listen.tls_certificate(), listen.tls_key(), now);
  const std::string notice = facts.ok() ? ExpiryNotice(*facts, now) : "";
  if (!notice.empty()) std::fprintf(stderr, "%s\n", notice.c_str());
}

void WarnOfAddresses(const config::v1::Config& config) {
  for (const config::v1::LinkConfig& link : config.links()) {
    const std::string notice = AddressNotice(link);
    if (!notice.empty()) std::fprintf(stderr, "%s\n", notice.c_str());
  }
}

// The first lines of standard output: the addresses, for people and scripts.
void SayListening(const config::v1::Listen& listen, const Server& server,
                  bool json) {
  const std::string address = absl::StrCat(server.host(), ":", server.port());
  if (json) {
    const nlohmann::ordered_json line = {{"listening", address},
                                         {"port", server.port()},
                                         {"http_port", server.http_port()}};
    std::printf("%s\n", line.dump().c_str());
  } else {
    std::printf("listening %s\n", address.c_str());
    const auto http = ParseHostPort(listen.http_address());
    if (http.ok()) {
      std::printf("%s %s:%d\n", listen.tls_key().empty() ? "http" : "https",
                  http->host.c_str(), server.http_port());
    }
  }
  std::fflush(stdout);
}

int Run(const Arguments& arguments) {
  const absl::StatusOr<config::v1::Config> config = ConfigOf(arguments);
  if (!config.ok()) return Fail(config.status());
  if (arguments.check_config) {
    const absl::Status files = Server::CheckFiles(*config);
    if (!files.ok()) {
      Fail(files);
      return 2;
    }
    WarnOfExpiry(config->listen());
    WarnOfAddresses(*config);
    std::printf("the configuration is valid\n");
    return 0;
  }
  if (!arguments.core_dumps) ForbidCoreDumps();
  // Before any thread starts, so that only sigwait() receives the signals.
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    sigaddset(&signals, number);
  }
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  // gRPC locks with absl::Mutex, which Debian builds with deadlock detection:
  // it costs every call some microseconds.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  StartLog(config->logging());
  SystemClock clock;
  absl::StatusOr<std::unique_ptr<Server>> server =
      Server::Start(*config, clock,
                    [](const std::string& line) { spdlog::info("{}", line); });
  if (!server.ok()) {
    StopLog();
    return Fail(server.status());
  }
  SayListening(config->listen(), **server, arguments.json);
  for (int number = 0; number != SIGTERM && number != SIGINT;) {
    sigwait(&signals, &number);
    if (number == SIGHUP) (*server)->Reload("SIGHUP");
  }
  spdlog::info("stopping");
  (*server)->Stop();
  spdlog::info("stopped");
  StopLog();
  return 0;
}

}  // namespace
}  // namespace sluice::gateway

int main(int argc, char** argv) {
  sluice::gateway::UseHugePages(argv);
  sluice::gateway::Arguments arguments;
  CLI::App app("Sluice: the gate between an SMS provider and the carriers.",
               "sluiced");
  app.footer(sluice::gateway::kExamples);
  app.add_option("--config", arguments.config,
                 "Configuration file (sluice.yaml). Default: every setting has "
                 "its default.");
  app.add_option(
      "--listen", arguments.listen,
      "host:port of the gRPC service; overrides the configuration file.");
  app.add_option("--data", arguments.data,
                 "Folder of the store; overrides the configuration file.");
  app.add_flag("--check-config", arguments.check_config,
               "Checks the configuration and the files that it names, then "
               "exits: 0 valid, 2 not.");
  app.add_flag("--json", arguments.json,
               "Reports its addresses as one JSON object.");
  app.add_flag("--core-dumps", arguments.core_dumps,
               "Allows core dumps, as far as `ulimit -c` does. They hold "
               "numbers and texts of messages; without it there are none.");
  app.set_version_flag("--version", "sluiced " SLUICE_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return sluice::gateway::Run(arguments);
}
