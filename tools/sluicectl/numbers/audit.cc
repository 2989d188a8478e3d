// sluicectl audit: finds decisions by message id or by other properties.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/audit.grpc.pb.h"
#include "tools/lib/json_line.h"
#include "tools/lib/progress.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/party_names.h"
#include "tools/sluicectl/record_text.h"
#include "tools/sluicectl/search_filters.h"
#include "tools/sluicectl/time_flags.h"

namespace sluice::ctl {
namespace {

constexpr uint32_t kPageSizeMax = 1000;

struct GetFlags {
  std::string id;
};

struct SearchFlags {
  SearchFilters filters;
  uint32_t page_size = 100;
  uint64_t limit = 100;
  std::string page_token;
};

absl::StatusOr<int> Get(const Context& context, const GetFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::AuditService::NewStub(connection.channel());
  admin::v1::GetMessageRequest request;
  request.set_message_id(flags.id);
  admin::v1::GetMessageResponse response;
  SLUICE_RETURN_IF_ERROR(connection.Call(
      *stub, &admin::v1::AuditService::Stub::GetMessage, request, response));
  if (context.json) {
    PrintJson(context.out, response.message());
  } else {
    PrintMessage(context, response.message());
  }
  return 0;
}

void AddSearchFlags(tools::CommandLine& command, SearchFlags& flags) {
  AddFilterFlags(command, flags.filters);
  command
      .Add("--limit", flags.limit,
           {"显示的短信数；0 表示全部", "Messages to show; 0: all"})
      .Between(0, 1000000000)
      .ShowDefault();
  command
      .Add("--page-size", flags.page_size, {"每页的短信数", "Messages a page"})
      .Between(1, static_cast<int>(kPageSizeMax))
      .ShowDefault();
  command.Add("--page-token", flags.page_token,
              {"下一页的翻页标记，由上一页显示",
               "The next page's token, as the previous page shows it"});
}

// An old server ignores --rule and returns messages of other rules.
bool AreOfRule(const SearchFlags& flags,
               const admin::v1::SearchMessagesResponse& page) {
  if (flags.filters.rule.empty()) return true;
  return absl::c_all_of(
      page.messages(), [&](const admin::v1::MessageRecord& message) {
        const auto& reasons = flags.filters.observed ? message.would_reasons()
                                                     : message.reasons();
        return absl::c_any_of(reasons, [&](const v1::Reason& reason) {
          return reason.rule() == flags.filters.rule;
        });
      });
}

// An old server ignores --carrier-code.
bool HaveCode(const SearchFlags& flags,
              const admin::v1::SearchMessagesResponse& page) {
  if (flags.filters.carrier_code.empty()) return true;
  return absl::c_all_of(
      page.messages(), [&](const admin::v1::MessageRecord& message) {
        return absl::c_any_of(message.events(), [&](const auto& event) {
          return absl::EqualsIgnoreCase(event.carrier_code(),
                                        flags.filters.carrier_code);
        });
      });
}

// Whether the server knows every filter of the request. All filters from
// message_class on came together with the count of those applied.
bool KnowsFilters(const admin::v1::SearchMessagesRequest& request,
                  const admin::v1::SearchMessagesResponse& page) {
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  request.GetReflection()->ListFields(request, &fields);
  return page.filters() > 0 || absl::c_all_of(fields, [](const auto* field) {
           return field->number() <
                  admin::v1::SearchMessagesRequest::kMessageClassFieldNumber;
         });
}

absl::Status CheckFilters(const SearchFlags& flags,
                          const admin::v1::SearchMessagesRequest& request,
                          const admin::v1::SearchMessagesResponse& page) {
  if (!KnowsFilters(request, page)) {
    return ErrorOf(
        absl::StatusCode::kUnimplemented,
        SayBoth("服务器的版本比 sluicectl 旧，不支持其中的条件。请更新 sluiced",
                "the server is older than sluicectl and does not know all of "
                "these filters. Update sluiced"));
  }
  const char* const ignored = !AreOfRule(flags, page)  ? "--rule"
                              : !HaveCode(flags, page) ? "--carrier-code"
                                                       : nullptr;
  if (ignored == nullptr) return absl::OkStatus();
  return ErrorOf(absl::StatusCode::kUnimplemented,
                 SayBoth("$0：服务器的版本比 sluicectl 旧，不支持这个选项。请更"
                         "新 sluiced",
                         "$0: the server is older than sluicectl and does not "
                         "support it. Update sluiced",
                         ignored));
}

// Prints the counted refusals of a page, or adds a line for each to `lines`.
void ShowRefusals(const Context& context,
                  const admin::v1::SearchMessagesResponse& page,
                  PartyNames& parties, std::string& lines) {
  for (const admin::v1::RefusalsCounted& one : page.refusals_counted()) {
    if (context.json) {
      PrintJson(context.out, one);
      continue;
    }
    const std::string& number = one.recipient();
    absl::StrAppend(
        &lines,
        number.empty() ? context.Say("无效的号码", "numbers that are not valid")
                       : number,
        context.Say("：", ": "), RefusalsText(context, one, parties), "\n");
  }
}

// Of a search of several pages that found nothing: whether its rule is in
// force. The server says so of a search that is one page, such as one of the
// time from now on.
absl::Status CheckRule(const Context& context, const SearchFlags& flags) {
  if (flags.filters.rule.empty()) return absl::OkStatus();
  TimeFlags times(context);
  admin::v1::SearchMessagesRequest request;
  SLUICE_ASSIGN_OR_RETURN(*request.mutable_start_time(),
                          times.Past("--from", "0s"));
  request.set_rule(flags.filters.rule);
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::AuditService::NewStub(connection.channel());
  admin::v1::SearchMessagesResponse ignored;
  return connection.Call(*stub, &admin::v1::AuditService::Stub::SearchMessages,
                         request, ignored);
}

// What is below the table: how many there are, and what comes next.
void PrintEnd(const Context& context, const SearchFlags& flags, uint64_t shown,
              const std::string& counted, const std::string& next_page) {
  context.out << context.Say("$0 条短信。\n",
                             shown == 1 ? "$0 message.\n" : "$0 messages.\n",
                             shown)
              << counted;
  if (shown == 0 && !flags.filters.rule.empty() && next_page.empty()) {
    context.out << context.Say(
        "这段时间内没有原因涉及“$0”：`sluicectl rules stats` 和 `sluicectl "
        "posture` 列出规则和限额。\n",
        "No reason in this time names '$0': `sluicectl rules stats` and "
        "`sluicectl posture` list rules and limits.\n",
        flags.filters.rule);
  }
  if (!next_page.empty()) {
    context.out << context.Say("下一页：--page-token $0\n",
                               "Next page: --page-token $0\n", next_page);
  }
}

// How much of the time a search of several pages has been through.
class SearchProgress {
 public:
  explicit SearchProgress(const Context& context) : context_(context) {}

