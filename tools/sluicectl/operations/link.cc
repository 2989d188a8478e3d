// sluicectl link: the carrier links and how they do.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/operations.grpc.pb.h"
#include "tools/lib/bar.h"
#include "tools/lib/display_width.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/carrier_words.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {
namespace {

using admin::v1::CarrierLink;

struct LinkFlags {};

std::string PaceText(const Context& context, const CarrierLink& link) {
  return link.segments_per_second() == 0
             ? context.Say("不限", "no limit")
             : context.Say("$0 条/秒", "$0/s",
                           absl::StrFormat("%.4g", link.segments_per_second()));
}

double MillisOf(const google::protobuf::Duration& time) {
  return static_cast<double>(time.seconds()) * 1000 + time.nanos() / 1e6;
}

// "12 / 140 ms": the median and what 95 % do not exceed.
std::string AnswerText(const Context& context, const CarrierLink& link) {
  if (link.results().empty()) return "-";
  return context.Say(
      "$0 / $1 毫秒", "$0 / $1 ms",
      absl::StrFormat("%.0f", MillisOf(link.answer_time_median())),
      absl::StrFormat("%.0f", MillisOf(link.answer_time_p95())));
}

uint64_t Waiting(const CarrierLink& link) {
  uint64_t sum = 0;
  for (const auto& one : link.waiting()) sum += one.messages();
  return sum;
}

std::string WaitingText(const Context& context, const CarrierLink& link) {
  std::vector<std::string> classes;
  for (const auto& one : link.waiting()) {
    classes.push_back(absl::StrCat(context.Name(one.message_class()), " ",
                                   tools::Grouped(one.messages())));
  }
  return absl::StrJoin(classes, context.Say("、", ", "));
}

std::string CountText(const Context& context,
                      const admin::v1::CodeCount& count) {
  const std::string number = tools::Grouped(count.count());
  if (count.code().empty()) {
    return context.Say("其他代码 $0 条", "$0 with other codes", number);
  }
  if (count.meaning().empty()) {
    return context.Say("$1 $0 条", "$0 with $1", number, count.code());
  }
  return context.Say("$1（$2）$0 条", "$0 with $1 ($2)", number, count.code(),
                     CarrierWords(context.language, count.meaning()));
}

// "188 with 10 (Src_Id is wrong), 3 with 0 (taken)"
std::string CountsText(
    const Context& context,
    const google::protobuf::RepeatedPtrField<admin::v1::CodeCount>& counts) {
  std::vector<std::string> each;
  for (const admin::v1::CodeCount& count : counts) {
    each.push_back(CountText(context, count));
  }
  return absl::StrJoin(each, context.Say("，", ", "));
}

std::string TroubleText(const Context& context, const CarrierLink& link) {
  return context.Say(
      "断开 $0 次，登录失败 $1 次，无法识读的 DELIVER $2 "
      "条，未知短信的状态报告 "
      "$3 条，结果不明的短信 $4 条",
      "$5 lost, $6 failed, $7, $8 of unknown messages, $9 UNKNOWN",
      tools::Grouped(link.connections_lost()),
      tools::Grouped(link.logins_failed()),
      tools::Grouped(link.unreadable_delivers()),
      tools::Grouped(link.unmatched_reports()),
      tools::Grouped(link.unknown_messages()),
      tools::Counted(link.connections_lost(), "connection"),
      tools::Counted(link.logins_failed(), "login"),
      tools::Counted(link.unreadable_delivers(), "unreadable DELIVER"),
      tools::Counted(link.unmatched_reports(), "report"),
      tools::Counted(link.unknown_messages(), "message"));
}

std::string StateText(const Context& context, const CarrierLink& link) {
  const std::string name = context.Name(link.state());
  return link.state() == admin::v1::LINK_STATE_UP ? context.style.Good(name)
                                                  : context.style.Bad(name);
}

// The names of the configuration are those of the API.
std::string CarriersText(const Context& context, const CarrierLink& link) {
  std::vector<std::string> names;
  for (const std::string& name : link.carriers()) {
    const auto carrier = tools::ParseEnum<admin::v1::Carrier>(name);
    const bool chinese = carrier.ok() && context.language == Language::kChinese;
    names.push_back(chinese ? context.Name(*carrier) : name);
  }
  return absl::StrJoin(names, context.Say("、", ", "));
}

void PrintDetails(const Context& context, const CarrierLink& link) {
  context.out << context.Say("\n$0：$1，自 $2\n", "\n$0: $1 since $2\n",
                             context.style.Bold(link.name()),
                             StateText(context, link),
                             tools::TimeText(link.since_time()));
  const auto line = [&context](const Words& what, const std::string& text) {
    if (text.empty()) return;
    context.out << "  " << tools::PadTo(what.in(context.language), 9) << text
                << "\n";
  };
  // The server's own words, as its log has them.
  const std::string words = CarrierWords(Language::kChinese, link.why());
  line({"原因", "why"}, link.why().empty()
                            ? ""
                            : context.Say("$1（原文：$0）", "$0", link.why(),
                                          words == link.why() ? "" : words));
  line({"服务", "serves"}, CarriersText(context, link));
  line({"等待", "waiting"}, WaitingText(context, link));
  line({"应答", "answers"}, CountsText(context, link.results()));
  line({"报告", "reports"}, CountsText(context, link.reports()));
  line({"异常", "trouble"}, TroubleText(context, link));
}

void Print(const Context& context,
           const admin::v1::ListLinksResponse& response) {
  if (response.links().empty()) {
    context.out << context.Say(
        "没有配置运营商链路：放行的短信会等待。\n",
        "No carrier link is configured: accepted messages wait.\n");
    return;
  }
  tools::Table table(
      {{context.Say("链路", "link")},
       {context.Say("状态", "state")},
       {context.Say("自", "since")},
       {context.Say("协议", "speaks")},
       {context.Say("窗口", "window"), tools::Align::kRight},
       {context.Say("速率", "pace"), tools::Align::kRight},
       {context.Say("等待", "waiting"), tools::Align::kRight},
       {context.Say("应答耗时", "answers in"), tools::Align::kRight},
       {context.Say("结果不明", "UNKNOWN"), tools::Align::kRight}});
  for (const CarrierLink& link : response.links()) {
    table.AddRow(
        {link.name(), context.Name(link.state()),
         tools::TimeText(link.since_time()),
         link.version().empty() ? "-" : link.version(),
         context.Say("$0 / $1", "$0 of $1", link.window_used(), link.window()),
         PaceText(context, link), tools::Grouped(Waiting(link)),
         AnswerText(context, link), tools::Grouped(link.unknown_messages())});
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
