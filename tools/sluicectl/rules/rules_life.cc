// A version's way into force: import, publish (rules_approve.cc is between
// them); and back: rollback, withdraw.

#include <algorithm>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "rules/pack/pack_files.h"
#include "tools/lib/bar.h"
#include "tools/lib/json_line.h"
#include "tools/lib/progress.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/plan_text.h"
#include "tools/sluicectl/prose.h"
#include "tools/sluicectl/rules/change_summary.h"
#include "tools/sluicectl/rules/merge_steps.h"
#include "tools/sluicectl/rules/pack_base.h"
#include "tools/sluicectl/rules/pack_changes.h"
#include "tools/sluicectl/rules/pack_source.h"
#include "tools/sluicectl/rules/pack_warnings.h"
#include "tools/sluicectl/rules/rules_commands.h"
#include "tools/sluicectl/time_flags.h"

namespace sluice::ctl {
namespace {

struct LifeFlags {
  uint32_t number = 0;
  std::string folder;
  std::string reason;
  std::string at;
  std::string encoding;
  bool recheck = false;
  bool accept_template_hits = false;
  uint32_t replaces = 0;
  uint32_t based_on = 0;
};

// The version whose rollback put this version in force; 0: none.
uint32_t TakenBackFor(const admin::v1::RuleVersion& version) {
  if (version.steps().empty()) return 0;
  const admin::v1::RuleVersionStep& last = *version.steps().rbegin();
  const bool came_back =
      last.kind() == admin::v1::RULE_VERSION_STEP_KIND_BROUGHT_BACK;
  return came_back ? last.other() : 0;
}

// Whether a rollback has replaced the version, and nothing brought it back.
bool IsTakenBack(const admin::v1::RuleVersion& version) {
  return !version.steps().empty() &&
         version.steps().rbegin()->kind() ==
             admin::v1::RULE_VERSION_STEP_KIND_TAKEN_BACK;
}

// How a version that was rolled back returns: a person called it a mistake, so
// that two must decide.
Both Restore(uint32_t number) {
  return SayBoth(
      "要恢复版本 $0：sluicectl rules export $0 文件夹，改正后导入，由同事审批",
      "To bring version $0 back: sluicectl rules export $0 FOLDER, correct it, "
      "then import; a colleague approves",
      number);
}

// A person's next step for a version in this state.
Both NextOf(const admin::v1::RuleVersion& version) {
  const uint32_t number = version.number();
  if (version.in_force()) {
    // The version is in force because of a rollback.
    if (const uint32_t other = TakenBackFor(version)) {
      return Restore(other);
    }
    return SayBoth("要撤销：sluicectl rules rollback --reason 原因",
                   "To undo it: sluicectl rules rollback --reason WHY");
  }
  switch (version.state()) {
    case admin::v1::RULE_VERSION_STATE_DRAFT:
      return SayBoth(
          "下一步：由同事查看并审批\n  sluicectl rules approve $0",
          "Next: a colleague looks at it and approves it with\n  sluicectl "
          "rules approve $0",
          number);
    case admin::v1::RULE_VERSION_STATE_APPROVED:
      return SayBoth(
          "下一步：sluicectl rules publish $0 --reason 原因 [--at 时间]",
          "Next: sluicectl rules publish $0 --reason WHY [--at TIME]", number);
    case admin::v1::RULE_VERSION_STATE_PLANNED:
      return SayBoth("要取消：sluicectl rules withdraw $0 --reason 原因",
                     "To cancel that: sluicectl rules withdraw $0 --reason WHY",
                     number);
    case admin::v1::RULE_VERSION_STATE_PUBLISHED:
      if (IsTakenBack(version)) return Restore(number);
      return SayBoth("要恢复：sluicectl rules rollback $0 --reason 原因",
                     "To restore it: sluicectl rules rollback $0 --reason WHY",
                     number);
    default:
      return {};
  }
}

}  // namespace

void PrintVersion(const Context& context,
                  const admin::v1::RuleVersion& version) {
  if (context.json) return PrintJson(context.out, version);
  const std::string state =
      version.state() == admin::v1::RULE_VERSION_STATE_DRAFT
          ? context.Say("草稿，尚未审批", "a draft")
          : StateText(context, version);
  const std::string head =
      context.Say("版本 $0", "Version $0", version.number());
  std::string text =
      head + context.Say("（$0），$1 $2：$3", " ($0), $1 $2, is $3",
                         version.rule_set(), version.pack(), version.version(),
                         state);
  if (version.state() == admin::v1::RULE_VERSION_STATE_PLANNED) {
    text += context.Say("，生效时间 $0", " for $0",
                        tools::TimeText(version.planned_time()));
  }
  if (version.in_force()) {
    text += context.Say("，自 $0 起", " since $0",
                        tools::TimeText(version.publish_time()));
  }
  PrintProse(
      context, text + context.Say("。", "."), head,
      version.in_force() ? context.style.Good(head) : context.style.Bold(head));
  const std::string next = NextOf(version).in(context.language);
  if (!next.empty()) PrintProse(context, next);
}

Both NextInstead(const Context& context, uint32_t number,
                 const std::vector<admin::v1::RuleVersionState>& allowed,
                 const Both& next) {
  admin::v1::GetVersionRequest request;
  request.set_number(number);
  admin::v1::GetVersionResponse response;
  if (number == 0 ||
      !CallRules(context, &admin::v1::RulesService::Stub::GetVersion, request,
                 response)
           .ok() ||
      absl::c_linear_search(allowed, response.version().state())) {
    return next;
  }
  const Both instead = NextOf(response.version());
  return instead.english.empty() ? HistoryHint() : instead;
}

namespace {

// Replaces the file names of the server, which are those of the pack, by paths
// in the officer's folder.
std::string InFolder(absl::string_view text, const std::string& folder,
                     const rules::PackFiles& files) {
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  for (std::string& line : lines) {
    for (const admin::v1::PackFile& file : files) {
      if (!absl::StartsWith(line, absl::StrCat(file.name(), ":"))) continue;
      line = absl::StrCat(absl::StripSuffix(folder, "/"), "/", line);
      break;
    }
  }
  return absl::StrJoin(lines, "\n");
}

absl::Status InFolder(const absl::Status& status, const std::string& folder,
                      const rules::PackFiles& files) {
  if (status.code() != absl::StatusCode::kInvalidArgument) return status;
  return WithChinese(
      absl::InvalidArgumentError(InFolder(status.message(), folder, files)),
      InFolder(ChineseOf(status), folder, files));
}

// Says what a draft lacks, and how to merge it.
void PrintMerge(const Context& context, const admin::v1::RuleVersion& version,
                uint32_t in_force) {
  if (!LacksChanges(context, version, in_force)) return;
  context.out << "\n";
  PrintNote(context, context.Say("注意", "note"),
            context.Say(" 草稿由版本 $0 修改而来，不含生效的版本 $1 的改动："
                        "发布它会撤销那些改动，因此会被拒绝。",
                        " The draft was made from version $0 and lacks the "
                        "changes of version $1, which is in force: it would "
                        "undo them, so its publication will be refused.",
                        version.based_on(), in_force));
  PrintProse(context, MergeSteps(version).in(context.language));
}

absl::StatusOr<int> Import(const Context& context, const LifeFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const rules::PackFiles files,
                          ReadFolder(flags.folder, flags.encoding));
  admin::v1::PutDraftRequest request;
  request.set_reason(flags.reason);
  request.set_based_on(flags.based_on);
  if (flags.based_on == 0) {
    SLUICE_ASSIGN_OR_RETURN(const uint32_t base,
                            ReadBase(context, flags.folder));
    request.set_based_on(base);
  }
  for (const admin::v1::PackFile& file : files) *request.add_files() = file;
  SLUICE_ASSIGN_OR_RETURN(const NamedPack before,
                          ReadNamedPack(context, kInForce));
  admin::v1::PutDraftResponse response;
  const absl::Status put =
      CallRules(Patiently(context), &admin::v1::RulesService::Stub::PutDraft,
                request, response);
  const admin::v1::RuleVersion& version = response.version();
  if (put.code() == absl::StatusCode::kAlreadyExists) {
    return WithNext(put, HistoryHint());
  }
  if (HasReason(put, ErrorReason::kBatchTooLarge)) {
    return ErrorOf(
        absl::StatusCode::kInvalidArgument,
        SayBoth("$0：$1 字节超过服务器一次调用的上限\n  "
                "请移走不是规则的文件，例如说明和词表来源。",
                "$0: $1 bytes are more than the server accepts in one call\n  "
                "Remove files that are not rules, such as notes and sources of "
                "lists.",
                flags.folder, tools::Grouped(request.ByteSizeLong())));
  }
  SLUICE_RETURN_IF_ERROR(InFolder(put, flags.folder, files));
  NoteBase(context, flags.folder, version);
  SLUICE_ASSIGN_OR_RETURN(PackWarnings warnings,
                          WarningsOf(context, files, flags.folder,
                                     AskRegistry::kIfItAnswers, nullptr));
  warnings.weaker_now = GivenUpOf(context, before, files, flags.folder);
  const std::vector<FileChange> changes = CompareFiles(before.files, files);
  const PackChanges summary = ComparePacks(before.files, files);
  if (context.json) {
    tools::JsonLine json;
    json.Message("version", version)
        .Text("before", before.name)
        .Object("changes", SummaryJson(changes, summary));
    context.out << AddWarnings(LinesOf(context, warnings), json).End() << "\n";
    return 0;
  }
  context.out << context.Say("从 $0 到 $1：\n", "From $0 to $1:\n",
                             before.NameIn(context.language),
                             NameOf(version, context.language));
  PrintSummary(context, changes, summary);
  PrintWarnings(context, LinesOf(context, warnings));
  PrintMerge(context, version, before.version.number());
  context.out << "\n";
  PrintVersion(context, version);
  return 0;
}

// How often to ask for the progress of a recheck.
constexpr absl::Duration kRecheckLooks = absl::Milliseconds(200);

void Print(const Context& context, const admin::v1::RecheckProgress& recheck) {
  if (context.json) return PrintJson(context.out, recheck);
  context.out << context.Say("重新判定：已处理 $0 条等待中的短信",
                             "Recheck: $0 waiting $1 redecided",
                             tools::Grouped(recheck.examined()),
                             recheck.examined() == 1 ? "message" : "messages");
  const uint64_t changed = recheck.accepted() + recheck.deferred() +
                           recheck.held() + recheck.rejected();
  if (changed == 0) {
    context.out << context.Say("，判定均未改变",
                               ", none with another decision");
  } else {
    context.out << context.Say(
        "，$0 条判定改变：放行 $1、延迟 $2、待审 $3、拒绝 $4",
        ", $0 with another decision: $1 ACCEPTED, $2 DEFERRED, $3 HELD, $4 "
        "REJECTED",
        tools::Grouped(changed), tools::Grouped(recheck.accepted()),
        tools::Grouped(recheck.deferred()), tools::Grouped(recheck.held()),
        tools::Grouped(recheck.rejected()));
  }
  if (recheck.other_reasons() > 0) {
    context.out << context.Say(
        "；$0 条判定不变，原因或时间改变",
        "; $0 with the same decision for other reasons or at a later time",
        tools::Grouped(recheck.other_reasons()));
  }
  if (recheck.left() > 0) {
    context.out << context.Say(
        "；$0 条未改（其间已下发或已结束）",
        "; $0 not changed (handed over or finished meanwhile)",
        tools::Grouped(recheck.left()));
  }
  context.out << context.Say("。\n", ".\n");
}

// Waits for the recheck that a publication started.
absl::StatusOr<int> FollowRecheck(const Context& context, uint32_t number) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::RulesService::NewStub(connection.channel());
  admin::v1::GetRecheckStatusResponse response;
  {
    tools::Progress progress(context.err, context.progress && !context.json,
                             context.Say("短信", "messages"), 0);
    do {
      SLUICE_RETURN_IF_ERROR(connection.Call(
          *stub, &admin::v1::RulesService::Stub::GetRecheckStatus,
          admin::v1::GetRecheckStatusRequest(), response));
      const admin::v1::RecheckProgress& recheck = response.recheck();
      if (recheck.number() != number) {
        return ErrorOf(
            absl::StatusCode::kFailedPrecondition,
            SayBoth(
                "重新判定已停止：其间发布了另一个版本。`sluicectl rules "
                "status` 显示生效的版本",
                "the recheck stopped: another version was published meanwhile. "
                "`sluicectl rules status` shows the version in force"));
      }
      progress.Set(recheck.examined(),
                   std::max(recheck.waiting(), recheck.examined()));
      if (recheck.running()) absl::SleepFor(kRecheckLooks);
    } while (response.recheck().running());
  }
  const admin::v1::RecheckProgress& recheck = response.recheck();
  Print(context, recheck);
  if (recheck.fault().empty()) return 0;
  return ErrorOf(
      absl::StatusCode::kUnavailable,
      SayBoth(
          "重新判定失败：$0\n  `sluicectl rules rollback $1 --recheck-queued` "
          "重新开始。",
          "the recheck failed: $0\n  `sluicectl rules rollback $1 "
          "--recheck-queued` starts it again.",
          recheck.fault(), number));
}

