// sluicectl retention: runs of retention that wait for a person.

#include <string>

#include "absl/strings/str_format.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/operations.grpc.pb.h"
#include "tools/lib/bar.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {
namespace {

struct RetentionFlags {
  std::string reason;
};

absl::StatusOr<int> Show(const Context& context, const RetentionFlags&) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::OperationsService::NewStub(connection.channel());
  admin::v1::GetRetentionResponse response;
  SLUICE_RETURN_IF_ERROR(
      connection.Call(*stub, &admin::v1::OperationsService::Stub::GetRetention,
                      admin::v1::GetRetentionRequest(), response));
  const int exit_code = response.waiting().empty() ? 0 : 1;
  if (context.json) {
    PrintJson(context.out, response);
    return exit_code;
  }
  if (response.waiting().empty()) {
    context.out << context.Say("没有待批准的清理。\n",
                               "No run of retention waits.\n");
    return exit_code;
  }
  context.out << context.Say(
      "以下清理一次会删去很多内容，因此待批准：\n",
      "These runs wait, because they would remove much at once:\n");
  for (const admin::v1::WaitingRetention& run : response.waiting()) {
    context.out << context.Say(
        "  分区 $0：$2 之前的 $1 条记录，占其日志的 $3 %\n",
        "  partition $0: $1 records before $2, $3 % of its journal\n",
        run.partition(), tools::Grouped(run.records()),
        tools::TimeText(run.before_time()),
        absl::StrFormat("%.0f", run.share_percent()));
  }
  context.out << context.Say(
      "如果时钟正确（sluicectl clock show），请批准清理："
      "sluicectl retention allow --reason 原因\n",
      "If the clock is right (sluicectl clock show), allow them: sluicectl "
      "retention allow --reason WHY\n");
  return exit_code;
}

absl::StatusOr<int> Allow(const Context& context, const RetentionFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::OperationsService::NewStub(connection.channel());
  admin::v1::AllowRetentionRequest request;
  request.set_reason(flags.reason);
  admin::v1::AllowRetentionResponse response;
  SLUICE_RETURN_IF_ERROR(connection.Call(
      *stub, &admin::v1::OperationsService::Stub::AllowRetention, request,
      response));
  if (context.json) {
    PrintJson(context.out, response);
  } else {
    context.out << context.Say("已批准 $0 个分区的清理。\n",
                               "Allowed in $0 partitions.\n",
                               response.allowed());
  }
  return 0;
}

}  // namespace

void AddRetention(tools::CommandLine& app, Context& context) {
  tools::CommandLine& group =
      AddGroup(app, "retention",
               {"待人工批准的旧短信清理",
                "Removal of old messages that waits for a person"},
               "sluicectl retention show");
  AddCommand<RetentionFlags>(
      group, context, "show",
      {"列出待批准的清理。有待批准的清理时退出码为 1。",
       "Lists the runs of retention that wait. Exits 1 when one waits."},
      "sluicectl retention show --json",
      [](tools::CommandLine&, RetentionFlags&) {}, Show);
  AddCommand<RetentionFlags>(
      group, context, "allow",
      {"批准现在等待的清理。清理掉的内容无法恢复：请先核对时钟。",
       "Allows the runs that wait now. What they remove cannot be brought "
       "back: check the clock first."},
      {"sluicectl retention allow --reason \"迁移后补做\"",
       "sluicectl retention allow --reason \"catching up after a move\""},
      [](tools::CommandLine& command, RetentionFlags& flags) {
        command
            .Add("--reason", flags.reason,
                 {"原因，记入日志", "Why, for the log"})
            .Required();
      },
      Allow);
}

}  // namespace sluice::ctl
