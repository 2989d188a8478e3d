// sluicectl rules: rule packs, their versions, statistics and exemptions.

#include <iterator>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/rules/rules_commands.h"

namespace sluice::ctl {

Context Patiently(const Context& context) {
  Context patient = context;
  if (patient.connection.timeout == tools::ConnectionOptions().timeout) {
    patient.connection.timeout = absl::Minutes(5);
  }
  return patient;
}

std::string NameOf(const admin::v1::RuleVersion& version, Language language) {
  return Say(language, "版本 $0（$1）", "version $0 ($1)", version.number(),
             version.rule_set());
}

namespace {

// Whether a rollback, and not a newer version, ended its time in force.
bool WasRolledBack(const admin::v1::RuleVersion& version) {
  for (auto step = version.steps().rbegin(); step != version.steps().rend();
       ++step) {
    switch (step->kind()) {
      case admin::v1::RULE_VERSION_STEP_KIND_TAKEN_BACK:
        return true;
      case admin::v1::RULE_VERSION_STEP_KIND_PUBLISHED:
      case admin::v1::RULE_VERSION_STEP_KIND_BROUGHT_BACK:
        return false;
      default:
        break;
    }
  }
  return false;
}

}  // namespace

std::string StateText(const Context& context,
                      const admin::v1::RuleVersion& version) {
  if (version.in_force()) return context.Say("生效中", "in force");
  if (version.state() == admin::v1::RULE_VERSION_STATE_PUBLISHED) {
    return WasRolledBack(version) ? context.Say("已回滚", "rolled back")
                                  : context.Say("曾生效", "was in force");
  }
  return absl::AsciiStrToLower(context.Name(version.state()));
}

absl::Status WithVersions(const absl::Status& status) {
  if (!absl::IsNotFound(status)) return status;
  const std::string field = FieldOf(status);
  const bool is_version =
      field == "number" || field == "against" || field == "based_on";
  return is_version ? WithNext(status, HistoryHint()) : status;
}

Both HistoryHint() {
  return SayBoth(
      "`sluicectl rules history` 列出每个版本及其状态。",
      "`sluicectl rules history` shows every version and its state.");
}

void AddRules(tools::CommandLine& app, Context& context) {
  tools::CommandLine& group =
      AddGroup(app, "rules",
               {"解释、修改和发布规则。通常的顺序：init、edit、validate、"
                "preview、import；由同事 approve；publish",
                "Explains, changes and publishes the rules. The usual order: "
                "init, edit, validate, preview, import; a colleague "
                "approves; publish"},
               "sluicectl rules status\n"
               "  sluicectl rules explain \"金沙百家乐，首存有礼\"");
  AddRulesVersions(group, context);
  AddRulesDiff(group, context);
  AddRulesExplain(group, context);
  AddRulesPreview(group, context);
  AddRulesFolder(group, context);
  AddRulesEdit(group, context);
  AddRulesLife(group, context);
  AddRulesApprove(group, context);
  AddRulesStats(group, context);
  AddRulesExempt(group, context);
  AddRulesBlock(group, context);
}

}  // namespace sluice::ctl
