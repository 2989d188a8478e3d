// sluicectl export: records as files for an office.

#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/audit.grpc.pb.h"
#include "tools/lib/bar.h"
#include "tools/lib/json_line.h"
#include "tools/lib/progress.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/exports/message_columns.h"
#include "tools/sluicectl/exports/sheet.h"
#include "tools/sluicectl/exports/spool.h"
#include "tools/sluicectl/party_names.h"
#include "tools/sluicectl/search_filters.h"

namespace sluice::ctl {
namespace {

enum class Format : uint8_t { kXlsx, kCsv, kJsonLines };

struct ExportFlags {
  SearchFilters filters;
  std::string out;
  std::string encoding = "utf-8";
};

void AddOutFlags(tools::CommandLine& command, ExportFlags& flags) {
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

absl::Status CheckNew(const std::string& path) {
  struct stat ignored;
  if (stat(path.c_str(), &ignored) != 0) return absl::OkStatus();
  return ErrorOf(absl::StatusCode::kAlreadyExists,
                 SayBoth("--out：$0 已存在，请另起文件名",
                         "--out: $0 exists, give another name", path));
}

// Reads all pages that the spool does not have yet.
absl::Status Read(const Context& context, Spool& spool) {
  // All pages are there if the export broke off while it wrote its output.
  if (spool.rows() > 0 && spool.request().page_token().empty()) {
    return absl::OkStatus();
  }
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::AuditService::NewStub(connection.channel());
  grpc::ClientContext call;
  connection.Prepare(call, /*stream=*/true);
  admin::v1::StreamMessagesRequest request;
  *request.mutable_search() = spool.request();
  const auto stream = stub->StreamMessages(&call, request);
  tools::Progress progress(context.err, context.progress,
                           context.Say("已读取", "read"), 0);
  admin::v1::StreamMessagesResponse response;
  while (stream->Read(&response)) {
    SLUICE_RETURN_IF_ERROR(spool.Add(response.page()));
    progress.Set(spool.rows());
  }
  return connection.Explain(stream->Finish());
}

// JSON lines, as `audit search --json` has them.
absl::Status WriteJson(const Spool& spool, const std::string& path,
                       const std::function<void()>& done) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  SLUICE_RETURN_IF_ERROR(spool.ForEach([&](const auto& page) {
    for (const auto& message : page.messages()) {
      out << tools::ToJson(message) << "\n";
      done();
    }
    for (const auto& counted : page.refusals_counted()) {
      out << tools::ToJson(counted) << "\n";
      done();
    }
    return absl::OkStatus();
  }));
  out.close();
  return out ? absl::OkStatus()
             : absl::UnavailableError(absl::StrCat(path, ": not written"));
}

absl::Status WriteSheet(const Context& context, const Spool& spool,
                        Sheet& sheet, const std::function<void()>& done) {
  PartyNames parties(context);
  SLUICE_RETURN_IF_ERROR(spool.ForEach([&](const auto& page) -> absl::Status {
    for (const auto& message : page.messages()) {
      SLUICE_RETURN_IF_ERROR(
          sheet.Add(MessageCells(context, parties, message)));
      done();
    }
    for (const auto& counted : page.refusals_counted()) {
      SLUICE_RETURN_IF_ERROR(
          sheet.Add(RefusalsCells(context, parties, counted)));
      done();
    }
    return absl::OkStatus();
  }));
  return sheet.Finish();
}

absl::Status WriteAs(const Context& context, const Spool& spool, Format format,
                     CsvEncoding encoding, const std::string& path) {
  tools::Progress progress(context.err, context.progress,
                           context.Say("已写入", "written"), spool.rows());
  uint64_t written = 0;
  const auto done = [&] { progress.Set(++written); };
  if (format == Format::kJsonLines) return WriteJson(spool, path, done);
  const std::vector<SheetColumn> columns = MessageColumns(context);
  SLUICE_ASSIGN_OR_RETURN(
      const std::unique_ptr<Sheet> sheet,
      format == Format::kCsv
          ? MakeCsvSheet(path, columns, encoding)
          : MakeXlsxSheet(path, columns, context.Say("短信", "messages")));
  return WriteSheet(context, spool, *sheet, done);
}

absl::StatusOr<int> Export(const Context& context, const ExportFlags& flags,
                           v1::Decision decision) {
  SLUICE_ASSIGN_OR_RETURN(const Format format, FormatOf(flags.out));
  SLUICE_ASSIGN_OR_RETURN(const CsvEncoding encoding,
                          EncodingOf(flags.encoding));
  SLUICE_RETURN_IF_ERROR(CheckNew(flags.out));
  SLUICE_ASSIGN_OR_RETURN(admin::v1::SearchMessagesRequest request,
                          RequestOf(context, flags.filters));
  if (decision != v1::DECISION_UNSPECIFIED) request.set_decision(decision);
  SLUICE_ASSIGN_OR_RETURN(const std::unique_ptr<Spool> spool,
                          Spool::Open(flags.out, std::move(request)));
  if (spool->rows() > 0) {
    context.err << context.Say("接着上次未完成的导出，已有 $0 条\n",
                               "going on with an unfinished export, $0 rows "
                               "are there\n",
                               tools::Grouped(spool->rows()));
  }
  SLUICE_RETURN_IF_ERROR(Read(context, *spool));
  // It has texts and numbers: for its owner only.
  const mode_t before = umask(S_IRWXG | S_IRWXO);
  const absl::Cleanup restore = [before] { umask(before); };
  const std::string made = absl::StrCat(flags.out, ".tmp");
  SLUICE_RETURN_IF_ERROR(WriteAs(context, *spool, format, encoding, made));
  if (std::rename(made.c_str(), flags.out.c_str()) != 0) {
    return absl::UnavailableError(absl::StrCat(flags.out, ": not written"));
  }
  spool->Delete();
  if (context.json) {
    context.out << tools::JsonLine()
                       .Text("file", flags.out)
                       .Count("rows", spool->rows())
                       .End()
                << "\n";
  } else {
    context.out << context.Say("$0：$1 行\n", "$0: $1 rows\n", flags.out,
                               tools::Grouped(spool->rows()));
  }
  return 0;
}

absl::StatusOr<int> ExportMessages(const Context& context,
                                   const ExportFlags& flags) {
  return Export(context, flags, v1::DECISION_UNSPECIFIED);
}

absl::StatusOr<int> ExportRejections(const Context& context,
                                     const ExportFlags& flags) {
  return Export(context, flags, v1::DECISION_REJECTED);
}

void AddFlags(tools::CommandLine& command, ExportFlags& flags) {
  AddOutFlags(command, flags);
  AddFilterFlags(command, flags.filters);
}

}  // namespace

void AddExport(tools::CommandLine& app, Context& context) {
  tools::CommandLine& group = AddGroup(
      app, "export",
      {"把记录导出为文件：xlsx、CSV 或 JSON",
       "Records as files: xlsx, CSV, JSON"},
      "sluicectl export messages --class commercial --from 30d --out a.xlsx");
  AddCommand<ExportFlags>(
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
      AddFlags, ExportMessages);
  AddCommand<ExportFlags>(
      group, context, "rejections",
      {"同上，只含被拒绝的短信。", "The same for rejected messages only."},
      "sluicectl export rejections --from 7d --out rejections.csv --encoding "
      "gb18030",
      AddFlags, ExportRejections);
}

}  // namespace sluice::ctl
