// sluicectl hold list: the held messages, and how many wait for what.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "rules/base/status_macros.h"
#include "sluice/admin/v1/holds.grpc.pb.h"
#include "tools/lib/json_line.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/messages/held_messages.h"
#include "tools/sluicectl/party_names.h"
#include "tools/sluicectl/prose.h"

namespace sluice::ctl {
namespace {

tools::Table HeldTable(const Context& context, bool texts) {
  std::vector<tools::Column> columns = {
      {context.Say("短信", "message")},
      {context.Say("待审起始", "held since")},
      {context.Say("截止", "until")},
      {context.Say("接收号码", "recipient")},
      {context.Say("内容提供者", "content provider")},
      {context.Say("类别", "class")},
      {context.Say("命中规则", "held by"), tools::Align::kLeft, !texts}};
  if (texts) {
    columns.push_back(
        {context.Say("短信内容", "text"), tools::Align::kLeft, true});
  }
  return tools::Table(std::move(columns));
}

// Held messages by what holds them.
struct HoldGroup {
  uint64_t shown = 0;
  uint64_t waiting = 0;
};
using HoldGroups = std::map<std::string, HoldGroup>;

// Of more than these nobody waits for the counts.
constexpr uint64_t kGroupedMax = 20'000;

// Counts all that match into `groups`. Returns whether it could: they are not
// too many.
absl::StatusOr<bool> CountGroups(const Context& context,
                                 const admin::v1::HoldFilter& filter,
                                 HoldGroups& groups) {
  uint64_t count = 0;
  SLUICE_RETURN_IF_ERROR(
      ForEachHeld(context, filter, [&](const admin::v1::HeldMessage& message) {
        ++groups[NamesOf(message)].waiting;
        return ++count <= kGroupedMax;
      }));
  return count <= kGroupedMax;
}

// What a list shows.
struct ShownHolds {
  uint64_t messages = 0;
  uint64_t held = 0;      // In all, also what does not match.
  bool filtered = false;  // Not all that are held match.
  HoldGroups groups;
  bool counted = false;  // `waiting` of the groups is known.
  std::string next_page;
};

// A line for each group: how many of it are shown, and how many wait.
void PrintGroups(const Context& context, const ShownHolds& shown) {
  if (shown.groups.size() < 2) return;
  tools::Table table(
      {{context.Say("显示", "shown"), tools::Align::kRight},
       {context.Say("共计待审", "held in all"), tools::Align::kRight},
       {context.Say("命中规则", "held by"), tools::Align::kLeft, true}});
  for (const auto& [names, group] : shown.groups) {
    table.AddRow({tools::Grouped(group.shown),
                  shown.counted ? tools::Grouped(group.waiting) : "-", names});
  }
  context.out << table.Text(context.width) << "\n";
}

// How many of how many are shown.
void PrintTotals(const Context& context, const ShownHolds& shown) {
  const std::string messages = Messages(context, shown.messages);
  uint64_t matching = 0;
  for (const auto& [names, group] : shown.groups) matching += group.waiting;
  if (!shown.filtered) {
    PrintProse(context, context.Say("显示 $0，共有 $1 条待审。",
                                    "$0 shown, $1 held in all.", messages,
                                    tools::Grouped(shown.held)));
  } else if (shown.counted) {
    PrintProse(context,
               context.Say("显示 $0，符合条件的共有 $1 条待审（不论条件，共 $2 "
                           "条）。",
                           "$0 shown, $1 held that match, of $2 held in all.",
                           messages, tools::Grouped(matching),
                           tools::Grouped(shown.held)));
  } else {
    PrintProse(context,
               context.Say("显示 $0；不论条件，共有 $1 条待审。",
                           "$0 shown; $1 held in all, also those that do not "
                           "match.",
                           messages, tools::Grouped(shown.held)));
  }
}

// What is below the table: how many there are, and what comes next.
void PrintShown(const Context& context, const ShownHolds& shown) {
  PrintGroups(context, shown);
  PrintTotals(context, shown);
  if (!shown.next_page.empty()) {
    context.out << context.Say("下一页：--page-token $0\n",
                               "Next page: --page-token $0\n", shown.next_page);
  }
  if (shown.messages > 0) {
    context.out << context.Say(
        "下一步：`sluicectl hold release 编号... --reason 原因` 放行，\n"
        "或 `sluicectl hold reject` 拒绝\n",
        "Next: sluicectl hold release ID... --reason WHY, or hold reject\n");
  }
}

// Gives the first held messages from `page_token` on to `visit`, `limit` of
// them. Returns the token of what follows; empty: nothing.
absl::StatusOr<std::string> ForFirstHeld(
    const Context& context, admin::v1::ListHoldsRequest request, uint64_t limit,
    const std::function<void(const admin::v1::HeldMessage&)>& visit,
    uint64_t& held) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::HoldsService::NewStub(connection.channel());
  for (uint64_t left = limit;;) {
    // No more than are shown: a token continues after a whole page.
    request.set_page_size(
        static_cast<uint32_t>(std::min<uint64_t>(left, 1000)));
    admin::v1::ListHoldsResponse page;
    SLUICE_RETURN_IF_ERROR(connection.Call(
        *stub, &admin::v1::HoldsService::Stub::ListHolds, request, page));
    held = page.held();
    for (const admin::v1::HeldMessage& message : page.messages()) {
      visit(message);
    }
    left -= std::min(left, static_cast<uint64_t>(page.messages_size()));
    if (left == 0 || page.next_page_token().empty()) {
      return page.next_page_token();
    }
    request.set_page_token(page.next_page_token());
  }
}

void AddHeld(const Context& context, const admin::v1::HeldMessage& message,
             tools::Table& table) {
  table.AddRow({message.message_id(), tools::TimeText(message.hold_time()),
                tools::TimeText(message.expire_time()), message.recipient(),
                NameAndId(message.content_provider_name(),
                          message.content_provider_id()),
                context.Name(message.message_class()),
                AllNamesOf(context, message), message.text()});
}

}  // namespace

