// sluicectl rejected: redecides messages that a mistaken rule rejected.

#include <cstdint>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/holds.grpc.pb.h"
#include "tools/lib/bar.h"
#include "tools/lib/progress.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/arguments.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/time_flags.h"

namespace sluice::ctl {
namespace {

struct RejectedFlags {
  std::string rule;
  std::string since;
  std::string max_age = "5m";
  std::string reason;
  bool yes = false;
};

absl::StatusOr<admin::v1::RejudgeMessagesRequest> RequestOf(
    const Context& context, const RejectedFlags& flags) {
  admin::v1::RejudgeMessagesRequest request;
  request.set_rule(flags.rule);
  SLUICE_ASSIGN_OR_RETURN(*request.mutable_start_time(),
                          TimeFlags(context).Past("--since", flags.since));
  absl::Duration max_age;
  if (!absl::ParseDuration(flags.max_age, &max_age) ||
      max_age < absl::Seconds(1) || max_age > absl::Hours(24)) {
    return ErrorOf(absl::StatusCode::kInvalidArgument,
                   SayBoth("--max-age：1s 至 24h，如 5m 或 2h",
                           "--max-age: 1s to 24h, such as 5m or 2h"));
  }
  request.mutable_max_age()->set_seconds(absl::ToInt64Seconds(max_age));
  request.set_reason(flags.reason);
  request.set_apply(flags.yes);
  return request;
}

void Print(const Context& context, const RejectedFlags& flags,
           const admin::v1::RejudgeMessagesResponse& response) {
  if (context.json) {
    admin::v1::RejudgeMessagesResponse counts = response;
    counts.clear_done();  // The share searched, not a count.
    return PrintJson(context.out, counts);
  }
  tools::Table table(
      {{context.Say("短信数", "messages"), tools::Align::kRight},
       {flags.yes ? context.Say("重新判定", "new decision")
                  : context.Say("重新判定（加上 --yes 后）",
                                "new decision, if run with --yes")}});
  const auto add = [&](uint64_t count, const Words& what) {
    if (count == 0) return;
    table.AddRow(
        {tools::Grouped(count), std::string(what.in(context.language))});
  };
  add(response.accepted(), {"放行", "ACCEPTED"});
  add(response.deferred(), {"延迟", "DEFERRED"});
  add(response.held(), {"因其他原因待审", "HELD, for another reason"});
  add(response.still_refused(), {"仍为拒绝", "still REJECTED"});
  add(response.expired(), {"已过期，仍为拒绝", "expired: stays REJECTED"});
  add(response.superseded(),
      {"此间已重新判定或重新提交", "redecided or submitted again meanwhile"});
  add(response.left(),
      {"未重新判定：有关号码的记录过多",
       "not redecided: the records about their numbers are too many"});
  context.out << context.Say("只因 $1 而被拒绝的短信有 $0 条。\n",
                             response.refused() == 1
                                 ? "$0 message was rejected by $1 alone.\n"
                                 : "$0 messages were rejected by $1 alone.\n",
                             tools::Grouped(response.refused()), flags.rule);
  if (!table.empty()) context.out << "\n" << table.Text(context.width);
  const bool some =
      response.accepted() + response.deferred() + response.held() > 0;
  if (!flags.yes && some) {
    context.out << context.Say(
        "\n尚未作任何改动。要重新判定，请加上 --yes --reason 原因\n",
        "\nNothing was changed. To redecide them, add --yes --reason WHY\n");
  }
}

absl::StatusOr<int> Rejudge(const Context& context,
                            const RejectedFlags& flags) {
  if (flags.yes && flags.reason.empty()) {
    return Misused(context,
                   context.Say("--yes 须带 --reason：原因，记入日志",
                               "--yes needs --reason: why, for the journal"));
  }
  SLUICE_ASSIGN_OR_RETURN(const admin::v1::RejudgeMessagesRequest request,
                          RequestOf(context, flags));
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::HoldsService::NewStub(connection.channel());
  grpc::ClientContext call;
  connection.Prepare(call, /*stream=*/true);
  admin::v1::RejudgeMessagesResponse response;
  grpc::Status status;
  {
    tools::Progress progress(context.err, context.progress && !context.json,
                             "%", 100);
    const auto stream = stub->RejudgeMessages(&call, request);
    while (stream->Read(&response)) {
      progress.Set(static_cast<uint64_t>(response.done() * 100));
    }
    status = stream->Finish();
  }
  SLUICE_RETURN_IF_ERROR(connection.Explain(status));
  Print(context, flags, response);
  return 0;
}

}  // namespace

void AddRejected(tools::CommandLine& app, Context& context) {
  tools::CommandLine& group =
      AddGroup(app, "rejected",
               {"被规则拒绝的短信", "Messages that rules have rejected"},
               "sluicectl rejected rejudge --rule loans-words --since 10m");
  AddCommand<RejectedFlags>(
      group, context, "rejudge",
      {"对只因一条规则而被拒绝的短信，按现在生效的规则重新判定。请先发布改正"
       "后的规则，或回滚。已过期的短信（验证码很快过期）和发送方已重新提交的"
       "短信仍为拒绝。不加 --yes 只计数。重复执行不会改变什么。",
       "Redecides, by the rules in force now, the messages that one rule "
       "alone has rejected. Publish the corrected rule, or roll back, first. "
       "Messages that have expired, as codes soon do, or that their sender "
       "has submitted again stay rejected. Without --yes the command only "
       "counts. A second run changes nothing."},
      {"sluicectl rejected rejudge --rule loans-words --since 10m --max-age "
       "5m --yes --reason \"案件 118：误中银行名称\"",
       "sluicectl rejected rejudge --rule loans-words --since 10m --max-age "
       "5m --yes --reason \"case 118: hit a bank's name\""},
      [](tools::CommandLine& command, RejectedFlags& flags) {
        command
            .Add("--rule", flags.rule,
                 {"出错的规则、阈值或限额",
                  "The rule, threshold or limit that was mistaken"})
            .Required();
        command
            .Add("--since", flags.since,
                 {"从这一时间起被拒绝的：时间，或多久以前",
                  "Rejected at or after: a time, or how long ago"})
            .Required();
        command
            .Add("--max-age", flags.max_age,
                 {"只处理这段时间内提交的短信，最长 24h",
                  "Only messages submitted within this time, at most 24h"})
            .ShowDefault();
        command.Add(
            "--yes", flags.yes,
            {"重新判定，而不只是计数", "Redecide them instead of counting"});
        command.Add("--reason", flags.reason,
                    {"原因，记入每条短信的日志",
                     "Why, for the journal of each message"});
      },
      Rejudge);
}

}  // namespace sluice::ctl