using States = std::vector<admin::v1::RuleVersionState>;

// Prints which version a rollback replaced, and why.
void PrintRollback(const Context& context,
                   const admin::v1::RuleVersion& version, bool chosen) {
  const uint32_t other = TakenBackFor(version);
  if (context.json || other == 0) return;
  std::string text =
      context.Say("它取代版本 $0", "It replaces version $0", other);
  if (!chosen) {
    text += context.Say(
        "，因为版本 $0 发布时它正在生效（回滚跳过已被回滚的版本）",
        ", because it was in force when version $0 was published (a rollback "
        "skips versions that were rolled back)",
        other);
  }
  PrintProse(
      context,
      text + context.Say(
                 "。\n要换成其他版本：`sluicectl rules rollback 编号 --reason "
                 "原因`。`sluicectl rules history` 列出各版本。",
                 ".\nFor another version: `sluicectl rules rollback NUMBER "
                 "--reason WHY`. `sluicectl rules history` lists the "
                 "versions."));
}

// Says which plans a change of versions has made impossible.
void PrintObstacles(const Context& context) {
  admin::v1::GetRuleSetStatusResponse now;
  if (context.json ||
      !CallRules(context, &admin::v1::RulesService::Stub::GetRuleSetStatus,
                 admin::v1::GetRuleSetStatusRequest(), now)
           .ok()) {
    return;
  }
  now.mutable_status()->clear_plans_failed();
  PrintPlans(context, now.status());
}

