// sluicectl rules approve: shows what a draft changes and does before a person
// says yes to it.

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "tools/lib/json_line.h"
#include "tools/sluicectl/rules/change_summary.h"
#include "tools/sluicectl/rules/journal_preview.h"
#include "tools/sluicectl/rules/pack_changes.h"
#include "tools/sluicectl/rules/pack_source.h"
#include "tools/sluicectl/rules/pack_warnings.h"
#include "tools/sluicectl/rules/preview_report.h"
#include "tools/sluicectl/rules/rules_commands.h"
#include "tools/sluicectl/time_flags.h"

namespace sluice::ctl {
namespace {

constexpr uint32_t kSamples = 3;
// Of one file; `rules diff` shows all.
constexpr size_t kChangesShownMax = 20;

struct ApproveFlags {
  uint32_t number = 0;
  std::string reason;
  std::string from = "24h";
  bool yes = false;
};

// A refused call, with the person's next step.
absl::Status Refused(const Context& context, uint32_t number,
                     const absl::Status& status) {
  if (HasReason(status, ErrorReason::kNeedsColleague)) {
    return WithNext(status,
                    SayBoth("--key-file 使用另一把密钥。管理员为每个人创建："
                            "`sluicectl key create --role officer --person "
                            "姓名`。",
                            "--key-file uses another key. An admin creates "
                            "one for each person: `sluicectl key create "
                            "--role officer --person NAME`."));
  }
  if (status.code() == absl::StatusCode::kFailedPrecondition) {
    return WithNext(status, NextInstead(context, number,
                                        {admin::v1::RULE_VERSION_STATE_DRAFT},
                                        HistoryHint()));
  }
  return status.code() == absl::StatusCode::kNotFound
             ? WithNext(status, HistoryHint())
             : status;
}

absl::StatusOr<int> Approve(const Context& context, const ApproveFlags& flags) {
  admin::v1::ApproveVersionRequest request;
  request.set_number(flags.number);
  request.set_reason(flags.reason);
  admin::v1::ApproveVersionResponse response;
  const absl::Status approved =
      CallRules(context, &admin::v1::RulesService::Stub::ApproveVersion,
                request, response);
  if (!approved.ok()) return Refused(context, flags.number, approved);
  PrintVersion(context, response.version());
  return 0;
}

// The warnings that its author saw, and what the draft gives up of the version
// in force. The server has compiled it; where this program cannot, no texts are
// tried.
absl::StatusOr<PackWarnings> WarningsOfDraft(const Context& context,
                                             const NamedPack& before,
                                             const NamedPack& draft) {
  const std::string folder;
  const absl::StatusOr<CompiledPack> compiled =
      CompileFiles(draft.files, folder);
  SLUICE_ASSIGN_OR_RETURN(
      PackWarnings warnings,
      WarningsOf(context, draft.files, folder, AskRegistry::kIfItAnswers,
                 compiled.ok() ? compiled->rules.get() : nullptr));
  warnings.weaker_now = GivenUpOf(context, before, draft.files, folder);
  return warnings;
}

void PrintDraft(const Context& context, const NamedPack& before,
                const NamedPack& draft, const std::vector<FileChange>& files,
                const PackChanges& changes, const PackWarnings& warnings) {
  const std::string was = before.NameIn(context.language);
  const std::string now = draft.NameIn(context.language);
  context.out << context.Say("从 $0 到 $1：\n", "From $0 to $1:\n", was, now);
  PrintSummary(context, files, changes);
  context.out << "\n";
  if (PrintRuleLines(context, files, was, now, kChangesShownMax)) {
    context.out << context.Say(
        "改动较多，未全部列出：sluicectl rules diff "
        "in-force $0\n",
        "Some changes are left out: sluicectl rules "
        "diff in-force $0\n",
        draft.version.number());
  }
  PrintWarnings(context, LinesOf(context, warnings));
}

// Shows the differences from the version in force, what the draft gives up, and
// their effect on the journal's messages; approves nothing.
absl::StatusOr<int> Show(const Context& context, const ApproveFlags& flags) {
  const std::string number = absl::StrCat(flags.number);
  auto draft = ReadNamedPack(context, number);
  if (!draft.ok()) return Refused(context, flags.number, draft.status());
  SLUICE_ASSIGN_OR_RETURN(const NamedPack before,
                          ReadNamedPack(context, kInForce));
  const std::vector<FileChange> files =
      CompareFiles(before.files, draft->files);
  const PackChanges changes = ComparePacks(before.files, draft->files);
  SLUICE_ASSIGN_OR_RETURN(const PackWarnings warnings,
                          WarningsOfDraft(context, before, *draft));
  if (!context.json) {
    PrintDraft(context, before, *draft, files, changes, warnings);
    context.out << context.Say(
        "\n对日志中短信的影响（--from $0）：\n",
        "\nIts effect on the journal's messages, --from $0:\n", flags.from);
  }
  admin::v1::PreviewVersionRequest request;
  request.set_number(flags.number);
  request.set_samples(kSamples);
  TimeFlags times(context);
  SLUICE_ASSIGN_OR_RETURN(*request.mutable_start_time(),
                          times.Past("--from", flags.from));
  const absl::Time begin = absl::Now();
  SLUICE_ASSIGN_OR_RETURN(const admin::v1::PreviewResult result,
                          PreviewJournal(context, request));
  if (context.json) {
    tools::JsonLine json;
    json.Text("before", before.name)
        .Text("draft", draft->name)
        .Object("changes", SummaryJson(files, changes));
    AddWarnings(LinesOf(context, warnings), json)
        .Message("preview", result)
        .Flag("approved", false);
    context.out << json.End() << "\n";
    return 0;
  }
  PrintPreview(context, before.NameIn(context.language),
               draft->NameIn(context.language), result,
               absl::ToDoubleSeconds(absl::Now() - begin));
  if (draft->version.state() != admin::v1::RULE_VERSION_STATE_DRAFT) {
    context.out << "\n";
    PrintVersion(context, draft->version);
    return 0;
  }
  context.out << context.Say(
      "\n尚未审批。逐行改动：sluicectl rules diff in-force $0\n"
      "要审批：sluicectl rules approve $0 --yes --reason 原因\n",
      "\nNothing is approved yet. Every changed line: sluicectl rules diff "
      "in-force $0\nTo approve it: sluicectl rules approve $0 --yes --reason "
      "WHY\n",
      number);
  return 0;
}

absl::StatusOr<int> ShowOrApprove(const Context& context,
                                  const ApproveFlags& flags) {
  if (flags.yes != !flags.reason.empty()) {
    return Misused(
        context, context.Say("--yes 和 --reason 须同时给出：两者都没有时只显示"
                             "草稿",
                             "--yes and --reason go together: without both "
                             "the command only shows the draft"));
  }
  if (!flags.yes) return Show(context, flags);
  return Approve(context, flags);
}

}  // namespace

void AddRulesApprove(tools::CommandLine& group, Context& context) {
  AddCommand<ApproveFlags>(
      group, context, "approve",
      {"显示草稿改动了什么，日志中哪些短信的判定会因此不同；加上 --yes 则审"
       "批。也列出草稿比生效的版本和随附的规则包宽松之处，与 `validate` 相同。"
       "草稿须由提交人以外的人审批。",
       "Shows what a draft changes, what it gives up of the version in force "
       "and of the shipped pack, as `validate` does, and which of the "
       "journal's messages it would have decided differently; with --yes, "
       "approves it. A draft is "
       "approved by a person other than its author."},
      {"sluicectl rules approve 4\n"
       "  sluicectl rules approve 4 --yes --reason \"看过预览\"",
       "sluicectl rules approve 4\n"
       "  sluicectl rules approve 4 --yes --reason \"looked at the preview\""},
      [](tools::CommandLine& command, ApproveFlags& flags) {
        command.Add("NUMBER", flags.number, {"版本", "The version"})
            .Positive()
            .Required();
        command.Add("--reason", flags.reason,
                    {"原因，记入日志", "Why, for the journal"});
        command
            .Add("--from", flags.from,
                 {"从这一时间起预览日志中的短信：时间，或多久以前",
                  "Preview the journal's messages from this time on: a time, "
                  "or how long ago"})
            .ShowDefault();
        command.Add("--yes", flags.yes, {"审批", "Approve it"});
      },
      ShowOrApprove);
}

}  // namespace sluice::ctl
