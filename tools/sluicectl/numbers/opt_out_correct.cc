// sluicectl optout imports, correct, confirm, withdraw, corrections: opt-outs
// that were recorded by mistake are removed by two persons.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/opt_outs.grpc.pb.h"
#include "store/journal/message_id.h"
#include "tools/lib/bar.h"
#include "tools/lib/patience.h"
#include "tools/lib/progress.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/arguments.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/key_names.h"

namespace sluice::ctl {
namespace {

using Correction = admin::v1::OptOutCorrection;
using Stub = admin::v1::OptOutsService::Stub;

constexpr uint32_t kPageSize = 1'000;
// How often to ask how far a correction has come.
constexpr absl::Duration kLookAgain = absl::Milliseconds(300);

Both CorrectionsHint() {
  return SayBoth(
      "`sluicectl optout corrections` 列出各项更正及其状态。",
      "`sluicectl optout corrections` lists corrections and their states.");
}

struct CorrectFlags {
  std::vector<std::string> opt_outs;
  std::string import_id;
  std::string id;
  std::string reason;
  std::string state;
  bool no_wait = false;
};

template <typename Request, typename Response>
absl::Status Call(const tools::Connection& connection,
                  grpc::Status (Stub::*method)(grpc::ClientContext*,
                                               const Request&, Response*),
                  const Request& request, Response& response) {
  const auto stub = admin::v1::OptOutsService::NewStub(connection.channel());
  return connection.Call(*stub, method, request, response);
}

std::string OptOuts(const Context& context, uint64_t count) {
  return context.Say("$0 条退订", count == 1 ? "$0 opt-out" : "$0 opt-outs",
                     tools::Grouped(count));
}

std::string TargetOf(const Context& context, const Correction& correction) {
  return correction.import_id().empty()
             ? context.Say("退订 $0", "opt-out $0", correction.opt_out_id())
             : context.Say("导入 $0", "import $0", correction.import_id());
}

std::string StateOf(const Context& context, const Correction& correction) {
  return absl::AsciiStrToLower(context.Name(correction.state()));
}

void PrintProposed(const Context& context, const Correction& correction) {
  context.out << context.Say("更正 $0（$1）已提出：涉及 $2，均在生效中。\n",
                             "Correction $0 of $1 is proposed: $2 in force.\n",
                             context.style.Bold(correction.id()),
                             TargetOf(context, correction),
                             OptOuts(context, correction.found()));
  if (correction.kept() > 0) {
    context.out << context.Say(
        "其中 $0 会保留：这些号码在该范围的退订已达保留上限。\n",
        "$0 of them will stay: their numbers have as many of the scope as are "
        "kept.\n",
        OptOuts(context, correction.kept()));
  }
  context.out << context.Say(
      "由同事用另一把密钥确认之前，一切不变：\n"
      "  sluicectl optout confirm $0\n",
      "Nothing changes until a colleague confirms it with another key:\n"
      "  sluicectl optout confirm $0\n",
      correction.id());
}

void PrintDone(const Context& context, const Correction& correction) {
  context.out << context.Say("更正 $0（$1）已完成：撤销了 $2",
                             "Correction $0 of $1 is done: $2 removed",
                             context.style.Bold(correction.id()),
                             TargetOf(context, correction),
                             OptOuts(context, correction.removed()));
  if (correction.kept() > 0) {
    context.out << context.Say(
        "，保留了 $0 条：这些号码在该范围的退订已达保留上限",
        ", $0 kept because their numbers have as many of the scope as are kept",
        tools::Grouped(correction.kept()));
  }
  context.out << context.Say(
      "。\n由其他途径而来的退订仍然生效。此间被取消的短信不会恢复：请重新提交。"
      "\n",
      ".\nOpt-outs that came another way stay in force. Messages that were "
      "cancelled meanwhile stay cancelled: submit them again.\n");
}

// The opt-out in force that an argument names: by its id, or by a number that
// has just one. Digits may be both, and are a number first: almost every id has
// a letter.
absl::StatusOr<std::string> OptOutIdOf(const tools::Connection& connection,
                                       const std::string& argument) {
  const bool is_id = store::DecodeMessageId(argument).ok();
  if (is_id && !absl::c_all_of(argument, absl::ascii_isdigit)) return argument;
  admin::v1::LookupOptOutsRequest request;
  request.set_recipient(argument);
  request.set_page_size(kPageSize);
  admin::v1::LookupOptOutsResponse response;
  const absl::Status called =
      Call(connection, &Stub::LookupOptOuts, request, response);
  if (is_id && absl::IsInvalidArgument(called)) return argument;
  SLUICE_RETURN_IF_ERROR(called);
  std::vector<std::string> ids;
  for (const admin::v1::OptOut& one : response.opt_outs()) {
    if (!one.has_remove_time()) ids.push_back(one.id());
  }
  if (ids.size() == 1) return ids[0];
  if (ids.empty()) {
    if (is_id) return argument;
    return ErrorOf(absl::StatusCode::kNotFound,
                   SayBoth("这个号码没有生效的退订",
                           "the number has no opt-out in force"));
  }
  return ErrorOf(
      absl::StatusCode::kInvalidArgument,
      SayBoth("这个号码有 $0 条生效的退订：$1\n  "
              "`sluicectl optout lookup 号码` 显示它们；请给出有误的那一条。",
              "the number has $0 opt-outs in force: $1\n  `sluicectl optout "
              "lookup NUMBER` shows them; name the wrong one.",
              ids.size(), absl::StrJoin(ids, ", ")));
}

absl::Status Propose(const Context& context,
                     const tools::Connection& connection,
                     const admin::v1::ProposeCorrectionRequest& request) {
  admin::v1::ProposeCorrectionResponse response;
  const absl::Status called =
      Call(connection, &Stub::ProposeCorrection, request, response);
  if (called.code() == absl::StatusCode::kFailedPrecondition) {
    return WithNext(called, CorrectionsHint());
  }
  if (called.code() == absl::StatusCode::kNotFound) {
    return WithNext(
        called, request.import_id().empty()
                    ? SayBoth("`sluicectl optout lookup 号码` 显示编号。",
                              "`sluicectl optout lookup NUMBER` shows the ids.")
                    : SayBoth("`sluicectl optout imports` 列出各次导入。",
                              "`sluicectl optout imports` lists the imports."));
  }
  SLUICE_RETURN_IF_ERROR(called);
  if (context.json) {
    PrintJson(context.out, response.correction());
  } else {
    PrintProposed(context, response.correction());
  }
  return absl::OkStatus();
}

absl::StatusOr<int> Correct(const Context& context, const CorrectFlags& flags) {
  if (flags.opt_outs.empty() == flags.import_id.empty()) {
    return Misused(context,
                   context.Say("退订和 --import 须给出其一，且只能给出一种",
                               "give either opt-outs or --import"));
  }
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  admin::v1::ProposeCorrectionRequest request;
  request.set_reason(flags.reason);
  if (!flags.import_id.empty()) {
    request.set_import_id(flags.import_id);
    SLUICE_RETURN_IF_ERROR(Propose(context, connection, request));
    return 0;
  }
  for (const std::string& argument : flags.opt_outs) {
    SLUICE_ASSIGN_OR_RETURN(*request.mutable_opt_out_id(),
                            OptOutIdOf(connection, argument));
    SLUICE_RETURN_IF_ERROR(Propose(context, connection, request));
  }
  return 0;
}

// All corrections, the newest first, until `take` returns false.
template <typename Take>
absl::Status ForEachCorrection(const tools::Connection& connection,
                               admin::v1::CorrectionState state, Take take) {
  admin::v1::ListCorrectionsRequest request;
  request.set_state(state);
  request.set_page_size(kPageSize);
  do {
    admin::v1::ListCorrectionsResponse page;
    SLUICE_RETURN_IF_ERROR(
        Call(connection, &Stub::ListCorrections, request, page));
    for (const Correction& one : page.corrections()) {
      if (!take(one)) return absl::OkStatus();
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

// Waits until the correction is done. The server goes on without this program,
// and a server that starts again, with it.
absl::Status Await(const Context& context, const tools::Connection& connection,
                   Correction& correction) {
  tools::Progress progress(context.err, context.progress && !context.json,
                           context.Say("条退订", "opt-outs"),
                           correction.found());
  while (correction.state() == admin::v1::CORRECTION_STATE_RUNNING) {
    absl::SleepFor(kLookAgain);
    SLUICE_RETURN_IF_ERROR(tools::CallPatiently(connection, [&] {
      return ForEachCorrection(connection,
                               admin::v1::CORRECTION_STATE_UNSPECIFIED,
                               [&](const Correction& one) {
                                 if (one.id() != correction.id()) return true;
                                 correction = one;
                                 return false;
                               });
    }));
    progress.Set(
        correction.removed() + correction.kept(),
        std::max(correction.found(), correction.removed() + correction.kept()));
  }
  return absl::OkStatus();
}

absl::StatusOr<int> Confirm(const Context& context, const CorrectFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  admin::v1::ConfirmCorrectionRequest request;
  request.set_id(flags.id);
  request.set_remark(flags.reason);
  admin::v1::ConfirmCorrectionResponse response;
  const absl::Status called =
      Call(connection, &Stub::ConfirmCorrection, request, response);
  if (HasReason(called, ErrorReason::kNeedsColleague)) {
    return WithNext(
        called,
        SayBoth("由同事用另一把密钥确认；密钥由管理员创建："
                "`sluicectl key create --role officer --person 姓名`。",
                "A colleague confirms it with another key: `sluicectl key "
                "create --role officer` creates one."));
  }
  if (called.code() == absl::StatusCode::kNotFound ||
      called.code() == absl::StatusCode::kFailedPrecondition) {
    return WithNext(called, CorrectionsHint());
  }
  SLUICE_RETURN_IF_ERROR(called);
  Correction& correction = *response.mutable_correction();
  const bool runs = correction.state() == admin::v1::CORRECTION_STATE_RUNNING;
  if (runs && !context.json) {
    context.out
        << context.Say(
               "服务器正在撤销这些退订，现在离开也不影响："
               "`sluicectl optout corrections` 显示进度。\n",
               "The server removes the opt-outs, also if you leave now: "
               "`sluicectl optout corrections` shows how far it is.\n")
        << std::flush;
  }
  if (runs && !flags.no_wait) {
    SLUICE_RETURN_IF_ERROR(Await(context, connection, correction));
  }
  if (context.json) {
    PrintJson(context.out, correction);
  } else if (correction.state() == admin::v1::CORRECTION_STATE_DONE) {
    PrintDone(context, correction);
  }
  return 0;
}

absl::StatusOr<int> Withdraw(const Context& context,
                             const CorrectFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  admin::v1::WithdrawCorrectionRequest request;
  request.set_id(flags.id);
  request.set_remark(flags.reason);
  admin::v1::WithdrawCorrectionResponse response;
  const absl::Status called =
      Call(connection, &Stub::WithdrawCorrection, request, response);
  if (called.code() == absl::StatusCode::kNotFound ||
      called.code() == absl::StatusCode::kFailedPrecondition) {
    return WithNext(called, CorrectionsHint());
  }
  SLUICE_RETURN_IF_ERROR(called);
  if (context.json) {
    PrintJson(context.out, response.correction());
    return 0;
  }
  context.out << context.Say(
      "更正 $0 已撤回：有关退订仍然生效。\n",
      "Correction $0 is withdrawn: its opt-outs stay in force.\n",
      context.style.Bold(flags.id));
  return 0;
}

void AddRow(const Context& context, const Correction& one, KeyNames& names,
            tools::Table& table) {
  const std::string decided =
      one.decider().empty() ? "-"
                            : absl::StrCat(names.Of(one.decider()), " ",
                                           tools::TimeText(one.decide_time()));
  table.AddRow(
      {one.id(), StateOf(context, one), TargetOf(context, one),
       tools::Grouped(one.found()), tools::Grouped(one.removed()),
       tools::Grouped(one.kept()),
       absl::StrCat(names.Of(one.proposer()), " ",
                    tools::TimeText(one.propose_time())),
       decided,
       absl::StrCat(one.reason(),
                    one.remark().empty() ? "" : context.Say("；", "; "),
                    one.remark())});
}

absl::StatusOr<int> List(const Context& context, const CorrectFlags& flags) {
  admin::v1::CorrectionState state = admin::v1::CORRECTION_STATE_UNSPECIFIED;
  if (!flags.state.empty()) {
    const auto read = tools::ParseEnum<admin::v1::CorrectionState>(flags.state);
    if (!read.ok()) return InFlag("--state", read.status());
    state = *read;
  }
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  tools::Table table({{context.Say("编号", "id")},
                      {context.Say("状态", "state")},
                      {context.Say("更正对象", "of")},
                      {context.Say("涉及", "found"), tools::Align::kRight},
                      {context.Say("已撤销", "removed"), tools::Align::kRight},
                      {context.Say("保留", "kept"), tools::Align::kRight},
                      {context.Say("提出人", "proposed by")},
                      {context.Say("处理人", "decided by")},
                      {context.Say("原因", "why"), tools::Align::kLeft, true}});
  KeyNames names(context);
  SLUICE_RETURN_IF_ERROR(
      ForEachCorrection(connection, state, [&](const Correction& one) {
        if (context.json) {
          PrintJson(context.out, one);
        } else {
          AddRow(context, one, names, table);
        }
        return true;
      }));
  if (context.json) return 0;
  if (table.empty()) {
    context.out << (flags.state.empty()
                        ? context.Say("从未提出过更正。\n",
                                      "No correction was ever proposed.\n")
                        : context.Say("没有处于该状态的更正。\n",
                                      "No correction is in this state.\n"));
  } else {
    context.out << table.Text(context.width);
  }
  return 0;
}

absl::StatusOr<int> Imports(const Context& context, const CorrectFlags&) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  admin::v1::ListOptOutImportsRequest request;
  request.set_page_size(kPageSize);
  tools::Table table({{context.Say("编号", "id")},
                      {context.Say("开始时间", "began")},
                      {context.Say("经办人", "by")}});
  KeyNames names(context);
  do {
    admin::v1::ListOptOutImportsResponse page;
    SLUICE_RETURN_IF_ERROR(
        Call(connection, &Stub::ListOptOutImports, request, page));
    for (const admin::v1::OptOutImport& one : page.imports()) {
      if (context.json) PrintJson(context.out, one);
      table.AddRow(
          {one.id(), tools::TimeText(one.begin_time()), names.Of(one.actor())});
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  if (context.json) return 0;
  if (table.empty()) {
    context.out << context.Say("没有导入过退订。\n",
                               "No opt-outs were imported.\n");
  } else {
    context.out << table.Text(context.width);
  }
  return 0;
}

void AddCorrectFlags(tools::CommandLine& command, CorrectFlags& flags) {
  command.Add("PHONE_OR_ID", flags.opt_outs,
              {"退订：`optout lookup` 显示的编号，或只有一条生效退订的号码",
               "Opt-outs, by their ids as `optout lookup` shows them, or "
               "numbers that have just one in force"});
  command.Add("--import", flags.import_id,
              {"这次导入的全部退订；`optout imports` 列出各次导入",
               "All opt-outs of this import; `optout imports` lists them"});
  command.Add("--reason", flags.reason, {"为何有误", "Why they are a mistake"})
      .Required();
}

void AddCorrectionConfirmFlags(tools::CommandLine& command,
                               CorrectFlags& flags) {
  command.Add("ID", flags.id, {"更正", "The correction"}).Required();
  command.Add("--reason", flags.reason, {"备注", "Your own remark"});
  command.Add("--no-wait", flags.no_wait,
              {"不等待其完成", "Do not wait until it is done"});
}

void AddCorrectionWithdrawFlags(tools::CommandLine& command,
                                CorrectFlags& flags) {
  command.Add("ID", flags.id, {"更正", "The correction"}).Required();
  command
      .Add("--reason", flags.reason, {"原因，记入日志", "Why, for the journal"})
      .Required();
}

}  // namespace

void AddOptOutCorrect(tools::CommandLine& group, Context& context) {
  AddCommand<CorrectFlags>(
      group, context, "imports",
      {"退订的各次导入，最新的在前。",
       "The imports of opt-outs, the newest first."},
      "sluicectl optout imports", [](tools::CommandLine&, CorrectFlags&) {},
      Imports);
  AddCommand<CorrectFlags>(
      group, context, "correct",
      {"提出撤销误登记的退订：单条，或一次导入的全部。同事确认之前一切不变。"
       "由其他途径而来的退订仍然生效。用户退订之后又同意的，请用 `optout "
       "remove`。",
       "Proposes to undo opt-outs that were recorded by mistake: single "
       "ones, or all of an import. Nothing changes until a colleague "
       "confirms it. Opt-outs that came another way stay in force. When the "
       "recipient consented after opting out, use `optout remove` instead."},
      {"sluicectl optout correct 13800138000 --reason \"0139 误录为 0138\"\n"
       "  sluicectl optout correct 00W001BM8C00040 --reason \"N 是对问卷的回"
       "答\"\n"
       "  sluicectl optout correct --import numbers.txt-3fa9c2d41b07 "
       "--reason \"误用了在网客户名单\"",
       "sluicectl optout correct 13800138000 --reason \"typed 0138 for "
       "0139\"\n"
       "  sluicectl optout correct 00W001BM8C00040 --reason \"N answered a "
       "survey\"\n"
       "  sluicectl optout correct --import numbers.txt-3fa9c2d41b07 "
       "--reason \"the list of active customers\""},
      AddCorrectFlags, Correct);
  AddCommand<CorrectFlags>(
      group, context, "confirm",
      {"确认同事提出的更正：撤销有关退订。等待其完成；离开后服务器继续进行。"
       "此间被取消的短信不会恢复。",
       "Confirms a correction that a colleague has proposed: its opt-outs "
       "are removed. Waits until it is done; the server goes on if you "
       "leave. Messages that were cancelled meanwhile stay cancelled."},
      {"sluicectl optout confirm c3 --reason \"与文件核对过\"",
       "sluicectl optout confirm c3 --reason \"compared with the file\""},
      AddCorrectionConfirmFlags, Confirm);
  AddCommand<CorrectFlags>(
      group, context, "withdraw",
      {"撤回已提出的更正；有关退订仍然生效。",
       "Ends a proposed correction; its opt-outs stay in force."},
      {"sluicectl optout withdraw c3 --reason \"名单无误\"",
       "sluicectl optout withdraw c3 --reason \"the list was right\""},
      AddCorrectionWithdrawFlags, Withdraw);
  AddCommand<CorrectFlags>(
      group, context, "corrections",
      {"退订的更正，最新的在前。",
       "Corrections of opt-outs, the newest first."},
      "sluicectl optout corrections --state proposed",
      [](tools::CommandLine& command, CorrectFlags& flags) {
        command.Add("--state", flags.state,
                    {"proposed、running、done 或 withdrawn。默认为全部",
                     "proposed, running, done or withdrawn. Default: all"});
      },
      List);
}

}  // namespace sluice::ctl
