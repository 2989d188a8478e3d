// sluicectl optout import: opt-outs from a file through
// OptOutsService.ImportOptOuts.

#include <iterator>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "tools/lib/bar.h"
#include "tools/lib/encoded_input.h"
#include "tools/lib/json_line.h"
#include "tools/lib/opt_out_file.h"
#include "tools/lib/opt_out_stream.h"
#include "tools/lib/progress.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/arguments.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/input_file.h"
#include "tools/sluicectl/numbers/import_id.h"

namespace sluice::ctl {
namespace {

// How many bad lines are reported with their faults; a wrong flag could make
// millions.
constexpr uint64_t kBadLinesShown = 1000;

struct ImportFlags {
  std::string file;
  std::string format;
  std::string encoding;
  std::string content_provider;
  std::string source = "import";
  std::string evidence;
  std::string import_id;
  size_t batch = 10'000;
};

void AddFlags(tools::CommandLine& command, ImportFlags& flags) {
  command
      .Add("FILE", flags.file,
           {"文件；- 表示标准输入", "The file; - reads standard input"})
      .Required();
  command.Add(
      "--format", flags.format,
      {"tsv、csv 或 jsonl。默认由文件名或首行判断",
       "tsv, csv or jsonl. Default: decided by the file's name or first line"});
  tools::AddEncoding(command, flags.encoding);
  command.Add("--content-provider", flags.content_provider,
              {"没有写明内容提供者的行属于谁。默认为全部内容提供者",
               "The content provider for lines that name none. Default: all"});
  command
      .Add("--source", flags.source,
           {"没有写明来源的行的来源：reply、complaint、hotline_12321、"
            "carrier、regulator、officer 或 import",
            "Of lines that name none: reply, complaint, hotline_12321, "
            "carrier, regulator, officer or import"})
      .ShowDefault();
  command.Add(
      "--evidence", flags.evidence,
      {"没有写明凭证的行的凭证：文件、来电或工单",
       "The evidence for lines that name none: a document, call or ticket"});
  command.Add(
      "--import-id", flags.import_id,
      {"`optout correct --import` 用来指称这次导入的编号。默认由文件名、文件"
       "内容和这些选项得出，所以同样的导入编号相同；标准输入的由服务器给出，"
       "没有编号的名单再次导入时，服务器凭 --evidence 认出它",
       "What `optout correct --import` names this import by. Default: made "
       "of the file's name and content and of these flags, so that the same "
       "import again has the same id; of standard input, by the server, "
       "which knows a list without an id again by its --evidence"});
  command.Add("--batch", flags.batch, {"每批的退订数", "Opt-outs a batch"})
      .Between(1, 10'000)
      .ShowDefault();
}

// The source of a flag. Errors: kInvalidArgument, which lists what is allowed.
absl::StatusOr<admin::v1::OptOutSource> ReadSource(const std::string& name) {
  const auto source = tools::ParseEnum<admin::v1::OptOutSource>(name);
  if (source.ok()) return *source;
  return InFlag("--source", source.status());
}

void Complete(const ImportFlags& flags, admin::v1::OptOutSource source,
              admin::v1::AddOptOutRequest& opt_out) {
  if (opt_out.scope().content_provider_id().empty()) {
    opt_out.mutable_scope()->set_content_provider_id(flags.content_provider);
  }
  if (opt_out.source() == admin::v1::OPT_OUT_SOURCE_UNSPECIFIED) {
    opt_out.set_source(source);
  }
  if (opt_out.evidence().empty()) opt_out.set_evidence(flags.evidence);
}

// The faults of the file's first bad lines, by line: the server reports those
// of a batch later than the program reports its own.
class BadLines {
 public:
  // `fault` begins with the line, or line and column.
  void Add(uint64_t line, std::string fault) {
    faults_.emplace(line, std::move(fault));
    if (faults_.size() <= kBadLinesShown) return;
    const auto last = std::prev(faults_.end());
    further_.insert(last->first);
    faults_.erase(last);
  }

  bool any() const { return !faults_.empty(); }

  void Print(const Context& context, const std::string& file) const {
    std::ostream& err = context.err;
    for (const auto& [line, fault] : faults_) {
      err << file << ":" << fault << "\n";
    }
    if (further_.empty()) return;
    err << context.Say(
        "还略过了 $0 行，问题不再列出：",
        "$0 more lines are skipped, their faults not shown:", further_.size());
    for (auto line = further_.begin(); line != further_.end();) {
      const uint64_t first = *line;
      uint64_t last = first;
      while (++line != further_.end() && *line == last + 1) last = *line;
      err << " " << first;
      if (last > first) err << "-" << last;
    }
    err << "\n";
  }

 private:
  std::multimap<uint64_t, std::string> faults_;
  std::set<uint64_t> further_;  // Lines whose faults are not kept.
};

// What became of the lines of a file.
struct Outcome {
  tools::ImportCounts counts;
  uint64_t bad = 0;    // Lines with faults found here.
  uint64_t lines = 0;  // Of the file.
  std::string import_id;
  BadLines bad_lines;

  // Empty lines, the line of headings, and in JSON what stands between objects.
  uint64_t other() const {
    const uint64_t named = counts.opt_outs() + bad;
    return lines > named ? lines - named : 0;
  }
};

// Empty: the server makes one. A pipe has a name and can be read once only.
absl::StatusOr<std::string> ChooseId(const ImportFlags& flags,
                                     const InputFile& file) {
  if (!flags.import_id.empty() || file.bytes() == 0) return flags.import_id;
  return ImportIdOf(flags.file,
                    {flags.content_provider, flags.source, flags.evidence});
}

// Reads, imports and counts.
absl::Status ImportAll(const Context& context, const ImportFlags& flags,
                       InputFile& file, Outcome& outcome) {
  SLUICE_ASSIGN_OR_RETURN(const auto format,
                          tools::ChooseFormat(flags.format, flags.file));
  SLUICE_ASSIGN_OR_RETURN(const admin::v1::OptOutSource source,
                          ReadSource(flags.source));
  SLUICE_ASSIGN_OR_RETURN(const std::string id, ChooseId(flags, file));
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  tools::OptOutReader reader(file.stream(), format);
  tools::Progress progress(
      context.err, context.progress && !context.json,
      file.bytes() > 0 ? "KiB" : context.Say("条退订", "opt-outs"), 0);
  tools::OptOutStream stream(
      connection, flags.batch,
      [&](uint64_t line, const admin::v1::RefusedOptOut& refused) {
        outcome.bad_lines.Add(
            line,
            absl::StrCat(line, ": ", refused.field(), ": ", refused.fault(),
                         context.Say("；已略过", "; skipped")));
      },
      id);
  absl::Status status;
  while (status.ok()) {
    auto line = reader.Next();
    if (!line) {
      status = stream.Finish();
      break;
    }
    if (!line->good()) {
      outcome.bad += line->lines;
      outcome.bad_lines.Add(
          line->line,
          absl::StrCat(
              line->line, ":", line->column, ": ",
              line->error.in(context.language),
              line->ends_file ? "" : context.Say("；已略过", "; skipped")));
      continue;
    }
    Complete(flags, source, line->opt_out);
    status = stream.Add(line->line, std::move(line->opt_out));
    file.Show(progress);
    if (file.bytes() == 0) progress.Set(stream.counts().opt_outs());
  }
  outcome.counts = stream.counts();
  outcome.lines = reader.lines();
  outcome.import_id = stream.import_id();
  return status;
}

void PrintSummary(const Context& context, const Outcome& outcome) {
  const tools::ImportCounts& counts = outcome.counts;
  const uint64_t bad = outcome.bad;
  if (context.json) {
    context.out << tools::JsonLine()
                       .Count("lines", outcome.lines)
                       .Count("added", counts.added)
                       .Count("existed", counts.existed)
                       .Count("refused", counts.refused + bad)
                       .Count("without_opt_out", outcome.other())
                       .Count("cancelled", counts.cancelled)
                       .Text("import_id", outcome.import_id)
                       .End()
                << "\n";
    return;
  }
  tools::Table table({{context.Say("行", "lines")},
                      {context.Say("数量", "count"), tools::Align::kRight},
                      {context.Say("说明", "what it means")}});
  const auto row = [&](const Words& name, uint64_t count, const Words& what) {
    table.AddRow({std::string(name.in(context.language)), tools::Grouped(count),
                  std::string(what.in(context.language))});
  };
  row({"新增", "added"}, counts.added, {"即刻起生效", "in force from now on"});
  row({"已有", "existed"}, counts.existed,
      {"此前已生效，不再登记", "already in force; nothing was recorded"});
  row({"有误", "refused"}, counts.refused + bad,
      {"未登记：上面逐行列出了问题",
       "NOT recorded: each is named above, with its fault"});
  row({"其他", "other"}, outcome.other(),
      {"空行或列名行", "empty, or the line that names the columns"});
  row({"合计", "in all"}, outcome.lines, {"文件的行数", "lines of the file"});
  context.out << table.Text(context.width)
              << context.Say("取消了 $0 条等待发送的短信。\n",
                             counts.cancelled == 1
                                 ? "$0 waiting message was cancelled.\n"
                                 : "$0 waiting messages were cancelled.\n",
                             tools::Grouped(counts.cancelled));
  if (outcome.import_id.empty()) return;
  context.out << context.Say(
      "导入 $0。如有误，可提出撤销，由同事确认：\n"
      "  sluicectl optout correct --import $1 --reason 原因\n",
      "Import $0. If it was a mistake, this proposes to undo it, and a "
      "colleague confirms:\n"
      "  sluicectl optout correct --import $1 --reason WHY\n",
      context.style.Bold(outcome.import_id), outcome.import_id);
}

absl::StatusOr<int> Import(const Context& context, const ImportFlags& flags) {
  InputFile file(context.in);
  SLUICE_RETURN_IF_ERROR(file.Open(flags.file, flags.encoding));
  Outcome outcome;
  const tools::ImportCounts& counts = outcome.counts;
  const absl::Status done = ImportAll(context, flags, file, outcome);
  outcome.bad_lines.Print(context, flags.file);
  if (!done.ok() && counts.opt_outs() == 0) return done;
  // Even after an error, because the answered opt-outs are in force.
  PrintSummary(context, outcome);
  if (!done.ok()) {
    return WithNext(
        done,
        SayBoth("出错之前已有 $0 行得到处理。请把整个文件重新导入：已生效的退"
                "订不会改变。",
                "$0 lines were answered before the fault. Import the whole "
                "file again: opt-outs already in force do not change.",
                counts.opt_outs()));
  }
  if (counts.opt_outs() == 0 && !outcome.bad_lines.any()) {
    return ErrorOf(absl::StatusCode::kNotFound,
                   SayBoth("$0 中没有退订", "no opt-out in $0", flags.file));
  }
  return outcome.bad_lines.any() ? 1 : 0;
}

}  // namespace

void AddOptOutImport(tools::CommandLine& group, Context& context) {
  AddCommand<ImportFlags>(
      group, context, "import",
      {"登记文件中的退订：每行一个号码；或 TSV、CSV，首行为列名（recipient、"
       "content_provider、signature、classes、source、evidence，也可用中"
       "文）；或每行一个 AddOptOutRequest 的 JSON。多个类别以空格、逗号、分号"
       "或 | 隔开。CSV 中一条退订占一行，单元格不能跨行。重复导入不会改变什"
       "么。误导入可用 `optout correct` 撤销。每一行都计数；有略过的行时退出"
       "码为 1。",
       "Records the opt-outs of a file: one number a line, or TSV or CSV "
       "whose first line names the columns (recipient, content_provider, "
       "signature, classes, source, evidence), or JSON lines of "
       "AddOptOutRequest. Several classes are separated by a space, comma, "
       "semicolon or |. In CSV an opt-out is one line: a cell must not go on "
       "in the next. Importing a file again changes nothing. `optout "
       "correct` undoes a mistaken import. Every line is counted; exits 1 "
       "when one was skipped."},
      {"sluicectl optout import numbers.txt --content-provider shop "
       "--evidence \"2026-01 名单\"\n"
       "  sluicectl optout import opt-outs.csv --source hotline_12321",
       "sluicectl optout import numbers.txt --content-provider shop "
       "--evidence \"list of 2026-01\"\n"
       "  sluicectl optout import opt-outs.csv --source hotline_12321"},
      AddFlags, Import);
}

}  // namespace sluice::ctl
