// carrier-sim: a China Mobile gateway on 127.0.0.1 that behaves, or misbehaves,
// as it is told.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "asio/io_context.hpp"
#include "asio/signal_set.hpp"
#include "tools/carrier_sim/control.h"
#include "tools/carrier_sim/simulator.h"
#include "tools/lib/command_line.h"

namespace {

using sluice::sim::SimOptions;
using sluice::sim::Simulator;

constexpr char kFooter[] = R"(
Examples:
  carrier-sim --port 7890 --account 900001:secret88 --log got.jsonl
  carrier-sim --drop-after 1000 --report-delay 2s --fail-share 0.05
  echo '{"mo":{"from":"13800138000","to":"106900001","text":"T"}}' | carrier-sim

Commands on stdin, one JSON object a line: mo, drop, silence, stats.
SIGTERM ends it and prints the counts as one line of JSON.)";

// One line at a time, whole: two threads print.
void Print(const std::string& line) {
  std::fputs(absl::StrCat(line, "\n").c_str(), stdout);
  std::fflush(stdout);
}

void AddAnswers(CLI::App& app, SimOptions& o) {
  app.add_option("--rate", o.segments_per_second,
                 "Segments a second; above it flow control (0: no limit)");
  app.add_option("--result", o.result_code,
                 "Result given to every Nth segment (see --every)");
  app.add_option("--every", o.result_every,
                 "Which segments get --result: every Nth");
  app.add_option("--fail-share", o.fail_share,
                 "Share of reports that say failed, 0 to 1")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--fail-stat", o.fail_stat, "Stat of these reports");
  app.add_option("--deliver-window", o.deliver_window,
                 "Reports and MO without an answer");
}

void AddFaults(CLI::App& app, SimOptions& o) {
  app.add_option("--drop-after", o.drop_after,
                 "Break a connection off after N segments");
  app.add_option("--drop-times", o.drop_times,
                 "So many connections (0: every one)");
  app.add_option("--silence-after", o.silence_after,
                 "Say nothing more after N segments");
  app.add_flag("--reports-before-answers", o.reports_before_answers,
               "Send reports before the answers they belong to");
  app.add_flag("--wrong-digest", o.wrong_digest,
               "Answer logins with a wrong AuthenticatorISMG");
  app.add_flag("--test-with-test", o.test_with_test,
               "Answer an active test with an active test");
  app.add_flag("--only-20", o.only_20, "Answer logins of 3.0 as 2.0");
}

// CLI11 has no type for absl::Duration: "250ms", "2s".
void AddDuration(CLI::App& app, const char* name, absl::Duration& into,
                 const char* help) {
  app.add_option_function<std::string>(
      name,
      [&into, name](const std::string& text) {
        if (!absl::ParseDuration(text, &into)) {
          throw CLI::ValidationError(name,
                                     "is no duration such as 250ms or 2s");
        }
      },
      help);
}

void AddAccounts(CLI::App& app, SimOptions& o) {
  app.add_option_function<std::vector<std::string>>(
      "--account",
      [&o](const std::vector<std::string>& accounts) {
        o.accounts.clear();
        for (const std::string& account : accounts) {
          const std::pair<std::string, std::string> parts =
              absl::StrSplit(account, absl::MaxSplits(':', 1));
          o.accounts[parts.first] = parts.second;
        }
      },
      "SP id and secret, ID:SECRET; may be repeated (900001:secret88)");
}

// Ends with the input; the simulator goes on.
void ReadCommands(Simulator& simulator) {
  std::string line;
  while (std::getline(std::cin, line)) {
    if (line.empty()) continue;
    const absl::Status done = Obey(line, simulator, Print);
    if (!done.ok()) {
      std::fprintf(stderr, "carrier-sim: %s\n", done.ToString().c_str());
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  SimOptions options;
  bool json = false;
  CLI::App app("The carrier's side of CMPP 2.0 and 3.0, on 127.0.0.1.",
               "carrier-sim");
  app.footer(kFooter);
  app.add_option("--port", options.port, "Port to listen on (0: a free one)");
  app.add_flag("--json", json, "Print the port as {\"listening\":PORT}");
  app.add_option("--log", options.log_file,
                 "Write complete messages to this file as lines of JSON");
  app.add_flag("--log-digests", options.log_digests,
               "Log a digest in place of each text");
  AddAccounts(app, options);
  AddDuration(app, "--report-delay", options.report_delay,
              "Reports come so long after the answer");
  AddDuration(app, "--late-reports", options.report_delay,
              "The same as --report-delay");
  AddDuration(app, "--answer-delay", options.answer_delay,
              "Answers come so late");
  AddDuration(app, "--deliver-timeout", options.deliver_timeout,
              "An unanswered report or MO comes again after this");
  AddAnswers(app, options);
  AddFaults(app, options);
  if (const auto code = sluice::tools::ParseCommandLine(app, argc, argv))
    return *code;

  asio::io_context context(1);
  Simulator simulator(context, options);
  const absl::StatusOr<uint16_t> port = simulator.Start();
  if (!port.ok()) {
    std::fprintf(stderr, "carrier-sim: %s\n",
                 std::string(port.status().message()).c_str());
    return 1;
  }
  Print(json ? absl::StrCat("{\"listening\":", *port, "}")
             : absl::StrCat("listening ", *port));
  asio::signal_set signals(context, SIGTERM, SIGINT);
  signals.async_wait([&](const asio::error_code&, int) { context.stop(); });
  std::thread(ReadCommands, std::ref(simulator)).detach();
  context.run();
  // Flushes the log and runs what was posted last.
  context.restart();
  std::string last;
  std::thread stats([&] {
    simulator.FlushLog();
    last = ToJson(simulator.Stats());
    simulator.Stop();
  });
  context.run();
  stats.join();
  Print(last);
  // The thread that reads stdin may still wait there: leave it be.
  _exit(0);
}