absl::StatusOr<int> ListHeld(const Context& context, const HoldFlags& flags) {
  admin::v1::ListHoldsRequest request;
  SLUICE_ASSIGN_OR_RETURN(*request.mutable_filter(), FilterOf(context, flags));
  request.set_texts(flags.texts);
  request.set_page_token(flags.page_token);
  const uint64_t limit = flags.limit == 0 ? UINT64_MAX : flags.limit;
  tools::Table table = HeldTable(context, flags.texts);
  ShownHolds shown;
  shown.filtered = request.filter().ByteSizeLong() > 0;
  SLUICE_ASSIGN_OR_RETURN(
      shown.next_page, ForFirstHeld(
                           context, request, limit,
                           [&](const admin::v1::HeldMessage& message) {
                             ++shown.messages;
                             if (context.json)
                               return PrintJson(context.out, message);
                             AddHeld(context, message, table);
                             HoldGroup& group = shown.groups[NamesOf(message)];
                             ++group.shown;
                             ++group.waiting;
                           },
                           shown.held));
  if (context.json) {
    // The token to continue after the last message shown.
    if (!shown.next_page.empty()) {
      context.out
          << tools::JsonLine().Text("next_page_token", shown.next_page).End()
          << "\n";
    }
    return 0;
  }
  shown.counted = flags.page_token.empty() && shown.next_page.empty();
  if (!shown.counted && shown.held <= kGroupedMax) {
    for (auto& [names, group] : shown.groups) group.waiting = 0;
    SLUICE_ASSIGN_OR_RETURN(
        shown.counted, CountGroups(context, request.filter(), shown.groups));
  }
  if (!table.empty()) context.out << table.Text(context.width) << "\n";
  PrintShown(context, shown);
  return 0;
}

}  // namespace sluice::ctl