// The version with this number; one that cannot be read has no more than it.
admin::v1::RuleVersion Found(const Context& context, uint32_t number) {
  admin::v1::GetVersionRequest request;
  request.set_number(number);
  admin::v1::GetVersionResponse response;
  const absl::Status found = CallRules(
      context, &admin::v1::RulesService::Stub::GetVersion, request, response);
  if (!found.ok()) response.mutable_version()->set_number(number);
  return response.version();
}

// Calls a method that takes a number and a reason, and shows the changed
// version. `allowed` are the states in which the call is allowed, and `next` is
// the next step if it is refused in one of them.
template <typename Request, typename Response>
absl::StatusOr<int> Call(const Context& context, const LifeFlags& flags,
                         grpc::Status (admin::v1::RulesService::Stub::*method)(
                             grpc::ClientContext*, const Request&, Response*),
                         Request request = Request(),
                         const States& allowed = {}, const Both& next = {}) {
  request.set_number(flags.number);
  request.set_reason(flags.reason);
  Response response;
  const absl::Status called =
      CallRules(Patiently(context), method, request, response);
  const admin::v1::RuleVersion& version = response.version();
  if (called.code() == absl::StatusCode::kNotFound) {
    return WithNext(called, HistoryHint());
  }
  if (HasReason(called, ErrorReason::kUndoesOthers)) {
    return WithNext(called, MergeSteps(Found(context, flags.number)));
  }
  if (called.code() == absl::StatusCode::kFailedPrecondition) {
    return WithNext(called,
                    NextInstead(context, flags.number, allowed,
                                next.english.empty() ? HistoryHint() : next));
  }
  SLUICE_RETURN_IF_ERROR(called);
  PrintVersion(context, version);
  if constexpr (std::is_same_v<Request, admin::v1::RollbackRulesRequest>) {
    PrintRollback(context, version, /*chosen=*/flags.number != 0);
  }
  PrintObstacles(context);
  if (!flags.recheck) return 0;
  if (version.in_force()) return FollowRecheck(context, version.number());
  if (!context.json) {
    context.out << context.Say(
        "届时等待中的短信将重新判定。\n",
        "Messages that wait at that time will be redecided.\n");
  }
  return 0;
}

