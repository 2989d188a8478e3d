// sluicectl posture: the rules in force, and the checks that are not enforced.

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/util/time_util.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/holds.grpc.pb.h"
#include "sluice/admin/v1/operations.grpc.pb.h"
#include "sluice/admin/v1/rules.grpc.pb.h"
#include "tools/lib/bar.h"
#include "tools/lib/json_line.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/key_names.h"
#include "tools/sluicectl/party_names.h"
#include "tools/sluicectl/plan_text.h"
#include "tools/sluicectl/prose.h"

namespace sluice::ctl {
namespace {

struct PostureFlags {};

// "content providers a, b; carriers mobile"; empty: nobody.
std::string ScopeText(const Context& context, const rules::v1::Scope& scope,
                      PartyNames& parties) {
  std::vector<std::string> parts;
  std::vector<std::string> providers;
  for (const std::string& id : scope.content_providers()) {
    providers.push_back(parties.Provider(id));
  }
  std::vector<std::string> accounts;
  for (const std::string& id : scope.accounts()) {
    accounts.push_back(parties.Account(id));
  }
  const auto add = [&parts](const std::string& what, const auto& ids) {
    if (ids.empty()) return;
    parts.push_back(absl::StrCat(what, " ", absl::StrJoin(ids, ", ")));
  };
  add(context.Say("内容提供者", "content providers"), providers);
  add(context.Say("账号", "accounts"), accounts);
  add(context.Say("端口", "ports"), scope.ports());
  add(context.Say("运营商", "carriers"), scope.carriers());
  add(context.Say("签名", "signatures"), scope.signatures());
  return absl::StrJoin(parts, context.Say("；", "; "));
}

// Whom a rule that is enforced for some messages only is not for.
std::string BesidesScope(const Context& context,
                         const admin::v1::NotEnforced& line,
                         PartyNames& parties) {
  const std::string scope = ScopeText(context, line.scope(), parties);
  const std::string except = ScopeText(context, line.except(), parties);
  if (scope.empty()) return except;
  const std::string besides =
      context.Say("除 $0 外的全部", "all but $0", scope);
  if (except.empty()) return besides;
  return besides + context.Say("；以及 $0", "; and $0", except);
}

std::string ModeText(const Context& context,
                     const admin::v1::NotEnforced& line) {
  return line.cause() == admin::v1::NOT_ENFORCED_CAUSE_SCOPE
             ? context.Say("部分执行", "PARTLY")
             : context.Name(line.mode());
}

// "shop: COMMERCIAL", "all classes".
std::string ForWhom(const Context& context, const admin::v1::NotEnforced& line,
                    PartyNames& parties) {
  if (line.cause() == admin::v1::NOT_ENFORCED_CAUSE_SCOPE) {
    return BesidesScope(context, line, parties);
  }
  std::vector<std::string> classes;
  for (const int value : line.classes()) {
    classes.push_back(context.Name(static_cast<v1::MessageClass>(value)));
  }
  const std::string who = classes.empty()
                              ? context.Say("全部类别", "all classes")
                              : absl::StrJoin(classes, context.Say("、", ", "));
  if (!line.template_id().empty()) {
    return context.Say("模板 $0（$1）", "template $0 ($1)", line.template_id(),
                       parties.Provider(line.content_provider_id()));
  }
  return line.content_provider_id().empty()
             ? who
             : context.Say("$0：$1", "$0: $1",
                           parties.Provider(line.content_provider_id()), who);
}

std::string ByWhom(const Context& context, const admin::v1::NotEnforced& line,
                   KeyNames& names) {
  if (!line.actor().empty()) return names.Of(line.actor());
  // Earlier versions of Sluice did not note who accepted hits.
  if (line.cause() == admin::v1::NOT_ENFORCED_CAUSE_TEMPLATE) {
    return context.Say("未记录", "not recorded");
  }
  return line.content_provider_id().empty()
             ? context.Say("程序本身", "the program")
             : context.Say("导入时设定", "its import");
}

// With the reason that a person gave for what the rules themselves do not say.
std::string PostureNote(const Context& context,
                        const admin::v1::NotEnforced& line) {
  const bool by_person =
      line.cause() == admin::v1::NOT_ENFORCED_CAUSE_TEMPLATE ||
      line.cause() == admin::v1::NOT_ENFORCED_CAUSE_CAMPAIGN ||
      line.cause() == admin::v1::NOT_ENFORCED_CAUSE_EXEMPTION;
  if (!by_person || line.reason().empty()) return line.note();
  return context.Say("$0；原因：$1", "$0; reason: $1", line.note(),
                     line.reason());
}

// Prints how many messages are held, and since when the oldest.
void PrintHeld(const Context& context,
               const admin::v1::ListHoldsResponse& held) {
  if (held.held() == 0) {
    context.out << context.Say("没有待审的短信。\n", "No message is held.\n");
    return;
  }
  std::string text = context.Say(
      "有 $0 条短信待审", "$1 $2 held", tools::Grouped(held.held()),
      tools::Counted(held.held(), "message"), held.held() == 1 ? "is" : "are");
  if (!held.messages().empty()) {
    text += context.Say("，最早自 $0", ", the oldest since $0",
                        tools::TimeText(held.messages(0).hold_time()));
  }
  PrintProse(context, text + context.Say("：`sluicectl hold list`",
                                         ": `sluicectl hold list`"));
}

void PrintUnserved(const Context& context,
                   const admin::v1::GetPostureResponse& posture) {
  std::vector<std::string> carriers;
  for (const int value : posture.unserved_carriers()) {
    const auto carrier = static_cast<admin::v1::Carrier>(value);
    carriers.push_back(carrier == admin::v1::CARRIER_UNSPECIFIED
                           ? context.Say("未知", "unknown")
                           : absl::AsciiStrToLower(context.Name(carrier)));
  }
  if (carriers.empty()) return;
  PrintNote(
      context,
      context.Say("没有链路服务以下运营商：", "No link serves the carriers "),
      absl::StrJoin(carriers, context.Say("、", ", ")) +
          context.Say("，发往其号码的短信会等待直至过期（配置中各链路的 "
                      "`carriers`）",
                      ": messages to their numbers wait and expire (`carriers` "
                      "of the links in the configuration)"));
}

// Says where the decisions of two persons are those of one.
void PrintOnePerson(const Context& context, admin::v1::OnePersonCause cause) {
  if (cause == admin::v1::ONE_PERSON_CAUSE_UNSPECIFIED) return;
  const bool configured = cause == admin::v1::ONE_PERSON_CAUSE_CONFIGURED;
  const std::string why =
      configured
          ? context.Say(
                "配置为 rules.approval: one_person，规则版本、豁免、拦截和退订"
                "更正可由同一人提出并确认。",
                "with rules.approval: one_person, the same person may propose "
                "and confirm versions of the rules, exemptions, blocks and "
                "corrections of opt-outs.")
          : context.Say(
                "有效的管理员密钥和合规密钥可能都属于同一人，规则版本、豁免、"
                "拦截和退订更正无人可以确认。请由管理员为两位同事各创建一把密"
                "钥：`sluicectl key create --role officer --person 姓名`",
                "the valid admin and officer keys may all be one person's, so "
                "that nobody can confirm versions of the rules, exemptions, "
                "blocks and corrections of opt-outs. An admin creates a key "
                "for each of two colleagues: `sluicectl key create --role "
                "officer --person NAME`");
  const std::string head = context.Say("只有一人", "one person only");
  PrintNote(context, head, context.Say("：$0", ": $0", why));
}

void PrintOverdueHolds(const Context& context,
                       const admin::v1::GetPostureResponse& posture) {
  for (const admin::v1::OverdueLegalHold& hold :
       posture.overdue_legal_holds()) {
    PrintNote(
        context,
        context.Say("法律保全 $0 待复核", "legal hold $0 is due for review",
                    hold.number()),
        context.Say(
            "：自 $0 起，由 $1 提出。仍需要：`sluicectl legal-hold "
            "review $2 --review 180d --reason WHY`；不再需要：`sluicectl "
            "legal-hold end $2 --reason WHY`",
            ": since $0, for $1. Still needed: `sluicectl legal-hold "
            "review $2 --review 180d --reason WHY`; no longer: `sluicectl "
            "legal-hold end $2 --reason WHY`",
            tools::TimeText(hold.review_time()), hold.owner(), hold.number()));
  }
}

void Print(const Context& context,
           const admin::v1::GetPostureResponse& posture) {
  KeyNames names(context);
  PartyNames parties(context);
  for (const admin::v1::PackInForce& pack : posture.packs()) {
    const std::string head =
        context.Say("规则集 $0", "Rule set $0", pack.rule_set());
    PrintProse(
        context,
        head + context.Say("：$0 $1，$2\n  自 $3 起生效，经办人 $4（$5）",
                           ": $0 $1, $2\n  in force since $3, by $4 ($5)",
                           pack.pack(), pack.version(), pack.title(),
                           tools::TimeText(pack.publish_time()),
                           names.Of(pack.actor()), pack.reason()),
        head, context.style.Bold(head));
    for (const std::string& notice : pack.notices()) {
      PrintNote(context, context.Say("  注意", "  note"), " " + notice);
    }
  }
  PrintOnePerson(context, posture.one_person());
  PrintUnserved(context, posture);
  PrintOverdueHolds(context, posture);
  if (posture.not_enforced().empty()) {
    context.out << context.style.Good(context.Say("全部检查都在强制执行。",
                                                  "Everything is enforced."))
                << "\n";
    return;
  }
  tools::Table table(
      {{context.Say("检查", "check")},
       {context.Say("规则", "rule")},
       {context.Say("执行方式", "mode")},
       {context.Say("不适用于", "not for")},
       {context.Say("自", "since")},
       {context.Say("至", "until")},
       {context.Say("经办人", "by")},
       {context.Say("依据", "basis")},
       {context.Say("说明", "note"), tools::Align::kLeft, true}});
  for (const admin::v1::NotEnforced& line : posture.not_enforced()) {
    table.AddRow(
        {line.code(), line.rule(), ModeText(context, line),
         ForWhom(context, line, parties), tools::TimeText(line.start_time()),
         tools::TimeText(line.end_time()), ByWhom(context, line, names),
         context.Name(line.basis()), PostureNote(context, line)});
  }
  context.out << context.Say(
                     "\n$0 项未全部强制执行（仅观察的计数并列入 "
                     "would_reasons）\n",
                     "\n$0 not enforced (observed: counted and in "
                     "would_reasons)\n",
                     tools::Grouped(
                         static_cast<uint64_t>(posture.not_enforced_size())))
              << table.Text(context.width);
}

// The numbers of versions whose planned publication failed lately or will.
void AddPlans(const admin::v1::RuleSetStatus& status, tools::JsonLine& line) {
  std::vector<std::string> failed;
  for (const admin::v1::RuleVersion& one : status.plans_failed()) {
    failed.push_back(absl::StrCat(one.number()));
  }
  std::vector<std::string> will_fail;
  for (const admin::v1::RuleVersion& one : status.planned()) {
    if (!one.has_plan_obstacle()) continue;
    will_fail.push_back(absl::StrCat(one.number()));
  }
  if (!failed.empty()) line.Texts("plans_failed", failed);
  if (!will_fail.empty()) line.Texts("plans_that_will_fail", will_fail);
}

absl::StatusOr<int> Posture(const Context& context, const PostureFlags&) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::OperationsService::NewStub(connection.channel());
  admin::v1::GetPostureResponse posture;
  SLUICE_RETURN_IF_ERROR(
      connection.Call(*stub, &admin::v1::OperationsService::Stub::GetPosture,
                      admin::v1::GetPostureRequest(), posture));
  admin::v1::GetRuleSetStatusResponse rules;
  const auto rules_stub =
      admin::v1::RulesService::NewStub(connection.channel());
  SLUICE_RETURN_IF_ERROR(connection.Call(
      *rules_stub, &admin::v1::RulesService::Stub::GetRuleSetStatus,
      admin::v1::GetRuleSetStatusRequest(), rules));
  // The list begins with the messages held longest.
  admin::v1::ListHoldsRequest first;
  first.set_page_size(1);
  admin::v1::ListHoldsResponse held;
  const auto holds = admin::v1::HoldsService::NewStub(connection.channel());
  SLUICE_RETURN_IF_ERROR(connection.Call(
      *holds, &admin::v1::HoldsService::Stub::ListHolds, first, held));
  if (context.json) {
    PrintJson(context.out, posture);
    tools::JsonLine line;
    line.Count("held", held.held());
    if (!held.messages().empty()) {
      line.Text("held_since", google::protobuf::util::TimeUtil::ToString(
                                  held.messages(0).hold_time()));
    }
    AddPlans(rules.status(), line);
    context.out << line.End() << "\n";
  } else {
    Print(context, posture);
    PrintPlans(context, rules.status());
    PrintHeld(context, held);
  }
  return 0;
}

}  // namespace

void AddPosture(tools::CommandLine& app, Context& context) {
  AddCommand<PostureFlags>(
      app, context, "posture",
      {"生效的规则包；未强制执行的各项检查、限额和规则：不适用于谁、从何时"
       "起、到何时止、经办人；一人放过的模板和群发；只有一人把关的情形；失败或"
       "将失败的定时发布；没"
       "有链路的运营商；过了复核期的法律保全；以及待审短信的数量和最早的时间。"
       "用 --json 时，最后一行"
       "是待审的短信和这些定时发布。",
       "The rule packs in force; every check, limit and rule that is not "
       "enforced: for whom, since when, until when, by whom; templates and "
       "campaigns that a person let pass; whether one person decides what two "
       "should; planned publications that failed or "
       "will; the carriers that no link serves; legal holds that are due for "
       "review; and the number of held messages with the oldest one's time. "
       "With --json the last line has "
       "the held messages and these plans."},
      "sluicectl posture --json", [](tools::CommandLine&, PostureFlags&) {},
      Posture);
}

}  // namespace sluice::ctl
