// sluicectl legal-hold: records that outlive retention.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/legal_holds.grpc.pb.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/arguments.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/key_names.h"
#include "tools/sluicectl/party_names.h"
#include "tools/sluicectl/prose.h"
#include "tools/sluicectl/time_flags.h"

namespace sluice::ctl {
namespace {

using admin::v1::LegalHold;
using admin::v1::LegalHoldsService;

constexpr uint32_t kPageSize = 1'000;

struct LegalHoldFlags {
  std::string recipient;
  std::string port;
  std::string content_provider;
  std::string from;
  std::string until;
  std::string owner;
  std::string review;
  std::string reason;
  uint32_t number = 0;
  bool all = false;
};

template <typename Method, typename Request, typename Response>
absl::Status CallLegalHolds(const Context& context, Method method,
                            const Request& request, Response& response) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = LegalHoldsService::NewStub(connection.channel());
  return connection.Call(*stub, method, request, response);
}

// "messages to +8613800138000 of 云杉超市 (shop), from 2026-01-01".
std::string Covered(const Context& context, const LegalHold& hold,
                    PartyNames& parties) {
  std::vector<std::string> parts;
  if (!hold.recipient().empty()) {
    parts.push_back(context.Say("号码 $0", "number $0", hold.recipient()));
  }
  if (!hold.port_id().empty()) {
    parts.push_back(context.Say("端口 $0", "port $0", hold.port_id()));
  }
  if (!hold.content_provider_id().empty()) {
    parts.push_back(context.Say("内容提供者 $0", "content provider $0",
                                parties.Provider(hold.content_provider_id())));
  }
  if (hold.has_from_time()) {
    parts.push_back(
        context.Say("自 $0", "from $0", tools::TimeText(hold.from_time())));
  }
  if (hold.has_until_time()) {
    parts.push_back(
        context.Say("至 $0", "until $0", tools::TimeText(hold.until_time())));
  }
  return absl::StrJoin(parts, context.Say("，", ", "));
}

void PrintHold(const Context& context, const LegalHold& hold) {
  if (context.json) return PrintJson(context.out, hold);
  PartyNames parties(context);
  const std::string head =
      context.Say("法律保全 $0", "Legal hold $0", hold.number());
  const std::string name =
      head + context.Say("（$0）", ", of $0,", Covered(context, hold, parties));
  const std::string rest =
      hold.has_end_time()
          ? context.Say(
                "已解除：下次清理会删去已过保存期且没有其他保全的记录。",
                " is ended: the next run of retention removes records that are "
                "past their time and under no other hold.")
          : context.Say("生效，解除之前清理不删去这些记录。请在 $0 之前复核。",
                        " is in force: retention removes none of these records "
                        "until it is ended. Review it before $0.",
                        tools::TimeText(hold.review_time()));
  PrintProse(context, name + rest, head, context.style.Bold(head));
}

absl::StatusOr<int> AddOne(const Context& context,
                           const LegalHoldFlags& flags) {
  if (flags.recipient.empty() && flags.port.empty() &&
      flags.content_provider.empty()) {
    return Misused(
        context,
        context.Say("请给出 --recipient、--port 或 --content-provider：保全哪些"
                    "记录",
                    "give --recipient, --port or --content-provider: which "
                    "records to keep"));
  }
  TimeFlags times(context);
  admin::v1::CreateLegalHoldRequest request;
  request.set_recipient(flags.recipient);
  request.set_port_id(flags.port);
  request.set_content_provider_id(flags.content_provider);
  if (!flags.from.empty()) {
    SLUICE_ASSIGN_OR_RETURN(*request.mutable_from_time(),
                            times.Past("--from", flags.from));
  }
  if (!flags.until.empty()) {
    SLUICE_ASSIGN_OR_RETURN(*request.mutable_until_time(),
                            times.Past("--until", flags.until));
  }
  request.set_owner(flags.owner);
  request.set_reason(flags.reason);
  SLUICE_ASSIGN_OR_RETURN(*request.mutable_review_time(),
                          times.ToCome("--review", flags.review));
  admin::v1::CreateLegalHoldResponse response;
  SLUICE_RETURN_IF_ERROR(CallLegalHolds(
      context, &LegalHoldsService::Stub::CreateLegalHold, request, response));
  PrintHold(context, response.legal_hold());
  return 0;
}

absl::StatusOr<int> ReviewOne(const Context& context,
                              const LegalHoldFlags& flags) {
  TimeFlags times(context);
  admin::v1::ReviewLegalHoldRequest request;
  request.set_number(flags.number);
  request.set_reason(flags.reason);
  SLUICE_ASSIGN_OR_RETURN(*request.mutable_review_time(),
                          times.ToCome("--review", flags.review));
  admin::v1::ReviewLegalHoldResponse response;
  SLUICE_RETURN_IF_ERROR(CallLegalHolds(
      context, &LegalHoldsService::Stub::ReviewLegalHold, request, response));
  PrintHold(context, response.legal_hold());
  return 0;
}

absl::StatusOr<int> EndOne(const Context& context,
                           const LegalHoldFlags& flags) {
  admin::v1::EndLegalHoldRequest request;
  request.set_number(flags.number);
  request.set_reason(flags.reason);
  admin::v1::EndLegalHoldResponse response;
  SLUICE_RETURN_IF_ERROR(CallLegalHolds(
      context, &LegalHoldsService::Stub::EndLegalHold, request, response));
  PrintHold(context, response.legal_hold());
  return 0;
}

std::string StateText(const Context& context, const LegalHold& hold,
                      absl::Time now) {
  if (hold.has_end_time()) return context.Say("已解除", "ended");
  return tools::FromTimestamp(hold.review_time()) <= now
             ? context.Say("待复核", "REVIEW DUE")
             : context.Say("生效", "in force");
}

void PrintTable(const Context& context, const std::vector<LegalHold>& holds,
                absl::Time now) {
  tools::Table table(
      {{context.Say("编号", "number"), tools::Align::kRight},
       {context.Say("状态", "state")},
       {context.Say("保全内容", "what"), tools::Align::kLeft, true},
       {context.Say("提出方", "owner"), tools::Align::kLeft, true},
       {context.Say("复核", "review")},
       {context.Say("创建", "created")},
       {context.Say("经办人", "by")},
       {context.Say("原因", "reason"), tools::Align::kLeft, true}});
  KeyNames names(context);
  PartyNames parties(context);
  for (const LegalHold& hold : holds) {
    const bool ended = hold.has_end_time();
    table.AddRow({absl::StrCat(hold.number()), StateText(context, hold, now),
                  Covered(context, hold, parties), hold.owner(),
                  ended ? "-" : tools::TimeText(hold.review_time()),
                  tools::TimeText(hold.create_time()),
                  names.Of(ended ? hold.ended_by() : hold.author()),
                  ended ? hold.end_reason() : hold.reason()});
  }
  context.out << table.Text(context.width);
}

absl::StatusOr<int> ListAll(const Context& context,
                            const LegalHoldFlags& flags) {
  std::vector<LegalHold> holds;
  admin::v1::ListLegalHoldsRequest request;
  request.set_all(flags.all);
  request.set_page_size(kPageSize);
  admin::v1::ListLegalHoldsResponse page;
  do {
    request.set_page_token(page.next_page_token());
    page.Clear();
    SLUICE_RETURN_IF_ERROR(CallLegalHolds(
        context, &LegalHoldsService::Stub::ListLegalHolds, request, page));
    for (LegalHold& hold : *page.mutable_legal_holds()) {
      holds.push_back(std::move(hold));
    }
  } while (!page.next_page_token().empty());
  if (context.json) {
    for (const LegalHold& hold : holds) PrintJson(context.out, hold);
  } else if (holds.empty()) {
    context.out << (flags.all ? context.Say("从未有过法律保全。\n",
                                            "There never was a legal hold.\n")
                              : context.Say("没有生效的法律保全。\n",
                                            "No legal hold is in force.\n"));
  } else {
    PrintTable(context, holds, tools::FromTimestamp(page.server_time()));
  }
  return 0;
}

void AddReason(tools::CommandLine& command, LegalHoldFlags& flags) {
  command
      .Add("--reason", flags.reason, {"原因，记入日志", "Why, for the journal"})
      .Required();
}

void AddReview(tools::CommandLine& command, LegalHoldFlags& flags) {
  command
      .Add("--review", flags.review,
           {"最迟何时复核是否仍需要：时间，或 180d",
            "When it must be reviewed: a time, or 180d"})
      .Required();
}

void AddHoldNumber(tools::CommandLine& command, LegalHoldFlags& flags) {
  command.Add("NUMBER", flags.number, {"法律保全的编号", "The legal hold"})
      .Required()
      .Positive();
}

void AddCreateFlags(tools::CommandLine& command, LegalHoldFlags& flags) {
  command.Add("--recipient", flags.recipient,
              {"与这个号码往来的记录", "Records of this telephone number"});
  command
      .Add("--port", flags.port,
           {"这个端口的记录：编号、号码或别名",
            "Records of this port: its id, number or alias"})
      .TypeName("ID");
  command
      .Add("--content-provider", flags.content_provider,
           {"这个内容提供者的记录：编号或名称",
            "Records of this content provider: its id or name"})
      .TypeName("ID");
  command.Add("--from", flags.from,
              {"只保全此时起判定的短信：时间，或 90d",
               "Only messages decided since: a time, or 90d"});
  command.Add("--until", flags.until,
              {"只保全此时之前判定的短信", "Only messages decided before"});
  command
      .Add("--owner", flags.owner,
           {"由谁或哪个部门提出", "The person or office that needs it"})
      .Required();
  AddReview(command, flags);
  AddReason(command, flags);
}

void AddReviewFlags(tools::CommandLine& command, LegalHoldFlags& flags) {
  AddHoldNumber(command, flags);
  AddReview(command, flags);
  AddReason(command, flags);
}

void AddEndFlags(tools::CommandLine& command, LegalHoldFlags& flags) {
  AddHoldNumber(command, flags);
  AddReason(command, flags);
}

}  // namespace

