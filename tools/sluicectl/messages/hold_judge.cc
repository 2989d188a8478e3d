#include "tools/sluicectl/messages/hold.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/holds.grpc.pb.h"
#include "tools/lib/json_line.h"
#include "tools/lib/progress.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/arguments.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/messages/held_messages.h"

namespace sluice::ctl {
namespace {

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

}  // namespace

absl::StatusOr<int> JudgeHeld(const Context& context, const HoldFlags& flags,
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

absl::StatusOr<int> JudgeHeldBy(const Context& context, const std::string& rule,
                                const std::string& reason, bool reject) {
  HoldFlags flags;
  flags.rule = rule;
  flags.reason = reason;
  admin::v1::HoldFilter filter;
  filter.set_rule(rule);
  SLUICE_ASSIGN_OR_RETURN(flags.count, CountHeld(context, filter));
  if (*flags.count > 0) return JudgeHeld(context, flags, reject);
  if (!context.json) {
    context.out << context.Say("没有因它待审的短信。\n",
                               "None of its messages is held.\n");
  }
  return 0;
}

}  // namespace sluice::ctl
