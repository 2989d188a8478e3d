// demo-run: submits messages to sluiced, which sends the accepted ones over
// CMPP to a simulated carrier, and accounts for every message. See
// tools/README.md.

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "rules/base/status_macros.h"
#include "tools/demo_run/compare.h"
#include "tools/demo_run/input.h"
#include "tools/demo_run/outcomes.h"
#include "tools/demo_run/servers.h"
#include "tools/demo_run/world.h"
#include "tools/lib/bar.h"
#include "tools/lib/command_line.h"
#include "tools/lib/display_width.h"
#include "tools/lib/highlight.h"
#include "tools/lib/progress.h"
#include "tools/lib/submit_stream.h"
#include "tools/lib/summary.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"

namespace sluice::demo {
namespace {

struct Flags {
  std::string input;
  std::string programs = tools::ProgramFolder();
  std::string clock = "2026-03-02T10:00:00+08:00";
  std::string pack = "cn-2015";
  std::string language = "zh";
  bool json = false;
  bool keep = false;
};

// The checks that the demo's own sample is made to trigger.
constexpr const char* kChecksInSample[] = {
    "RECIPIENT_INVALID",   "RECIPIENT_KIND",           "COUNTRY_NOT_ALLOWED",
    "TEXT_EMPTY",          "MESSAGE_DUPLICATE_KEY",    "PROVIDER_SUSPENDED",
    "SENDER_NOT_OWNED",    "PORT_PURPOSE_MISMATCH",    "SIGNATURE_MISSING",
    "SIGNATURE_MALFORMED", "SIGNATURE_NOT_REGISTERED", "CLASS_UNKNOWN",
    "CONTENT_PROHIBITED",  "OPTOUT_NOTICE_MISSING",    "RECIPIENT_OPTED_OUT",
    "FREQUENCY_LIMIT",     "DUPLICATE_CONTENT",        "EXPIRED"};

// How long to wait for the carrier without any news.
constexpr absl::Duration kPatience = absl::Seconds(10);
constexpr size_t kRejectedShown = 3;
constexpr size_t kSentAgain = 256;
constexpr size_t kWidthOfFiles = 140;  // Cells in a line.

class Demo {
 public:
  explicit Demo(const Flags& flags)
      : flags_(flags),
        style_(tools::Style::For(STDOUT_FILENO)),
        width_(tools::IsTerminal(STDOUT_FILENO)
                   ? tools::TerminalWidth(STDOUT_FILENO)
                   : kWidthOfFiles),
        folder_("sluice-demo") {}

  // Returns the exit code.
  absl::StatusOr<int> Run() {
    SLUICE_RETURN_IF_ERROR(ReadPlan());
    SLUICE_ASSIGN_OR_RETURN(Servers servers, StartServers());
    tools::ConnectionOptions options;
    options.server = servers.address();
    options.key_file = servers.admin_key_file();
    options.language = flags_.language;
    SLUICE_ASSIGN_OR_RETURN(const auto admin, tools::Connection::Open(options));
    Step(
        "Registering licensee, account, content providers, ports and "
        "signatures");
    SLUICE_ASSIGN_OR_RETURN(const std::string key, SetUpWorld(admin, plan_));
    SLUICE_RETURN_IF_ERROR(AddOptOuts(admin, plan_));
    SayWorld();
    const tools::Connection sender = admin.WithKey(key);
    SLUICE_RETURN_IF_ERROR(Send(sender));
    PrintRejected();
    SLUICE_RETURN_IF_ERROR(SendAgain(sender));
    SLUICE_ASSIGN_OR_RETURN(const Journal journal,
                            ReadJournal(admin, ClockStart() - absl::Hours(1)));
    PrintDossier(options);
    SLUICE_RETURN_IF_ERROR(servers.Stop());
    SLUICE_ASSIGN_OR_RETURN(const auto arrived, servers.Arrivals());
    SLUICE_ASSIGN_OR_RETURN(const std::string counts,
                            servers.SimulatorCounts());
    const Comparison result = Compare(answered_, journal, arrived);
    PrintComparison(result, counts);
    if (flags_.json) std::cout << result.Json() << std::endl;
    return result.Clean() && !keys_failed_ ? 0 : 1;
  }

