// sluicectl hold: messages that wait for a person's decision.

#include "tools/sluicectl/arguments.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/messages/held_messages.h"

namespace sluice::ctl {
namespace {

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
      AddHoldListFlags, ListHeld);
  AddCommand<HoldFlags>(
      group, context, "show",
      {"待审的短信及其内容，命中处加下划线，并列出使其待审的规则。",
       "Held messages with their texts, hits underlined, and the rules that "
       "hold them."},
      "sluicectl hold show 00000000A4F0001",
      [](tools::CommandLine& command, HoldFlags& flags) {
        command.Add("ID", flags.ids, {"短信编号", "Message ids"}).Required();
      },
      ShowHeld);
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
        return JudgeHeld(c, flags, /*reject=*/false);
      });
  AddCommand<HoldFlags>(
      group, context, "reject",
      {"拒绝待审的短信；发送方可在 Watch 中看到。",
       "Rejects held messages; their senders see it in Watch."},
      {"sluicectl hold reject 00000000A4F0001 --reason \"索要卡号\"",
       "sluicectl hold reject 00000000A4F0001 --reason \"asks for card "
       "numbers\""},
      AddJudgeFlags, [](const Context& c, const HoldFlags& flags) {
        return JudgeHeld(c, flags, /*reject=*/true);
      });
}

}  // namespace sluice::ctl
