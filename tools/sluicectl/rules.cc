// sluicectl rules: what the rules say, and their way into force.

#include <iterator>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/rules_commands.h"

namespace sluice::ctl {

Context Patiently(const Context& context) {
  Context patient = context;
  if (patient.connection.timeout == tools::ConnectionOptions().timeout) {
    patient.connection.timeout = absl::Minutes(5);
  }
  return patient;
}

std::string NameOf(const v1::RuleVersion& version) {
  return absl::StrCat("version ", version.number(), " (", version.rule_set(),
                      ")");
}

std::string StateText(const v1::RuleVersion& version) {
  if (version.in_force()) return "in force";
  if (version.state() == v1::RULE_VERSION_STATE_PUBLISHED) {
    return "was in force";
  }
  return absl::AsciiStrToLower(tools::ShortName(version.state()));
}

absl::Status WithNext(const absl::Status& status, absl::string_view next) {
  if (status.ok() || absl::StrContains(status.message(), "\n  ")) return status;
  return absl::Status(status.code(),
                      absl::StrCat(status.message(), "\n  ", next));
}

int Misused(const Context& context, absl::string_view what) {
  context.err << "sluicectl: " << what << "\n";
  return 2;
}

absl::StatusOr<v1::MessageClass> ReadClass(const std::string& name) {
  const auto value = tools::ParseEnum<v1::MessageClass>(name);
  if (value.ok()) return *value;
  return absl::InvalidArgumentError(
      absl::StrCat("--class ", value.status().message()));
}

std::string ReadText(const Context& context, const std::string& text) {
  if (text != "-") return text;
  std::string read(std::istreambuf_iterator<char>(context.in), {});
  while (!read.empty() && (read.back() == '\n' || read.back() == '\r')) {
    read.pop_back();
  }
  return read;
}

void AddRules(CLI::App& app, Context& context) {
  CLI::App* group = AddGroup(
      app, "rules",
      "What the rules say, and their way from a folder into force: init, edit, "
      "validate, preview, import; a colleague approves; publish",
      "sluicectl rules status\n"
      "  sluicectl rules explain \"金沙百家乐，首存有礼\"");
  AddRulesVersions(*group, context);
  AddRulesDiff(*group, context);
  AddRulesExplain(*group, context);
  AddRulesPreview(*group, context);
  AddRulesFolder(*group, context);
  AddRulesEdit(*group, context);
  AddRulesLife(*group, context);
  AddRulesStats(*group, context);
  AddRulesExempt(*group, context);
}

}  // namespace sluice::ctl
