// sluicectl rules exempt, exempt confirm, exempt end, exemptions.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/key_names.h"
#include "tools/sluicectl/party_names.h"
#include "tools/sluicectl/prose.h"
#include "tools/sluicectl/rules/break_glass.h"
#include "tools/sluicectl/rules/rules_commands.h"

namespace sluice::ctl {
namespace {

Both ExemptionsHint() {
  return SayBoth(
      "`sluicectl rules exemptions --all` 列出各项豁免及其状态。",
      "`sluicectl rules exemptions --all` lists exemptions and their states.");
}

struct ExemptFlags {
  std::string rule;
  std::string word;
  std::string content_provider;
  std::string template_id;
  std::string duration;
  std::string reason;
  uint32_t number = 0;
  bool all = false;
};

std::string ForWhom(const Context& context,
                    const admin::v1::Exemption& exemption,
                    PartyNames& parties) {
  return exemption.template_id().empty()
             ? parties.Provider(exemption.content_provider_id())
             : context.Say("模板 $0", "template $0", exemption.template_id());
}

// What the end of an exemption leaves as it is. A publication or a rollback
// alone rechecks what waits, also one to the version in force.
void PrintStays(const Context& context) {
  PrintProse(
      context,
      context.Say(
          "其间已放行的短信照样发送：没有开始重新判定。要重新判定仍在等待的"
          "短信，编号为生效的版本（`sluicectl rules status`）：\n"
          "  sluicectl rules rollback 编号 --recheck-queued --reason 原因",
          "Messages that it let through meanwhile still go out: no recheck "
          "has started. To redecide those that still wait, with the number of "
          "the version in force (`sluicectl rules status`):\n"
          "  sluicectl rules rollback NUMBER --recheck-queued --reason WHY"));
}

void Print(const Context& context, const admin::v1::Exemption& exemption) {
  if (context.json) return PrintJson(context.out, exemption);
  const std::string number = absl::StrCat(exemption.number());
  const std::string word =
      exemption.word().empty()
          ? ""
          : context.Say("的词“$0”", "\"$0\" of ", exemption.word());
  const std::string head = context.Say("豁免 $0", "Exemption $0", number);
  const std::string hits =
      head + context.Say("：规则 $1 $0的命中", ": hits of $0rule $1", word,
                         exemption.rule());
  const std::string styled = context.style.Bold(head);
  PartyNames parties(context);
  const std::string whom = ForWhom(context, exemption, parties);
  if (exemption.has_end_time()) {
    PrintProse(context,
               hits + context.Say("对 $0 恢复执行。",
                                  " are enforced again for $0.", whom),
               head, styled);
    PrintStays(context);
    return;
  }
  PrintProse(context,
             hits + context.Say("对 $0 仅观察，至 $1。",
                                " are only observed for $0 until $1.", whom,
                                tools::TimeText(exemption.expire_time())),
             head, styled);
  if (!exemption.has_confirm_time()) {
    context.out << context.Say(
        "如无同事确认，将于 $0 失效：\n"
        "  sluicectl rules exempt confirm $1 --reason 原因\n",
        "It lapses at $0 unless a colleague confirms it:\n"
        "  sluicectl rules exempt confirm $1 --reason WHY\n",
        tools::TimeText(exemption.confirm_expire_time()), number);
  }
  PrintProse(context,
             context.Say("结束后，其间已放行的短信照样发送：不会自动重新判定。",
                         "At its end, messages that it let through meanwhile "
                         "still go out: no recheck starts."));
  context.out << context.Say(
      "要提前结束：sluicectl rules exempt end $0 --reason 原因\n",
      "To end it early: sluicectl rules exempt end $0 --reason WHY\n", number);
}

absl::StatusOr<int> Exempt(const Context& context, const ExemptFlags& flags) {
  if (flags.rule.empty() || flags.duration.empty() || flags.reason.empty()) {
    return Misused(context,
                   context.Say("须给出 --rule、--for 和 --reason",
                               "--rule, --for and --reason are required"));
  }
  if (flags.content_provider.empty() == flags.template_id.empty()) {
    return Misused(
        context,
        context.Say(
            "--content-provider 和 --template 须给出其一，且只能给出一个",
            "give exactly one of --content-provider and --template"));
  }
  admin::v1::CreateExemptionRequest request;
  request.set_rule(flags.rule);
  request.set_word(flags.word);
  request.set_content_provider_id(flags.content_provider);
  request.set_template_id(flags.template_id);
  SLUICE_ASSIGN_OR_RETURN(const absl::Duration duration,
                          ReadDuration(flags.duration, absl::Hours(4)));
  request.mutable_duration()->set_seconds(absl::ToInt64Seconds(duration));
  request.set_reason(flags.reason);
  admin::v1::CreateExemptionResponse response;
  const absl::Status made =
      CallRules(context, &admin::v1::RulesService::Stub::CreateExemption,
                request, response);
  if (made.code() == absl::StatusCode::kAlreadyExists) {
    return WithNext(made, ExemptionsHint());
  }
  SLUICE_RETURN_IF_ERROR(made);
  Print(context, response.exemption());
  return 0;
}

absl::StatusOr<int> Confirm(const Context& context, const ExemptFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(
      const auto response,
      CallAbout(context, flags.number, flags.reason,
                &admin::v1::RulesService::Stub::ConfirmExemption,
                ExemptionsHint()));
  Print(context, response.exemption());
  return 0;
}

absl::StatusOr<int> End(const Context& context, const ExemptFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(
      const auto response,
      CallAbout(context, flags.number, flags.reason,
                &admin::v1::RulesService::Stub::EndExemption,
                ExemptionsHint()));
  Print(context, response.exemption());
  return 0;
}

absl::StatusOr<int> List(const Context& context, const ExemptFlags& flags) {
  admin::v1::ListExemptionsRequest request;
  request.set_all(flags.all);
  request.set_page_size(kBreakGlassMax);
  admin::v1::ListExemptionsResponse response;
  SLUICE_RETURN_IF_ERROR(
      CallRules(context, &admin::v1::RulesService::Stub::ListExemptions,
                request, response));
  if (context.json) {
    for (const admin::v1::Exemption& one : response.exemptions()) {
      PrintJson(context.out, one);
    }
    return 0;
  }
  if (response.exemptions().empty()) {
    context.out << (flags.all ? context.Say("从未创建过豁免。\n",
                                            "No exemption was ever created.\n")
                              : context.Say("没有生效的豁免。\n",
                                            "No exemption is in force.\n"));
    return 0;
  }
  std::vector<tools::Column> columns = {
      {context.Say("编号", "number"), tools::Align::kRight},
      {context.Say("状态", "state")},
      {context.Say("规则", "rule")},
      {context.Say("词", "word")},
      {context.Say("对象", "for whom")},
      {context.Say("截止", "until")},
      {context.Say("创建人", "author")},
      {context.Say("确认人", "confirmed by")},
      {context.Say("原因", "reason"), tools::Align::kLeft, true}};
  const bool any_ended = AnyEnded(response.exemptions());
  if (any_ended) AddEndColumns(context, columns);
  tools::Table table(std::move(columns));
  const absl::Time now = tools::FromTimestamp(response.server_time());
  KeyNames names(context);
  PartyNames parties(context);
  for (const admin::v1::Exemption& one : response.exemptions()) {
    std::vector<std::string> row = {
        absl::StrCat(one.number()),
        StateOf(context, one, now),
        one.rule(),
        one.word().empty() ? context.Say("全部", "all") : one.word(),
        ForWhom(context, one, parties),
        tools::TimeText(UntilOf(one)),
        names.Of(one.author()),
        one.confirmer().empty() ? "-" : names.Of(one.confirmer()),
        one.reason()};
    if (any_ended) AddEnd(one, names, row);
    table.AddRow(std::move(row));
  }
  context.out << table.Text(context.width);
  return 0;
}

void AddNumber(tools::CommandLine& command, ExemptFlags& flags) {
  command.Add("NUMBER", flags.number, {"豁免", "The exemption"})
      .Required()
      .Positive();
  command
      .Add("--reason", flags.reason, {"原因，记入日志", "Why, for the journal"})
      .Required();
}

void AddExemptFlags(tools::CommandLine& command, ExemptFlags& flags) {
  command.Add("--rule", flags.rule,
              {"要豁免的规则或阈值", "The rule or threshold to exempt from"});
  command.Add("--word", flags.word,
              {"只豁免规则中这个词或正则表达式的命中",
               "Only hits of this word or regex of the rule"});
  command.Add(
      "--content-provider", flags.content_provider,
      {"豁免这个内容提供者的短信", "For this content provider's messages"});
  command.Add("--template", flags.template_id,
              {"豁免这个模板的短信", "For this template's messages"});
  command.Add("--for", flags.duration,
              {"时长，如 30m；最长 4h", "How long, such as 30m; at most 4h"});
  command.Add("--reason", flags.reason,
              {"原因，记入日志", "Why, for the journal"});
}

}  // namespace

void AddRulesExempt(tools::CommandLine& group, Context& context) {
  tools::CommandLine& exempt = AddCommand<ExemptFlags>(
      group, context, "exempt",
      {"应急：使某个内容提供者或模板的短信不受一条规则或其中一个词的约束，立"
       "即生效，最长 4 小时。其间该规则的命中只作观察；命中同一短信的其他规则"
       "照常判定。30 分钟内没有同事确认即失效；未经确认的，其创建人在它结束后"
       "一天内不能再豁免同一规则。涉及禁止内容（CONTENT_PROHIBITED）的规则不"
       "能豁免：请发布不含该规则或该词的版本，或回滚。豁免结束时不会重新判定："
       "其间已放行的短信照样发送。",
       "Break-glass: exempts the messages of a content provider or template "
       "from a rule, or from one word of it, at once and for at most 4 "
       "hours. Its hits are only observed meanwhile; other rules that hit "
       "the same text still decide. The exemption lapses unless a colleague "
       "confirms it within 30 minutes; without that, its author gets no "
       "other one from the same rule for a day after its end. A rule about "
       "prohibited content (CONTENT_PROHIBITED) has no exemptions: publish a "
       "version without that rule or word, or roll back. The end of an "
       "exemption starts no recheck: messages that it let through meanwhile "
       "still go out."},
      {"sluicectl rules exempt --rule loans-words --word 贷款 "
       "--content-provider bank --for 2h --reason \"案件 118：正常通知被拒"
       "\"\n"
       "  sluicectl rules exempt confirm 3 --reason \"看过案件 118\"\n"
       "  sluicectl rules exempt end 3 --reason \"版本 5 已发布\"",
       "sluicectl rules exempt --rule loans-words --word 贷款 "
       "--content-provider bank --for 2h --reason \"case 118: honest notices "
       "refused\"\n"
       "  sluicectl rules exempt confirm 3 --reason \"looked at case 118\"\n"
       "  sluicectl rules exempt end 3 --reason \"version 5 is out\""},
      AddExemptFlags, Exempt);
  AddCommand<ExemptFlags>(
      exempt, context, "confirm",
      {"确认同事创建的豁免。",
       "Confirms an exemption that a colleague has created."},
      {"sluicectl rules exempt confirm 3 --reason \"看过案件 118\"",
       "sluicectl rules exempt confirm 3 --reason \"looked at case 118\""},
      AddNumber, Confirm);
  AddCommand<ExemptFlags>(
      exempt, context, "end",
      {"提前结束豁免；一人即可。其间已放行的短信照样发送，不会重新判定。"
       "`rules exemptions --all` 显示由谁、何时、为何结束。",
       "Ends an exemption early; one person may. Messages that it let through "
       "meanwhile still go out, without a recheck. `rules exemptions --all` "
       "shows who ended it, when and why."},
      {"sluicectl rules exempt end 3 --reason \"版本 5 已发布\"",
       "sluicectl rules exempt end 3 --reason \"version 5 is out\""},
      AddNumber, End);
  AddCommand<ExemptFlags>(
      group, context, "exemptions",
      {"生效的豁免，最新的在前。", "Exemptions in force, the newest first."},
      "sluicectl rules exemptions --all",
      [](tools::CommandLine& command, ExemptFlags& flags) {
        command.Add("--all", flags.all,
                    {"也列出已失效、已结束和已到期的豁免",
                     "Also exemptions that have lapsed, ended or expired"});
      },
      List);
}

}  // namespace sluice::ctl
