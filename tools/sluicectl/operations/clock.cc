// sluicectl clock: compares the system clock with the clock that decides
// messages.

#include <string>

#include "rules/base/status_macros.h"
#include "sluice/admin/v1/operations.grpc.pb.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {
namespace {

struct ClockFlags {
  std::string reason;
  std::string time;
  bool back = false;
};

// What a person can do about the clocks.
std::string Advice(const Context& context, const admin::v1::ClockStatus& status,
                   int64_t offset_ms) {
  if (offset_ms < 0) {
    return context.Say(
        "请校正系统时钟。如果系统时钟正确，那么记录中有从未存在过的时间；收回它"
        "："
        "sluicectl clock accept --back --time \"NOW BY YOUR WATCH\" --reason "
        "原因",
        "Correct the system clock. If it is correct, the records bear a time "
        "that never was; take it back: sluicectl clock accept --back --time "
        "\"NOW BY YOUR WATCH\" --reason WHY");
  }
  const char* const named =
      offset_ms > 86'400'000 ? "--time \"NOW BY YOUR WATCH\" " : "";
  if (status.state() == admin::v1::CLOCK_STATE_UNCONFIRMED) {
    return context.Say(
        "服务器确实停了这么久吗？如果没有，请校正系统时钟：错误的时钟会使短信过"
        "期，并清理记录。如果系统时钟正确，请接受它：sluicectl clock accept "
        "$0--reason 原因",
        "Was the server off for so long? If not, correct the system clock: a "
        "wrong clock lets messages expire and retention remove records. If it "
        "is correct, accept it: sluicectl clock accept $0--reason WHY",
        named);
  }
  return context.Say(
      "请校正系统时钟。如果系统时钟正确，请接受它：sluicectl clock accept "
      "$0--reason 原因",
      "Correct the system clock. If it is correct, accept it: sluicectl clock "
      "accept $0--reason WHY",
      named);
}

std::string StateText(const Context& context,
                      const admin::v1::ClockStatus& status) {
  switch (status.state()) {
    case admin::v1::CLOCK_STATE_SETTLED:
      return context.style.Good(context.Say("正常", "settled"));
    case admin::v1::CLOCK_STATE_UNCONFIRMED:
      return context.style.Bad(context.Say(
          "尚未确认：Sluice 不判定、不发送、不清理",
          "unconfirmed: Sluice decides, hands over and removes nothing"));
    default:
      return context.style.Bad(context.Say("发生跳变：Sluice 拒绝提交",
                                           "stepped: Sluice refuses submits"));
  }
}

// Prints the state of the clocks and, after a step, what to do.
void Print(const Context& context, const admin::v1::ClockStatus& status) {
  if (context.json) return PrintJson(context.out, status);
  const bool stepped = status.state() != admin::v1::CLOCK_STATE_SETTLED;
  const int64_t offset_ms =
      status.offset().seconds() * 1000 + status.offset().nanos() / 1'000'000;
  context.out << context.Say(
      "时钟 $0\n  系统时钟  $1\n  判定时钟  $2\n  系统时钟$4 $3 毫秒\n",
      "Clock $0\n  system     $1\n  decisions  $2\n  the system clock is $3 ms "
      "$5\n",
      StateText(context, status), tools::TimeText(status.system_time()),
      tools::TimeText(status.decision_time()),
      offset_ms < 0 ? -offset_ms : offset_ms, offset_ms < 0 ? "慢" : "快",
      offset_ms < 0 ? "behind" : "ahead");
  if (status.has_start_gap()) {
    context.out << context.Say(
        "  启动时，最新的记录已是 $0 分钟前的：服务器确实停了这么久吗？\n",
        "  at the start the newest record was $0 minutes old: was the server "
        "off for so long?\n",
        status.start_gap().seconds() / 60);
  }
  if (stepped) context.out << Advice(context, status, offset_ms) << "\n";
}

absl::StatusOr<int> Show(const Context& context, const ClockFlags&) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::OperationsService::NewStub(connection.channel());
  admin::v1::GetClockResponse response;
  SLUICE_RETURN_IF_ERROR(
      connection.Call(*stub, &admin::v1::OperationsService::Stub::GetClock,
                      admin::v1::GetClockRequest(), response));
  Print(context, response.clock());
  return response.clock().state() == admin::v1::CLOCK_STATE_SETTLED ? 0 : 1;
}

absl::StatusOr<int> Accept(const Context& context, const ClockFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::OperationsService::NewStub(connection.channel());
  admin::v1::AcceptClockRequest request;
  request.set_reason(flags.reason);
  request.set_back(flags.back);
  if (!flags.time.empty()) {
    SLUICE_ASSIGN_OR_RETURN(const absl::Time time,
                            tools::ParseTime(flags.time));
    *request.mutable_expected_time() = tools::ToTimestamp(time);
  }
  admin::v1::AcceptClockResponse response;
  SLUICE_RETURN_IF_ERROR(
      connection.Call(*stub, &admin::v1::OperationsService::Stub::AcceptClock,
                      request, response));
  Print(context, response.clock());
  return 0;
}

}  // namespace

void AddClock(tools::CommandLine& app, Context& context) {
  tools::CommandLine& group =
      AddGroup(app, "clock",
               {"系统时钟与判定所用时钟的比较",
                "The system clock compared with the clock that decisions use"},
               "sluicectl clock show");
  AddCommand<ClockFlags>(
      group, context, "show",
      {"显示两个时钟之差。系统时钟跳变超过一分钟时退出码为 1：Sluice 此时拒绝"
       "提交。",
       "Shows the difference of the two clocks. Exits 1 when the system "
       "clock has stepped by more than a minute: Sluice then refuses submits."},
      "sluicectl clock show --json", [](tools::CommandLine&, ClockFlags&) {},
      Show);
  AddCommand<ClockFlags>(
      group, context, "accept",
      {"接受系统时钟：Sluice 恢复接受提交，并使用其时间。跳变超过一天时须给出"
       " --time，以免随手接受错误的时钟。--back 收回从未存在过的时间：其间发"
       "送的短信从现在起计数，等待中的短信按整天移动。",
       "Accepts the system clock: Sluice takes submits again and uses its "
       "time. A step of more than a day needs --time, so that a wrong clock "
       "is not accepted by habit. --back takes back a time that never was: "
       "messages sent there count from now on, and waiting ones move by "
       "whole days."},
      {"sluicectl clock accept --reason \"NTP 曾中断\"",
       "sluicectl clock accept --reason \"ntp was down\""},
      [](tools::CommandLine& command, ClockFlags& flags) {
        command
            .Add("--reason", flags.reason,
                 {"原因，记入日志", "Why, for the journal"})
            .Required();
        command.Add("--time", flags.time,
                    {"现在的时间，如 2026-01-31 10:00",
                     "What time it is, as 2026-01-31 10:00"});
        command.Add("--back", flags.back,
                    {"系统时钟落后于记录，而它是对的",
                     "The system clock is behind the records, and right"});
      },
      Accept);
}

}  // namespace sluice::ctl
