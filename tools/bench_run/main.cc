// bench-run: the cost of a verdict, compared with that of its bare parts,
// measured in the same run. See tools/README.md for the meaning of each figure.

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "rules/base/status_macros.h"
#include "tools/bench_run/bench_pack.h"
#include "tools/bench_run/echo_server.h"
#include "tools/bench_run/figures.h"
#include "tools/bench_run/floor.h"
#include "tools/bench_run/opt_out_load.h"
#include "tools/bench_run/rule_change.h"
#include "tools/lib/bar.h"
#include "tools/lib/command_line.h"
#include "tools/lib/process.h"
#include "tools/lib/progress.h"
#include "tools/lib/terminal.h"
#include "tools/loadgen/load.h"
#include "tools/loadgen/texts.h"
#include "tools/loadgen/world.h"

namespace sluice::bench {
namespace {

struct Flags {
  bool json = false;
  bool small = false;
  bool keep = false;
  bool serve_echo = false;
  uint64_t opt_outs = 10'000'000;
  uint64_t recipients = 10'000'000;
  double seconds = 8;  // For each measurement.
  std::string programs = tools::ProgramFolder();
  std::string articles = "rules/packs/cn-2015";
};

// Keeps the numbers of opt-outs apart from those of recipients.
constexpr uint64_t kOptOutSeed = 7;
constexpr uint64_t kRecipientSeed = 8;
constexpr char kSecret[] = "bench-secret";
constexpr int kLinks = 4;
constexpr absl::Duration kStartLimit = absl::Seconds(120);

class Bench {
 public:
  explicit Bench(const Flags& flags)
      : flags_(flags),
        folder_("sluice-bench"),
        texts_(load::MakeTexts(load::kSignature, 10'000, 1)) {
    figures_.opt_outs = flags.opt_outs;
    figures_.recipients = flags.recipients;
    if (flags.keep) folder_.Keep();
  }

  absl::Status Run() {
    const std::string pack = folder_.path() + "/pack";
    std::filesystem::create_directory(pack);
    SLUICE_RETURN_IF_ERROR(WriteBenchPack(pack, {}, flags_.articles));
    SLUICE_RETURN_IF_ERROR(MeasureEcho());
    Say("floor: folding, scan, hash, append");
    SLUICE_ASSIGN_OR_RETURN(
        figures_.floor,
        MeasureFloor({pack, folder_.path(), texts_,
                      absl::Seconds(std::min(2.0, flags_.seconds / 2))}));
    SLUICE_RETURN_IF_ERROR(StartServers(pack));
    SLUICE_RETURN_IF_ERROR(Fill());
    SLUICE_RETURN_IF_ERROR(MeasureReplay());
    SLUICE_RETURN_IF_ERROR(MeasurePath());
    // From here on accepted messages wait: hand-overs are not measured.
    SLUICE_RETURN_IF_ERROR(StopSimulator());
    SLUICE_RETURN_IF_ERROR(MeasureVerdicts());
    SLUICE_RETURN_IF_ERROR(MeasureRules());
    sluiced_.Stop();
    return absl::OkStatus();
  }

  const Figures& figures() const { return figures_; }

 private:
  static void Say(const std::string& what) {
    std::cerr << "bench: " << what << std::endl;
  }

  load::RequestOptions RequestOptionsOf(size_t batch) const {
    load::RequestOptions options;
    options.batch = batch;
    options.recipients = flags_.recipients;
    options.seed = kRecipientSeed;
    return options;
  }

  // Runs the load through `method`; successive runs use different keys and
  // recipients.
  absl::StatusOr<load::LoadResult> Load(const tools::Connection& connection,
                                        const load::Requests& requests,
                                        load::LoadOptions options) {
    options.first_request = next_request_;
    SLUICE_ASSIGN_OR_RETURN(const load::LoadResult result,
                            load::RunLoad(connection, requests, options));
    next_request_ += result.requests;
    if (result.failed_requests > 0) {
      return absl::UnavailableError(
          absl::StrCat(result.failed_requests,
                       " requests failed, first: ", result.first_error));
    }
    const uint64_t accepted =
        result.decisions.by_decision[v1::DECISION_ACCEPTED];
    if (options.count_verdicts && accepted * 100 < result.messages * 99) {
      return absl::FailedPreconditionError(absl::StrCat(
          "only ", accepted, " of ", result.messages,
          " messages were accepted: the figures would measure rejections"));
    }
    return result;
  }

  load::LoadOptions Timed(pid_t pid) const {
    load::LoadOptions options;
    options.duration = absl::Seconds(flags_.seconds);
    options.server_pid = pid;
    return options;
  }

  absl::Status MeasureEcho() {
    Say("floor: gRPC echo");
    SLUICE_ASSIGN_OR_RETURN(
        auto process,
        tools::ChildProcess::Start({"/proc/self/exe", "--serve-echo"},
                                   folder_.path() + "/echo.out"));
    SLUICE_ASSIGN_OR_RETURN(const std::string line,
                            process.WaitForLine("listening ", kStartLimit));
    tools::ConnectionOptions where;
    where.server = line.substr(line.find(' ') + 1);
    where.key = "none";
    SLUICE_ASSIGN_OR_RETURN(const auto connection,
                            tools::Connection::Open(where));
    load::LoadOptions options = Timed(process.pid());
    options.count_verdicts = false;
    const load::Requests batches(RequestOptionsOf(256), texts_);
    SLUICE_ASSIGN_OR_RETURN(const auto stream,
                            Load(connection, batches, options));
    figures_.stream_us = stream.ServerMicros().value_or(0);
    options.unary = true;
    options.method = "/sluice.v1.GatewayService/Submit";
    options.in_flight = 64;
    const load::Requests singles(RequestOptionsOf(1), texts_);
    SLUICE_ASSIGN_OR_RETURN(const auto unary,
                            Load(connection, singles, options));
    figures_.echo_us = unary.ServerMicros().value_or(0);
    return absl::OkStatus();
  }

  std::string Configuration(const std::string& pack,
                            const std::string& simulator_port) const {
    std::string yaml = absl::StrCat(
        "listen:\n  address: 127.0.0.1:0\nstore:\n  path: ", folder_.path(),
        "/store\nrules:\n  pack: ", pack,
        "\n  approval: one_person\nlogging:\n  level: info\n", "links:\n");
    for (int i = 0; i < kLinks; ++i) {
      absl::StrAppend(&yaml, "  - name: link", i,
                      "\n    protocol: cmpp30\n    host: 127.0.0.1\n    port: ",
                      simulator_port, "\n    sp_id: \"90000", i,
                      "\"\n    secret: ", kSecret,
                      "\n    carriers: [mobile, unicom, telecom, broadnet, "
                      "unknown]\n    window: 256\n    sandbox: true\n");
    }
    return yaml;
  }

  absl::Status StartServers(const std::string& pack) {
    Say("starting carrier-sim and sluiced");
    std::vector<std::string> arguments = {flags_.programs + "/carrier-sim"};
    for (int i = 0; i < kLinks; ++i) {
      arguments.insert(arguments.end(),
                       {"--account", absl::StrCat("90000", i, ":", kSecret)});
    }
    SLUICE_ASSIGN_OR_RETURN(
        simulator_, tools::ChildProcess::Start(
                        arguments, folder_.path() + "/carrier-sim.out"));
    SLUICE_ASSIGN_OR_RETURN(const std::string at,
                            simulator_.WaitForLine("listening ", kStartLimit));
    std::ofstream(folder_.path() + "/sluice.yaml")
        << Configuration(pack, at.substr(at.find(' ') + 1));
    SLUICE_ASSIGN_OR_RETURN(const auto admin, StartSluiced("/sluiced.out"));
    SLUICE_ASSIGN_OR_RETURN(key_, load::SetUpWorld(admin));
    connection_ = std::make_unique<tools::Connection>(admin.WithKey(key_));
    return absl::OkStatus();
  }

  // Starts sluiced and waits until it is listening.
  absl::StatusOr<tools::Connection> StartSluiced(const std::string& log) {
    SLUICE_ASSIGN_OR_RETURN(
        sluiced_,
        tools::ChildProcess::Start({flags_.programs + "/sluiced", "--config",
                                    folder_.path() + "/sluice.yaml"},
                                   folder_.path() + log));
    const std::string marker = "listening ";
    SLUICE_ASSIGN_OR_RETURN(const std::string line,
                            sluiced_.WaitForLine(marker, kStartLimit));
    tools::ConnectionOptions options;
    options.server = line.substr(line.find(marker) + marker.size());
    options.key_file = folder_.path() + "/store/admin.key";
    return tools::Connection::Open(options);
  }

  absl::StatusOr<double> Resident() {
    SLUICE_ASSIGN_OR_RETURN(const uint64_t bytes,
                            tools::ResidentBytes(sluiced_.pid()));
    return static_cast<double>(bytes);
  }

  // Waits until sluiced is idle: three seconds with hardly any CPU, because a
  // busy disk alone can stop everything for one second. Returns when it became
  // idle.
  absl::StatusOr<absl::Time> WaitIdle() {
    constexpr absl::Duration kLook = absl::Milliseconds(500);
    absl::Time busy = absl::Now();
    while (absl::Now() - busy < 6 * kLook) {
      SLUICE_ASSIGN_OR_RETURN(const absl::Duration before,
                              tools::CpuTime(sluiced_.pid()));
      absl::SleepFor(kLook);
      SLUICE_ASSIGN_OR_RETURN(const absl::Duration after,
                              tools::CpuTime(sluiced_.pid()));
      if (after - before >= absl::Milliseconds(30)) busy = absl::Now();
    }
    return busy;
  }

  absl::Status Fill() {
    SLUICE_RETURN_IF_ERROR(WaitIdle().status());
    SLUICE_ASSIGN_OR_RETURN(const double empty, Resident());
    Say(absl::StrCat("loading ", tools::Grouped(flags_.opt_outs),
                     " opt-outs through OptOutsService.ImportOptOuts"));
    const absl::Time started = absl::Now();
    SLUICE_ASSIGN_OR_RETURN(const absl::Duration before,
                            tools::CpuTime(sluiced_.pid()));
    {
      tools::Progress progress(std::cerr, tools::IsTerminal(STDERR_FILENO),
                               "opt-outs", flags_.opt_outs);
      SLUICE_RETURN_IF_ERROR(LoadOptOuts(
          *connection_, flags_.opt_outs, kOptOutSeed, load::kContentProvider,
          [&](uint64_t done) { progress.Set(done); }));
    }
    SLUICE_ASSIGN_OR_RETURN(const absl::Duration after,
                            tools::CpuTime(sluiced_.pid()));
    figures_.opt_outs_seconds = absl::ToDoubleSeconds(absl::Now() - started);
    figures_.opt_out_us = absl::ToDoubleMicroseconds(after - before) /
                          static_cast<double>(flags_.opt_outs);
    SLUICE_RETURN_IF_ERROR(WaitIdle().status());
    SLUICE_ASSIGN_OR_RETURN(const double with_opt_outs, Resident());
    Say(absl::StrCat("a message to each of ", tools::Grouped(flags_.recipients),
                     " recipients"));
    load::LoadOptions options;
    options.count = flags_.recipients;
    options.duration = absl::ZeroDuration();
    const load::Requests requests(RequestOptionsOf(256), texts_);
    SLUICE_ASSIGN_OR_RETURN(const auto filled,
                            Load(*connection_, requests, options));
    sent_ += filled.messages;
    SLUICE_RETURN_IF_ERROR(WaitIdle().status());
    SLUICE_ASSIGN_OR_RETURN(const double full, Resident());
    figures_.bytes_per_optout =
        (with_opt_outs - empty) / static_cast<double>(flags_.opt_outs);
    figures_.bytes_per_recipient =
        (full - with_opt_outs) / static_cast<double>(flags_.recipients);
    figures_.rss_mb = full / (1 << 20);
    return absl::OkStatus();
  }

  // kill -9 with the load in place, and the time until sluiced listens again.
  // Later measurements use the restarted server.
  absl::Status MeasureReplay() {
    Say("kill -9, and start again");
    connection_ = nullptr;
    sluiced_.Kill();
    const absl::Time started = absl::Now();
    SLUICE_ASSIGN_OR_RETURN(const auto admin,
                            StartSluiced("/sluiced-again.out"));
    figures_.replay_seconds = absl::ToDoubleSeconds(absl::Now() - started);
    connection_ = std::make_unique<tools::Connection>(admin.WithKey(key_));
    std::ifstream log(sluiced_.log_path());
    for (std::string line; std::getline(log, line);) {
      const size_t at = line.find("journal ");
      if (at == std::string::npos || !absl::StrContains(line, "replayed")) {
        continue;
      }
      figures_.replayed.push_back(line.substr(at));
    }
    return WaitIdle().status();
  }

  // CPU time of sluiced so far.
  struct Times {
    absl::Duration all;
    absl::Duration notary;
    absl::Duration statistics;
  };
  absl::StatusOr<Times> TimesNow() const {
    Times times;
    SLUICE_ASSIGN_OR_RETURN(times.all, tools::CpuTime(sluiced_.pid()));
    SLUICE_ASSIGN_OR_RETURN(times.notary,
                            tools::ThreadCpuTime(sluiced_.pid(), "notary"));
    SLUICE_ASSIGN_OR_RETURN(times.statistics,
                            tools::ThreadCpuTime(sluiced_.pid(), "statistics"));
    return times;
  }

  // All CPU time of sluiced until the last report is journaled.
  absl::Status MeasurePath() {
    Say("the whole path, with links up");
    SLUICE_ASSIGN_OR_RETURN(const Times before, TimesNow());
    const absl::Time started = absl::Now();
    const load::Requests requests(RequestOptionsOf(256), texts_);
    SLUICE_ASSIGN_OR_RETURN(
        const auto result, Load(*connection_, requests, Timed(sluiced_.pid())));
    sent_ += result.messages;
    SLUICE_ASSIGN_OR_RETURN(const absl::Time idle, WaitIdle());
    const absl::Duration elapsed = idle - started;
    // The thread that counts looks only now and then.
    absl::SleepFor(absl::Seconds(11));
    SLUICE_ASSIGN_OR_RETURN(const Times after, TimesNow());
    const auto messages = static_cast<double>(result.messages);
    const auto each = [messages](absl::Duration cpu) {
      return absl::ToDoubleMicroseconds(cpu) / messages;
    };
    figures_.path_us = each(after.all - before.all);
    figures_.tree_us = each(after.notary - before.notary);
    figures_.statistics_us = each(after.statistics - before.statistics);
    figures_.path_per_second = messages / absl::ToDoubleSeconds(elapsed);
    return absl::OkStatus();
  }

  // Errors: kDataLoss when the carrier did not get every message: then the path
  // was not measured to its end.
  absl::Status StopSimulator() {
    simulator_.Stop();
    std::ifstream out(simulator_.log_path());
    std::string last;
    for (std::string line; std::getline(out, line);) last = line;
    google::protobuf::Struct counts;
    if (!google::protobuf::util::JsonStringToMessage(last, &counts).ok()) {
      return absl::DataLossError("carrier-sim reported no counts");
    }
    const auto got = static_cast<uint64_t>(
        (*counts.mutable_fields())["reports_delivered"].number_value());
    if (got == sent_) return absl::OkStatus();
    return absl::DataLossError(absl::StrCat(sent_, " messages were sent and ",
                                            got, " reported: ", last));
  }

  absl::Status MeasureVerdicts() {
    SLUICE_RETURN_IF_ERROR(WaitIdle().status());
    const load::Requests batches(RequestOptionsOf(256), texts_);
    Say("durable verdicts in streams of 256");
    SLUICE_ASSIGN_OR_RETURN(const auto durable,
                            Load(*connection_, batches, Timed(sluiced_.pid())));
    figures_.durable_us = durable.ServerMicros().value_or(0);
    figures_.durable_per_second = durable.PerSecond();

    Say("verdicts without the journal (Check, 256 a call)");
    load::LoadOptions options = Timed(sluiced_.pid());
    options.unary = true;
    options.method = "/sluice.v1.GatewayService/Check";
    SLUICE_ASSIGN_OR_RETURN(const auto check,
                            Load(*connection_, batches, options));
    figures_.verdict_us = check.ServerMicros().value_or(0);

    Say("unary Submit, 64 in flight");
    options.method = "/sluice.v1.GatewayService/Submit";
    options.in_flight = 64;
    const load::Requests singles(RequestOptionsOf(1), texts_);
    SLUICE_ASSIGN_OR_RETURN(const auto unary,
                            Load(*connection_, singles, options));
    figures_.unary_us = unary.ServerMicros().value_or(0);
    return absl::OkStatus();
  }

  // The rate is far below the server's limit, because small batches cost more
  // than batches of 256 and the client is on the same machine: a late batch
  // waited for the rules, not for its turn.
  absl::Status MeasureRules() {
    Say("verdicts while rules are compiled and published");
    SLUICE_RETURN_IF_ERROR(WaitIdle().status());
    const std::string folder = folder_.path() + "/other-pack";
    std::filesystem::create_directory(folder);
    SLUICE_RETURN_IF_ERROR(WriteBenchPack(
        folder, {.words = PackSize().words + 100}, flags_.articles));
    const load::Requests requests(RequestOptionsOf(kRuleChangeBatch), texts_);
    load::LoadOptions options = Timed(sluiced_.pid());
    options.rate = figures_.durable_per_second / 8;
    SLUICE_ASSIGN_OR_RETURN(figures_.rule_change,
                            MeasureRuleChange(*connection_, folder, [&] {
                              return Load(*connection_, requests, options);
                            }));
    return absl::OkStatus();
  }

  const Flags& flags_;
  tools::TempFolder folder_;
  const std::vector<std::string> texts_;
  tools::ChildProcess simulator_;
  tools::ChildProcess sluiced_;
  std::string key_;  // For every call but those of the setup.
  std::unique_ptr<tools::Connection> connection_;
  uint64_t next_request_ = 0;
  uint64_t sent_ = 0;  // Messages accepted while links were up.
  Figures figures_;
};

int Main(int argc, char** argv) {
  Flags flags;
  tools::CommandLine line(
      "bench-run", "Measures the cost of sluiced and of its bare parts.");
  line.Add("--json", flags.json, "Print the figures as JSON, last");
  line.Add("--small", flags.small,
           "100,000 opt-outs and recipients, 3 seconds each: a quick look");
  line.Add("--opt-outs", flags.opt_outs, "Opt-outs").ShowDefault();
  line.Add("--recipients", flags.recipients, "Known recipients").ShowDefault();
  line.Add("--seconds", flags.seconds, "For each measurement").ShowDefault();
  line.Add("--programs", flags.programs, "Folder of sluiced and carrier-sim")
      .ShowDefault();
  line.Add("--articles", flags.articles, "Pack whose articles.yaml is used")
      .ShowDefault();
  line.Add("--keep", flags.keep, "Keep the folder with store and logs");
  line.Add("--serve-echo", flags.serve_echo).Hidden();  // Internal.
  line.Footer("Example:\n  tools/bench --small\n  tools/bench --json");
  line.AddVersion();
  if (const auto code = line.Parse(argc, argv)) return *code;
  if (flags.serve_echo) return ServeEcho();
  if (flags.small) {
    if (!line.Given("--opt-outs")) flags.opt_outs = 100'000;
    if (!line.Given("--recipients")) flags.recipients = 100'000;
    if (!line.Given("--seconds")) flags.seconds = 3;
  }
  Bench bench(flags);
  const absl::Status status = bench.Run();
  if (!status.ok()) {
    std::cerr << "bench: " << status.message() << "\n";
    return 1;
  }
  PrintTable(bench.figures());
  if (flags.json) PrintJson(bench.figures());
  return 0;
}

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) { return sluice::bench::Main(argc, argv); }
