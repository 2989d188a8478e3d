#include "tools/sluicectl/exports/export_file.h"

#include <sys/stat.h>

#include <cstdio>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "tools/lib/bar.h"
#include "tools/lib/json_line.h"
#include "tools/lib/progress.h"
#include "tools/sluicectl/exports/cover.h"
#include "tools/sluicectl/exports/sheet.h"
#include "tools/sluicectl/exports/spool.h"
#include "tools/sluicectl/out_file.h"

namespace sluice::ctl {
namespace {

enum class Format : uint8_t { kXlsx, kCsv, kJsonLines };

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

// The cover of another export is not overwritten. That of a run that broke off
// after it is this export's own.
absl::Status CheckCover(const std::string& out, Spool& spool) {
  if (!spool.empty()) return absl::OkStatus();
  for (const std::string& path : {CoverPathOf(out), ProofPathOf(out)}) {
    const absl::Status status = CheckNewFile("--out", path);
    if (status.ok()) continue;
    spool.Delete();
    return status;
  }
  return absl::OkStatus();
}

// Reads all pages that the spool does not have yet.
absl::Status Read(const Context& context, ExportSource& source, Spool& spool) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  SLUICE_RETURN_IF_ERROR(source.Prepare(connection));
  // It breaks off while it writes its output, too.
  if (spool.complete()) return absl::OkStatus();
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
                       .Text("cover", FileExists(cover) ? cover : "")
                       .Text("proof", FileExists(proof) ? proof : "")
                       .End()
                << "\n";
    return;
  }
  context.out << context.Say("$0：$1 行\n", "$0: $1 rows\n", path,
                             tools::Grouped(rows));
  if (FileExists(cover)) {
    context.out << context.Say("封面：$0\n", "Cover: $0\n", cover);
  }
  if (FileExists(proof)) {
    context.out << context.Say("证明：$0（用 `sluicectl audit verify` 核验）\n",
                               "Proof: $0 (see `sluicectl audit verify`)\n",
                               proof);
  }
}

}  // namespace

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

absl::StatusOr<int> Export(const Context& context, const OutFlags& flags,
                           ExportSource& source) {
  SLUICE_ASSIGN_OR_RETURN(const Format format, FormatOf(flags.out));
  SLUICE_ASSIGN_OR_RETURN(const CsvEncoding encoding,
                          EncodingOf(flags.encoding));
  SLUICE_RETURN_IF_ERROR(CheckNewFile("--out", flags.out));
  // It has texts and numbers: for its owner only.
  const mode_t before = umask(S_IRWXG | S_IRWXO);
  const absl::Cleanup restore = [before] { umask(before); };
  SLUICE_ASSIGN_OR_RETURN(const std::unique_ptr<Spool> spool,
                          Spool::Open(flags.out, source));
  SLUICE_RETURN_IF_ERROR(CheckCover(flags.out, *spool));
  if (spool->rows() > 0) {
    context.err << context.Say("接着上次未完成的导出，已有 $0 条\n",
                               "going on with an unfinished export, $0 rows "
                               "are there\n",
                               tools::Grouped(spool->rows()));
  }
  const absl::Status read = Read(context, source, *spool);
  if (!read.ok()) {
    if (spool->empty()) {
      spool->Delete();
    } else {
      context.err << context.Say(
          "再次执行同一命令，即从中断处继续，已有 $0 条。\n",
          "The same command goes on where it stopped; $0 rows are there.\n",
          tools::Grouped(spool->rows()));
    }
    return read;
  }
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

}  // namespace sluice::ctl