  void Set(const admin::v1::SearchMessagesRequest& request,
           const admin::v1::SearchMessagesResponse& page) {
    if (!page.has_reached_time()) return;
    if (!bar_) {
      bar_.emplace(context_.err, context_.progress && !context_.json,
                   context_.Say("已搜索的分钟数", "minutes searched"), 0);
    }
    const absl::Time from = tools::FromTimestamp(request.start_time());
    const absl::Time until = request.has_end_time()
                                 ? tools::FromTimestamp(request.end_time())
                                 : absl::Now();
    const auto minutes = [from](absl::Time time) {
      return static_cast<uint64_t>(
          std::max<int64_t>(0, absl::ToInt64Minutes(time - from)));
    };
    bar_->Set(minutes(tools::FromTimestamp(page.reached_time())),
              minutes(until));
  }
  void End() { bar_.reset(); }

 private:
  const Context& context_;
  std::optional<tools::Progress> bar_;
};

absl::StatusOr<int> Search(const Context& context, const SearchFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(admin::v1::SearchMessagesRequest request,
                          RequestOf(context, flags.filters));
  request.set_page_token(flags.page_token);
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::AuditService::NewStub(connection.channel());
  tools::Table table = MessageTable(context);
  PartyNames parties(context);
  admin::v1::SearchMessagesResponse page;
  uint64_t shown = 0;
  std::string counted;  // Refusals without a message, a line each.
  bool one_page = true;
  SearchProgress progress(context);
  for (;;) {
    const uint64_t room =
        flags.limit > 0 ? flags.limit - shown : uint64_t{UINT64_MAX};
    // The last page must end with the last message shown, so that its token
    // continues there.
    request.set_page_size(
        static_cast<uint32_t>(std::min<uint64_t>(flags.page_size, room)));
    SLUICE_RETURN_IF_ERROR(connection.Call(
        *stub, &admin::v1::AuditService::Stub::SearchMessages, request, page));
    SLUICE_RETURN_IF_ERROR(CheckFilters(flags, request, page));
    for (const admin::v1::MessageRecord& message : page.messages()) {
      ++shown;
      if (context.json) {
        PrintJson(context.out, message);
      } else {
        AddMessage(context, message, parties, table);
      }
    }
    ShowRefusals(context, page, parties, counted);
    progress.Set(request, page);
    if (page.next_page_token().empty()) break;
    if (flags.limit > 0 && shown >= flags.limit) break;
    request.set_page_token(page.next_page_token());
    one_page = false;
  }
  progress.End();
  if (!one_page && shown == 0 && counted.empty() &&
      page.next_page_token().empty()) {
    SLUICE_RETURN_IF_ERROR(CheckRule(context, flags));
  }
  if (context.json) {
    // The token to continue after the last message shown.
    if (!page.next_page_token().empty()) {
      context.out << tools::JsonLine()
                         .Text("next_page_token", page.next_page_token())
                         .End()
                  << "\n";
    }
    return 0;
  }
  if (!table.empty()) context.out << table.Text(context.width) << "\n";
  PrintEnd(context, flags, shown, counted, page.next_page_token());
  return 0;
}

}  // namespace

void AddAudit(tools::CommandLine& app, Context& context) {
  tools::CommandLine& group =
      AddGroup(app, "audit",
               {"每一次判定和操作的记录",
                "The record of every decision, and of what operators did"},
               "sluicectl audit search --from 1h --reason CONTENT_PROHIBITED");
  AddLookupReason(AddCommand<GetFlags>(
                      group, context, "get",
                      {"一条短信，连同其判定和此后的每个事件。",
                       "One message with its decision and every later event."},
                      "sluicectl audit get 00000000A4F0001",
                      [](tools::CommandLine& command, GetFlags& flags) {
                        command
                            .Add("ID", flags.id, {"短信编号", "The message id"})
                            .Required();
                      },
                      Get),
                  context);
  AddLookupReason(
      AddCommand<SearchFlags>(
          group, context, "search",
          {"按时间和其他条件搜索判定，最早的在前。只计数而未逐条记录的拒绝列在"
           "表"
           "后。用 --json 时，如有下一页，最后一行是它的翻页标记。",
           "Searches decisions by time and other filters, oldest first. "
           "Rejections that were counted instead of recorded follow the table. "
           "With --json the last line has the token of the next page, if there "
           "is one."},
          "sluicectl audit search --from \"2026-01-31 08:00\" --decision "
          "rejected --content-provider shop",
          AddSearchFlags, Search),
      context);
  AddAuditHead(group, context);
  AddAuditOperators(group, context);
  AddAuditProofs(group, context);
  AddAuditVerify(group, context);
}

}  // namespace sluice::ctl
