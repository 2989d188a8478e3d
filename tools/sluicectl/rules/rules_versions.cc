// Lists versions: status, history, export, and reload of the configured folder.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "rules/pack/pack_files.h"
#include "tools/evaluate_run/tally.h"
#include "tools/lib/bar.h"
#include "tools/lib/json_line.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/key_names.h"
#include "tools/sluicectl/party_names.h"
#include "tools/sluicectl/plan_text.h"
#include "tools/sluicectl/prose.h"
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
std::string RolledBackText(const Context& context,
                           const admin::v1::RolledBackRule& rule,
                           PartyNames& parties) {
  const bool observed = rule.mode() == rules::v1::CHECK_MODE_OBSERVE;
  return context.Say(
      "$0 自 $1 起：$5 分钟内拒绝了 $4 的 $3 条短信中的 $2 条，此前为 $6；"
      "在下一次发布之前，对所有内容提供者$7",
      "$0 since $1: rejected $2 of $3 messages of $4 in $5 minutes, before $6; "
      "$7 for all content providers until the next publication",
      rule.rule(), tools::TimeText(rule.time()), tools::Grouped(rule.refused()),
      tools::Grouped(rule.messages()),
      parties.Provider(rule.content_provider_id()),
      rule.window().seconds() / 60, evaluate::Percent(rule.share_before()),
      observed ? context.Say("仅观察", "only observed")
               : context.Say("只转人工审核", "only holds messages"));
}

// "2 exemptions are in force", and how to list them.
void PrintInForce(const Context& context, uint64_t count,
                  const std::string& noun, absl::string_view chinese,
                  absl::string_view command) {
  if (count == 0) return;
  PrintNote(
      context, context.Say("注意", "note"),
      context.Say(" 有 $0 项$1生效中：`sluicectl rules $4`",
                  " $2 $3 in force: `sluicectl rules $4`",
                  tools::Grouped(count), chinese, tools::Counted(count, noun),
                  count == 1 ? "is" : "are", command));
}

// The plans that nothing stands in the way of, and how to cancel one.
void PrintPlanned(const Context& context,
                  const admin::v1::RuleSetStatus& status) {
  std::vector<uint32_t> numbers;
  for (const admin::v1::RuleVersion& version : status.planned()) {
    if (version.has_plan_obstacle()) continue;
    numbers.push_back(version.number());
    context.out << context.Say(
        "版本 $0 定于 $1 发布\n", "Version $0 is planned for $1\n",
        version.number(), tools::TimeText(version.planned_time()));
  }
  if (numbers.empty()) return;
  context.out << context.Say(
      "  要取消：sluicectl rules withdraw $0 --reason 原因\n",
      "  To cancel that: sluicectl rules withdraw $0 --reason WHY\n",
      numbers.size() == 1 ? absl::StrCat(numbers.front())
                          : context.Say("编号", "NUMBER"));
}

