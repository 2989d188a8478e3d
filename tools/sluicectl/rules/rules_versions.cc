// Lists versions: status, history, export, and reload of the configured folder.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "rules/pack/pack_files.h"
#include "tools/evaluate_run/tally.h"
#include "tools/lib/bar.h"
#include "tools/lib/json_line.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/key_names.h"
#include "tools/sluicectl/rules/pack_base.h"
#include "tools/sluicectl/rules/pack_source.h"
#include "tools/sluicectl/rules/rules_commands.h"

namespace sluice::ctl {
namespace {

constexpr uint32_t kPageMax = 1'000;

struct VersionFlags {
  std::string reason;
  uint32_t limit = 20;
  uint32_t number = 0;
  std::vector<std::string> export_from_to;
};

// Describes the automatic rollback of a rule.
std::string RolledBackText(const admin::v1::RolledBackRule& rule) {
  return absl::StrCat(
      rule.rule(), " since ", tools::TimeText(rule.time()), ": rejected ",
      tools::Grouped(rule.refused()), " of ", tools::Grouped(rule.messages()),
      " messages of ", rule.content_provider_id(), " in ",
      rule.window().seconds() / 60, " minutes, before ",
      evaluate::Percent(rule.share_before()), "; ",
      rule.mode() == rules::v1::CHECK_MODE_OBSERVE ? "only observed"
                                                   : "only holds messages",
      " for all content providers until the next publication");
}

void Print(const Context& context, const admin::v1::RuleSetStatus& status) {
  if (context.json) return PrintJson(context.out, status);
  context.out << "Version " << context.style.Bold(absl::StrCat(status.number()))
              << ", rule set " << context.style.Bold(status.rule_set()) << ": "
              << status.pack() << " " << status.version() << ", "
              << status.title() << "\n"
              << tools::Counted(status.rules(), "rule") << ", "
              << tools::Counted(status.words(), "word") << ", "
              << tools::Counted(status.patterns(), "pattern") << "\n";
  for (const admin::v1::RolledBackRule& rule : status.rolled_back()) {
    context.out << context.style.Bad("automatic rollback") << " "
                << RolledBackText(rule) << "\n";
  }
  if (status.exemptions() != 0) {
    context.out << context.style.Bad("note") << " "
                << tools::Counted(status.exemptions(), "exemption")
                << (status.exemptions() == 1 ? " is" : " are")
                << " in force: `sluicectl rules exemptions`\n";
  }
  if (status.blocks() != 0) {
    context.out << context.style.Bad("note") << " "
                << tools::Counted(status.blocks(), "block")
                << (status.blocks() == 1 ? " is" : " are")
                << " in force: `sluicectl rules blocks`\n";
  }
  for (const admin::v1::RuleVersion& version : status.planned()) {
    context.out << "Version " << version.number() << " is planned for "
                << tools::TimeText(version.planned_time())
                << "; to cancel that: `sluicectl rules withdraw "
                << version.number() << " --reason WHY`\n";
  }
}

absl::StatusOr<int> Status(const Context& context, const VersionFlags&) {
  admin::v1::GetRuleSetStatusResponse response;
  SLUICE_RETURN_IF_ERROR(
      CallRules(context, &admin::v1::RulesService::Stub::GetRuleSetStatus,
                admin::v1::GetRuleSetStatusRequest(), response));
  Print(context, response.status());
  return 0;
}

absl::StatusOr<int> Reload(const Context& context, const VersionFlags& flags) {
  admin::v1::ReloadRulesRequest request;
  request.set_reason(flags.reason);
  admin::v1::ReloadRulesResponse response;
  SLUICE_RETURN_IF_ERROR(CallRules(Patiently(context),
                                   &admin::v1::RulesService::Stub::ReloadRules,
                                   request, response));
  Print(context, response.status());
  return 0;
}

// The reason given for the last step.
std::string LastReason(const admin::v1::RuleVersion& version) {
  return version.steps().empty() ? version.reason()
                                 : version.steps().rbegin()->reason();
}

std::string StepText(const admin::v1::RuleVersionStep& step) {
  const std::string other = absl::StrCat("version ", step.other());
  switch (step.kind()) {
    case admin::v1::RULE_VERSION_STEP_KIND_PUT:
      return "draft";
    case admin::v1::RULE_VERSION_STEP_KIND_PLANNED:
      return absl::StrCat("planned for ", tools::TimeText(step.planned_time()));
    case admin::v1::RULE_VERSION_STEP_KIND_UNPLANNED:
      return "plan failed";
    case admin::v1::RULE_VERSION_STEP_KIND_PUBLISHED:
      return step.other() == 0 ? "published"
                               : absl::StrCat("published after ", other);
    case admin::v1::RULE_VERSION_STEP_KIND_BROUGHT_BACK:
      return step.other() == 0 ? "published again"
                               : absl::StrCat("restored after ", other);
    case admin::v1::RULE_VERSION_STEP_KIND_TAKEN_BACK:
      return absl::StrCat("rolled back to ", other);
    default:
      return absl::AsciiStrToLower(tools::ShortName(step.kind()));
  }
}

// Prints every step of one version.
void PrintSteps(const Context& context, const admin::v1::RuleVersion& version) {
  context.out << "Version "
              << context.style.Bold(absl::StrCat(version.number())) << " ("
              << version.rule_set() << "), " << version.pack() << " "
              << version.version() << ": " << StateText(version) << "\n"
              << "Digest " << version.digest() << "\n";
  tools::Table table(
      {{"when"}, {"step"}, {"who"}, {"reason", tools::Align::kLeft, true}});
  KeyNames names(context);
  for (const admin::v1::RuleVersionStep& step : version.steps()) {
    table.AddRow({tools::TimeText(step.time()), StepText(step),
                  names.Of(step.actor()), step.reason()});
  }
  context.out << table.Text(context.width);
  if (version.based_on() != 0) {
    context.out << "What it changed: sluicectl rules diff "
                << version.based_on() << " " << version.number() << "\n";
  }
}

absl::StatusOr<int> HistoryOfOne(const Context& context, uint32_t number) {
  admin::v1::GetVersionRequest request;
  request.set_number(number);
  admin::v1::GetVersionResponse response;
  const absl::Status called = CallRules(
      context, &admin::v1::RulesService::Stub::GetVersion, request, response);
  if (absl::IsNotFound(called)) {
    return WithNext(
        called,
        context.Say("`sluicectl rules history` 列出现有的版本。",
                    "`sluicectl rules history` shows which there are."));
  }
  SLUICE_RETURN_IF_ERROR(called);
  if (context.json) {
    PrintJson(context.out, response.version());
  } else {
    PrintSteps(context, response.version());
  }
  return 0;
}

void AddVersion(const admin::v1::RuleVersion& version, KeyNames& names,
                tools::Table& table) {
  const bool planned = version.state() == admin::v1::RULE_VERSION_STATE_PLANNED;
  table.AddRow({absl::StrCat(version.number()), version.in_force() ? "*" : "",
                version.rule_set(),
                absl::StrCat(version.pack(), " ", version.version()),
                StateText(version),
                version.from_folder() ? "folder" : names.Of(version.author()),
                version.approver().empty() ? "-" : names.Of(version.approver()),
                tools::TimeText(planned ? version.planned_time()
                                        : version.publish_time()),
                LastReason(version)});
}

absl::StatusOr<int> History(const Context& context, const VersionFlags& flags) {
  if (flags.number != 0) return HistoryOfOne(context, flags.number);
  tools::Table table({{"number", tools::Align::kRight},
                      {""},
                      {"rule set"},
                      {"pack"},
                      {"state"},
                      {"author"},
                      {"approver"},
                      {"published"},
                      {"last reason", tools::Align::kLeft, true}});
  admin::v1::ListVersionsRequest request;
  uint32_t left = flags.limit;
  KeyNames names(context);
  while (left > 0) {
    request.set_page_size(std::min(left, kPageMax));
    admin::v1::ListVersionsResponse page;
    SLUICE_RETURN_IF_ERROR(CallRules(
        context, &admin::v1::RulesService::Stub::ListVersions, request, page));
    for (const admin::v1::RuleVersion& version : page.versions()) {
      if (context.json) PrintJson(context.out, version);
      AddVersion(version, names, table);
    }
    left -= std::min(left, static_cast<uint32_t>(page.versions_size()));
    request.set_page_token(page.next_page_token());
    if (page.next_page_token().empty()) break;
  }
  if (context.json) return 0;
  context.out << table.Text(context.width);
  if (!request.page_token().empty()) {
    context.out << "There are older versions: --limit shows more.\n";
  }
  context.out << "`sluicectl rules history NUMBER` shows each step of a "
                 "version: who, when and why.\n";
  return 0;
}

absl::StatusOr<int> Export(const Context& context, const VersionFlags& flags) {
  const std::string& folder = flags.export_from_to.back();
  const std::string source = flags.export_from_to.size() == 1
                                 ? kInForce
                                 : flags.export_from_to.front();
  if (!VersionOf(source)) {
    return Misused(context, absl::StrCat("\"", source,
                                         "\" is not a version's number. Write "
                                         "`rules export [NUMBER] FOLDER`"));
  }
  SLUICE_ASSIGN_OR_RETURN(const NamedPack pack, ReadNamedPack(context, source));
  SLUICE_RETURN_IF_ERROR(WithNext(rules::WritePackFiles(pack.files, folder),
                                  "Name a new folder."));
  NoteBase(context, folder, pack.version);
  if (context.json) {
    context.out << tools::JsonLine()
                       .Text("version", pack.name)
                       .Text("folder", folder)
                       .Count("files", pack.files.size())
                       .End()
                << "\n";
    return 0;
  }
  context.out << tools::Counted(pack.files.size(), "file") << " of "
              << pack.name << (pack.files.size() == 1 ? " is in " : " are in ")
              << folder << ".\n";
  return 0;
}

}  // namespace

void AddRulesVersions(tools::CommandLine& group, Context& context) {
  AddCommand<VersionFlags>(
      group, context, "status",
      "The rule set in force, automatic rollbacks and exemptions.",
      "sluicectl rules status --json",
      [](tools::CommandLine&, VersionFlags&) {}, Status);
  AddCommand<VersionFlags>(
      group, context, "history",
      "Versions of the rules, the newest first; * marks the one in force. With "
      "a number: every step of that version, with who, when and why.",
      "sluicectl rules history --limit 50\n"
      "  sluicectl rules history 3",
      [](tools::CommandLine& command, VersionFlags& flags) {
        command.Add("NUMBER", flags.number, "Only this version").Positive();
        command.Add("--limit", flags.limit, "How many")
            .Positive()
            .ShowDefault();
      },
      History);
  AddCommand<VersionFlags>(
      group, context, "export",
      "Writes the files of a version into a new folder.",
      "sluicectl rules export ./in-force\n"
      "  sluicectl rules export 3 ./version-3",
      [](tools::CommandLine& command, VersionFlags& flags) {
        command
            .Add("FOLDER", flags.export_from_to,
                 "[NUMBER] FOLDER. Default: the version in force")
            .Required()
            .Values(1, 2);
      },
      Export);
  AddCommand<VersionFlags>(
      group, context, "reload",
      "Reads the configured folder again and puts it in force; needs "
      "rules.approval: one_person. A faulty pack is rejected with file, line "
      "and column of each fault, and the old pack stays in force.",
      "sluicectl rules reload --reason \"new word list\"",
      [](tools::CommandLine& command, VersionFlags& flags) {
        command.Add("--reason", flags.reason, "Why, for the journal")
            .Required();
      },
      Reload);
}

}  // namespace sluice::ctl
