// sluicectl export: records as files for an office.

#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "tools/lib/bar.h"
#include "tools/lib/json_line.h"
#include "tools/lib/progress.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/arguments.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/exports/cover.h"
#include "tools/sluicectl/exports/export_source.h"
#include "tools/sluicectl/exports/sheet.h"
#include "tools/sluicectl/exports/spool.h"
#include "tools/sluicectl/search_filters.h"
#include "tools/sluicectl/time_flags.h"

namespace sluice::ctl {
namespace {

enum class Format : uint8_t { kXlsx, kCsv, kJsonLines };

struct OutFlags {
  std::string out;
  std::string encoding = "utf-8";
};

struct MessageExport {
  OutFlags out;
  SearchFilters filters;
};

struct OptOutExport {
  OutFlags out;
  std::string from;
  std::string until;
  std::string content_provider;
  bool in_force = false;
};

struct RegistryExport {
  OutFlags out;
  std::string kind;
  std::string as_of;  // Empty: now.
};

struct OperatorExport {
  OutFlags out;
  std::string from = "24h";
  std::string until;
  std::string recipient;
  std::string actor;
};

struct ReplyExport {
  OutFlags out;
  std::string from = "24h";
  std::string until;
  std::string number;
  bool unclaimed = false;
  bool review = false;
};

void AddOutFlags(tools::CommandLine& command, OutFlags& flags) {
  command
      .Add("--out", flags.out,
           {"写入的文件，按扩展名为 .xlsx、.csv 或 .jsonl；须未存在",
            "The file to write, by its name .xlsx, .csv or .jsonl; it must not "
            "exist"})
      .TypeName("FILE")
      .Required();
  command
      .Add("--encoding", flags.encoding,
           {"CSV 的编码：utf-8（带 BOM）或 gb18030",
            "Of a CSV: utf-8 (with a byte order mark) or gb18030"})
      .ShowDefault();
}

absl::StatusOr<Format> FormatOf(const std::string& path) {
  if (absl::EndsWithIgnoreCase(path, ".xlsx")) return Format::kXlsx;
  if (absl::EndsWithIgnoreCase(path, ".csv")) return Format::kCsv;
  if (absl::EndsWithIgnoreCase(path, ".jsonl")) return Format::kJsonLines;
  return ErrorOf(absl::StatusCode::kInvalidArgument,
                 SayBoth("--out：$0 的扩展名须为 .xlsx、.csv 或 .jsonl",
                         "--out: the name of $0 must end in .xlsx, .csv or "
                         ".jsonl",
                         path));
}

absl::StatusOr<CsvEncoding> EncodingOf(const std::string& name) {
  if (absl::EqualsIgnoreCase(name, "utf-8") ||
      absl::EqualsIgnoreCase(name, "utf8")) {
    return CsvEncoding::kUtf8;
  }
  if (absl::EqualsIgnoreCase(name, "gb18030") ||
      absl::EqualsIgnoreCase(name, "gbk")) {
    return CsvEncoding::kGb18030;
  }
  return ErrorOf(absl::StatusCode::kInvalidArgument,
                 SayBoth("--encoding：须为 utf-8 或 gb18030",
                         "--encoding: must be utf-8 or gb18030"));
}

bool Exists(const std::string& path) {
  struct stat ignored;
  return stat(path.c_str(), &ignored) == 0;
}

absl::Status CheckNew(const std::string& path) {
  if (!Exists(path)) return absl::OkStatus();
  return ErrorOf(absl::StatusCode::kAlreadyExists,
                 SayBoth("--out：$0 已存在，请另起文件名",
                         "--out: $0 exists, give another name", path));
}

// Reads all pages that the spool does not have yet.
absl::Status Read(const Context& context, ExportSource& source, Spool& spool) {
  // It breaks off while it writes its output, too.
  if (spool.complete()) return absl::OkStatus();
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  tools::Progress progress(context.err, context.progress,
                           context.Say("已读取", "read"), 0);
  return source.Read(connection, spool.next_token(),
                     [&](const ExportPage& page) -> absl::Status {
                       SLUICE_RETURN_IF_ERROR(spool.Add(page));
                       progress.Set(spool.rows());
                       return absl::OkStatus();
                     });
}

// JSON lines, as the lists and searches have them.
absl::Status WriteJson(const Spool& spool, const std::string& path,
                       const std::function<void(const ExportRow&)>& done) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  SLUICE_RETURN_IF_ERROR(spool.ForEachRow([&](const ExportRow& row) {
    out << tools::ToJson(row.record) << "\n";
    done(row);
    return absl::OkStatus();
  }));
  out.close();
  return out ? absl::OkStatus()
             : absl::UnavailableError(absl::StrCat(path, ": not written"));
}

absl::Status WriteAs(const Context& context, const ExportSource& source,
                     const Spool& spool, Format format, CsvEncoding encoding,
                     const std::string& path,
                     std::map<std::string, uint64_t>& counts) {
  tools::Progress progress(context.err, context.progress,
                           context.Say("已写入", "written"), spool.rows());
  uint64_t written = 0;
  const auto done = [&](const ExportRow& row) {
    progress.Set(++written);
    ++counts[row.kind];
  };
  if (format == Format::kJsonLines) return WriteJson(spool, path, done);
  SLUICE_ASSIGN_OR_RETURN(
      const std::unique_ptr<Sheet> sheet,
      format == Format::kCsv
          ? MakeCsvSheet(path, source.Columns(), encoding)
          : MakeXlsxSheet(path, source.Columns(), source.Title()));
  SLUICE_RETURN_IF_ERROR(
      spool.ForEachRow([&](const ExportRow& row) -> absl::Status {
        SLUICE_RETURN_IF_ERROR(sheet->Add(row.cells()));
        done(row);
        return absl::OkStatus();
      }));
  return sheet->Finish();
}

// The files that there are now.
void PrintMade(const Context& context, const std::string& path, uint64_t rows) {
  const std::string cover = CoverPathOf(path);
  const std::string proof = ProofPathOf(path);
  if (context.json) {
    context.out << tools::JsonLine()
                       .Text("file", path)
                       .Count("rows", rows)
                       .Text("cover", Exists(cover) ? cover : "")
                       .Text("proof", Exists(proof) ? proof : "")
                       .End()
                << "\n";
    return;
  }
  context.out << context.Say("$0：$1 行\n", "$0: $1 rows\n", path,
                             tools::Grouped(rows));
  if (Exists(cover)) {
    context.out << context.Say("封面：$0\n", "Cover: $0\n", cover);
  }
  if (Exists(proof)) {
    context.out << context.Say("证明：$0（用 `sluicectl audit verify` 核验）\n",
                               "Proof: $0 (see `sluicectl audit verify`)\n",
                               proof);
  }
}

absl::StatusOr<int> Export(const Context& context, const OutFlags& flags,
                           ExportSource& source) {
  SLUICE_ASSIGN_OR_RETURN(const Format format, FormatOf(flags.out));
  SLUICE_ASSIGN_OR_RETURN(const CsvEncoding encoding,
                          EncodingOf(flags.encoding));
  SLUICE_RETURN_IF_ERROR(CheckNew(flags.out));
  SLUICE_ASSIGN_OR_RETURN(const std::unique_ptr<Spool> spool,
                          Spool::Open(flags.out, source));
  if (spool->rows() > 0) {
    context.err << context.Say("接着上次未完成的导出，已有 $0 条\n",
                               "going on with an unfinished export, $0 rows "
                               "are there\n",
                               tools::Grouped(spool->rows()));
  }
  SLUICE_RETURN_IF_ERROR(Read(context, source, *spool));
  // It has texts and numbers: for its owner only.
  const mode_t before = umask(S_IRWXG | S_IRWXO);
  const absl::Cleanup restore = [before] { umask(before); };
  const std::string made = absl::StrCat(flags.out, ".tmp");
  CoveredExport covered = {source.Kind(),    source.Title(), made, flags.out,
                           source.request(), spool->rows(),  {}};
  SLUICE_RETURN_IF_ERROR(
      WriteAs(context, source, *spool, format, encoding, made, covered.counts));
  SLUICE_RETURN_IF_ERROR(WriteCover(context, covered));
  if (std::rename(made.c_str(), flags.out.c_str()) != 0) {
    return absl::UnavailableError(absl::StrCat(flags.out, ": not written"));
  }
  spool->Delete();
  PrintMade(context, flags.out, spool->rows());
  return 0;
}

absl::StatusOr<int> ExportDecided(const Context& context,
                                  const MessageExport& flags,
                                  v1::Decision decision) {
  SLUICE_ASSIGN_OR_RETURN(admin::v1::SearchMessagesRequest request,
                          RequestOf(context, flags.filters));
  if (decision != v1::DECISION_UNSPECIFIED) request.set_decision(decision);
  return Export(context, flags.out,
                *MakeMessageSource(context, std::move(request)));
}

absl::StatusOr<int> ExportMessages(const Context& context,
                                   const MessageExport& flags) {
  return ExportDecided(context, flags, v1::DECISION_UNSPECIFIED);
}

absl::StatusOr<int> ExportRejections(const Context& context,
                                     const MessageExport& flags) {
  return ExportDecided(context, flags, v1::DECISION_REJECTED);
}

absl::StatusOr<int> ExportOptOuts(const Context& context,
                                  const OptOutExport& flags) {
  admin::v1::StreamOptOutsRequest request;
  TimeFlags times(context);
  request.mutable_start_time();  // The beginning, if not given.
  if (!flags.from.empty()) {
    SLUICE_ASSIGN_OR_RETURN(*request.mutable_start_time(),
                            times.Past("--from", flags.from));
  }
  if (!flags.until.empty()) {
    SLUICE_ASSIGN_OR_RETURN(*request.mutable_end_time(),
                            times.Past("--until", flags.until));
  }
  request.set_content_provider_id(flags.content_provider);
  request.set_in_force(flags.in_force);
  return Export(context, flags.out,
                *MakeOptOutSource(context, std::move(request)));
}

absl::StatusOr<int> ExportReplies(const Context& context,
                                  const ReplyExport& flags) {
  admin::v1::ListRepliesRequest request;
  admin::v1::ReplyFilter& filter = *request.mutable_filter();
  filter.set_unclaimed(flags.unclaimed);
  filter.set_review(flags.review);
  filter.set_sender(flags.number);
  TimeFlags times(context);
  SLUICE_ASSIGN_OR_RETURN(*filter.mutable_from_time(),
                          times.Past("--from", flags.from));
  if (!flags.until.empty()) {
    SLUICE_ASSIGN_OR_RETURN(*filter.mutable_until_time(),
                            times.Past("--until", flags.until));
  }
  return Export(context, flags.out,
                *MakeReplySource(context, std::move(request)));
}

absl::StatusOr<int> ExportRegistry(const Context& context,
                                   const RegistryExport& flags) {
  admin::v1::ListPartiesRequest request;
  const auto kind = tools::ParseEnum<admin::v1::PartyKind>(flags.kind);
  if (!kind.ok()) return InFlag("KIND", kind.status());
  request.set_kind(*kind);
  TimeFlags times(context);
  SLUICE_ASSIGN_OR_RETURN(
      *request.mutable_as_of_time(),
      times.Past("--as-of", flags.as_of.empty() ? "0s" : flags.as_of));
  return Export(context, flags.out,
                *MakePartySource(context, std::move(request)));
}

absl::StatusOr<int> ExportOperators(const Context& context,
                                    const OperatorExport& flags) {
  admin::v1::ListOperatorActionsRequest request;
  request.set_recipient(flags.recipient);
  request.set_actor(flags.actor);
  TimeFlags times(context);
  SLUICE_ASSIGN_OR_RETURN(*request.mutable_start_time(),
                          times.Past("--from", flags.from));
  if (!flags.until.empty()) {
    SLUICE_ASSIGN_OR_RETURN(*request.mutable_end_time(),
                            times.Past("--until", flags.until));
  }
  return Export(context, flags.out,
                *MakeOperatorSource(context, std::move(request)));
}

void AddMessageFlags(tools::CommandLine& command, MessageExport& flags) {
  AddOutFlags(command, flags.out);
  AddFilterFlags(command, flags.filters);
}

void AddOptOutFlags(tools::CommandLine& command, OptOutExport& flags) {
  AddOutFlags(command, flags.out);
  command.Add("--from", flags.from,
              {"在这一时间或之后登记：时间，或多久以前；不写则从头开始",
               "Recorded at or after: a time, or how long ago; not given: from "
               "the beginning"});
  command.Add("--until", flags.until,
              {"在这一时间之前登记", "Recorded before"});
  command
      .Add("--content-provider", flags.content_provider,
           {"拒收该内容提供者的，编号或名称；不含拒收全部内容提供者的",
            "Of this content provider, by id or name; without those of all "
            "content providers"})
      .TypeName("ID");
  command.Add("--in-force", flags.in_force,
              {"只要仍然有效的", "Only those that are in force"});
}

void AddReplyFlags(tools::CommandLine& command, ReplyExport& flags) {
  AddOutFlags(command, flags.out);
  command
      .Add("--from", flags.from,
           {"从这一时间起收到的：时间，或多久以前",
            "Received at or after: a time, or how long ago"})
      .ShowDefault();
  command.Add("--until", flags.until,
              {"在这一时间之前收到的", "Received before"});
  command.Add("--number", flags.number,
              {"只看这个号码发来的", "Only from this number"});
  command.Add(
      "--unclaimed", flags.unclaimed,
      {"只看未作处理的上行回复", "Only replies that nothing was made of"});
  command.Add("--review", flags.review,
              {"只看需要人工查看的", "Only replies that a person should see"});
}

// A kind of records; reading personal data may need a reason.
template <typename Flags>
void AddKind(tools::CommandLine& group, Context& context,
             const std::string& name, const tools::HelpText& what,
             const tools::HelpText& example,
             void (*add_flags)(tools::CommandLine&, Flags&),
             absl::StatusOr<int> (*act)(const Context&, const Flags&)) {
  AddLookupReason(
      AddCommand<Flags>(group, context, name, what, example, add_flags, act),
      context);
}

void AddRegistryFlags(tools::CommandLine& command, RegistryExport& flags) {
  command
      .Add("KIND", flags.kind,
           {"类别：licensee、account、content-provider、signature、port、"
            "template，或其中文名",
            "Kind: licensee, account, content-provider, signature, port or "
            "template"})
      .Required();
  AddOutFlags(command, flags.out);
  command.Add("--as-of", flags.as_of,
              {"这一时间的登记：时间，或多久以前；不写则为现在",
               "As it was then: a time, or how long ago; not given: now"});
}

void AddOperatorFlags(tools::CommandLine& command, OperatorExport& flags) {
  AddOutFlags(command, flags.out);
  command
      .Add("--from", flags.from,
           {"从这一时间起的操作：时间，或多久以前",
            "Done at or after: a time, or how long ago"})
      .ShowDefault();
  command.Add("--until", flags.until,
              {"在这一时间之前的操作", "Done before this time"});
  command.Add("--recipient", flags.recipient,
              {"只看涉及这个号码的", "Only about this number"});
  command.Add(
      "--actor", flags.actor,
      {"由谁办理：姓名或密钥编号", "Done by: name of a person or id of a key"});
}

}  // namespace

