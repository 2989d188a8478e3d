// sluicectl clock: compares the system clock with the clock that decides
// messages.

#include <string>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/operations.grpc.pb.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {
namespace {

struct ClockFlags {
  std::string reason;
};

// Prints the state of the clocks and, after a step, what to do.
void Print(const Context& context, const admin::v1::ClockStatus& status) {
  if (context.json) return PrintJson(context.out, status);
  const bool stepped = status.state() == admin::v1::CLOCK_STATE_STEPPED;
  const int64_t offset_ms =
      status.offset().seconds() * 1000 + status.offset().nanos() / 1'000'000;
  context.out << "Clock "
              << (stepped ? context.style.Bad("stepped: Sluice refuses submits")
                          : context.style.Good("settled"))
              << "\n  system     " << tools::TimeText(status.system_time())
              << "\n  decisions  " << tools::TimeText(status.decision_time())
              << "\n  the system clock is "
              << (offset_ms < 0 ? -offset_ms : offset_ms) << " ms "
              << (offset_ms < 0 ? "behind" : "ahead") << "\n";
  if (!stepped) return;
  context.out
      << (offset_ms < 0
              ? "Correct the system clock: recorded time never goes back."
              : "Correct the system clock. If it is correct, accept the step: "
                "sluicectl clock accept --reason WHY")
      << "\n";
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
               "The system clock compared with the clock that decisions use",
               "sluicectl clock show");
  AddCommand<ClockFlags>(
      group, context, "show",
      "Shows the difference of the two clocks. Exits 1 when the system clock "
      "has stepped by more than a minute: Sluice then refuses submits.",
      "sluicectl clock show --json", [](tools::CommandLine&, ClockFlags&) {},
      Show);
  AddCommand<ClockFlags>(
      group, context, "accept",
      "Accepts a step forward of the system clock: Sluice takes submits again "
      "and uses the system clock's time.",
      "sluicectl clock accept --reason \"ntp was down\"",
      [](tools::CommandLine& command, ClockFlags& flags) {
        command.Add("--reason", flags.reason, "Why, for the journal")
            .Required();
      },
      Accept);
}

}  // namespace sluice::ctl
