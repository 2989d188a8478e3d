// sluicectl dossier: a number's timeline.

#include <string>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/dossier.grpc.pb.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/key_names.h"
#include "tools/sluicectl/party_names.h"
#include "tools/sluicectl/record_text.h"

namespace sluice::ctl {
namespace {

struct DossierFlags {
  std::string number;
  uint32_t page_size = 50;
  uint32_t pages = 1;
  std::string page_token;
};

void AddFlags(tools::CommandLine& command, DossierFlags& flags) {
  command
      .Add("PHONE", flags.number,
           {"号码，可带国家代码、空格和“-”",
            "The number, with or without country code, spaces and dashes"})
      .Required();
  command.Add("--page-size", flags.page_size, {"每页的条数", "Entries a page"})
      .Between(1, 1000)
      .ShowDefault();
  command
      .Add("--pages", flags.pages,
           {"显示的页数；0 表示全部", "Pages to show; 0: all"})
      .ShowDefault();
  command.Add("--page-token", flags.page_token,
              {"下一页的翻页标记，由上一页显示",
               "The next page's token, as the previous page shows it"});
}

// What the entries of a page are shown with.
struct Shown {
  const Context& context;
  KeyNames& keys;
  PartyNames& parties;
};

std::string ScopeText(const Shown& shown, const admin::v1::OptOut& opt_out) {
  const Context& context = shown.context;
  const std::string& who = opt_out.scope().content_provider_id();
  return context.Say(
      "$0，来源 $1", "$0, source $1",
      who.empty() ? context.Say("全部内容提供者", "all content providers")
                  : shown.parties.Provider(who),
      context.Name(opt_out.source()));
}

std::string OptOutText(const Shown& shown, const admin::v1::OptOut& opt_out) {
  const std::string text = shown.context.Say(
      "$0，退订 $1", "$0, opt-out $1", ScopeText(shown, opt_out), opt_out.id());
  if (opt_out.import_id().empty()) return text;
  return text +
         shown.context.Say("，导入 $0", ", import $0", opt_out.import_id());
}

void AddRemoved(const Shown& shown, const admin::v1::OptOut& removed,
                const std::string& time, tools::Table& table) {
  const Context& context = shown.context;
  const std::string who = shown.keys.Of(removed.remover());
  if (!removed.correction_id().empty()) {
    table.AddRow({time, context.Say("更正退订", "opt-out corrected"), "", "",
                  context.Say("退订 $0，撤销人 $1，更正 $2",
                              "opt-out $0, removed by $1, correction $2",
                              removed.id(), who, removed.correction_id()),
                  removed.removal_proof()});
    return;
  }
  table.AddRow(
      {time, context.Say("撤销退订", "opt-out reversed"), "", "",
       context.Say("退订 $0，撤销人 $1，依据 $2 的同意",
                   "opt-out $0, removed by $1, consent of $2", removed.id(),
                   who, tools::TimeText(removed.consent_time())),
       removed.removal_proof()});
}

void AddMessageRow(const Shown& shown, const admin::v1::MessageRecord& message,
                   const std::string& time, tools::Table& table) {
  const Context& context = shown.context;
  const std::string reasons = ReasonCodes(context, message);
  table.AddRow(
      {time, context.Name(message.decision()), message.message_id(),
       shown.parties.Provider(message.content_provider_id()),
       absl::StrCat(context.Name(message.message_class()),
                    reasons.empty() ? "" : context.Say("：", ": "), reasons),
       message.text()});
}

std::string ReplyText(const Context& context, const v1::Reply& reply) {
  const std::string to = context.Say("发往 $0", "to $0", reply.access_number());
  return reply.opted_out() ? to + context.Say("：已退订", ": opted out") : to;
}

void AddEntry(const Shown& shown, const admin::v1::DossierEntry& entry,
              tools::Table& table) {
  const Context& context = shown.context;
  const std::string time = tools::TimeText(entry.time());
  switch (entry.what_case()) {
    case admin::v1::DossierEntry::kMessage:
      return AddMessageRow(shown, entry.message(), time, table);
    case admin::v1::DossierEntry::kUpdate:
      table.AddRow({time, context.Say("更新", "update"),
                    entry.update().message_id(), "",
                    EventText(context, entry.update().event(),
                              shown.keys.Of(entry.update().event().actor())),
                    ""});
      return;
    case admin::v1::DossierEntry::kReply:
      table.AddRow({time, context.Say("上行回复", "reply"), "", "",
                    ReplyText(context, entry.reply()), entry.reply().text()});
      return;
    case admin::v1::DossierEntry::kOptOut:
      table.AddRow(
          {time, context.Say("退订", "opt-out"), entry.opt_out().message_id(),
           shown.parties.Provider(
               entry.opt_out().scope().content_provider_id()),
           OptOutText(shown, entry.opt_out()), entry.opt_out().evidence()});
      return;
    case admin::v1::DossierEntry::kOptOutRemoved:
      // Scope and source are in the entry of the opt-out itself.
      return AddRemoved(shown, entry.opt_out_removed(), time, table);
    case admin::v1::DossierEntry::kRefusalsCounted:
      table.AddRow(
          {time, context.Say("拒绝", "rejected"), "", "",
           RefusalsText(context, entry.refusals_counted(), shown.parties), ""});
      return;
    case admin::v1::DossierEntry::WHAT_NOT_SET:
      table.AddRow(
          {time, context.Say("未知的记录：sluicectl 的版本比服务器旧，请更新",
                             "unknown entry: update sluicectl, it is older "
                             "than the server")});
      return;
  }
}

void PrintHead(const Shown& shown, const admin::v1::GetDossierResponse& page) {
  const Context& context = shown.context;
  context.out << context.style.Bold(page.recipient())
              << context.Say("  运营商 $0\n", "  carrier $0\n",
                             CarrierText(context, page.carrier()));
  for (const admin::v1::OptOut& opt_out : page.opt_outs()) {
    context.out << "  "
                << context.style.Warn(context.Say("已退订：", "opted out: "))
                << context.Say("$0，自 $1\n", "$0, since $1\n",
                               ScopeText(shown, opt_out),
                               tools::TimeText(opt_out.create_time()));
  }
  context.out << "\n";
}

tools::Table EntryTable(const Context& context) {
  return tools::Table(
      {{context.Say("时间", "time")},
       {context.Say("事项", "what")},
       {context.Say("短信", "message")},
       {context.Say("内容提供者", "content provider")},
       {context.Say("详情", "details")},
       {context.Say("内容", "text"), tools::Align::kLeft, true}});
}

absl::StatusOr<int> Dossier(const Context& context, const DossierFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::DossierService::NewStub(connection.channel());
  admin::v1::GetDossierRequest request;
  request.set_recipient(flags.number);
  request.set_page_size(flags.page_size);
  request.set_page_token(flags.page_token);
  tools::Table table = EntryTable(context);
  KeyNames keys(context);
  PartyNames parties(context);
  const Shown with = {context, keys, parties};
  admin::v1::GetDossierResponse page;
  for (uint32_t shown = 0; flags.pages == 0 || shown < flags.pages; ++shown) {
    SLUICE_RETURN_IF_ERROR(connection.Call(
        *stub, &admin::v1::DossierService::Stub::GetDossier, request, page));
    if (context.json) {
      PrintJson(context.out, page);
    } else if (shown == 0) {
      PrintHead(with, page);
    }
    for (const admin::v1::DossierEntry& entry : page.entries()) {
      AddEntry(with, entry, table);
    }
    if (page.next_page_token().empty()) break;
    request.set_page_token(page.next_page_token());
  }
  if (context.json) return 0;
  if (table.empty()) {
    context.out << context.Say("没有这个号码的记录。\n",
                               "There is no record of this number.\n");
  } else {
    context.out << table.Text(context.width);
  }
  if (!page.next_page_token().empty()) {
    context.out << context.Say("\n更早的记录：--page-token $0\n",
                               "\nOlder entries: --page-token $0\n",
                               page.next_page_token());
  }
  return 0;
}

}  // namespace

void AddDossier(tools::CommandLine& app, Context& context) {
  AddCommand<DossierFlags>(
      app, context, "dossier",
      {"关于一个号码的一切，最新的在前：已发送的短信、未发送的短信及原因、上"
       "行回复、退订。",
       "Everything about one number, newest first: messages sent, messages "
       "not sent and why, replies, opt-outs."},
      "sluicectl dossier 138-0013-8000 --pages 2", AddFlags, Dossier);
}

}  // namespace sluice::ctl
