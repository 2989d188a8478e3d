#include "tools/sluicectl/messages/submit_report.h"

#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tools/lib/bar.h"
#include "tools/lib/display_width.h"
#include "tools/lib/json_line.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"

namespace sluice::ctl {
namespace {

constexpr size_t kShown = 10;

bool IsStopped(const v1::Verdict& verdict) {
  return verdict.decision() == v1::DECISION_REJECTED ||
         verdict.decision() == v1::DECISION_HELD ||
         verdict.decision() == v1::DECISION_UNDECIDED;
}

// It goes, now, later, or once an officer releases it.
bool IsTaken(v1::Decision decision) {
  return decision == v1::DECISION_ACCEPTED ||
         decision == v1::DECISION_DEFERRED || decision == v1::DECISION_HELD;
}

// "REJECTED CONTENT_PROHIBITED: ..."; all of it in one line.
std::string DecisionText(const v1::Verdict& verdict) {
  std::string text = tools::ShortName(verdict.decision());
  if (verdict.decision() == v1::DECISION_DEFERRED) {
    absl::StrAppend(&text, " until ", tools::TimeText(verdict.not_before()));
  }
  if (verdict.replayed()) absl::StrAppend(&text, ", decided before");
  for (const v1::Reason& reason : verdict.reasons()) {
    absl::StrAppend(&text, " ", reason.code(),
                    reason.sentence().empty() ? "" : ": ", reason.sentence(),
                    ";");
  }
  if (absl::EndsWith(text, ";")) text.pop_back();
  return tools::Printable(text);
}

// "1 line was", "3 lines were".
std::string Were(uint64_t count, const char* one, const char* many) {
  return absl::StrCat(tools::Grouped(count), " ", count == 1 ? one : many,
                      count == 1 ? " was" : " were");
}

}  // namespace

void SubmitReport::AddFault(uint64_t lines, const std::string& fault) {
  ++faults_;
  bad_lines_ += lines;
  context_.err << file_ << ":" << fault << "\n";
}

void SubmitReport::AddRepeat(uint64_t line, uint64_t first) {
  repeats_[line] = first;
  if (dry_ && !context_.json) {
    context_.out << "line " << line << ": repeats line " << first
                 << ", is sent once\n";
  }
}

void SubmitReport::AddVerdict(uint64_t line, const v1::Verdict& verdict) {
  summary_.Add(verdict);
  if (IsTaken(verdict.decision()) && !verdict.replayed()) ++fresh_;
  if (context_.json) {
    context_.out << tools::JsonLine().Count("line", line).Fields(verdict).End()
                 << "\n";
  } else if (dry_) {
    context_.out << "line " << line << ": " << DecisionText(verdict) << "\n";
  } else if (IsStopped(verdict)) {
    stopped_[line] = verdict;
    if (stopped_.size() > kShown) stopped_.erase(std::prev(stopped_.end()));
  }
}

uint64_t SubmitReport::Taken() const {
  return summary_.count(v1::DECISION_ACCEPTED) +
         summary_.count(v1::DECISION_DEFERRED) +
         summary_.count(v1::DECISION_HELD);
}

bool SubmitReport::AlreadySent() const {
  return !dry_ && summary_.replayed() > 0 && fresh_ == 0;
}

void SubmitReport::PrintJson() const {
  std::vector<tools::JsonLine> repeats;
  for (const auto& [line, first] : repeats_) {
    repeats.push_back(
        tools::JsonLine().Count("line", line).Count("repeats_line", first));
  }
  context_.out << tools::JsonLine()
                      .Count("lines", lines_)
                      .Count("lines_skipped", bad_lines_)
                      .Count("lines_repeated", repeats_.size())
                      .Objects("repeated", repeats)
                      .Count("numbers_repeated", numbers_)
                      .Flag("dry_run", dry_)
                      .Flag("already_sent", AlreadySent())
                      .Flag("none_accepted", Taken() == 0)
                      .Object("summary", summary_.Json())
                      .End()
               << "\n";
}

void SubmitReport::PrintStopped() const {
  if (stopped_.empty()) return;
  tools::Table table({{"line", tools::Align::kRight},
                      {"decision"},
                      {"reason"},
                      {"in words", tools::Align::kLeft, true}});
  for (const auto& [line, verdict] : stopped_) {
    const v1::Reason& reason = verdict.reasons().empty()
                                   ? v1::Reason::default_instance()
                                   : verdict.reasons(0);
    table.AddRow({absl::StrCat(line), tools::ShortName(verdict.decision()),
                  reason.code(), reason.sentence()});
  }
  context_.out << "\n"
               << context_.style.Bold("The first lines that are not sent")
               << "\n"
               << table.Text(context_.width)
               << "--json shows the verdict of every line.\n";
}

void SubmitReport::PrintRepeats() const {
  std::string lines;
  size_t shown = 0;
  for (const auto& [line, first] : repeats_) {
    if (++shown > kShown) break;
    absl::StrAppend(&lines, lines.empty() ? "" : ", ", line, " (as ", first,
                    ")");
  }
  if (!repeats_.empty()) {
    context_.out
        << "\n"
        << tools::Grouped(repeats_.size())
        << (repeats_.size() == 1 ? " line repeats" : " lines repeat")
        << " the number, text and key of an earlier line; each message "
           "is sent once: line"
        << (repeats_.size() == 1 ? " " : "s ") << lines
        << (repeats_.size() > kShown ? ", ..." : "")
        << ". --repeats sends them, too.\n";
  }
  if (numbers_ > 0) {
    context_.out
        << "\n"
        << tools::Grouped(numbers_)
        << (numbers_ == 1 ? " number has" : " numbers have")
        << " several different messages in this file, such as in lines "
        << example_.first << " and " << example_.second << ".\n";
  }
}

void SubmitReport::PrintEnd() const {
  if (AlreadySent()) {
    context_.out << "\nThis file was already sent: --again LABEL sends it "
                    "again.\n";
  } else if (Taken() == 0) {
    context_.out << "\nNo message "
                 << (dry_ ? "would be accepted.\n" : "was accepted.\n");
  }
  if (dry_) context_.out << "\n--dry-run: nothing was sent or recorded.\n";
}

int SubmitReport::Print() const {
  if (context_.json) {
    PrintJson();
  } else {
    if (dry_) context_.out << "\n";
    summary_.Print(context_.out, context_.style, context_.width);
    if (summary_.replayed() > 0) {
      context_.out << "\n"
                   << tools::Grouped(summary_.replayed())
                   << (summary_.replayed() == 1 ? " of these was"
                                                : " of these were")
                   << " decided before (same key); nothing was sent again.\n";
    }
    PrintStopped();
    PrintRepeats();
    if (faults_ > 0) {
      context_.out << "\n"
                   << Were(bad_lines_, "line", "lines")
                   << " skipped because of faults.\n";
    }
    PrintEnd();
  }
  return faults_ > 0 || summary_.count(v1::DECISION_UNDECIDED) > 0 ||
                 Taken() == 0 || AlreadySent()
             ? 1
             : 0;
}

}  // namespace sluice::ctl