 private:
  absl::Time ClockStart() const {
    absl::Time start;
    std::string error;
    if (!absl::ParseTime(absl::RFC3339_full, flags_.clock, &start, &error)) {
      return absl::InfinitePast();
    }
    return start;
  }

  void Step(const std::string& what) {
    std::cout << "\n" << style_.Bold(what) << std::endl;
  }

  absl::Status ReadPlan() {
    if (ClockStart() == absl::InfinitePast()) {
      return absl::InvalidArgumentError(
          "--clock: write 2026-03-02T10:00:00+08:00");
    }
    SLUICE_ASSIGN_OR_RETURN(texts_, ReadInput(flags_.input));
    if (texts_.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(flags_.input, ": has no line"));
    }
    plan_ = MakePlan(texts_, ClockStart());
    Step(absl::StrCat("Read ", tools::Grouped(texts_.size()), " texts"));
    std::cout << "  from " << flags_.input << "\n  "
              << tools::Grouped(plan_.signatures_prepended)
              << " have no signature at the start: 【" << kOwnSignature
              << "】 is added to them\n";
    Table({{"class suggested by the text"}, {"messages", tools::Align::kRight}},
          [&](tools::Table& table) {
            std::map<int, size_t> classes;
            for (const auto& m : plan_.messages) ++classes[m.message_class()];
            for (const auto& [value, count] : classes) {
              table.AddRow(
                  {tools::ShortName(static_cast<v1::MessageClass>(value)),
                   tools::Grouped(count)});
            }
          });
    return absl::OkStatus();
  }

  absl::StatusOr<Servers> StartServers() {
    Step("Starting carrier-sim and sluiced");
    if (flags_.keep) folder_.Keep();
    const absl::Time started = absl::Now();
    SLUICE_ASSIGN_OR_RETURN(Servers servers,
                            Servers::Start({folder_.path(), flags_.programs,
                                            flags_.clock, flags_.pack}));
    std::cout << "  in " << folder_.path()
              << (flags_.keep ? "" : ", removed at the end")
              << "\n  sluiced listens on " << servers.address() << " after "
              << absl::FormatDuration(
                     absl::Trunc(absl::Now() - started, absl::Milliseconds(1)))
              << "; three links: CMPP 2.0 for mobile, CMPP 3.0 for unicom and "
                 "for telecom and broadnet\n  its clock starts at "
              << flags_.clock << " (a setting that real links refuse)\n";
    return servers;
  }

  void SayWorld() {
    std::cout << "  1 licensee, 1 account with a submit key, "
              << plan_.providers.size()
              << " content providers (one suspended) with a service and a "
                 "commercial port each\n  "
              << tools::Grouped(plan_.signatures.size())
              << " signatures registered and filed with all carriers; "
              << tools::Grouped(plan_.signatures_left_out)
              << " found in the texts are not registered\n  "
              << tools::Grouped(plan_.opt_outs.size())
              << " recipients have opted out of their sender's promotions\n";
  }

  absl::Status Send(const tools::Connection& sender) {
    Step("Submitting over SubmitStream");
    const Outcomes outcomes(sender);
    const absl::Time started = absl::Now();
    {
      tools::Progress progress(std::cerr, tools::IsTerminal(STDERR_FILENO),
                               "decided", plan_.messages.size());
      tools::SubmitStream stream(
          sender, 256,
          [&](const tools::Submission& sent, const v1::Verdict& verdict) {
            answered_.push_back({sent.message, verdict});
            summary_.Add(verdict);
            progress.Set(summary_.total());
          });
      for (size_t i = 0; i < plan_.messages.size(); ++i) {
        SLUICE_RETURN_IF_ERROR(stream.Add({i, plan_.messages[i]}));
      }
      SLUICE_RETURN_IF_ERROR(stream.Finish());
    }
    const absl::Time decided = absl::Now();
    const uint64_t accepted = summary_.count(v1::DECISION_ACCEPTED);
    const bool all = outcomes.WaitFor(accepted, kPatience);
    const absl::Time closed = absl::Now();
    summary_.Print(std::cout, style_, width_);
    SayUnseenChecks();
    Step("Delivery");
    std::map<std::string, size_t> states;
    for (const auto& [id, state] : outcomes.states()) {
      ++states[tools::ShortName(state)];
    }
    Table({{"state, by Watch"}, {"messages", tools::Align::kRight}, {""}},
          [&](tools::Table& table) {
            for (const auto& [state, count] : states) {
              table.AddRow({state, tools::Grouped(count),
                            tools::Bar(static_cast<double>(count),
                                       static_cast<double>(accepted), 30)});
            }
          });
    std::cout << "  decided " << Rate(summary_.total(), decided - started)
              << " durably; accepted and reported "
              << Rate(outcomes.finals(), closed - started) << "\n";
    if (!all) {
      std::cout << style_.Bad("  Not every accepted message was reported.")
                << " " << outcomes.status().error_message() << "\n";
    }
    return absl::OkStatus();
  }