void Print(const Context& context, const admin::v1::RuleSetStatus& status) {
  if (context.json) return PrintJson(context.out, status);
  const std::string head =
      context.Say("版本 $0，规则集 $1", "Version $0, rule set $1",
                  status.number(), status.rule_set());
  PrintProse(context,
             head + context.Say("：$0 $1，$2", ": $0 $1, $2", status.pack(),
                                status.version(), status.title()),
             head, context.style.Bold(head));
  PrintProse(context,
             context.Say("$0 条规则，$1 个词，$2 个正则表达式", "$3, $4, $5",
                         tools::Grouped(status.rules()),
                         tools::Grouped(status.words()),
                         tools::Grouped(status.patterns()),
                         tools::Counted(status.rules(), "rule"),
                         tools::Counted(status.words(), "word"),
                         tools::Counted(status.patterns(), "pattern")));
  PartyNames parties(context);
  for (const admin::v1::RolledBackRule& rule : status.rolled_back()) {
    PrintNote(context, context.Say("自动回滚", "automatic rollback"),
              " " + RolledBackText(context, rule, parties));
  }
  PrintInForce(context, status.exemptions(), "exemption", "豁免", "exemptions");
  PrintInForce(context, status.blocks(), "block", "拦截", "blocks");
  PrintPlanned(context, status);
  PrintPlans(context, status);
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

std::string StepText(const Context& context,
                     const admin::v1::RuleVersionStep& step) {
  const uint32_t other = step.other();
  switch (step.kind()) {
    case admin::v1::RULE_VERSION_STEP_KIND_PUT:
      return context.Say("提交草稿", "draft");
    case admin::v1::RULE_VERSION_STEP_KIND_PLANNED:
      return context.Say("定于 $0 发布", "planned for $0",
                         tools::TimeText(step.planned_time()));
    case admin::v1::RULE_VERSION_STEP_KIND_UNPLANNED:
      return context.Say("取消定时", "plan cancelled");
    case admin::v1::RULE_VERSION_STEP_KIND_PLAN_FAILED:
      return context.Say("定时发布失败", "plan failed");
    case admin::v1::RULE_VERSION_STEP_KIND_PUBLISHED:
      if (other == 0) return context.Say("发布", "published");
      return context.Say("发布，取代版本 $0", "published after version $0",
                         other);
    case admin::v1::RULE_VERSION_STEP_KIND_BROUGHT_BACK:
      if (other == 0) return context.Say("恢复生效", "published again");
      return context.Say("恢复生效，取代版本 $0", "restored after version $0",
                         other);
    case admin::v1::RULE_VERSION_STEP_KIND_TAKEN_BACK:
      return context.Say("回滚到版本 $0", "rolled back to version $0", other);
    default:
      return absl::AsciiStrToLower(context.Name(step.kind()));
  }
}

// A reason as a person gave it; sluiced gives one when it starts.
std::string GivenReason(const Context& context, const std::string& actor,
                        const std::string& reason) {
  return actor == "sluiced" && reason == "start"
             ? context.Say("服务启动", "sluiced started")
             : reason;
}

// The server notes in English why a plan failed.
std::string ReasonText(const Context& context,
                       const admin::v1::RuleVersionStep& step) {
  if (step.kind() != admin::v1::RULE_VERSION_STEP_KIND_PLAN_FAILED) {
    return GivenReason(context, step.actor(), step.reason());
  }
  return step.has_plan_failure()
             ? CauseOf(context, step.plan_failure())
             : context.Say("未能按计划生效，原因见服务器日志", "$0",
                           step.reason());
}

// The reason given for the last step.
std::string LastReason(const Context& context,
                       const admin::v1::RuleVersion& version) {
  return version.steps().empty()
             ? GivenReason(context, version.author(), version.reason())
             : ReasonText(context, *version.steps().rbegin());
}

// Prints every step of one version.
void PrintSteps(const Context& context, const admin::v1::RuleVersion& version) {
  context.out << context.Say("版本 $0（$1），$2 $3：$4\n摘要 $5\n",
                             "Version $0 ($1), $2 $3: $4\nDigest $5\n",
                             context.style.Bold(absl::StrCat(version.number())),
                             version.rule_set(), version.pack(),
                             version.version(), StateText(context, version),
                             version.digest());
  tools::Table table(
      {{context.Say("时间", "when")},
       {context.Say("步骤", "step")},
       {context.Say("经办人", "who")},
       {context.Say("原因", "reason"), tools::Align::kLeft, true}});
  KeyNames names(context);
  for (const admin::v1::RuleVersionStep& step : version.steps()) {
    table.AddRow({tools::TimeText(step.time()), StepText(context, step),
                  names.Of(step.actor()), ReasonText(context, step)});
  }
  context.out << table.Text(context.width);
  admin::v1::RuleSetStatus plans;
  if (version.has_plan_failure()) *plans.add_plans_failed() = version;
  if (version.has_plan_obstacle()) *plans.add_planned() = version;
  PrintPlans(context, plans);
  if (version.based_on() != 0) {
    context.out << context.Say("改动内容：", "What it changed: ")
                << "sluicectl rules diff " << version.based_on() << " "
                << version.number() << "\n";
  }
}

absl::StatusOr<int> HistoryOfOne(const Context& context, uint32_t number) {
  admin::v1::GetVersionRequest request;
  request.set_number(number);
  admin::v1::GetVersionResponse response;
  SLUICE_RETURN_IF_ERROR(CallRules(
      context, &admin::v1::RulesService::Stub::GetVersion, request, response));
  if (context.json) {
    PrintJson(context.out, response.version());
  } else {
    PrintSteps(context, response.version());
  }
  return 0;
}

void AddVersion(const Context& context, const admin::v1::RuleVersion& version,
                KeyNames& names, tools::Table& table) {
  const bool planned = version.state() == admin::v1::RULE_VERSION_STATE_PLANNED;
  table.AddRow({absl::StrCat(version.number()), version.in_force() ? "*" : "",
                version.rule_set(),
                absl::StrCat(version.pack(), " ", version.version()),
                StateText(context, version),
                version.from_folder() ? context.Say("规则目录", "folder")
                                      : names.Of(version.author()),
                version.approver().empty() ? "-" : names.Of(version.approver()),
                tools::TimeText(planned ? version.planned_time()
                                        : version.publish_time()),
                LastReason(context, version)});
}

absl::StatusOr<int> History(const Context& context, const VersionFlags& flags) {
  if (flags.number != 0) return HistoryOfOne(context, flags.number);
  tools::Table table(
      {{context.Say("版本", "number"), tools::Align::kRight},
       {context.Say("生效", "now")},
       {context.Say("规则集", "rule set")},
       {context.Say("规则包", "pack")},
       {context.Say("状态", "state")},
       {context.Say("提交人", "author")},
       {context.Say("审批人", "approver")},
       {context.Say("发布时间", "published")},
       {context.Say("最近原因", "last reason"), tools::Align::kLeft, true}});
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
      AddVersion(context, version, names, table);
    }
    left -= std::min(left, static_cast<uint32_t>(page.versions_size()));
    request.set_page_token(page.next_page_token());
    if (page.next_page_token().empty()) break;
  }
  if (context.json) return 0;
  context.out << table.Text(context.width);
  if (!request.page_token().empty()) {
    context.out << context.Say("还有更早的版本：--limit 显示更多。\n",
                               "There are older versions: --limit shows "
                               "more.\n");
  }
  context.out << context.Say(
      "`sluicectl rules history 编号` "
      "显示一个版本的每一步：何人、何时、为何。"
      "\n",
      "`sluicectl rules history NUMBER` shows each step of a version: who, "
      "when "
      "and why.\n");
  return 0;
}

