// loadgen: sends messages at a rate or as fast as sluiced answers, and measures
// the cost. See tools/README.md.

#include <unistd.h>

#include <iostream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rules/base/status_macros.h"
#include "tools/lib/bar.h"
#include "tools/lib/command_line.h"
#include "tools/lib/json_line.h"
#include "tools/lib/progress.h"
#include "tools/lib/terminal.h"
#include "tools/lib/words.h"
#include "tools/loadgen/load.h"
#include "tools/loadgen/texts.h"
#include "tools/loadgen/world.h"

namespace sluice::load {
namespace {

// Different texts; with --setup each costs a call first.
constexpr size_t kTexts = 1000;

struct Flags {
  tools::ConnectionOptions connection;
  RequestOptions requests;
  LoadOptions load;
  std::string message_class = "notice";
  std::string text_file;
  std::string signature = kSignature;
  double duration = 10;
  int server_pid = 0;
  bool setup = false;
  bool check = false;
  bool no_keys = false;
  bool json = false;
};

void AddConnectionFlags(tools::CommandLine& line, Flags& flags) {
  line.Add("--server", flags.connection.server, "Address of sluiced")
      .ShowDefault();
  line.Add("--key", flags.connection.key, "API key");
  line.Add("--key-file", flags.connection.key_file,
           "File with the API key; see sluicectl --help");
  line.Add("--ca", flags.connection.ca_file, "PEM file; turns TLS on");
  line.Add("--plaintext", flags.connection.plaintext,
           "Allow a connection without TLS to a server on another machine");
  line.Add("--setup", flags.setup,
           "Register a content provider, ports, a signature and an account "
           "called loadgen first, and release the texts, which are held "
           "otherwise once they went to many numbers; needs an admin key");
}

void AddLoadFlags(tools::CommandLine& line, Flags& flags) {
  line.Add("--streams", flags.load.streams,
           "Streams, each on its own connection")
      .Positive()
      .ShowDefault();
  line.Add("--batch", flags.requests.batch, "Messages a batch")
      .Between(1, 1000)
      .ShowDefault();
  line.Add("--in-flight", flags.load.in_flight,
           "Batches in flight for each stream; with --unary: calls in flight "
           "in all")
      .Positive()
      .ShowDefault();
  line.Add("--unary", flags.load.unary,
           "Call Submit with one message each; 64 calls in flight by default");
  line.Add("--check", flags.check, "Call Check: nothing is recorded or sent");
  line.Add("--rate", flags.load.rate,
           "Messages a second; 0: as fast as the server answers")
      .NotNegative()
      .ShowDefault();
  line.Add("--count", flags.load.count, "Ends after this many messages");
  line.Add("--duration", flags.duration,
           "Ends after this many seconds; 0: only --count ends it")
      .NotNegative()
      .ShowDefault();
}

void AddMessageFlags(tools::CommandLine& line, Flags& flags) {
  line.Add("--class", flags.message_class, "Class of the messages")
      .ShowDefault();
  line.Add("--sender", flags.requests.sender, "Port alias or number");
  line.Add("--on-behalf-of", flags.requests.on_behalf_of,
           "Content provider, when the account has several");
  line.Add("--signature", flags.signature, "Signature at the head of the texts")
      .ShowDefault();
  line.Add("--text-file", flags.text_file,
           "File of texts, one a line, instead of generated texts");
  line.Add("--recipients", flags.requests.recipients,
           "Distinct numbers, used in turn")
      .Positive()
      .ShowDefault();
  line.Add("--rejected", flags.requests.rejected_share,
           "Share (0 to 1) of messages without their signature")
      .Between(0.0, 1.0)
      .ShowDefault();
  line.Add("--seed", flags.requests.seed, "Seed of texts and numbers")
      .ShowDefault();
  line.Add("--no-keys", flags.no_keys, "Send no idempotency keys");
}

void AddFlags(tools::CommandLine& line, Flags& flags) {
  AddConnectionFlags(line, flags);
  AddLoadFlags(line, flags);
  AddMessageFlags(line, flags);
  line.Add("--server-pid", flags.server_pid,
           "Process of sluiced on this machine, to read its CPU time");
  line.Add("--json", flags.json, "Print one JSON object");
  line.Footer(
      "Example:\n"
      "  loadgen --setup --key-file ./sluice-data/admin.key --duration 5 "
      "--server-pid $(pidof sluiced)\n"
      "  loadgen --key-file shop.key --rate 5000 --streams 2 --count 100000");
}

void PrintText(const Flags& flags, const Requests& requests,
               const LoadResult& result) {
  std::ostream& out = std::cout;
  out << tools::Grouped(result.messages) << " messages in "
      << absl::FormatDuration(result.elapsed) << ": "
      << tools::Grouped(static_cast<uint64_t>(result.PerSecond()))
      << " a second; " << requests.bytes() / requests.batch()
      << " octets each, batches of " << requests.batch() << "\n";
  for (int d = v1::DECISION_ACCEPTED; d <= v1::DECISION_UNDECIDED; ++d) {
    const uint64_t n = result.decisions.by_decision[d];
    if (n > 0) {
      out << "  " << tools::ShortName(static_cast<v1::Decision>(d)) << " "
          << tools::Grouped(n) << "\n";
    }
  }
  if (result.overloaded_requests > 0) {
    out << "  refused for overload: " << result.overloaded_requests
        << " requests\n";
  }
  if (result.failed_requests > 0) {
    out << "  failed: " << result.failed_requests << " requests, first "
        << result.first_error << "\n";
  }
  out << "latency of a " << (flags.load.unary ? "call" : "batch") << ": p50 "
      << tools::DurationText(
             absl::ToDoubleSeconds(result.latency.Percentile(0.5)))
      << ", p90 "
      << tools::DurationText(
             absl::ToDoubleSeconds(result.latency.Percentile(0.9)))
      << ", p99 "
      << tools::DurationText(
             absl::ToDoubleSeconds(result.latency.Percentile(0.99)))
      << ", max "
      << tools::DurationText(absl::ToDoubleSeconds(result.latency.max()))
      << "\n";
  result.latency.Print(out);
  if (const auto micros = result.ServerMicros()) {
    out << absl::StrFormat("server CPU: %.2f us a message\n", *micros);
  }
  if (result.messages > 0) {
    out << absl::StrFormat("client CPU: %.2f us a message\n",
                           absl::ToDoubleMicroseconds(result.client_cpu) /
                               static_cast<double>(result.messages));
  }
}

void PrintJson(const LoadResult& result) {
  const auto us = [](absl::Duration latency) {
    return static_cast<uint64_t>(absl::ToInt64Microseconds(latency));
  };
  const auto& d = result.decisions.by_decision;
  const double messages =
      static_cast<double>(std::max<uint64_t>(result.messages, 1));
  tools::JsonLine line;
  line.Count("messages", result.messages)
      .Number("seconds", absl::ToDoubleSeconds(result.elapsed), 3)
      .Count("per_second", static_cast<uint64_t>(result.PerSecond() + 0.5))
      .Count("accepted", d[1])
      .Count("deferred", d[2])
      .Count("held", d[3])
      .Count("rejected", d[4])
      .Count("undecided", d[5])
      .Count("overloaded_requests", result.overloaded_requests)
      .Count("failed_requests", result.failed_requests)
      .Count("p50_us", us(result.latency.Percentile(0.5)))
      .Count("p90_us", us(result.latency.Percentile(0.9)))
      .Count("p99_us", us(result.latency.Percentile(0.99)))
      .Count("max_us", us(result.latency.max()))
      .Number("client_us",
              absl::ToDoubleMicroseconds(result.client_cpu) / messages, 3);
  if (const auto micros = result.ServerMicros()) {
    line.Number("server_us", *micros, 3);
  }
  std::cout << line.End() << std::endl;
}

absl::Status Run(Flags flags) {
  SLUICE_ASSIGN_OR_RETURN(
      flags.requests.message_class,
      tools::ParseEnum<v1::MessageClass>(flags.message_class));
  SLUICE_ASSIGN_OR_RETURN(auto connection,
                          tools::Connection::Open(flags.connection));
  std::vector<std::string> texts =
      MakeTexts(flags.signature, kTexts, flags.requests.seed);
  if (!flags.text_file.empty()) {
    SLUICE_ASSIGN_OR_RETURN(texts, ReadTexts(flags.text_file, flags.signature));
  }
  if (flags.setup) {
    SLUICE_ASSIGN_OR_RETURN(const std::string key, SetUpWorld(connection));
    SLUICE_RETURN_IF_ERROR(ReviewTexts(connection, texts));
    connection = connection.WithKey(key);
  }
  flags.requests.keys = !flags.no_keys;
  const Requests requests(flags.requests, texts);
  flags.load.duration = absl::Seconds(flags.duration);
  if (flags.check || flags.load.unary) {
    flags.load.method = flags.check ? "/sluice.v1.GatewayService/Check"
                                    : "/sluice.v1.GatewayService/Submit";
    flags.load.unary = true;
  }
  if (flags.server_pid > 0) flags.load.server_pid = flags.server_pid;
  const bool terminal = tools::IsTerminal(STDERR_FILENO) && !flags.json;
  absl::StatusOr<LoadResult> result = absl::UnknownError("");
  {
    tools::Progress progress(std::cerr, terminal, "messages", flags.load.count);
    result = RunLoad(connection, requests, flags.load,
                     [&](uint64_t done) { progress.Set(done); });
  }
  SLUICE_RETURN_IF_ERROR(result.status());
  if (flags.json) {
    PrintJson(*result);
  } else {
    PrintText(flags, requests, *result);
  }
  if (result->failed_requests > 0) {
    return absl::UnavailableError(
        absl::StrCat(result->failed_requests, " requests failed"));
  }
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  Flags flags;
  tools::CommandLine line("loadgen",
                          "Puts sluiced under load and measures it.");
  AddFlags(line, flags);
  line.AddVersion();
  if (const auto code = line.Parse(argc, argv)) return *code;
  if (flags.load.unary) {
    if (!line.Given("--batch")) flags.requests.batch = 1;
    if (!line.Given("--in-flight")) flags.load.in_flight = 64;
  }
  if (flags.duration <= 0 && flags.load.count == 0) {
    std::cerr << "loadgen: --duration 0 needs --count: it would never end\n";
    return 2;
  }
  const absl::Status status = Run(flags);
  if (status.ok()) return 0;
  std::cerr << "loadgen: " << status.message() << "\n";
  return 1;
}

}  // namespace
}  // namespace sluice::load

int main(int argc, char** argv) { return sluice::load::Main(argc, argv); }