  static std::string Rate(uint64_t count, absl::Duration elapsed) {
    return absl::StrFormat(
        "%s messages in %.2f s (%s a second)", tools::Grouped(count),
        absl::ToDoubleSeconds(elapsed),
        tools::Grouped(static_cast<uint64_t>(
            static_cast<double>(count) /
            std::max(1e-6, absl::ToDoubleSeconds(elapsed)))));
  }

  // Only our own sample is made to trigger every check.
  void SayUnseenChecks() {
    const bool own = std::any_of(texts_.begin(), texts_.end(), [](auto& t) {
      return t.label == "case-foreign-port";
    });
    if (!own) return;
    std::vector<std::string> unseen;
    for (const char* code : kChecksInSample) {
      if (summary_.with_reason(code) == 0) unseen.push_back(code);
    }
    if (unseen.empty()) {
      std::cout << "\n  All " << std::size(kChecksInSample)
                << " checks that the sample is made for were seen to act.\n";
    } else {
      std::cout << "\n  "
                << style_.Warn(absl::StrCat("Not seen to act: ",
                                            absl::StrJoin(unseen, ", ")))
                << "\n";
    }
  }

  // Prints the messages with the most hits, each of another rule.
  void PrintRejected() {
    Step("Three rejected messages, hits marked");
    std::vector<Rejected> candidates;
    for (const Answered& one : answered_) {
      if (one.verdict.decision() != v1::DECISION_REJECTED) continue;
      Rejected rejected = {&one, {}, "", 0};
      const std::vector<v1::Reason> reasons(one.verdict.reasons().begin(),
                                            one.verdict.reasons().end());
      for (const v1::Reason& reason : reasons) {
        if (reason.spans_size() > 0) rejected.rule = reason.rule();
      }
      rejected.hits = tools::MarkHits(
          reasons, tools::SplitGlyphs(one.message.text()).size());
      rejected.count = static_cast<size_t>(
          std::count(rejected.hits.begin(), rejected.hits.end(), true));
      if (rejected.count > 0) candidates.push_back(std::move(rejected));
    }
    std::stable_sort(
        candidates.begin(), candidates.end(),
        [](const Rejected& a, const Rejected& b) { return a.count > b.count; });
    std::set<std::string> shown;
    for (const Rejected& rejected : candidates) {
      if (shown.size() == kRejectedShown) return;
      if (shown.insert(rejected.rule).second) Print(rejected);
    }
  }

  struct Rejected {
    const Answered* answered = nullptr;
    std::vector<bool> hits;
    std::string rule;  // Of the last reason with hits.
    size_t count = 0;  // Characters hit.
  };

  void Print(const Rejected& rejected) {
    std::cout << tools::Highlight(rejected.answered->message.text(),
                                  rejected.hits, style_, width_);
    for (const v1::Reason& reason : rejected.answered->verdict.reasons()) {
      std::cout << "    " << style_.Bad(reason.code()) << " "
                << reason.sentence()
                << (reason.article().empty()
                        ? ""
                        : absl::StrCat(" (article ", reason.article(), ")"))
                << "\n";
    }
    std::cout << "\n";
  }

  // Sends the first messages again with the same keys, as a sender does after a
  // lost answer.
  absl::Status SendAgain(const tools::Connection& sender) {
    Step("The first messages once more, with the same keys");
    size_t same = 0;
    size_t different = 0;
    tools::SubmitStream stream(
        sender, 256,
        [&](const tools::Submission& sent, const v1::Verdict& verdict) {
          const v1::Verdict& first = answered_[sent.tag].verdict;
          ++(first.message_id() == verdict.message_id() ? same : different);
        });
    for (size_t i = 0; i < std::min(kSentAgain, answered_.size()); ++i) {
      // A rejected message may be decided again once its cause is gone.
      if (answered_[i].verdict.decision() == v1::DECISION_REJECTED) continue;
      SLUICE_RETURN_IF_ERROR(stream.Add({i, answered_[i].message}));
    }
    SLUICE_RETURN_IF_ERROR(stream.Finish());
    keys_failed_ = different > 0;
    std::cout << "  " << same << " got the verdict they had, " << different
              << " another one\n";
    return absl::OkStatus();
  }

