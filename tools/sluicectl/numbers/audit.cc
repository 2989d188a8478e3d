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
#include "tools/sluicectl/arguments.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/party_names.h"
#include "tools/sluicectl/record_text.h"
#include "tools/sluicectl/time_flags.h"

namespace sluice::ctl {
namespace {

constexpr uint32_t kPageSizeMax = 1000;

struct GetFlags {
  std::string id;
};

struct SearchFlags {
  std::string from = "24h";
  std::string until;
  std::string account;
  std::string content_provider;
  std::string recipient;
  std::string decision;
  std::string reason;
  bool observed = false;
  std::string rule;
  std::string carrier_code;
  std::string message_class;
  std::string state;
  std::string port;
  std::string access_number;
  std::string signature;
  std::string campaign;
  std::string message_key;
  std::string client_ref;
  std::string carrier;
  std::vector<std::string> words;
  std::string recipient_as_submitted;
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

// When, by whom, to whom.
void AddWhoFlags(tools::CommandLine& command, SearchFlags& flags) {
  command
      .Add("--from", flags.from,
           {"从这一时间起判定的：时间（不写时差则为北京时间，+08:00），或多久以"
            "前",
            "Decided at or after: a time (+08:00 unless it has an offset), or "
            "how long ago"})
      .ShowDefault();
  command.Add("--until", flags.until,
              {"在这一时间之前判定的，写法同上",
               "Decided before; written the same way"});
  command.Add("--account", flags.account,
              {"账号，编号或名称", "Account, by id or name"});
  command.Add("--content-provider", flags.content_provider,
              {"内容提供者，编号或名称", "Content provider, by id or name"});
  command.Add("--signature", flags.signature,
              {"签名，编号或名称", "Signature, by id or name"});
  command.Add("--port", flags.port,
              {"端口号，编号、号码或别名", "Port, by id, number or alias"});
  command.Add("--access-number", flags.access_number,
              {"完整的接入号", "The whole access number"});
  command.Add("--recipient", flags.recipient,
              {"号码，可直接粘贴", "Number, as pasted"});
  command.Add("--recipient-as-submitted", flags.recipient_as_submitted,
              {"提交时的无效号码：短号码如 10086、伪码",
               "A number that is not valid, as submitted: a short number such "
               "as 10086, a pseudonym"});
  command.Add("--carrier", flags.carrier,
              {"接收号码的运营商：mobile、unicom、telecom 或 broadnet",
               "The number's carrier: mobile, unicom, telecom or broadnet"});
}

// What it was, and what became of it.
void AddWhatFlags(tools::CommandLine& command, SearchFlags& flags) {
  command
      .Add("--word", flags.words,
           {"短信内容中有这个词，不分大小写、全半角和简繁体；可重复，须全部"
            "都有",
            "The text has this word, in any case, width and Chinese "
            "script; may be repeated: all of them"})
      .OneValueEach();
  command.Add("--class", flags.message_class, kClassHelp);
  command.Add("--campaign", flags.campaign, {"群发", "The campaign"});
  command.Add("--message-key", flags.message_key,
              {"提交方给出的去重键（key）", "The key that the sender gave"});
  command.Add("--client-ref", flags.client_ref,
              {"提交方给出的备注（client_ref）",
               "The client_ref that the sender gave"});
  command.Add("--decision", flags.decision,
              {"accepted、deferred、held、rejected 或 undecided",
               "accepted, deferred, held, rejected or undecided"});
  command.Add("--state", flags.state,
              {"现在的状态，如 delivered 或 undelivered",
               "The state now, such as delivered or undelivered"});
  command.Add("--reason", flags.reason,
              {"原因中有这个代码", "Has this code among its reasons"});
  command.Add("--observed", flags.observed,
              {"在仅观察的原因中查找 --reason；不给 --reason 则查找有任何仅观"
               "察原因的短信",
               "Search the observed reasons for --reason; without --reason: "
               "messages with any observed reason"});
  command.Add(
      "--rule", flags.rule,
      {"原因中有这条规则、阈值或限额。只计分的规则请给出其阈值",
       "Has this rule, threshold or limit among its reasons. For a rule that "
       "only scores, give its threshold"});
  command.Add("--carrier-code", flags.carrier_code,
              {"运营商的应答或状态报告为这个代码，如 8 或 MK:0008",
               "The carrier answered or reported with this code, such as 8 "
               "or MK:0008"});
}

void AddSearchFlags(tools::CommandLine& command, SearchFlags& flags) {
  AddWhoFlags(command, flags);
  AddWhatFlags(command, flags);
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

// The value of a flag. Errors: kInvalidArgument, naming the flag.
template <typename Enum>
absl::StatusOr<Enum> EnumOf(absl::string_view flag, const std::string& text) {
  if (text.empty()) return static_cast<Enum>(0);
  const absl::StatusOr<Enum> value = tools::ParseEnum<Enum>(text);
  if (!value.ok()) return InFlag(flag, value.status());
  return value;
}

absl::Status ReadEnums(const SearchFlags& flags,
                       admin::v1::SearchMessagesRequest& request) {
  SLUICE_ASSIGN_OR_RETURN(const auto decision,
                          EnumOf<v1::Decision>("--decision", flags.decision));
  SLUICE_ASSIGN_OR_RETURN(
      const auto message_class,
      EnumOf<v1::MessageClass>("--class", flags.message_class));
  SLUICE_ASSIGN_OR_RETURN(const auto state,
                          EnumOf<v1::MessageState>("--state", flags.state));
  SLUICE_ASSIGN_OR_RETURN(const auto carrier, EnumOf<admin::v1::Carrier>(
                                                  "--carrier", flags.carrier));
  request.set_decision(decision);
  request.set_message_class(message_class);
  request.set_state(state);
  request.set_carrier(carrier);
  return absl::OkStatus();
}

absl::StatusOr<admin::v1::SearchMessagesRequest> RequestOf(
    const Context& context, const SearchFlags& flags) {
  admin::v1::SearchMessagesRequest request;
  TimeFlags times(context);
  SLUICE_ASSIGN_OR_RETURN(*request.mutable_start_time(),
                          times.Past("--from", flags.from));
  if (!flags.until.empty()) {
    SLUICE_ASSIGN_OR_RETURN(*request.mutable_end_time(),
                            times.Past("--until", flags.until));
  }
  SLUICE_RETURN_IF_ERROR(ReadEnums(flags, request));
  request.set_account_id(flags.account);
  request.set_content_provider_id(flags.content_provider);
  request.set_recipient(flags.recipient);
  request.set_reason(flags.reason);
  request.set_rule(flags.rule);
  request.set_observed(flags.observed);
  request.set_carrier_code(flags.carrier_code);
  request.set_port_id(flags.port);
  request.set_access_number(flags.access_number);
  request.set_signature_id(flags.signature);
  request.set_campaign_id(flags.campaign);
  request.set_key(flags.message_key);
  request.set_client_ref(flags.client_ref);
  request.set_recipient_as_submitted(flags.recipient_as_submitted);
  for (const std::string& word : flags.words) request.add_words(word);
  request.set_page_size(flags.page_size);
  request.set_page_token(flags.page_token);
  return request;
}

// An old server ignores --rule and returns messages of other rules.
bool AreOfRule(const SearchFlags& flags,
               const admin::v1::SearchMessagesResponse& page) {
  if (flags.rule.empty()) return true;
  return absl::c_all_of(
      page.messages(), [&](const admin::v1::MessageRecord& message) {
        const auto& reasons =
            flags.observed ? message.would_reasons() : message.reasons();
        return absl::c_any_of(reasons, [&](const v1::Reason& reason) {
          return reason.rule() == flags.rule;
        });
      });
}

// An old server ignores --carrier-code.
bool HaveCode(const SearchFlags& flags,
              const admin::v1::SearchMessagesResponse& page) {
  if (flags.carrier_code.empty()) return true;
  return absl::c_all_of(
      page.messages(), [&](const admin::v1::MessageRecord& message) {
        return absl::c_any_of(message.events(), [&](const auto& event) {
          return absl::EqualsIgnoreCase(event.carrier_code(),
                                        flags.carrier_code);
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
  if (flags.rule.empty()) return absl::OkStatus();
  TimeFlags times(context);
  admin::v1::SearchMessagesRequest request;
  SLUICE_ASSIGN_OR_RETURN(*request.mutable_start_time(),
                          times.Past("--from", "0s"));
  request.set_rule(flags.rule);
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
  if (shown == 0 && !flags.rule.empty() && next_page.empty()) {
    context.out << context.Say(
        "这段时间内没有原因涉及“$0”：`sluicectl rules stats` 和 `sluicectl "
        "posture` 列出规则和限额。\n",
        "No reason in this time names '$0': `sluicectl rules stats` and "
        "`sluicectl posture` list rules and limits.\n",
        flags.rule);
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
                          RequestOf(context, flags));
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
  tools::CommandLine& group = AddGroup(
      app, "audit", {"每一次判定的记录", "The record of every decision"},
      "sluicectl audit search --from 1h --reason CONTENT_PROHIBITED");
  AddCommand<GetFlags>(
      group, context, "get",
      {"一条短信，连同其判定和此后的每个事件。",
       "One message with its decision and every later event."},
      "sluicectl audit get 00000000A4F0001",
      [](tools::CommandLine& command, GetFlags& flags) {
        command.Add("ID", flags.id, {"短信编号", "The message id"}).Required();
      },
      Get);
  AddCommand<SearchFlags>(
      group, context, "search",
      {"按时间和其他条件搜索判定，最早的在前。只计数而未逐条记录的拒绝列在表"
       "后。用 --json 时，如有下一页，最后一行是它的翻页标记。",
       "Searches decisions by time and other filters, oldest first. "
       "Rejections that were counted instead of recorded follow the table. "
       "With --json the last line has the token of the next page, if there "
       "is one."},
      "sluicectl audit search --from \"2026-01-31 08:00\" --decision "
      "rejected --content-provider shop",
      AddSearchFlags, Search);
  AddAuditProofs(group, context);
}

}  // namespace sluice::ctl
