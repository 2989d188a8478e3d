// sluicectl link: the carrier links and how they do.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/operations.grpc.pb.h"
#include "tools/lib/bar.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {
namespace {

using admin::v1::CarrierLink;

struct LinkFlags {};

std::string PaceText(const CarrierLink& link) {
  return link.segments_per_second() == 0
             ? "no limit"
             : absl::StrFormat("%.4g/s", link.segments_per_second());
}

double MillisOf(const google::protobuf::Duration& time) {
  return static_cast<double>(time.seconds()) * 1000 + time.nanos() / 1e6;
}

// "12 / 140 ms": the median and what 95 % do not exceed.
std::string AnswerText(const CarrierLink& link) {
  if (link.results().empty()) return "-";
  return absl::StrFormat("%.0f / %.0f ms", MillisOf(link.answer_time_median()),
                         MillisOf(link.answer_time_p95()));
}

uint64_t Waiting(const CarrierLink& link) {
  uint64_t sum = 0;
  for (const auto& one : link.waiting()) sum += one.messages();
  return sum;
}

std::string WaitingText(const CarrierLink& link) {
  std::vector<std::string> classes;
  for (const auto& one : link.waiting()) {
    classes.push_back(absl::StrCat(tools::ShortName(one.message_class()), " ",
                                   tools::Grouped(one.messages())));
  }
  return absl::StrJoin(classes, ", ");
}

// "188 with 10 (Src_Id is wrong), 3 with 0 (taken)"
std::string CountsText(
    const google::protobuf::RepeatedPtrField<admin::v1::CodeCount>& counts) {
  std::vector<std::string> each;
  for (const admin::v1::CodeCount& count : counts) {
    const std::string number = tools::Grouped(count.count());
    if (count.code().empty()) {
      each.push_back(absl::StrCat(number, " with other codes"));
      continue;
    }
    each.push_back(absl::StrCat(
        number, " with ", count.code(),
        count.meaning().empty() ? ""
                                : absl::StrCat(" (", count.meaning(), ")")));
  }
  return absl::StrJoin(each, ", ");
}

std::string TroubleText(const CarrierLink& link) {
  return absl::StrCat(
      tools::Counted(link.connections_lost(), "connection"), " lost, ",
      tools::Counted(link.logins_failed(), "login"), " failed, ",
      tools::Counted(link.unreadable_delivers(), "unreadable DELIVER"), ", ",
      tools::Counted(link.unmatched_reports(), "report"),
      " of unknown messages, ",
      tools::Counted(link.unknown_messages(), "message"), " UNKNOWN");
}

std::string StateText(const Context& context, const CarrierLink& link) {
  const std::string name = tools::ShortName(link.state());
  return link.state() == admin::v1::LINK_STATE_UP ? context.style.Good(name)
                                                  : context.style.Bad(name);
}

void PrintDetails(const Context& context, const CarrierLink& link) {
  context.out << "\n"
              << context.style.Bold(link.name()) << ": "
              << StateText(context, link) << " since "
              << tools::TimeText(link.since_time()) << "\n";
  const auto line = [&context](const char* what, const std::string& text) {
    if (text.empty()) return;
    context.out << absl::StrFormat("  %-9s", what) << text << "\n";
  };
  line("why", link.why());
  line("serves", absl::StrJoin(link.carriers(), ", "));
  line("waiting", WaitingText(link));
  line("answers", CountsText(link.results()));
  line("reports", CountsText(link.reports()));
  line("trouble", TroubleText(link));
}

void Print(const Context& context,
           const admin::v1::ListLinksResponse& response) {
  if (response.links().empty()) {
    context.out << "No carrier link is configured: accepted messages wait.\n";
    return;
  }
  tools::Table table({{"link"},
                      {"state"},
                      {"since"},
                      {"speaks"},
                      {"window", tools::Align::kRight},
                      {"pace", tools::Align::kRight},
                      {"waiting", tools::Align::kRight},
                      {"answers in", tools::Align::kRight},
                      {"UNKNOWN", tools::Align::kRight}});
  for (const CarrierLink& link : response.links()) {
    table.AddRow({link.name(), tools::ShortName(link.state()),
                  tools::TimeText(link.since_time()),
                  link.version().empty() ? "-" : link.version(),
                  absl::StrCat(link.window_used(), " of ", link.window()),
                  PaceText(link), tools::Grouped(Waiting(link)),
                  AnswerText(link), tools::Grouped(link.unknown_messages())});
  }
  context.out << table.Text(context.width);
  for (const CarrierLink& link : response.links()) PrintDetails(context, link);
}

absl::StatusOr<int> List(const Context& context, const LinkFlags&) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::OperationsService::NewStub(connection.channel());
  admin::v1::ListLinksResponse response;
  SLUICE_RETURN_IF_ERROR(
      connection.Call(*stub, &admin::v1::OperationsService::Stub::ListLinks,
                      admin::v1::ListLinksRequest(), response));
  if (!context.json) {
    Print(context, response);
    return 0;
  }
  for (const CarrierLink& link : response.links()) {
    PrintJson(context.out, link);
  }
  return 0;
}

}  // namespace

void AddLink(tools::CommandLine& app, Context& context) {
  tools::CommandLine& group = AddGroup(
      app, "link", {"运营商链路", "The carrier links"}, "sluicectl link list");
  AddCommand<LinkFlags>(
      group, context, "list",
      {"显示每条运营商链路：已连接、断开或暂停，起始时间和原因；所用协议；在"
       "途分段、速率和等待的短信；应答耗时（中位数和 95 %）；各结果码的应答、"
       "各状态的状态报告，以及出过的问题。计数从服务器启动时起。运营商拒绝或"
       "不应答较大比例的短信时，链路暂停：短信等待，并逐条试发。",
       "Shows each carrier link: whether it is up, down or paused, since "
       "when and why; what it speaks; segments in flight, pace, and messages "
       "that wait; how long answers take (median and 95 %); answers by "
       "result code, status reports by word, and what went wrong. Counts are "
       "since the start of the server. A link is paused while the carrier "
       "refuses or does not answer a large share of its messages: they wait, "
       "and single ones are sent to probe it."},
      "sluicectl link list --json", [](tools::CommandLine&, LinkFlags&) {},
      List);
}

}  // namespace sluice::ctl
