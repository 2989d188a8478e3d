// sluicectl stats: how many messages, and what became of them.

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/carrier.pb.h"
#include "sluice/admin/v1/statistics.grpc.pb.h"
#include "sluice/v1/message.pb.h"
#include "tools/lib/bar.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/arguments.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/exports/export_source.h"
#include "tools/sluicectl/exports/sheet.h"
#include "tools/sluicectl/out_file.h"
#include "tools/sluicectl/party_names.h"
#include "tools/sluicectl/time_flags.h"

namespace sluice::ctl {
namespace {

using admin::v1::GetStatisticsRequest;
using admin::v1::GetStatisticsResponse;
using admin::v1::StatisticsCounts;
using admin::v1::StatisticsRow;

constexpr size_t kBarCells = 8;
constexpr size_t kWideBarCells = 20;
constexpr uint32_t kRowsMax = 10'000;

struct StatsFlags {
  std::string by;
  std::string per;
  std::string from = "7d";
  std::string until;
  std::string only;
  uint32_t limit = 50;
  std::string csv;
};

// A count, in the order of a message's life.
struct Count {
  Words title;
  uint64_t (StatisticsCounts::*get)() const;
};
constexpr std::array<Count, 20> kCounts = {{
    {{"提交", "submitted"}, &StatisticsCounts::submitted},
    {{"提交分条", "submitted parts"}, &StatisticsCounts::submitted_parts},
    {{"放行", "accepted"}, &StatisticsCounts::accepted},
    {{"待审", "held"}, &StatisticsCounts::held},
    {{"拒绝", "rejected"}, &StatisticsCounts::rejected},
    {{"后来放行", "released"}, &StatisticsCounts::released},
    {{"后来拒绝", "rejected later"}, &StatisticsCounts::rejected_later},
    {{"后来转待审", "held later"}, &StatisticsCounts::held_later},
    {{"发送前取消", "cancelled"}, &StatisticsCounts::cancelled},
    {{"发送前过期", "expired"}, &StatisticsCounts::expired},
    {{"运营商接收分条", "taken parts"}, &StatisticsCounts::taken_parts},
    {{"运营商拒收分条", "refused parts"}, &StatisticsCounts::refused_parts},
    {{"未应答分条", "unanswered parts"}, &StatisticsCounts::unanswered_parts},
    {{"送达分条", "delivered parts"}, &StatisticsCounts::delivered_parts},
    {{"失败分条", "failed parts"}, &StatisticsCounts::failed_parts},
    {{"无状态报告", "no report"}, &StatisticsCounts::no_report},
    {{"退费", "refunded"}, &StatisticsCounts::refunded},
    {{"上行回复", "replies"}, &StatisticsCounts::replies},
    {{"退订", "opt-outs"}, &StatisticsCounts::opt_outs},
    {{"投诉", "complaints"}, &StatisticsCounts::complaints},
}};

void AddFlags(tools::CommandLine& command, StatsFlags& flags) {
  command
      .Add("--by", flags.by,
           {"按什么分行：licensee（持证单位）、account（账号）、agent（代理）、"
            "content-provider（内容提供者）、signature（签名）、port（端口）、"
            "carrier（运营商）、link（链路）、class（类别）、province（省份）、"
            "campaign（群发批次）；不写则为合计",
            "A row for each licensee, account, agent, content-provider, "
            "signature, port, carrier, link, class, province or campaign; not "
            "given: the total"})
      .TypeName("WHAT");
  command
      .Add("--per", flags.per,
           {"再按时间分行：hour（小时，最近 62 天）或 day（天）",
            "And for each hour (of the last 62 days) or day"})
      .TypeName("STEP");
  command
      .Add("--only", flags.only,
           {"只看这一个：编号、名称，或 mobile、commercial、CN-GD、广东",
            "Only this one: an id or name, or mobile, commercial, CN-GD"})
      .TypeName("ID");
  command
      .Add("--from", flags.from,
           {"从这一时间起，按整点计：时间，或多久以前",
            "From this time on, by whole hours: a time, or how long ago"})
      .ShowDefault();
  command.Add("--until", flags.until, {"在这一时间之前", "Before this time"});
  command.Add("--limit", flags.limit, {"最多显示的行数", "Rows at most"})
      .Between(1, kRowsMax)
      .ShowDefault();
  command
      .Add("--csv", flags.csv,
           {"把全部数字写入这个文件，须未存在",
            "Write all counts to this file, which must not exist"})
      .TypeName("FILE");
}

// Names of people's languages, for what the server knows by its English name.
std::string ValueOf(admin::v1::StatisticsDimension dimension,
                    const std::string& text) {
  if (dimension == admin::v1::STATISTICS_DIMENSION_CARRIER) {
    const auto carrier = tools::ParseEnum<admin::v1::Carrier>(text);
    if (carrier.ok() && *carrier != admin::v1::CARRIER_UNSPECIFIED) {
      return absl::AsciiStrToLower(tools::NameIn(Language::kEnglish, *carrier));
    }
  }
  if (dimension == admin::v1::STATISTICS_DIMENSION_CLASS) {
    const auto one = tools::ParseEnum<v1::MessageClass>(text);
    if (one.ok()) {
      return absl::AsciiStrToLower(tools::NameIn(Language::kEnglish, *one));
    }
  }
  return text;
}

absl::StatusOr<GetStatisticsRequest> RequestOf(const Context& context,
                                               const StatsFlags& flags) {
  GetStatisticsRequest request;
  if (!flags.by.empty()) {
    const auto by = tools::ParseEnum<admin::v1::StatisticsDimension>(flags.by);
    if (!by.ok()) return InFlag("--by", by.status());
    request.set_dimension(*by);
  } else if (!flags.only.empty()) {
    return ErrorOf(
        absl::StatusCode::kInvalidArgument,
        SayBoth("--only：须同时写 --by", "--only: needs --by as well"));
  }
  if (!flags.per.empty()) {
    const auto per = tools::ParseEnum<admin::v1::StatisticsStep>(flags.per);
    if (!per.ok()) return InFlag("--per", per.status());
    request.set_step(*per);
  }
  TimeFlags times(context);
  SLUICE_ASSIGN_OR_RETURN(*request.mutable_start_time(),
                          times.Past("--from", flags.from));
  if (!flags.until.empty()) {
    SLUICE_ASSIGN_OR_RETURN(*request.mutable_end_time(),
                            times.Past("--until", flags.until));
  }
  request.set_value(ValueOf(request.dimension(), flags.only));
  request.set_row_limit(flags.csv.empty() ? flags.limit : kRowsMax);
  return request;
}

std::string RowName(const Context& context, const GetStatisticsRequest& request,
                    const StatisticsRow& row) {
  switch (request.dimension()) {
    case admin::v1::STATISTICS_DIMENSION_UNSPECIFIED:
      return context.Say("全部", "all");
    case admin::v1::STATISTICS_DIMENSION_CARRIER: {
      const auto carrier = tools::ParseEnum<admin::v1::Carrier>(row.value());
      return carrier.ok() ? context.Name(*carrier)
                          : context.Say("未知", "unknown");
    }
    case admin::v1::STATISTICS_DIMENSION_CLASS: {
      const auto one = tools::ParseEnum<v1::MessageClass>(row.value());
      return one.ok() ? context.Name(*one) : row.value();
    }
    case admin::v1::STATISTICS_DIMENSION_CAMPAIGN:
      return row.value() == "other" ? context.Say("其余批次", "other campaigns")
                                    : row.value();
    default:
      return NameAndId(row.name(), row.value());
  }
}

// "2026-01-31 10:00" of an hour, "2026-01-31" of a day.
std::string StepText(const GetStatisticsRequest& request,
                     const StatisticsRow& row) {
  const bool hour = request.step() == admin::v1::STATISTICS_STEP_HOUR;
  return tools::TimeText(row.time()).substr(0, hour ? 16 : 10);
}

uint64_t Weight(const StatisticsCounts& counts) {
  return std::max({counts.submitted(), counts.taken_parts(), counts.replies(),
                   counts.opt_outs()});
}

uint64_t MostOf(const GetStatisticsResponse& response) {
  uint64_t most = 0;
  for (const StatisticsRow& row : response.rows()) {
    most = std::max(most, Weight(row.counts()));
  }
  return most;
}

// One row for each value or time, with the counts that people compare.
tools::Table RowTable(const Context& context,
                      const GetStatisticsRequest& request,
                      const GetStatisticsResponse& response) {
  const bool stepped = request.step() != admin::v1::STATISTICS_STEP_UNSPECIFIED;
  std::vector<tools::Column> columns;
  if (stepped) columns.push_back({context.Say("时间", "time")});
  columns.push_back({context.Say("名称", "name"), tools::Align::kLeft, true});
  for (std::string title :
       {context.Say("提交", "submitted"),
        context.Say("拒绝合计", "all rejected"),
        context.Say("送达", "delivered"), context.Say("失败", "failed"),
        context.Say("退订", "opt-outs"), context.Say("投诉", "complaints")}) {
    columns.push_back({std::move(title), tools::Align::kRight});
  }
  columns.push_back({tools::PadTo(context.Say("对比", "compared"), kBarCells)});
  tools::Table table(std::move(columns));
  const auto most = static_cast<double>(MostOf(response));
  for (const StatisticsRow& row : response.rows()) {
    const StatisticsCounts& counts = row.counts();
    std::vector<std::string> cells;
    if (stepped) cells.push_back(StepText(request, row));
    cells.push_back(RowName(context, request, row));
    for (const uint64_t count :
         {counts.submitted(), counts.rejected() + counts.rejected_later(),
          counts.delivered_parts(),
          counts.failed_parts() + counts.refused_parts(), counts.opt_outs(),
          counts.complaints()}) {
      cells.push_back(tools::Grouped(count));
    }
    cells.push_back(
        tools::Bar(static_cast<double>(Weight(counts)), most, kBarCells));
    table.AddRow(std::move(cells));
  }
  return table;
}

std::string ShareText(uint64_t count, uint64_t of) {
  if (of == 0) return "";
  return absl::StrFormat(
      "%.1f%%", 100 * static_cast<double>(count) / static_cast<double>(of));
}

// Every count of one row, a line each, and the reasons of rejections.
void PrintCounts(const Context& context, const StatisticsCounts& counts) {
  tools::Table table(
      {{context.Say("项目", "what")},
       {context.Say("数量", "count"), tools::Align::kRight},
       {tools::PadTo(context.Say("对比", "compared"), kWideBarCells)}});
  uint64_t most = 0;
  for (const Count& one : kCounts) {
    most = std::max(most, (counts.*one.get)());
  }
  for (const Count& one : kCounts) {
    const uint64_t count = (counts.*one.get)();
    table.AddRow({std::string(one.title.in(context.language)),
                  tools::Grouped(count),
                  tools::Bar(static_cast<double>(count),
                             static_cast<double>(most), kWideBarCells)});
  }
  context.out << table.Text(context.width);
  if (counts.rejected_by_reason().empty()) return;
  const uint64_t rejected = counts.rejected() + counts.rejected_later();
  tools::Table reasons(
      {{context.Say("拒绝原因", "rejected for")},
       {context.Say("条数", "messages"), tools::Align::kRight},
       {context.Say("占比", "share"), tools::Align::kRight},
       {tools::PadTo(context.Say("对比", "compared"), kWideBarCells)}});
  for (const admin::v1::RejectedByReason& one : counts.rejected_by_reason()) {
    reasons.AddRow({one.reason(), tools::Grouped(one.count()),
                    ShareText(one.count(), rejected),
                    tools::Bar(static_cast<double>(one.count()),
                               static_cast<double>(rejected), kWideBarCells)});
  }
  context.out << "\n" << reasons.Text(context.width);
}

std::string ReasonsCell(const StatisticsCounts& counts) {
  return absl::StrJoin(counts.rejected_by_reason(), "; ",
                       [](std::string* out, const auto& one) {
                         absl::StrAppend(out, one.reason(), " ", one.count());
                       });
}

absl::Status WriteCsv(const Context& context,
                      const GetStatisticsRequest& request,
                      const GetStatisticsResponse& response,
                      const std::string& path) {
  if (response.truncated()) {
    return ErrorOf(absl::StatusCode::kResourceExhausted,
                   SayBoth("--csv：行数过多，请缩短时间，或加上 --only",
                           "--csv: too many rows: give a shorter time, or "
                           "--only"));
  }
  SLUICE_RETURN_IF_ERROR(CheckNewFile("--csv", path));
  std::vector<SheetColumn> columns = {
      {context.Say("时间", "time"), CellKind::kTime},
      {context.Say("编号", "id")},
      {context.Say("名称", "name")}};
  for (const Count& one : kCounts) {
    columns.push_back(
        {std::string(one.title.in(context.language)), CellKind::kNumber});
  }
  columns.push_back({context.Say("拒绝原因", "rejected for")});
  SLUICE_ASSIGN_OR_RETURN(const std::unique_ptr<Sheet> sheet,
                          MakeCsvSheet(path, columns, CsvEncoding::kUtf8));
  for (const StatisticsRow& row : response.rows()) {
    std::vector<std::string> cells = {
        row.has_time() ? TimeCell(row.time()) : "", row.value(),
        row.name().empty() ? RowName(context, request, row) : row.name()};
    for (const Count& one : kCounts) {
      cells.push_back(absl::StrCat((row.counts().*one.get)()));
    }
    cells.push_back(ReasonsCell(row.counts()));
    SLUICE_RETURN_IF_ERROR(sheet->Add(cells));
  }
  return sheet->Finish();
}

void PrintRows(const Context& context, const GetStatisticsRequest& request,
               const GetStatisticsResponse& response) {
  const bool one_row = response.rows_size() == 1 &&
                       request.step() == admin::v1::STATISTICS_STEP_UNSPECIFIED;
  context.out << context.Say("$0 至 $1\n", "$0 to $1\n",
                             tools::TimeText(response.start_time()),
                             tools::TimeText(response.end_time()));
  if (response.rows().empty()) {
    context.out << context.Say("没有短信。\n", "No messages.\n");
  } else if (one_row) {
    context.out << RowName(context, request, response.rows(0)) << "\n\n";
    PrintCounts(context, response.rows(0).counts());
  } else {
    context.out << "\n"
                << RowTable(context, request, response).Text(context.width)
                << context.Say("送达、失败按分条计，其余按短信计。\n",
                               "Delivered and failed count parts, the others "
                               "messages.\n");
  }
  if (response.truncated()) {
    context.out << context.Say("还有更多行：用 --limit 或 --csv 查看。\n",
                               "There are more rows: see --limit and --csv.\n");
  }
}

absl::StatusOr<int> Stats(const Context& context, const StatsFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const GetStatisticsRequest request,
                          RequestOf(context, flags));
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::StatisticsService::NewStub(connection.channel());
  GetStatisticsResponse response;
  SLUICE_RETURN_IF_ERROR(
      connection.Call(*stub, &admin::v1::StatisticsService::Stub::GetStatistics,
                      request, response));
  if (response.behind()) {
    context.err << context.Say(
        "较早的记录仍在统计，数字偏低，请稍后再查。\n",
        "Older records are still being counted: the counts are too low, ask "
        "again later.\n");
  }
  if (!flags.csv.empty()) {
    SLUICE_RETURN_IF_ERROR(WriteCsv(context, request, response, flags.csv));
    context.out << context.Say("$0：$1 行\n", "$0: $1 rows\n", flags.csv,
                               tools::Grouped(response.rows_size()));
  } else if (context.json) {
    PrintJson(context.out, response);
  } else {
    PrintRows(context, request, response);
  }
  return 0;
}

}  // namespace

void AddStats(tools::CommandLine& app, Context& context) {
  AddCommand<StatsFlags>(
      app, context, "stats",
      {"短信数量及其结果：提交、按原因拒绝、送达、失败、退费、上行回复、退订和"
       "投诉，可按账号、内容提供者、省份等分行，也可按小时或天分行。每件事计入"
       "其"
       "发生的时间：今天提交、明天送达的短信，两天都有。",
       "How many messages, and what became of them: submitted, rejected and "
       "why, delivered, failed, refunded, replies, opt-outs and complaints; by "
       "account, content provider, province and more, hour by hour or day by "
       "day. Everything counts when it happens: a message that is submitted "
       "today and delivered tomorrow is in both days."},
      "sluicectl stats --by content-provider --from 30d", AddFlags, Stats);
}

}  // namespace sluice::ctl
