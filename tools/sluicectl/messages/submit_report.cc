#include "tools/sluicectl/messages/submit_report.h"

#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
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
std::string DecisionText(const Context& context, const v1::Verdict& verdict) {
  std::string text = context.Name(verdict.decision());
  if (verdict.decision() == v1::DECISION_DEFERRED) {
    absl::StrAppend(&text, context.Say("至 $0", " until $0",
                                       tools::TimeText(verdict.not_before())));
  }
  if (verdict.replayed()) {
    absl::StrAppend(&text, context.Say("，此前已判定", ", decided before"));
  }
  std::vector<std::string> reasons;
  for (const v1::Reason& reason : verdict.reasons()) {
    reasons.push_back(absl::StrCat(
        reason.code(), reason.sentence().empty() ? "" : context.Say("：", ": "),
        reason.sentence()));
  }
  if (!reasons.empty()) {
    absl::StrAppend(&text, " ",
                    absl::StrJoin(reasons, context.Say("；", "; ")));
  }
  return tools::Printable(text);
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
    context_.out << context_.Say("第 $0 行：与第 $1 行重复，只发送一次\n",
                                 "line $0: repeats line $1, is sent once\n",
                                 line, first);
  }
}

void SubmitReport::AddVerdict(uint64_t line, const v1::Verdict& verdict) {
  summary_.Add(verdict);
  if (IsTaken(verdict.decision()) && !verdict.replayed()) ++fresh_;
  if (context_.json) {
    context_.out << tools::JsonLine().Count("line", line).Fields(verdict).End()
                 << "\n";
  } else if (dry_) {
    context_.out << context_.Say("第 $0 行：$1\n", "line $0: $1\n", line,
                                 DecisionText(context_, verdict));
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
  tools::Table table(
      {{context_.Say("行", "line"), tools::Align::kRight},
       {context_.Say("判定", "decision")},
       {context_.Say("原因", "reason")},
       {context_.Say("说明", "in words"), tools::Align::kLeft, true}});
  for (const auto& [line, verdict] : stopped_) {
    const v1::Reason& reason = verdict.reasons().empty()
                                   ? v1::Reason::default_instance()
                                   : verdict.reasons(0);
    table.AddRow({absl::StrCat(line), context_.Name(verdict.decision()),
                  reason.code(), reason.sentence()});
  }
  context_.out << "\n"
               << context_.style.Bold(
                      context_.Say("最先几条不发送的行",
                                   "The first lines that are not sent"))
               << "\n"
               << table.Text(context_.width)
               << context_.Say("--json 显示每一行的判定。\n",
                               "--json shows the verdict of every line.\n");
}

void SubmitReport::PrintRepeats() const {
  std::string lines;
  size_t shown = 0;
  for (const auto& [line, first] : repeats_) {
    if (++shown > kShown) break;
    absl::StrAppend(&lines, lines.empty() ? "" : context_.Say("、", ", "),
                    context_.Say("$0（同 $1）", "$0 (as $1)", line, first));
  }
  if (!repeats_.empty()) {
    const bool one = repeats_.size() == 1;
    if (repeats_.size() > kShown) lines += context_.Say("……", ", ...");
    context_.out << context_.Say(
        "\n有 $0 "
        "行的号码、内容和键与前面的行相同，每条短信只发送一次。行号：$1。"
        "--repeats 则重复发送。\n",
        one ? "\n$0 line repeats the number, text and key of an earlier line; "
              "each message is sent once: line $1. --repeats sends them, too.\n"
            : "\n$0 lines repeat the number, text and key of an earlier line; "
              "each message is sent once: lines $1. --repeats sends them, "
              "too.\n",
        tools::Grouped(repeats_.size()), lines);
  }
  if (numbers_ > 0) {
    context_.out << context_.Say(
        "\n有 $0 个号码在本文件中有多条不同的短信，如第 $1 行和第 $2 行。\n",
        numbers_ == 1
            ? "\n$0 number has several different messages in this file, such "
              "as in lines $1 and $2.\n"
            : "\n$0 numbers have several different messages in this file, such "
              "as in lines $1 and $2.\n",
        tools::Grouped(numbers_), example_.first, example_.second);
  }
}

void SubmitReport::PrintEnd() const {
  if (AlreadySent()) {
    context_.out << context_.Say(
        "\n这个文件此前已发送过：--again 标签 可再次发送。\n",
        "\nThis file was already sent: --again LABEL sends it again.\n");
  } else if (Taken() == 0) {
    context_.out << (dry_ ? context_.Say("\n没有短信会被放行。\n",
                                         "\nNo message would be accepted.\n")
                          : context_.Say("\n没有短信被放行。\n",
                                         "\nNo message was accepted.\n"));
  }
  if (dry_) {
    context_.out << context_.Say(
        "\n--dry-run：没有发送或记录任何短信。\n",
        "\n--dry-run: nothing was sent or recorded.\n");
  }
}

int SubmitReport::Print() const {
  if (context_.json) {
    PrintJson();
  } else {
    if (dry_) context_.out << "\n";
    summary_.Print(context_.out, context_.style, context_.width,
                   context_.language);
    if (summary_.replayed() > 0) {
      context_.out << context_.Say(
          "\n其中 $0 条此前已判定（键相同），没有重复发送。\n",
          summary_.replayed() == 1
              ? "\n$0 of these was decided before (same key); nothing was sent "
                "again.\n"
              : "\n$0 of these were decided before (same key); nothing was "
                "sent again.\n",
          tools::Grouped(summary_.replayed()));
    }
    PrintStopped();
    PrintRepeats();
    if (faults_ > 0) {
      context_.out << context_.Say(
          "\n因有问题略过了 $0 行。\n",
          bad_lines_ == 1 ? "\n$0 line was skipped because of faults.\n"
                          : "\n$0 lines were skipped because of faults.\n",
          tools::Grouped(bad_lines_));
    }
    PrintEnd();
  }
  return faults_ > 0 || summary_.count(v1::DECISION_UNDECIDED) > 0 ||
                 Taken() == 0 || AlreadySent()
             ? 1
             : 0;
}

}  // namespace sluice::ctl
