// The cost of look-ups in a large store, as an officer has it: sluiced serves
// the store, and this program asks. A page has 50 entries; a stream brings all
// rows of a search. Beside them stands a plain read of the same journal, which
// proves every record and shows none.
//
//   lookup_bench --messages=10000000 --path=/var/tmp/lookups
//
// The folder is filled once: a second run with the same load only measures.
// Without a folder the store is a temporary one. A stream with other rows than
// were written is an error, so that a small run is a test.

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/audit.grpc.pb.h"
#include "sluice/admin/v1/dossier.grpc.pb.h"
#include "store/journal/journal_reader.h"
#include "store/journal/posix_journal_file.h"
#include "tests/bench/lookup_store.h"
#include "tests/fakes/world.h"
#include "tools/lib/bar.h"
#include "tools/lib/command_line.h"
#include "tools/lib/process.h"
#include "tools/lib/progress.h"
#include "tools/lib/registry_client.h"
#include "tools/lib/table.h"
#include "tools/lib/terminal.h"
#include "tools/lib/words.h"

namespace sluice::bench {
namespace {

constexpr uint32_t kPage = 50;
constexpr absl::Duration kStartLimit = absl::Seconds(300);

struct Flags {
  LookupLoad load;
  std::string path;
  int runs = 5;
};

double MedianOf(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// What one run took.
struct Cost {
  double seconds = 0;
  double cpu_seconds = 0;
  uint64_t rows = 0;
};

class Bench {
 public:
  explicit Bench(const Flags& flags) : flags_(flags) {}

  absl::Status Run() {
    SLUICE_RETURN_IF_ERROR(Fill());
    SLUICE_RETURN_IF_ERROR(ReadPlainly());
    SLUICE_RETURN_IF_ERROR(StartSluiced());
    SLUICE_RETURN_IF_ERROR(MeasurePages());
    SLUICE_RETURN_IF_ERROR(MeasureStreams());
    sluiced_.Stop();
    return absl::OkStatus();
  }

  void Print() const {
    std::cout << "\n"
              << absl::StrFormat(
                     "%s messages of a week, %s refused; %s to one number, the "
                     "others to %s numbers\n\n",
                     tools::Grouped(filled_.load.messages),
                     tools::Grouped(filled_.refused),
                     tools::Grouped(filled_.load.busy),
                     tools::Grouped(filled_.load.numbers))
              << pages_.Text() << "\n"
              << streams_.Text() << "\n"
              << absl::StrFormat(
                     "medians of %d runs; to plain: CPU of a row to that of a "
                     "record in a plain read\n",
                     flags_.runs);
  }

 private:
  absl::Status Fill() {
    tools::Progress progress(std::cerr, tools::IsTerminal(STDERR_FILENO),
                             "messages", flags_.load.messages);
    SLUICE_ASSIGN_OR_RETURN(
        filled_, OpenOrFill(flags_.path, flags_.load,
                            [&](uint64_t done) { progress.Set(done); }));
    return absl::OkStatus();
  }

  // Before sluiced runs: the journal is then no longer than it was filled, or
  // has what expired since behind it.
  absl::Status ReadPlainly() {
    SLUICE_ASSIGN_OR_RETURN(const auto files, store::PosixJournalFiles::Open(
                                                  JournalPath(flags_.path)));
    SLUICE_ASSIGN_OR_RETURN(const store::JournalIdentity identity,
                            store::ReadIdentity(*files));
    std::vector<Cost> runs;
    for (int i = 0; i < flags_.runs; ++i) {
      SLUICE_ASSIGN_OR_RETURN(
          const Cost cost, Timed(getpid(), [&]() -> absl::StatusOr<uint64_t> {
            store::JournalReader reader(*files, identity, store::Position(),
                                        store::Proof::kHashes);
            uint64_t records = 0;
            for (;;) {
              SLUICE_ASSIGN_OR_RETURN(const bool more,
                                      reader.Next(filled_.end));
              if (!more) return records;
              records += reader.group().count();
            }
          }));
      runs.push_back(cost);
    }
    AddStream("plain read of all records", runs);
    return absl::OkStatus();
  }

  // Runs `work`, which returns its rows, and takes the CPU time of `pid`.
  static absl::StatusOr<Cost> Timed(
      pid_t pid, const std::function<absl::StatusOr<uint64_t>()>& work) {
    SLUICE_ASSIGN_OR_RETURN(const absl::Duration before, tools::CpuTime(pid));
    const absl::Time began = absl::Now();
    Cost cost;
    SLUICE_ASSIGN_OR_RETURN(cost.rows, work());
    cost.seconds = absl::ToDoubleSeconds(absl::Now() - began);
    SLUICE_ASSIGN_OR_RETURN(const absl::Duration after, tools::CpuTime(pid));
    cost.cpu_seconds = absl::ToDoubleSeconds(after - before);
    return cost;
  }

  absl::Status StartSluiced() {
    const std::string configuration = flags_.path + "/sluice.yaml";
    std::ofstream(configuration)
        << "listen:\n  address: 127.0.0.1:0\nstore:\n  path: "
        << StorePath(flags_.path)
        << "\n  partitions: 1\n  scrub_mb_per_second: 0\nrules:\n  pack: "
        << WorldPack() << "\n  approval: one_person\n";
    const std::string log = flags_.path + "/sluiced.out";
    std::filesystem::remove(log);  // It would be appended to.
    SLUICE_ASSIGN_OR_RETURN(sluiced_, tools::ChildProcess::Start(
                                          {tools::ProgramFolder() + "/sluiced",
                                           "--config", configuration},
                                          log));
    const std::string marker = "listening ";
    SLUICE_ASSIGN_OR_RETURN(const std::string line,
                            sluiced_.WaitForLine(marker, kStartLimit));
    tools::ConnectionOptions options;
    options.server = line.substr(line.find(marker) + marker.size());
    options.key_file = StorePath(flags_.path) + "/admin.key";
    options.lookup_reason = "lookup_bench";
    SLUICE_ASSIGN_OR_RETURN(const tools::Connection admin,
                            tools::Connection::Open(options));
    tools::RegistryClient registry(admin, "lookup_bench");
    for (const char* id : {kLoud, kSparse}) {
      admin::v1::ContentProvider provider;
      provider.set_id(id);
      provider.set_name(id);
      SLUICE_RETURN_IF_ERROR(registry.Ensure(provider));
    }
    SLUICE_ASSIGN_OR_RETURN(
        const std::string key,
        registry.MakeKey("", {admin::v1::ROLE_AUDIT}, "lookup_bench"));
    connection_ = std::make_unique<tools::Connection>(admin.WithKey(key));
    return WaitIdle();
  }

  // A start reads the journals in the background: trees, counts.
  absl::Status WaitIdle() {
    constexpr absl::Duration kLook = absl::Milliseconds(250);
    for (int idle = 0; idle < 4;) {
      SLUICE_ASSIGN_OR_RETURN(const absl::Duration before,
                              tools::CpuTime(sluiced_.pid()));
      absl::SleepFor(kLook);
      SLUICE_ASSIGN_OR_RETURN(const absl::Duration after,
                              tools::CpuTime(sluiced_.pid()));
      idle = after - before < absl::Milliseconds(25) ? idle + 1 : 0;
    }
    return absl::OkStatus();
  }

  // A search from a part of the week on; all of it: 0.
  admin::v1::SearchMessagesRequest WeekFrom(double part) const {
    admin::v1::SearchMessagesRequest search;
    const auto from =
        filled_.from_ms +
        static_cast<int64_t>(
            part * static_cast<double>(filled_.until_ms - filled_.from_ms));
    *search.mutable_start_time() =
        tools::ToTimestamp(absl::FromUnixMillis(from));
    return search;
  }
  admin::v1::SearchMessagesRequest Refused(const char* content_provider,
                                           double part = 0) const {
    admin::v1::SearchMessagesRequest search = WeekFrom(part);
    search.set_decision(v1::DECISION_REJECTED);
    search.set_content_provider_id(content_provider);
    return search;
  }
  admin::v1::SearchMessagesRequest AboutBusyNumber(double part = 0) const {
    admin::v1::SearchMessagesRequest search = WeekFrom(part);
    search.set_recipient(ToE164(kBusyNumber));
    return search;
  }

  absl::Status MeasurePages() {
    SLUICE_RETURN_IF_ERROR(
        Page("dossier of a number", Dossier(kOrdinaryNumber)));
    SLUICE_RETURN_IF_ERROR(
        Page("dossier of the busy number", Dossier(kBusyNumber)));
    SLUICE_RETURN_IF_ERROR(Page("search of the busy number, mid-week",
                                SearchPage(AboutBusyNumber(0.5))));
    SLUICE_RETURN_IF_ERROR(Page("all refused", SearchPage(Refused(""))));
    SLUICE_RETURN_IF_ERROR(
        Page("all refused, mid-week", SearchPage(Refused("", 0.5))));
    SLUICE_RETURN_IF_ERROR(
        Page("refused of a loud provider", SearchPage(Refused(kLoud))));
    return Page("refused of a sparse provider", SearchPage(Refused(kSparse)));
  }

  using Ask = std::function<absl::StatusOr<uint64_t>()>;

  Ask Dossier(Phone number) const {
    return [this, number]() -> absl::StatusOr<uint64_t> {
      admin::v1::GetDossierRequest request;
      request.set_recipient(ToE164(number));
      request.set_page_size(kPage);
      admin::v1::GetDossierResponse response;
      SLUICE_RETURN_IF_ERROR(connection_->Call(
          *admin::v1::DossierService::NewStub(connection_->channel()),
          &admin::v1::DossierService::Stub::GetDossier, request, response));
      return static_cast<uint64_t>(response.entries_size());
    };
  }

  Ask SearchPage(admin::v1::SearchMessagesRequest request) const {
    request.set_page_size(kPage);
    return [this, request]() -> absl::StatusOr<uint64_t> {
      admin::v1::SearchMessagesResponse response;
      SLUICE_RETURN_IF_ERROR(connection_->Call(
          *admin::v1::AuditService::NewStub(connection_->channel()),
          &admin::v1::AuditService::Stub::SearchMessages, request, response));
      return static_cast<uint64_t>(response.messages_size());
    };
  }

  absl::Status Page(const char* what, const Ask& ask) {
    std::vector<double> ms;
    uint64_t entries = 0;
    for (int i = 0; i < std::max(flags_.runs, 1) * kPageRuns; ++i) {
      SLUICE_ASSIGN_OR_RETURN(const Cost cost, Timed(sluiced_.pid(), ask));
      ms.push_back(1e3 * cost.seconds);
      entries = cost.rows;
    }
    if (entries == 0) {
      return absl::DataLossError(absl::StrCat(what, ": nothing was found"));
    }
    pages_.AddRow(
        {what, absl::StrCat(entries), absl::StrFormat("%.2f", ms[0]),
         absl::StrFormat("%.2f", MedianOf(ms)),
         absl::StrFormat("%.2f", *std::max_element(ms.begin(), ms.end()))});
    return absl::OkStatus();
  }

  absl::Status MeasureStreams() {
    SLUICE_RETURN_IF_ERROR(Stream("all refused", Refused(""), filled_.refused));
    SLUICE_RETURN_IF_ERROR(Stream("refused of a loud provider", Refused(kLoud),
                                  filled_.loud_refused));
    SLUICE_RETURN_IF_ERROR(Stream("refused of a sparse provider",
                                  Refused(kSparse), filled_.sparse_refused));
    return Stream("search of the busy number", AboutBusyNumber(),
                  filled_.load.busy);
  }

  absl::Status Stream(const char* what,
                      const admin::v1::SearchMessagesRequest& search,
                      uint64_t expected) {
    std::vector<Cost> runs;
    for (int i = 0; i < flags_.runs; ++i) {
      SLUICE_ASSIGN_OR_RETURN(const Cost cost, Timed(sluiced_.pid(), [&] {
                                return StreamOnce(search);
                              }));
      if (cost.rows != expected) {
        return absl::DataLossError(
            absl::StrCat(what, ": ", cost.rows, " rows instead of ", expected));
      }
      runs.push_back(cost);
    }
    AddStream(what, runs);
    return absl::OkStatus();
  }

  absl::StatusOr<uint64_t> StreamOnce(
      const admin::v1::SearchMessagesRequest& search) const {
    const auto stub = admin::v1::AuditService::NewStub(connection_->channel());
    grpc::ClientContext call;
    connection_->Prepare(call, /*stream=*/true);
    admin::v1::StreamMessagesRequest request;
    *request.mutable_search() = search;
    const auto stream = stub->StreamMessages(&call, request);
    admin::v1::StreamMessagesResponse response;
    uint64_t rows = 0;
    while (stream->Read(&response)) {
      rows += static_cast<uint64_t>(response.page().messages_size());
    }
    SLUICE_RETURN_IF_ERROR(connection_->Explain(stream->Finish()));
    return rows;
  }

  void AddStream(const char* what, const std::vector<Cost>& runs) {
    std::vector<double> rates;
    std::vector<double> cpus;
    for (const Cost& run : runs) {
      const auto rows = static_cast<double>(run.rows);
      rates.push_back(rows / run.seconds);
      cpus.push_back(1e6 * run.cpu_seconds / rows);
    }
    const double cpu = MedianOf(cpus);
    if (streams_.empty()) plain_us_ = cpu;
    // The system counts CPU time in ticks of 10 ms.
    const bool counted = runs.front().cpu_seconds > 0.1 && plain_us_ > 0;
    streams_.AddRow({what, tools::Grouped(runs.front().rows),
                     tools::Grouped(static_cast<uint64_t>(MedianOf(rates))),
                     counted ? absl::StrFormat("%.2f", cpu) : "",
                     counted ? absl::StrFormat("%.1f", cpu / plain_us_) : ""});
  }

  // Pages are short: so many in each run.
  static constexpr int kPageRuns = 5;

  const Flags& flags_;
  LookupStore filled_;
  tools::ChildProcess sluiced_;
  std::unique_ptr<tools::Connection> connection_;
  double plain_us_ = 0;
  tools::Table pages_{{{"a page of 50"},
                       {"entries", tools::Align::kRight},
                       {"first ms", tools::Align::kRight},
                       {"median ms", tools::Align::kRight},
                       {"worst ms", tools::Align::kRight}}};
  tools::Table streams_{{{"all rows"},
                         {"rows", tools::Align::kRight},
                         {"rows/s", tools::Align::kRight},
                         {"CPU us a row", tools::Align::kRight},
                         {"to plain", tools::Align::kRight}}};
};

int Main(int argc, char** argv) {
  Flags flags;
  tools::CommandLine line("lookup_bench",
                          "Measures look-ups in a store of many messages.");
  line.Add(
      "--path", flags.path,
      "Folder of the store; filled if it is new. Default: a temporary one");
  line.Add("--messages", flags.load.messages, "Messages in the store")
      .ShowDefault();
  line.Add("--numbers", flags.load.numbers, "Numbers that get them")
      .ShowDefault();
  line.Add("--busy", flags.load.busy, "Messages to one number besides")
      .ShowDefault();
  line.Add("--runs", flags.runs, "Runs of each stream")
      .Positive()
      .ShowDefault();
  if (const auto code = line.Parse(argc, argv)) return *code;
  if (!line.Given("--numbers")) {
    flags.load.numbers = std::max<uint64_t>(1, flags.load.messages / 50);
  }
  if (!line.Given("--busy")) {
    flags.load.busy = std::min(flags.load.busy, flags.load.messages / 10);
  }
  const tools::TempFolder temporary("lookup_bench");
  flags.path = std::filesystem::absolute(flags.path.empty() ? temporary.path()
                                                            : flags.path);
  Bench bench(flags);
  const absl::Status status = bench.Run();
  if (!status.ok()) {
    std::cerr << "lookup_bench: " << status.message() << "\n";
    return 1;
  }
  bench.Print();
  return 0;
}

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) { return sluice::bench::Main(argc, argv); }
