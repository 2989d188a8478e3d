// sluicectl hold: messages that wait for a person's decision.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/holds.grpc.pb.h"
#include "tools/lib/bar.h"
#include "tools/lib/display_width.h"
#include "tools/lib/highlight.h"
#include "tools/lib/json_line.h"
#include "tools/lib/progress.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/arguments.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/contact_text.h"
#include "tools/sluicectl/messages/hold.h"
#include "tools/sluicectl/party_names.h"
#include "tools/sluicectl/prose.h"
#include "tools/sluicectl/record_text.h"
#include "tools/sluicectl/time_flags.h"

namespace sluice::ctl {
namespace {

struct HoldFlags {
  // The filter.
  std::string rule;
  std::string content_provider;
  std::string account;
  std::string message_class;
  std::string since;
  std::string until;
  std::vector<std::string> ids;
  bool all = false;
  // For list.
  bool texts = false;
  uint64_t limit = 100;
  std::string page_token;
  // For release and reject.
  std::optional<uint64_t> count;
  std::string reason;
};

absl::StatusOr<admin::v1::HoldFilter> FilterOf(const Context& context,
                                               const HoldFlags& flags) {
  admin::v1::HoldFilter filter;
  TimeFlags times(context);
  filter.set_rule(flags.rule);
  filter.set_content_provider_id(flags.content_provider);
  filter.set_account_id(flags.account);
  if (!flags.message_class.empty()) {
    SLUICE_ASSIGN_OR_RETURN(const v1::MessageClass message_class,
                            ReadClass(flags.message_class));
    filter.set_message_class(message_class);
  }
  if (!flags.since.empty()) {
    SLUICE_ASSIGN_OR_RETURN(*filter.mutable_start_time(),
                            times.Past("--since", flags.since));
  }
  if (!flags.until.empty()) {
    SLUICE_ASSIGN_OR_RETURN(*filter.mutable_end_time(),
                            times.Past("--until", flags.until));
  }
  return filter;
}

bool HasFilter(const HoldFlags& flags) {
  return flags.all || !flags.rule.empty() || !flags.content_provider.empty() ||
         !flags.account.empty() || !flags.message_class.empty() ||
         !flags.since.empty() || !flags.until.empty();
}

// The rule's id or, for a reason without a rule, its code.
std::string NamesOf(const admin::v1::HeldMessage& message) {
  std::vector<std::string> names;
  for (const v1::Reason& reason : message.reasons()) {
    names.push_back(reason.rule().empty() ? reason.code() : reason.rule());
  }
  return absl::StrJoin(names, ", ");
}

// The same, with what held it before.
std::string AllNamesOf(const Context& context,
                       const admin::v1::HeldMessage& message) {
  std::string names = NamesOf(message);
  for (const v1::Reason& reason : message.earlier_reasons()) {
    names += context.Say("；此前 $0", "; before: $0",
                         reason.rule().empty() ? reason.code() : reason.rule());
  }
  return names;
}

std::string Messages(const Context& context, uint64_t count) {
  return context.Say("$0 条短信", "$1", tools::Grouped(count),
                     tools::Counted(count, "message"));
}

// Calls `visit` for each held message that matches, until it returns false.
absl::Status ForEachHeld(
    const Context& context, const admin::v1::HoldFilter& filter,
    const std::function<bool(const admin::v1::HeldMessage&)>& visit) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::HoldsService::NewStub(connection.channel());
  admin::v1::ListHoldsRequest request;
  *request.mutable_filter() = filter;
  request.set_page_size(1000);
  admin::v1::ListHoldsResponse page;
  for (;;) {
    SLUICE_RETURN_IF_ERROR(connection.Call(
        *stub, &admin::v1::HoldsService::Stub::ListHolds, request, page));
    for (const admin::v1::HeldMessage& message : page.messages()) {
      if (!visit(message)) return absl::OkStatus();
    }
    if (page.next_page_token().empty()) return absl::OkStatus();
    request.set_page_token(page.next_page_token());
  }
}

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

absl::StatusOr<int> List(const Context& context, const HoldFlags& flags) {
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

void PrintHeld(const Context& context, const admin::v1::HeldMessage& message) {
  context.out << context.style.Bold(message.message_id())
              << context.Say("  待审，自 $0", "  HELD since $0",
                             tools::TimeText(message.hold_time()))
              << "\n";
  PrintField(context, context.Say("截止", "until"),
             tools::TimeText(message.expire_time()));
  PrintField(context, context.Say("接收号码", "recipient"),
             message.recipient());
  PrintField(context, context.Say("类别", "class"),
             context.Name(message.message_class()));
  PrintField(context, context.Say("账号", "account"),
             NameAndId(message.account_name(), message.account_id()));
  PrintField(context, context.Say("内容提供者", "content provider"),
             NameAndId(message.content_provider_name(),
                       message.content_provider_id()));
  PrintField(context, context.Say("签名", "signature"),
             NameAndId(message.signature_name(), message.signature_id()));
  PrintField(context, context.Say("群发批次", "campaign"),
             message.campaign_id());
  PrintField(context, context.Say("规则集", "rules"), message.rule_set());
  context.out << "\n";
  if (message.text().empty()) {
    context.out << context.Say("  （短信内容已按保留期限删除）\n",
                               "  (the text has been removed by retention)\n");
  } else {
    const std::vector<v1::Reason> reasons(message.reasons().begin(),
                                          message.reasons().end());
    const size_t size = tools::SplitGlyphs(message.text()).size();
    context.out << tools::Highlight(
        message.text(), tools::MarkHits(reasons, size), context.style,
        context.width == 0 ? 100 : context.width);
  }
  tools::Table table(
      {{context.Say("待审原因", "held for")},
       {context.Say("依据", "basis")},
       {context.Say("规则", "rule")},
       {context.Say("说明", "in words"), tools::Align::kLeft, true}});
  const auto add = [&](const v1::Reason& reason, const std::string& when) {
    table.AddRow({reason.code(), context.Name(reason.basis()), reason.rule(),
                  when + InWords(reason, message.text(), context.language)});
  };
  for (const v1::Reason& reason : message.reasons()) add(reason, "");
  for (const v1::Reason& reason : message.earlier_reasons()) {
    add(reason, context.Say("此前的原因：", "before: "));
  }
  context.out << "\n"
              << table.Text(context.width)
              << context.Say(
                     "\n命中的词及得分：sluicectl rules explain 文本\n",
                     "\nFor the words and their scores: sluicectl rules "
                     "explain TEXT\n");
}

absl::StatusOr<int> Show(const Context& context, const HoldFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::HoldsService::NewStub(connection.channel());
  for (const std::string& id : flags.ids) {
    admin::v1::GetHoldRequest request;
    request.set_message_id(id);
    admin::v1::GetHoldResponse response;
    const absl::Status called = connection.Call(
        *stub, &admin::v1::HoldsService::Stub::GetHold, request, response);
    if (absl::IsNotFound(called)) {
      return WithNext(
          called,
          SayBoth("如有记录，`sluicectl audit get $0` 显示它现在的状态。",
                  "If there is a record, `sluicectl audit get $0` shows its "
                  "present state.",
                  id));
    }
    SLUICE_RETURN_IF_ERROR(called);
    if (context.json) {
      PrintJson(context.out, response.message());
    } else {
      PrintHeld(context, response.message());
    }
  }
  return 0;
}

// The outcome of a judgement, in a word or two.
std::string OutcomeText(const Context& context,
                        const admin::v1::JudgedHold& judged) {
  switch (judged.outcome()) {
    case admin::v1::HOLD_OUTCOME_DECIDED:
      return context.Name(judged.decision());
    case admin::v1::HOLD_OUTCOME_NOT_HELD:
      return context.Say("已不在待审", "no longer held");
    case admin::v1::HOLD_OUTCOME_EXPIRED:
      return context.Say("已过期", "expired");
    case admin::v1::HOLD_OUTCOME_CHANGED:
      return context.Say("因其他原因待审", "now held for other reasons");
    case admin::v1::HOLD_OUTCOME_NOT_KEPT:
      return context.Say("记录已不保留", "no longer kept");
    case admin::v1::HOLD_OUTCOME_NOT_READ:
      return context.Say(
          "未判定：该号码的记录过多",
          "not decided: the records about its number are too many");
    default:
      return context.Say("未知", "unknown");
  }
}

std::string ReasonsOf(const admin::v1::JudgedHold& judged) {
  std::vector<std::string> names;
  for (const v1::Reason& reason : judged.reasons()) {
    names.push_back(reason.rule().empty()
                        ? reason.code()
                        : absl::StrCat(reason.code(), " ", reason.rule()));
  }
  return absl::StrJoin(names, ", ");
}

// The counts of a whole run, and the messages with another outcome than asked.
class Tally {
 public:
  Tally(const Context& context, v1::Decision asked)
      : context_(context),
        asked_(asked),
        table_({{context.Say("短信", "message")},
                {context.Say("现状", "now")},
                {context.Say("原因", "reasons"), tools::Align::kLeft, true}}) {}

  void Add(const admin::v1::JudgedHold& judged) {
    ++counts_[OutcomeText(context_, judged)];
    if (context_.json) return PrintJson(context_.out, judged);
    const bool as_asked = judged.outcome() == admin::v1::HOLD_OUTCOME_DECIDED &&
                          (judged.decision() == asked_ ||
                           (asked_ == v1::DECISION_ACCEPTED &&
                            judged.decision() == v1::DECISION_DEFERRED));
    if (as_asked) return;
    ++others_;
    if (others_ > kShownMax) return;
    table_.AddRow({judged.message_id(), OutcomeText(context_, judged),
                   ReasonsOf(judged)});
  }

  void Print() const {
    if (context_.json) return;
    if (!table_.empty()) {
      context_.out << table_.Text(context_.width);
      if (others_ > kShownMax) {
        context_.out << context_.Say("……另有 $0 条；--json 列出全部\n",
                                     "... and $0 more; --json lists all\n",
                                     tools::Grouped(others_ - kShownMax));
      }
      context_.out << "\n";
    }
    std::vector<std::string> parts;
    uint64_t all = 0;
    for (const auto& [outcome, count] : counts_) {
      parts.push_back(
          context_.Say("$1 $0 条", "$0 $1", tools::Grouped(count), outcome));
      all += count;
    }
    context_.out << Messages(context_, all);
    if (all != 0) {
      context_.out << context_.Say("：", ": ")
                   << absl::StrJoin(parts, context_.Say("，", ", "));
    }
    context_.out << context_.Say("。\n", ".\n");
  }

  bool any() const { return !counts_.empty(); }
  bool all_as_asked() const { return others_ == 0; }

 private:
  static constexpr uint64_t kShownMax = 50;

  const Context& context_;
  const v1::Decision asked_;
  std::map<std::string, uint64_t> counts_;
  uint64_t others_ = 0;
  tools::Table table_;
};

absl::StatusOr<uint64_t> CountHeld(const Context& context,
                                   const admin::v1::HoldFilter& filter) {
  uint64_t count = 0;
  SLUICE_RETURN_IF_ERROR(
      ForEachHeld(context, filter, [&count](const admin::v1::HeldMessage&) {
        ++count;
        return true;
      }));
  return count;
}

// Counts the matching messages for a caller who gave no --count.
absl::StatusOr<int> TellCount(const Context& context, const HoldFlags& flags,
                              const std::string& verb) {
  SLUICE_ASSIGN_OR_RETURN(const admin::v1::HoldFilter filter,
                          FilterOf(context, flags));
  std::map<std::string, uint64_t> by_reason;
  uint64_t count = 0;
  SLUICE_RETURN_IF_ERROR(
      ForEachHeld(context, filter, [&](const admin::v1::HeldMessage& message) {
        ++count;
        ++by_reason[NamesOf(message)];
        return true;
      }));
  if (context.json) {
    context.out << tools::JsonLine().Count("matching", count).End() << "\n";
    return 1;
  }
  context.out << context.Say("符合条件的待审短信有 $0；尚未处理。\n",
                             "$0 $1 held and match; nothing was done.\n",
                             Messages(context, count),
                             count == 1 ? "is" : "are");
  if (count == 0) return 1;
  tools::Table table(
      {{context.Say("短信数", "messages"), tools::Align::kRight},
       {context.Say("命中规则", "held by"), tools::Align::kLeft, true}});
  for (const auto& [reason, messages] : by_reason) {
    table.AddRow({tools::Grouped(messages), reason});
  }
  context.out << "\n"
              << table.Text(context.width)
              << context.Say(
                     "\n要$0，请确认数量：加上 --count "
                     "$1。届时如果数量已变，则不作任何处理。\n",
                     "\nTo $0 them, confirm the number: add --count $1. If the "
                     "number has changed by then, nothing is done.\n",
                     verb, count);
  return 1;
}

template <typename Request>
Request RequestFor(const admin::v1::HoldSelection& selection,
                   const HoldFlags& flags) {
  Request request;
  *request.mutable_selection() = selection;
  request.set_reason(flags.reason);
  return request;
}

absl::StatusOr<admin::v1::HoldSelection> SelectionOf(const Context& context,
                                                     const HoldFlags& flags) {
  admin::v1::HoldSelection selection;
  selection.set_expected(flags.count.value_or(0));
  for (const std::string& id : flags.ids) selection.add_message_ids(id);
  if (flags.ids.empty()) {
    SLUICE_ASSIGN_OR_RETURN(*selection.mutable_filter(),
                            FilterOf(context, flags));
  }
  return selection;
}

// Why the flags do not say which messages are meant; empty: they do.
std::string WhyUnclear(const Context& context, const HoldFlags& flags,
                       const std::string& verb) {
  if (!flags.ids.empty() && HasFilter(flags)) {
    return context.Say("短信标识和筛选条件只能给出其一",
                       "give message ids or filters, not both");
  }
  if (!flags.ids.empty() || HasFilter(flags)) return "";
  return context.Say(
      "请指明要$0的短信：给出短信标识、--rule 等筛选条件，或用 --all "
      "表示全部待审短信",
      "Name the messages to $0: give message ids, filters such as --rule, or "
      "--all for every held message",
      verb);
}

absl::StatusOr<int> Judge(const Context& context, const HoldFlags& flags,
                          bool reject) {
  const std::string verb =
      reject ? context.Say("拒绝", "reject") : context.Say("放行", "release");
  const std::string unclear = WhyUnclear(context, flags, verb);
  if (!unclear.empty()) return Misused(context, unclear);
  if (flags.ids.empty() && !flags.count) {
    return TellCount(context, flags, verb);
  }
  SLUICE_ASSIGN_OR_RETURN(const admin::v1::HoldSelection selection,
                          SelectionOf(context, flags));
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::HoldsService::NewStub(connection.channel());
  grpc::ClientContext call;
  connection.Prepare(call, /*stream=*/true);
  Tally tally(context, reject ? v1::DECISION_REJECTED : v1::DECISION_ACCEPTED);
  grpc::Status status;
  {
    tools::Progress progress(context.err, context.progress && !context.json,
                             context.Say("短信", "messages"), 0);
    const auto follow = [&](const auto& stream, auto response) {
      while (stream->Read(&response)) {
        for (const auto& judged : response.judged().messages()) {
          tally.Add(judged);
        }
        progress.Set(response.judged().done(), response.judged().all());
      }
      return stream->Finish();
    };
    if (reject) {
      const auto request =
          RequestFor<admin::v1::RejectHoldsRequest>(selection, flags);
      status = follow(stub->RejectHolds(&call, request),
                      admin::v1::RejectHoldsResponse());
    } else {
      const auto request =
          RequestFor<admin::v1::ReleaseHoldsRequest>(selection, flags);
      status = follow(stub->ReleaseHolds(&call, request),
                      admin::v1::ReleaseHoldsResponse());
    }
  }
  const absl::Status called = connection.Explain(status);
  // Messages may have been decided before an error.
  if (called.ok() || tally.any()) tally.Print();
  if (called.code() == absl::StatusCode::kFailedPrecondition) {
    return WithNext(
        called,
        SayBoth("不加 --count 执行该命令，可查看现在有多少条符合。",
                "Run the command without --count to see how many match now."));
  }
  SLUICE_RETURN_IF_ERROR(called);
  return tally.all_as_asked() ? 0 : 1;
}

void AddMarks(tools::CommandLine& command, HoldFlags& flags) {
  command.Add(
      "--rule", flags.rule,
      {"因这条规则、阈值或列表而待审", "Held by this rule, threshold or list"});
  command.Add("--content-provider", flags.content_provider,
              {"内容提供者", "Content provider"});
  command.Add("--account", flags.account, {"账号", "Account"});
  command.Add("--class", flags.message_class, kClassHelp);
  command.Add("--since", flags.since,
              {"从这一时间起待审的：时间，或多久以前",
               "Held at or after: a time, or how long ago"});
  command.Add("--until", flags.until, {"在这一时间之前待审的", "Held before"});
}

void AddJudgeFlags(tools::CommandLine& command, HoldFlags& flags) {
  command.Add("ID", flags.ids,
              {"短信编号，最多 1,000 个", "Message ids, at most 1,000"});
  AddMarks(command, flags);
  command.Add("--all", flags.all, {"全部待审短信", "Every held message"});
  command
      .Add("--count", flags.count,
           {"按条件处理时：此前所见符合条件的短信数。不给则只计数",
            "With filters: the number of matching messages, as seen before. "
            "Without it the command only counts them"})
      .TypeName("N");
  command
      .Add("--reason", flags.reason,
           {"原因，记入每条短信的日志", "Why, for the journal of each message"})
      .Required();
}

void AddHoldListFlags(tools::CommandLine& command, HoldFlags& flags) {
  AddMarks(command, flags);
  command.Add("--texts", flags.texts, {"显示短信内容", "Show the texts"});
  command
      .Add("--limit", flags.limit,
           {"显示的短信数；0 表示全部", "Messages to show; 0: all"})
      .Between(0, 1000000000)
      .ShowDefault();
  command.Add("--page-token", flags.page_token,
              {"下一页的翻页标记，由上一页显示",
               "The next page's token, as the previous page shows it"});
}

}  // namespace

absl::StatusOr<int> JudgeHeldBy(const Context& context, const std::string& rule,
                                const std::string& reason, bool reject) {
  HoldFlags flags;
  flags.rule = rule;
  flags.reason = reason;
  admin::v1::HoldFilter filter;
  filter.set_rule(rule);
  SLUICE_ASSIGN_OR_RETURN(flags.count, CountHeld(context, filter));
  if (*flags.count > 0) return Judge(context, flags, reject);
  if (!context.json) {
    context.out << context.Say("没有因它待审的短信。\n",
                               "None of its messages is held.\n");
  }
  return 0;
}

void AddHold(tools::CommandLine& app, Context& context) {
  tools::CommandLine& group = AddGroup(
      app, "hold", {"等待人工审核的短信", "Messages that wait for a person"},
      "sluicectl hold list --rule card-number --texts");
  AddCommand<HoldFlags>(
      group, context, "list",
      {"待审的短信，等待最久的在前；其后按命中的规则列出显示了几条、共有几条"
       "待审。用 --json 时，如有下一页，最后一行是它的翻页标记。",
       "Held messages, the longest waiting first; then, by the rules that "
       "hold them, how many are shown and how many wait in all. With --json "
       "the last line has the token of the next page, if there is one."},
      "sluicectl hold list --content-provider shop --since 2h --texts",
      AddHoldListFlags, List);
  AddCommand<HoldFlags>(
      group, context, "show",
      {"待审的短信及其内容，命中处加下划线，并列出使其待审的规则。",
       "Held messages with their texts, hits underlined, and the rules that "
       "hold them."},
      "sluicectl hold show 00000000A4F0001",
      [](tools::CommandLine& command, HoldFlags& flags) {
        command.Add("ID", flags.ids, {"短信编号", "Message ids"}).Required();
      },
      Show);
  AddCommand<HoldFlags>(
      group, context, "release",
      {"使待审的短信不再因其命中的规则待审。每条短信重新判定：退订、发送时"
       "段、限额和其他规则仍然适用。不给编号而给条件时，须用 --count 给出短信"
       "数才会执行，否则只计数。",
       "Releases held messages from the rules that hold them. Each message "
       "is redecided: opt-outs, send hours, limits and other rules still "
       "apply. With filters instead of ids, the command only counts until "
       "--count gives their number."},
      {"sluicectl hold release --rule card-number --count 12 --reason \"案件 "
       "118：银行自己的短信\"",
       "sluicectl hold release --rule card-number --count 12 --reason \"case "
       "118: the bank's own\""},
      AddJudgeFlags, [](const Context& c, const HoldFlags& flags) {
        return Judge(c, flags, /*reject=*/false);
      });
  AddCommand<HoldFlags>(
      group, context, "reject",
      {"拒绝待审的短信；发送方可在 Watch 中看到。",
       "Rejects held messages; their senders see it in Watch."},
      {"sluicectl hold reject 00000000A4F0001 --reason \"索要卡号\"",
       "sluicectl hold reject 00000000A4F0001 --reason \"asks for card "
       "numbers\""},
      AddJudgeFlags, [](const Context& c, const HoldFlags& flags) {
        return Judge(c, flags, /*reject=*/true);
      });
}

}  // namespace sluice::ctl
