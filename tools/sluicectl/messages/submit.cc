// sluicectl submit: messages from a file through GatewayService.SubmitStream.

#include <unistd.h>
#include <xxhash.h>

#include <iterator>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rules/base/status_macros.h"
#include "tools/lib/bar.h"
#include "tools/lib/json_line.h"
#include "tools/lib/message_file.h"
#include "tools/lib/progress.h"
#include "tools/lib/submit_stream.h"
#include "tools/lib/summary.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/input_file.h"

namespace sluice::ctl {
namespace {

struct SubmitFlags {
  std::string file;
  std::string format;
  std::string on_behalf_of;
  std::string sender;
  std::string campaign;
  size_t batch = 256;
  bool no_keys = false;
};

void AddFlags(tools::CommandLine& command, SubmitFlags& flags) {
  command.Add("FILE", flags.file, "The file; - reads standard input")
      .Required();
  command.Add(
      "--format", flags.format,
      "tsv, csv or jsonl. Default: decided by the file's name or first line");
  command.Add("--on-behalf-of", flags.on_behalf_of,
              "Content provider of messages that name none");
  command.Add("--sender", flags.sender,
              "Port alias or access number of messages that name none");
  command.Add("--campaign", flags.campaign,
              "Campaign of messages that name none");
  command.Add("--batch", flags.batch, "Messages a batch")
      .Between(1, 1000)
      .ShowDefault();
  command.Add("--no-keys", flags.no_keys,
              "Do not add idempotency keys: submitting the file again sends "
              "every message again");
}

// The same line of the same text gets the same key, so that a file submitted
// again within 24 hours gets the first verdicts and is sent once.
std::string KeyOf(const tools::InputLine& line) {
  const std::string bytes = line.message.SerializeAsString();
  return absl::StrFormat("%016x-%d", XXH3_64bits(bytes.data(), bytes.size()),
                         line.line);
}

void Complete(const SubmitFlags& flags, tools::InputLine& line) {
  v1::OutgoingMessage& message = line.message;
  if (message.key().empty() && !flags.no_keys) message.set_key(KeyOf(line));
  if (message.on_behalf_of().empty()) {
    message.set_on_behalf_of(flags.on_behalf_of);
  }
  if (message.sender().empty()) message.set_sender(flags.sender);
  if (message.campaign_id().empty()) message.set_campaign_id(flags.campaign);
}

void PrintVerdict(const Context& context, uint64_t line,
                  const v1::Verdict& verdict) {
  context.out << tools::JsonLine().Count("line", line).Fields(verdict).End()
              << "\n";
}

// The results for the lines of a file.
struct Outcome {
  tools::VerdictSummary summary;
  uint64_t bad = 0;  // Lines with faults.
  // The first messages that were not accepted, by line, because verdicts of a
  // batch that was sent again come late.
  std::map<uint64_t, v1::Verdict> stopped;
};

constexpr size_t kStoppedShown = 10;

bool IsStopped(const v1::Verdict& verdict) {
  return verdict.decision() == v1::DECISION_REJECTED ||
         verdict.decision() == v1::DECISION_HELD ||
         verdict.decision() == v1::DECISION_UNDECIDED;
}

void PrintStopped(const Context& context, const Outcome& outcome) {
  if (outcome.stopped.empty()) return;
  tools::Table table({{"line", tools::Align::kRight},
                      {"decision"},
                      {"reason"},
                      {"in words", tools::Align::kLeft, true}});
  for (const auto& [line, verdict] : outcome.stopped) {
    const v1::Reason& reason = verdict.reasons().empty()
                                   ? v1::Reason::default_instance()
                                   : verdict.reasons(0);
    table.AddRow({absl::StrCat(line), tools::ShortName(verdict.decision()),
                  reason.code(), reason.sentence()});
  }
  context.out << "\n"
              << context.style.Bold("The first lines that are not sent") << "\n"
              << table.Text(context.width)
              << "--json shows the verdict of every line.\n";
}

// Reads, submits and counts.
absl::Status SubmitAll(const Context& context, const SubmitFlags& flags,
                       InputFile& file, Outcome& outcome) {
  SLUICE_ASSIGN_OR_RETURN(const auto format,
                          tools::ChooseFormat(flags.format, flags.file));
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  tools::MessageReader reader(file.stream(), format);
  tools::Progress progress(context.err, context.progress && !context.json,
                           file.bytes() > 0 ? "KiB" : "messages", 0);
  tools::SubmitStream stream(
      connection, flags.batch,
      [&](const tools::Submission& submission, const v1::Verdict& verdict) {
        outcome.summary.Add(verdict);
        if (context.json) {
          PrintVerdict(context, submission.tag, verdict);
        } else if (IsStopped(verdict)) {
          outcome.stopped[submission.tag] = verdict;
          if (outcome.stopped.size() > kStoppedShown) {
            outcome.stopped.erase(std::prev(outcome.stopped.end()));
          }
        }
        if (file.bytes() == 0) progress.Set(outcome.summary.total());
      });
  while (auto line = reader.Next()) {
    if (!line->error.empty()) {
      outcome.bad += line->lines;
      context.err << flags.file << ":" << line->line << ":" << line->column
                  << ": " << line->error << (line->ends_file ? "" : "; skipped")
                  << "\n";
      continue;
    }
    Complete(flags, *line);
    SLUICE_RETURN_IF_ERROR(stream.Add({line->line, std::move(line->message)}));
    file.Show(progress);
  }
  return stream.Finish();
}

void PrintOutcome(const Context& context, const Outcome& outcome) {
  const tools::VerdictSummary& summary = outcome.summary;
  if (context.json) {
    context.out << tools::JsonLine()
                       .Count("lines_skipped", outcome.bad)
                       .Object("summary", summary.Json())
                       .End()
                << "\n";
    return;
  }
  summary.Print(context.out, context.style, context.width);
  if (summary.replayed() > 0) {
    context.out << "\n"
                << tools::Grouped(summary.replayed())
                << (summary.replayed() == 1 ? " of these was"
                                            : " of these were")
                << " decided before (same key); nothing was sent again.\n";
  }
  PrintStopped(context, outcome);
  if (outcome.bad > 0) {
    context.out << "\n"
                << outcome.bad
                << (outcome.bad == 1 ? " line was" : " lines were")
                << " skipped because of faults.\n";
  }
}

absl::StatusOr<int> Submit(const Context& context, const SubmitFlags& flags) {
  InputFile file(context.in);
  SLUICE_RETURN_IF_ERROR(file.Open(flags.file));
  Outcome outcome;
  const absl::Status done = SubmitAll(context, flags, file, outcome);
  const tools::VerdictSummary& summary = outcome.summary;
  const uint64_t bad = outcome.bad;
  const bool empty = done.ok() && summary.total() + bad == 0;
  // Even after an error, because earlier messages have been decided.
  if (context.json || (!empty && (summary.total() > 0 || done.ok()))) {
    PrintOutcome(context, outcome);
  }
  // No message was decided, so there is no result to report.
  const bool refused = done.code() == absl::StatusCode::kInvalidArgument ||
                       done.code() == absl::StatusCode::kNotFound ||
                       done.code() == absl::StatusCode::kUnauthenticated ||
                       done.code() == absl::StatusCode::kPermissionDenied;
  if (summary.total() == 0 && refused) return done;
  if (empty) {
    return absl::NotFoundError(absl::StrCat("no message in ", flags.file));
  }
  if (!done.ok()) {
    return absl::Status(
        done.code(),
        absl::StrCat(done.message(), "\n  ", summary.total(),
                     " messages were answered before the fault. To submit the "
                     "rest, submit the whole file again: ",
                     flags.no_keys
                         ? "without keys (--no-keys) the answered messages "
                           "would be sent twice; remove their lines first."
                         : "the idempotency keys keep accepted messages from "
                           "being sent twice."));
  }
  return bad > 0 || summary.count(v1::DECISION_UNDECIDED) > 0 ? 1 : 0;
}

}  // namespace

void AddSubmit(tools::CommandLine& app, Context& context) {
  AddCommand<SubmitFlags>(
      app, context, "submit",
      "Submits the messages of a TSV, CSV or JSON lines file and shows their "
      "verdicts. Columns: recipient, class, text; or a first line that names "
      "fields of OutgoingMessage. Exits 1 when a line was skipped or not "
      "decided.",
      "sluicectl submit campaign.csv --on-behalf-of shop --campaign double11\n"
      "  printf '13800138000\\tnotice\\t【阿里云】您的包裹已到\\n' | sluicectl "
      "submit -",
      AddFlags, Submit);
}

}  // namespace sluice::ctl
