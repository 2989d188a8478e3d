// sluicectl mo: what recipients sent back, and what was made of it.

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/replies.grpc.pb.h"
#include "tools/lib/json_line.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/party_names.h"
#include "tools/sluicectl/reply_text.h"
#include "tools/sluicectl/time_flags.h"

namespace sluice::ctl {
namespace {

constexpr uint64_t kPageSizeMax = 1000;

struct ReplyFlags {
  bool unclaimed = false;
  bool review = false;
  std::string number;
  std::string from = "24h";
  std::string until;
  uint64_t limit = 100;
  std::string page_token;
};

void AddFlags(tools::CommandLine& command, ReplyFlags& flags) {
  command.Add("--number", flags.number,
              {"只看这个号码发来的", "Only from this number"});
  command
      .Add("--from", flags.from,
           {"从这一时间起收到的：时间，或多久以前",
            "Received at or after: a time, or how long ago"})
      .ShowDefault();
  command.Add("--until", flags.until,
              {"在这一时间之前收到的", "Received before"});
  command
      .Add("--limit", flags.limit,
           {"显示的上行回复数；0 表示全部", "Replies to show; 0: all"})
      .Between(0, 1000000000)
      .ShowDefault();
  command.Add("--page-token", flags.page_token,
              {"下一页的翻页标记，由上一页显示",
               "The next page's token, as the previous page shows it"});
}

absl::StatusOr<admin::v1::ListRepliesRequest> RequestOf(
    const Context& context, const ReplyFlags& flags) {
  admin::v1::ListRepliesRequest request;
  admin::v1::ReplyFilter& filter = *request.mutable_filter();
  filter.set_unclaimed(flags.unclaimed);
  filter.set_review(flags.review);
  filter.set_sender(flags.number);
  TimeFlags times(context);
  SLUICE_ASSIGN_OR_RETURN(*filter.mutable_from_time(),
                          times.Past("--from", flags.from));
  if (!flags.until.empty()) {
    SLUICE_ASSIGN_OR_RETURN(*filter.mutable_until_time(),
                            times.Past("--until", flags.until));
  }
  request.set_page_token(flags.page_token);
  return request;
}

void AddRow(const Context& context, const admin::v1::Reply& reply,
            PartyNames& parties, tools::Table& table) {
  table.AddRow({reply.id(), tools::TimeText(reply.received_time()),
                reply.sender_known() ? reply.sender()
                                     : absl::StrCat(reply.sender(), "?"),
                reply.access_number(), ReplyMeaning(context, reply),
                StoppedBy(context, reply, parties), ReplyText(context, reply)});
}

tools::Table ReplyTable(const Context& context) {
  return tools::Table(
      {{context.Say("编号", "id")},
       {context.Say("收到时间", "received")},
       {context.Say("来自", "from")},
       {context.Say("发往", "to")},
       {context.Say("识读结果", "what it is")},
       {context.Say("停发", "stops")},
       {context.Say("内容", "text"), tools::Align::kLeft, true}});
}

absl::StatusOr<int> List(const Context& context, const ReplyFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(admin::v1::ListRepliesRequest request,
                          RequestOf(context, flags));
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::RepliesService::NewStub(connection.channel());
  tools::Table table = ReplyTable(context);
  PartyNames parties(context);
  admin::v1::ListRepliesResponse page;
  uint64_t shown = 0;
  do {
    const uint64_t room = flags.limit > 0 ? flags.limit - shown : kPageSizeMax;
    request.set_page_size(static_cast<int32_t>(std::min(room, kPageSizeMax)));
    SLUICE_RETURN_IF_ERROR(connection.Call(
        *stub, &admin::v1::RepliesService::Stub::ListReplies, request, page));
    for (const admin::v1::Reply& reply : page.replies()) {
      ++shown;
      if (context.json) {
        PrintJson(context.out, reply);
      } else {
        AddRow(context, reply, parties, table);
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
      "$0 条上行回复。\n", shown == 1 ? "$0 reply.\n" : "$0 replies.\n", shown);
  if (!next.empty()) {
    context.out << context.Say("下一页：--page-token $0\n",
                               "Next page: --page-token $0\n", next);
  }
  return 0;
}

}  // namespace

void AddReplies(tools::CommandLine& app, Context& context) {
  tools::CommandLine& group = AddGroup(
      app, "mo", {"用户的上行回复（MO）", "Replies of recipients (MO)"},
      "sluicectl mo review");
  AddLookupReason(
      AddCommand<ReplyFlags>(
          group, context, "list",
          {"上行回复，最新的在前，并说明每条如何处理、停发了谁的营销短信。加上 "
           "--unclaimed 则只列未作处理的：既不是退订，也不是投诉。",
           "Replies, the newest first, with what was made of each and whose "
           "advertising it stopped. With --unclaimed those that nothing was "
           "made "
           "of: neither an opt-out nor a complaint."},
          "sluicectl mo list --unclaimed --from 48h",
          [](tools::CommandLine& command, ReplyFlags& flags) {
            command.Add("--unclaimed", flags.unclaimed,
                        {"只看未作处理的上行回复",
                         "Only replies that nothing was made of"});
            AddFlags(command, flags);
          },
          List),
      context);
  AddLookupReason(
      AddCommand<ReplyFlags>(
          group, context, "review",
          {"需要人工查看的上行回复，最新的在前：很可能但不能确定是退订的，其营"
           "销"
           "短信已停发；以及提到拒收、回答问题、无法识读或没有号码而未作处理的"
           "。"
           "要停发营销短信：`sluicectl optout add`。",
           "Replies that a person should look at, the newest first: refusals "
           "that are likely but not certain, which have stopped advertising; "
           "and "
           "what was not acted on although it speaks of a refusal, answers a "
           "question, cannot be read, or comes from no number. To stop "
           "advertising: `sluicectl optout add`."},
          "sluicectl mo review --from 7d",
          [](tools::CommandLine& command, ReplyFlags& flags) {
            flags.review = true;
            AddFlags(command, flags);
          },
          List),
      context);
}

}  // namespace sluice::ctl
