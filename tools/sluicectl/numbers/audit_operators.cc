// sluicectl audit operators: who has looked up or changed what, and why.

#include <algorithm>
#include <cstdint>
#include <string>

#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/history.grpc.pb.h"
#include "tools/lib/json_line.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/call_names.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/key_names.h"
#include "tools/sluicectl/time_flags.h"

namespace sluice::ctl {
namespace {

using admin::v1::HistoryService;
using admin::v1::OperatorAction;

constexpr uint64_t kPageSizeMax = 1000;

struct OperatorFlags {
  std::string recipient;
  std::string actor;
  std::string method;
  std::string from = "24h";
  std::string until;
  uint64_t limit = 100;
  std::string page_token;
};

void AddFlags(tools::CommandLine& command, OperatorFlags& flags) {
  command.Add("--recipient", flags.recipient,
              {"只看涉及这个号码的", "Only about this number"});
  command.Add(
      "--actor", flags.actor,
      {"由谁办理：姓名或密钥编号", "Done by: name of a person or id of a key"});
  command.Add("--method", flags.method,
              {"哪一种操作，如 GetDossier", "Which call, such as GetDossier"});
  command
      .Add("--from", flags.from,
           {"从这一时间起的操作：时间，或多久以前",
            "Done at or after: a time, or how long ago"})
      .ShowDefault();
  command.Add("--until", flags.until,
              {"在这一时间之前的操作", "Done before this time"});
  command
      .Add("--limit", flags.limit,
           {"显示的操作数；0 表示全部", "Actions to show; 0: all"})
      .Between(0, 1000000000)
      .ShowDefault();
  command.Add("--page-token", flags.page_token,
              {"下一页的翻页标记，由上一页显示",
               "The next page's token, as the previous page shows it"});
}

absl::StatusOr<admin::v1::ListOperatorActionsRequest> RequestOf(
    const Context& context, const OperatorFlags& flags) {
  admin::v1::ListOperatorActionsRequest request;
  request.set_recipient(flags.recipient);
  request.set_actor(flags.actor);
  request.set_method(flags.method);
  TimeFlags times(context);
  SLUICE_ASSIGN_OR_RETURN(*request.mutable_start_time(),
                          times.Past("--from", flags.from));
  if (!flags.until.empty()) {
    SLUICE_ASSIGN_OR_RETURN(*request.mutable_end_time(),
                            times.Past("--until", flags.until));
  }
  request.set_page_token(flags.page_token);
  return request;
}

std::string SubjectText(const OperatorAction& action) {
  return action.recipient().empty() ? action.subject() : action.recipient();
}

tools::Table ActionTable(const Context& context) {
  return tools::Table(
      {{context.Say("时间", "time")},
       {context.Say("经办人", "who")},
       {context.Say("操作", "call"), tools::Align::kLeft, true},
       {context.Say("对象", "about"), tools::Align::kLeft, true},
       {context.Say("原因", "why"), tools::Align::kLeft, true}});
}

absl::StatusOr<int> Operators(const Context& context,
                              const OperatorFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(admin::v1::ListOperatorActionsRequest request,
                          RequestOf(context, flags));
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = HistoryService::NewStub(connection.channel());
  tools::Table table = ActionTable(context);
  KeyNames keys(context);
  admin::v1::ListOperatorActionsResponse page;
  uint64_t shown = 0;
  do {
    const uint64_t room = flags.limit > 0 ? flags.limit - shown : kPageSizeMax;
    request.set_page_size(static_cast<uint32_t>(std::min(room, kPageSizeMax)));
    SLUICE_RETURN_IF_ERROR(connection.Call(
        *stub, &HistoryService::Stub::ListOperatorActions, request, page));
    for (const OperatorAction& action : page.actions()) {
      ++shown;
      if (context.json) {
        PrintJson(context.out, action);
      } else {
        table.AddRow({tools::TimeText(action.action_time()),
                      keys.Of(action.actor()),
                      CallText(context, action.method()), SubjectText(action),
                      action.reason()});
      }
    }
    request.set_page_token(page.next_page_token());
  } while (!page.next_page_token().empty() &&
           (flags.limit == 0 || shown < flags.limit));
  const std::string& next = page.next_page_token();
  if (context.json) {
    if (!next.empty()) {
      context.out << tools::JsonLine().Text("next_page_token", next).End()
                  << "\n";
    }
    return 0;
  }
  if (!table.empty()) context.out << table.Text(context.width) << "\n";
  context.out << context.Say(
      "$0 次操作。\n", shown == 1 ? "$0 action.\n" : "$0 actions.\n", shown);
  if (!next.empty()) {
    context.out << context.Say("下一页：--page-token $0\n",
                               "Next page: --page-token $0\n", next);
  }
  return 0;
}

}  // namespace

void AddAuditOperators(tools::CommandLine& group, Context& context) {
  AddLookupReason(
      AddCommand<OperatorFlags>(
          group, context, "operators",
          {"谁查看或处理过什么、因何，最早的在前：对短信、号码档案、退订和上行"
           "回复"
           "的每次查询，以及对待审短信的处理。查看这一记录本身也记录在内。须用"
           "角色"
           "为 audit 或 admin 的密钥。",
           "Who has looked up or decided what and why, oldest first: every "
           "look-up "
           "of messages, dossiers, opt-outs and replies, and decisions about "
           "held "
           "messages. Reading it is in it, too. Needs a key with the role "
           "audit or "
           "admin."},
          "sluicectl audit operators --recipient 13800138000 --from 30d",
          AddFlags, Operators),
      context);
}

}  // namespace sluice::ctl
