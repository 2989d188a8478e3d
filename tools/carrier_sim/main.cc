// carrier-sim: simulates a China Mobile gateway on 127.0.0.1, with faults on
// demand.

#include <unistd.h>

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

Commands on stdin, one JSON object a line: mo, drop, silence, rate, flow_share,
stats.
SIGTERM ends it and prints the counts as one line of JSON.)";

// Prints a whole line at once, because two threads print.
void Print(const std::string& line) {
  std::fputs(absl::StrCat(line, "\n").c_str(), stdout);
  std::fflush(stdout);
}

void AddAnswers(sluice::tools::CommandLine& line, SimOptions& o) {
  line.Add("--rate", o.segments_per_second,
           "Segments a second before it answers flow control (0: no limit)");
  line.Add("--flow-share", o.flow_share,
           "Share of segments answered with flow control at random, 0 to 1")
      .Between(0.0, 1.0);
  line.Add("--result", o.result_code,
           "Result given to every Nth segment (see --every)");
  line.Add("--every", o.result_every, "Which segments get --result: every Nth");
  line.Add("--fail-share", o.fail_share,
           "Share of status reports with a failure, 0 to 1")
      .Between(0.0, 1.0);
  line.Add("--fail-stat", o.fail_stat, "Stat of the failed reports");
  line.Add("--deliver-window", o.deliver_window,
           "Reports and MO in flight at most");
}

void AddFaults(sluice::tools::CommandLine& line, SimOptions& o) {
  line.Add("--drop-after", o.drop_after, "Drop a connection after N segments");
  line.Add("--drop-times", o.drop_times,
           "Drop this many connections (0: every one)");
  line.Add("--silence-after", o.silence_after,
           "Answer nothing after N segments");
  line.Add("--reports-before-answers", o.reports_before_answers,
           "Send reports before the answers they belong to");
  line.Add("--msg-length", o.msg_length,
           "Msg_Length in every report and MO, whatever their length (-1: the "
           "truth)")
      .Between(-1, 255);
  line.Add("--one-id", o.one_id,
           "Answer all segments of a message with one Msg_Id, and report once");
  line.Add("--wrong-digest", o.wrong_digest,
           "Answer logins with a wrong AuthenticatorISMG");
  line.Add("--test-with-test", o.test_with_test,
           "Answer an active test with an active test");
  line.Add("--only-20", o.only_20, "Speak 2.0, also after a login of 3.0");
  line.Add("--only-30", o.only_30, "Speak 3.0, also after a login of 2.0");
  line.Add("--login-version", o.login_version,
           "Version in the answers to logins, for example 48 for 0x30 (0: the "
           "one that is spoken)");
}

void AddRandomFaults(sluice::tools::CommandLine& line, SimOptions& o) {
  line.Add("--seed", o.seed, "Repeats the faults of a run").ShowDefault();
  const auto share = [&](const char* flag, double& value, const char* what) {
    line.Add(flag, value, what).Between(0.0, 1.0);
  };
  share("--drop-share", o.drop_share,
        "Share of segments after which the connection is dropped");
  share("--silence-share", o.silence_share,
        "Share of segments after which it says nothing for a while");
  line.Add("--silence-time", o.silence_time, "How long that is");
  share("--doubled-share", o.doubled_share, "Share of reports that come twice");
  share("--foreign-share", o.foreign_share,
        "Share of reports after which one of an unknown message comes");
  share("--lying-share", o.lying_share,
        "Share of reports and MO with a wrong Msg_Length");
  share("--unreadable-share", o.unreadable_share,
        "Share of reports and MO before which a cut one comes");
}

// Sets accounts from "ID:SECRET"; an empty list keeps the default account.
void SetAccounts(const std::vector<std::string>& accounts, SimOptions& o) {
  if (accounts.empty()) return;
  o.accounts.clear();
  for (const std::string& account : accounts) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(account, absl::MaxSplits(':', 1));
    o.accounts[parts.first] = parts.second;
  }
}

// Ends with the input; the simulator keeps running.
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
  std::vector<std::string> accounts;
  sluice::tools::CommandLine line(
      "carrier-sim",
      "Simulates the carrier's side of CMPP 2.0 and 3.0 on 127.0.0.1.");
  line.Footer(kFooter);
  line.Add("--port", options.port, "Port to listen on (0: a free one)");
  line.Add("--json", json, "Print the port as {\"listening\":PORT}");
  line.Add("--log", options.log_file,
           "Write complete messages to this file as lines of JSON");
  line.Add("--log-digests", options.log_digests,
           "Log a digest in place of each text");
  line.Add("--account", accounts,
           "SP id and secret, ID:SECRET; may be repeated (900001:secret88)");
  line.Add("--report-delay", options.report_delay,
           "Delay of a report after the answer");
  line.Add("--late-reports", options.report_delay,
           "The same as --report-delay");
  line.Add("--answer-delay", options.answer_delay, "Delay of answers");
  line.Add("--deliver-timeout", options.deliver_timeout,
           "Time after which an unanswered report or MO is sent again");
  AddAnswers(line, options);
  AddFaults(line, options);
  AddRandomFaults(line, options);
  line.AddVersion();
  if (const auto code = line.Parse(argc, argv)) return *code;
  SetAccounts(accounts, options);

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
  // The thread that reads stdin may still be blocked there: do not join it.
  _exit(0);
}