void AddExport(tools::CommandLine& app, Context& context) {
  tools::CommandLine& group = AddGroup(
      app, "export",
      {"把记录导出为文件：xlsx、CSV 或 JSON",
       "Records as files: xlsx, CSV, JSON"},
      "sluicectl export messages --class commercial --from 30d --out a.xlsx");
  AddKind<MessageExport>(
      group, context, "messages",
      {"一段时间内判定的短信，每条一行：发送和接收时间、双方号码、内容、类别、"
       "判定及原因。中断后再次执行同一命令，即从中断处继续。",
       "The messages decided in a time, one a row: times of sending and "
       "receipt, both numbers, text, class, decision and reasons. When it "
       "breaks "
       "off, the same command goes on where it stopped."},
      "sluicectl export messages --class commercial --from \"2026-10-01 "
      "00:00\" "
      "--until \"2026-11-01 00:00\" --content-provider shop --out october.xlsx",
      AddMessageFlags, ExportMessages);
  AddKind<MessageExport>(
      group, context, "rejections",
      {"同上，只含被拒绝的短信。", "The same for rejected messages only."},
      "sluicectl export rejections --from 7d --out rejections.csv --encoding "
      "gb18030",
      AddMessageFlags, ExportRejections);
  AddKind<OptOutExport>(
      group, context, "optouts",
      {"退订记录，每条一行：范围、来源、用户原话、登记人，以及是否已解除、依据"
       "是什么。按登记先后排列，存储的各分区依次列出。",
       "Opt-outs, one a row: scope, source, what the recipient wrote, who "
       "recorded it, and whether and on what ground it was removed. In the "
       "order in which they were recorded, one partition of the store after "
       "the other."},
      "sluicectl export optouts --in-force --out optouts.csv", AddOptOutFlags,
      ExportOptOuts);
  AddKind<ReplyExport>(
      group, context, "replies",
      {"上行回复（MO），最新的在前，并说明每条如何识读、停发了谁的营销短信。",
       "Replies (MO), the newest first, with what was made of each and whose "
       "advertising it stopped."},
      "sluicectl export replies --from 30d --out replies.xlsx", AddReplyFlags,
      ExportReplies);
  AddKind<RegistryExport>(
      group, context, "registry",
      {"某一时间的登记，每条一行：当时全部端口及其归属，或账号、内容提供者等。",
       "The registry as it was at a time, one party a row: all ports and their "
       "owners, or accounts, content providers and so on."},
      "sluicectl export registry port --as-of 2026-10-01 --out ports.xlsx",
      AddRegistryFlags, ExportRegistry);
  AddKind<OperatorExport>(
      group, context, "operators",
      {"谁查看或处理过什么、因何，每次操作一行。须用角色为 audit 或 admin 的密"
       "钥。",
       "Who has looked up or decided what and why, one action a row. Needs a "
       "key with the role audit or admin."},
      "sluicectl export operators --from 30d --out operators.xlsx",
      AddOperatorFlags, ExportOperators);
}

}  // namespace sluice::ctl