absl::StatusOr<int> Publish(const Context& context, const LifeFlags& flags) {
  admin::v1::PublishVersionRequest request;
  request.set_recheck_queued(flags.recheck);
  if (!flags.at.empty()) {
    SLUICE_ASSIGN_OR_RETURN(*request.mutable_planned_time(),
                            TimeFlags(context).ToCome("--at", flags.at));
  }
  request.set_accept_template_hits(flags.accept_template_hits);
  request.set_replaces(flags.replaces);
  return Call(
      context, flags, &admin::v1::RulesService::Stub::PublishVersion,
      std::move(request),
      States{admin::v1::RULE_VERSION_STATE_APPROVED,
             admin::v1::RULE_VERSION_STATE_PLANNED},
      SayBoth("--accept-template-hits 接受已发布模板中的命中，法律法规禁止的"
              "内容除外；`sluicectl registry change template` "
              "修改或停用模板。",
              "--accept-template-hits accepts the hits in released "
              "templates, except prohibited content; `sluicectl registry "
              "change template` changes or suspends a template."));
}

absl::StatusOr<int> Rollback(const Context& context, const LifeFlags& flags) {
  admin::v1::RollbackRulesRequest request;
  request.set_recheck_queued(flags.recheck);
  return Call(context, flags, &admin::v1::RulesService::Stub::RollbackRules,
              std::move(request));
}