absl::StatusOr<int> Export(const Context& context, const VersionFlags& flags) {
  const std::string& folder = flags.export_from_to.back();
  const std::string source = flags.export_from_to.size() == 1
                                 ? kInForce
                                 : flags.export_from_to.front();
  if (!VersionOf(source)) {
    return Misused(
        context,
        context.Say("“$0”不是版本号。请写 `rules export [编号] 文件夹`",
                    "\"$0\" is not a version's number. Write `rules export "
                    "[NUMBER] FOLDER`",
                    source));
  }
  SLUICE_ASSIGN_OR_RETURN(const NamedPack pack, ReadNamedPack(context, source));
  SLUICE_RETURN_IF_ERROR(WritePack(pack.files, folder));
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
  context.out << context.Say("$0的 $1 个文件已写入 $2。\n",
                             "$3 of $0 $4 in $2.\n",
                             pack.NameIn(context.language), pack.files.size(),
                             folder, tools::Counted(pack.files.size(), "file"),
                             pack.files.size() == 1 ? "is" : "are");
  return 0;
}

}  // namespace

void AddRulesVersions(tools::CommandLine& group, Context& context) {
  AddCommand<VersionFlags>(
      group, context, "status",
      {"生效的规则集、自动回滚和豁免。",
       "The rule set in force, automatic rollbacks and exemptions."},
      "sluicectl rules status --json",
      [](tools::CommandLine&, VersionFlags&) {}, Status);
  AddCommand<VersionFlags>(
      group, context, "history",
      {"规则的版本，最新的在前；* 标出生效的版本。给出编号则显示该版本的每一"
       "步：经办人、时间和原因。",
       "Versions of the rules, the newest first; * marks the one in force. "
       "With a number: every step of that version, with who, when and why."},
      "sluicectl rules history --limit 50\n"
      "  sluicectl rules history 3",
      [](tools::CommandLine& command, VersionFlags& flags) {
        command
            .Add("NUMBER", flags.number, {"只看这个版本", "Only this version"})
            .Positive();
        command.Add("--limit", flags.limit, {"个数", "How many"})
            .Positive()
            .ShowDefault();
      },
      History);
  AddCommand<VersionFlags>(
      group, context, "export",
      {"把某个版本的文件写入新文件夹。",
       "Writes the files of a version into a new folder."},
      "sluicectl rules export ./in-force\n"
      "  sluicectl rules export 3 ./version-3",
      [](tools::CommandLine& command, VersionFlags& flags) {
        command
            .Add("FOLDER", flags.export_from_to,
                 {"[编号] 文件夹。默认为生效的版本",
                  "[NUMBER] FOLDER. Default: the version in force"})
            .Required()
            .Values(1, 2);
      },
      Export);
  AddCommand<VersionFlags>(
      group, context, "reload",
      {"重新读取配置的文件夹并使其生效；须设置 rules.approval: one_person。规"
       "则包不合格时拒绝，并列出每一处问题的文件、行和列，原有规则继续生效。",
       "Reads the configured folder again and puts it in force; needs "
       "rules.approval: one_person. A faulty pack is rejected with file, "
       "line and column of each fault, and the old pack stays in force."},
      {"sluicectl rules reload --reason \"新词表\"",
       "sluicectl rules reload --reason \"new word list\""},
      [](tools::CommandLine& command, VersionFlags& flags) {
        command
            .Add("--reason", flags.reason,
                 {"原因，记入日志", "Why, for the journal"})
            .Required();
      },
      Reload);
}

}  // namespace sluice::ctl