  void PrintDossier(const tools::ConnectionOptions& options) {
    Step("One dossier: what a complaint handler sees about a number");
    std::map<std::string, size_t> messages;
    for (const Answered& one : answered_) {
      ++messages[one.message.recipient()];
    }
    std::string number;
    for (const Answered& one : answered_) {
      const std::string& other = one.message.recipient();
      if (one.verdict.decision() == v1::DECISION_ACCEPTED &&
          (number.empty() || messages[other] > messages[number])) {
        number = other;
      }
    }
    if (number.empty()) {
      std::cout << "  no message was accepted\n";
      return;
    }
    ctl::Context context = {std::cin, std::cout, std::cerr, options};
    context.style = style_;
    context.width = width_;
    ctl::Main(
        {"dossier", number, "--page-size", "20", "--server", options.server},
        context);
  }

  void PrintComparison(const Comparison& result, const std::string& counts) {
    Step("Client, journal and carrier compared, message by message");
    Table({{""}, {"messages", tools::Align::kRight}}, [&](tools::Table& table) {
      const std::pair<const char*, uint64_t> rows[] = {
          {"submitted", result.submitted},
          {"accepted", result.accepted},
          {"arrived at the carrier, whole", result.sent},
          {"reported by the carrier", result.reported},
          {"delivered", result.delivered},
          {"unknown", result.unknown},
          {"lost", result.lost},
          {"doubled", result.doubled},
          {"client and journal contradict", result.contradictions}};
      for (const auto& [name, value] : rows) {
        table.AddRow({name, tools::Grouped(value)});
      }
    });
    std::cout << "  carrier-sim: " << counts << "\n\n"
              << (result.Clean() ? style_.Good("Everything is accounted for.")
                                 : style_.Bad("The accounts do not match."))
              << std::endl;
  }

  template <typename Fill>
  void Table(std::vector<tools::Column> columns, const Fill& fill) {
    tools::Table table(std::move(columns));
    fill(table);
    std::cout << "\n" << table.Text(width_);
  }

  const Flags& flags_;
  const tools::Style style_;
  const size_t width_;
  tools::TempFolder folder_;
  std::vector<InputText> texts_;
  Plan plan_;
  std::vector<Answered> answered_;
  tools::VerdictSummary summary_;
  bool keys_failed_ = false;
};

int Main(int argc, char** argv) {
  Flags flags;
  tools::CommandLine line(
      "demo-run",
      "Starts sluiced and a simulated carrier, sends messages through them and "
      "accounts for every one. Exits 1 when the accounts do not match.");
  line.Add("--input", flags.input, "File of lines label<TAB>text")
      .TypeName("FILE")
      .Required();
  line.Add("--programs", flags.programs, "Folder of sluiced and carrier-sim")
      .ShowDefault();
  line.Add("--clock", flags.clock, "Start time of the sandbox clock")
      .ShowDefault();
  line.Add("--pack", flags.pack, "Rule pack").ShowDefault();
  line.Add("--language", flags.language, "zh or en")
      .OneOf({"zh", "en"})
      .ShowDefault();
  line.Add("--json", flags.json, "Print the counts as JSON, last");
  line.Add("--keep", flags.keep, "Keep the folder with store and logs");
  line.Footer(
      "Example:\n  tools/demo --input messages.tsv --json\n"
      "  demo-run --input tools/demo_run/sample.tsv --keep");
  line.AddVersion();
  if (const auto code = line.Parse(argc, argv)) return *code;
  // The demo's recipients are in China, so use their local time.
  setenv("TZ", "Asia/Shanghai", /*overwrite=*/0);
  Demo demo(flags);
  const absl::StatusOr<int> code = demo.Run();
  if (code.ok()) return *code;
  std::cerr << "demo: " << code.status().message() << "\n";
  return 1;
}

}  // namespace
}  // namespace sluice::demo

int main(int argc, char** argv) { return sluice::demo::Main(argc, argv); }