absl::StatusOr<int> Withdraw(const Context& context, const LifeFlags& flags) {
  return Call(context, flags, &admin::v1::RulesService::Stub::WithdrawVersion);
}

tools::Flag AddNumber(tools::CommandLine& command, LifeFlags& flags,
                      const tools::HelpText& help) {
  return command.Add("NUMBER", flags.number, help).Positive();
}

void AddRecheck(tools::CommandLine& command, LifeFlags& flags) {
  command.Add("--recheck-queued", flags.recheck,
              {"按新规则重新判定排队、延迟和待审的短信",
               "Redecide queued, deferred and held messages by the new rules"});
}

void AddReason(tools::CommandLine& command, LifeFlags& flags) {
  command
      .Add("--reason", flags.reason, {"原因，记入日志", "Why, for the journal"})
      .Required();
}

void AddPublishFlags(tools::CommandLine& command, LifeFlags& flags) {
  AddNumber(command, flags, {"版本", "The version"}).Required();
  AddReason(command, flags);
  command.Add("--at", flags.at,
              {"时间：2026-01-31T10:00:00+08:00，或多久以后，如 +2h。默认为立"
               "即",
               "When: 2026-01-31T10:00:00+08:00, or after how long, such as "
               "+2h. Default: now"});
  AddRecheck(command, flags);
  command.Add("--accept-template-hits", flags.accept_template_hits,
              {"规则命中模板的固定文字时，模板仍保持发布：接受不加此选项时报"
               "错所列的词，不接受以后的词，也不接受禁止的内容（冒充除外）",
               "Keep templates released although the rules hit their fixed "
               "text: accepts the words that the error without this flag "
               "names, no later words and never prohibited content, except "
               "impersonation"});
  command
      .Add("--replaces", flags.replaces,
           {"生效的版本。本版本由较早的版本修改而来，而允许它撤销生效版本的改"
            "动时给出",
            "The version in force, if this one may undo what it changed "
            "because it was made from an older version"})
      .Positive()
      .TypeName("NUMBER");
}