void AddLegalHold(tools::CommandLine& app, Context& context) {
  tools::CommandLine& group =
      AddGroup(app, "legal-hold",
               {"法律保全：过了保存期也不删去的记录",
                "Legal holds: records that are kept beyond their time"},
               "sluicectl legal-hold list");
  AddCommand<LegalHoldFlags>(
      group, context, "add",
      {"保全一个号码、端口或内容提供者的记录：清理不再删去相关的短信、其后的"
       "每一步和回复，直到解除保全。给出几项时，须全部符合。此前已删去的内容"
       "无法恢复。管理员和审计可以创建、复核和解除，每一步都记入日志。",
       "Keeps the records of a number, a port or a content provider: retention "
       "removes none of these messages, of what happened to them and of the "
       "replies, until the hold is ended. Given several, all must fit. What is "
       "gone already does not come back. Keys with the role admin or audit may "
       "create, review and end holds; each step is journaled."},
      {"sluicectl legal-hold add --recipient 13800138000 --owner \"法务部 李\" "
       "--review 180d --reason \"案号 2026-118\"\n"
       "  sluicectl legal-hold add --content-provider shop --from 2026-01-01 "
       "--until 2026-02-01 --owner \"通信管理局\" --review 90d --reason \""
       "调查函 7\"",
       "sluicectl legal-hold add --recipient 13800138000 --owner \"legal, Ms "
       "Li\" "
       "--review 180d --reason \"case 2026-118\"\n"
       "  sluicectl legal-hold add --content-provider shop --from 2026-01-01 "
       "--until 2026-02-01 --owner \"the authority\" --review 90d --reason "
       "\"letter 7\""},
      AddCreateFlags, AddOne);
  AddCommand<LegalHoldFlags>(
      group, context, "list",
      {"列出法律保全，最新的在前。",
       "Lists the legal holds, the newest first."},
      "sluicectl legal-hold list --all",
      [](tools::CommandLine& command, LegalHoldFlags& flags) {
        command.Add("--all", flags.all,
                    {"也列出已解除的", "Also those that are ended"});
      },
      ListAll);
  AddCommand<LegalHoldFlags>(
      group, context, "review",
      {"记下已复核、仍需要保全，并定下次复核的时间。",
       "Notes that a hold was reviewed and is still needed, and when it is "
       "reviewed next."},
      {"sluicectl legal-hold review 3 --review 180d --reason \"二审未结\"",
       "sluicectl legal-hold review 3 --review 180d --reason \"appeal is "
       "pending\""},
      AddReviewFlags, ReviewOne);
  AddCommand<LegalHoldFlags>(
      group, context, "end",
      {"解除法律保全。下次清理会删去已过保存期且没有其他保全的记录，无法恢复。",
       "Ends a legal hold. The next run of retention removes records that are "
       "past their time and under no other hold; they cannot be brought back."},
      {"sluicectl legal-hold end 3 --reason \"案件已结\"",
       "sluicectl legal-hold end 3 --reason \"the case is closed\""},
      AddEndFlags, EndOne);
}

}  // namespace sluice::ctl
