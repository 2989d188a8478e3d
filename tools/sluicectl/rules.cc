// sluicectl rules: the rule set in force.

#include <string>

#include "filter/base/status_macros.h"
#include "sluice/v1/rules.grpc.pb.h"
#include "tools/lib/bar.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {
namespace {

struct RulesFlags {
  std::string reason;
};

void Print(const Context& context, const v1::RuleSetStatus& status) {
  if (context.json) return PrintJson(context.out, status);
  context.out << "Rule set " << context.style.Bold(status.rule_set()) << ": "
              << status.pack() << " " << status.version() << ", "
              << status.title() << "\n"
              << tools::Grouped(status.rules()) << " rules, "
              << tools::Grouped(status.words()) << " words, "
              << tools::Grouped(status.patterns()) << " patterns\n";
}

absl::StatusOr<int> Reload(const Context& context, const RulesFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = v1::Rules::NewStub(connection.channel());
  v1::ReloadRequest request;
  request.set_reason(flags.reason);
  v1::RuleSetStatus status;
  SLUICE_RETURN_IF_ERROR(
      connection.Call(*stub, &v1::Rules::Stub::Reload, request, status));
  Print(context, status);
  return 0;
}

absl::StatusOr<int> Status(const Context& context, const RulesFlags&) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = v1::Rules::NewStub(connection.channel());
  v1::RuleSetStatus status;
  SLUICE_RETURN_IF_ERROR(connection.Call(*stub, &v1::Rules::Stub::Status,
                                         v1::RuleSetStatusRequest(), status));
  Print(context, status);
  return 0;
}

}  // namespace

void AddRules(CLI::App& app, Context& context) {
  CLI::App* group =
      AddGroup(app, "rules", "The rule set in force", "sluicectl rules status");
  AddCommand<RulesFlags>(
      *group, context, "reload",
      "Reads the rule pack again. A faulty pack is refused with file, line and "
      "column, and the old one stays in force.",
      "sluicectl rules reload --reason \"new word list\"",
      [](CLI::App& command, RulesFlags& flags) {
        command.add_option("--reason", flags.reason, "Why, for the journal")
            ->required();
      },
      Reload);
  AddCommand<RulesFlags>(
      *group, context, "status", "Which rules decide now.",
      "sluicectl rules status --json", [](CLI::App&, RulesFlags&) {}, Status);
}

}  // namespace sluice::ctl