// Adds the commands that put a version in force.
void AddPublication(tools::CommandLine& group, Context& context) {
  AddCommand<LifeFlags>(
      group, context, "publish",
      {"使已审批的版本生效，立即或在给定的时间，不影响短信的处理。加上 "
       "--recheck-queued 则按新规则重新判定等待中的短信。",
       "Puts an approved version in force, now or at a given time, without "
       "delaying traffic. With --recheck-queued, messages that already wait "
       "are redecided by the new rules."},
      {"sluicectl rules publish 4 --reason \"案件 118\" --at +2h",
       "sluicectl rules publish 4 --reason \"case 118\" --at +2h"},
      AddPublishFlags, Publish);
  AddCommand<LifeFlags>(
      group, context, "rollback",
      {"使较早的版本重新生效，立即进行，不需审批。不给编号则恢复发布现版本时"
       "生效的那个版本。因此回滚两次就退回两个版本，而不会恢复被回滚的版本："
       "要恢复它，须由同事重新审批（rules.approval）。",
       "Puts an earlier version in force again, at once and without "
       "approval. Without a number: the version that was in force when the "
       "present one was published. So two rollbacks go back two versions, "
       "and never to a version that was rolled back: to bring one back, a "
       "colleague approves it anew (rules.approval)."},
      {"sluicectl rules rollback --reason \"正常短信被转人工审核\"\n"
       "  sluicectl rules rollback 3 --reason \"版本 4 也不好\"",
       "sluicectl rules rollback --reason \"holds honest messages\"\n"
       "  sluicectl rules rollback 3 --reason \"version 4 was no better\""},
      [](tools::CommandLine& command, LifeFlags& flags) {
        AddNumber(
            command, flags,
            {"版本。默认为前一个版本", "The version. Default: the one before"});
        AddReason(command, flags);
        AddRecheck(command, flags);
      },
      Rollback);
}

}  // namespace

void AddRulesLife(tools::CommandLine& group, Context& context) {
  AddCommand<LifeFlags>(
      group, context, "import",
      {"把规则包的文件夹导入为草稿。草稿不生效。显示与生效版本的差异和后续步"
       "骤。规则包不合格时拒绝，并列出每一处问题的文件、行和列。",
       "Imports a pack's folder as a draft. A draft is not in force. Shows "
       "the differences from the version in force and the next steps. "
       "Rejects a faulty pack with file, line and column of each fault."},
      {"sluicectl rules import ./my-pack --reason \"案件 118：新的贷款用语\"",
       "sluicectl rules import ./my-pack --reason \"case 118: new loan "
       "words\""},
      [](tools::CommandLine& command, LifeFlags& flags) {
        command.Add("FOLDER", flags.folder, {"规则包", "The pack"}).Required();
        AddReason(command, flags);
        command
            .Add("--based-on", flags.based_on,
                 {"文件夹由哪个版本修改而来。默认为 `export` 和 `import` 记下"
                  "的版本，没有记下则为生效的版本",
                  "The version that the folder was made from. Default: as "
                  "`export` and `import` noted it there, otherwise the "
                  "version in force"})
            .Positive()
            .TypeName("NUMBER");
        AddPackEncoding(command, flags.encoding);
      },
      Import);
  AddPublication(group, context);
  AddCommand<LifeFlags>(
      group, context, "withdraw",
      {"撤回草稿，或取消定时发布。",
       "Withdraws a draft, or cancels a planned publication."},
      {"sluicectl rules withdraw 4 --reason \"词表有误\"",
       "sluicectl rules withdraw 4 --reason \"wrong list\""},
      [](tools::CommandLine& command, LifeFlags& flags) {
        AddNumber(command, flags, {"版本", "The version"}).Required();
        AddReason(command, flags);
      },
      Withdraw);
}

}  // namespace sluice::ctl
