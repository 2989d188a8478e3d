// sluicectl dossier: a number's timeline.

#include <string>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/dossier.grpc.pb.h"
#include "tools/lib/display_width.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/key_names.h"
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
      .Add("NUMBER", flags.number,
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

std::string ScopeText(const admin::v1::OptOut& opt_out) {
  const std::string& who = opt_out.scope().content_provider_id();
  return absl::StrCat(who.empty() ? "all content providers" : who, ", source ",
                      tools::ShortName(opt_out.source()));
}

void AddRemoved(const admin::v1::OptOut& removed, const std::string& time,
                KeyNames& names, tools::Table& table) {
  const bool corrected = !removed.correction_id().empty();
  table.AddRow(
      {time, corrected ? "opt-out corrected" : "opt-out reversed", "", "",
       absl::StrCat("opt-out ", removed.id(), ", removed by ",
                    names.Of(removed.remover()), ", ",
                    corrected ? "correction " : "consent of ",
                    corrected ? removed.correction_id()
                              : tools::TimeText(removed.consent_time())),
       removed.removal_proof()});
}

void AddEntry(const admin::v1::DossierEntry& entry, KeyNames& names,
              tools::Table& table) {
  const std::string time = tools::TimeText(entry.time());
  switch (entry.what_case()) {
    case admin::v1::DossierEntry::kMessage: {
      const admin::v1::MessageRecord& message = entry.message();
      const std::string reasons = ReasonCodes(message);
      table.AddRow({time, tools::ShortName(message.decision()),
                    message.message_id(), message.content_provider_id(),
                    absl::StrCat(tools::ShortName(message.message_class()),
                                 reasons.empty() ? "" : ": ", reasons),
                    message.text()});
      return;
    }
    case admin::v1::DossierEntry::kUpdate:
      table.AddRow({time, "update", entry.update().message_id(), "",
                    EventText(entry.update().event(),
                              names.Of(entry.update().event().actor())),
                    ""});
      return;
    case admin::v1::DossierEntry::kReply:
      table.AddRow(
          {time, "reply", "", "",
           absl::StrCat("to ", entry.reply().access_number(),
                        entry.reply().opted_out() ? ": opted out" : ""),
           entry.reply().text()});
      return;
    case admin::v1::DossierEntry::kOptOut:
      table.AddRow(
          {time, "opt-out", entry.opt_out().message_id(),
           entry.opt_out().scope().content_provider_id(),
           absl::StrCat(ScopeText(entry.opt_out()), ", opt-out ",
                        entry.opt_out().id(),
                        entry.opt_out().import_id().empty() ? "" : ", import ",
                        entry.opt_out().import_id()),
           entry.opt_out().evidence()});
      return;
    case admin::v1::DossierEntry::kOptOutRemoved:
      // Scope and source are in the entry of the opt-out itself.
      AddRemoved(entry.opt_out_removed(), time, names, table);
      return;
    case admin::v1::DossierEntry::kRefusalsCounted:
      table.AddRow({time, "rejected", "", "",
                    RefusalsText(entry.refusals_counted()), ""});
      return;
    case admin::v1::DossierEntry::WHAT_NOT_SET:
      table.AddRow(
          {time,
           "unknown entry: update sluicectl, it is older than the server"});
      return;
  }
}

void PrintHead(const Context& context,
               const admin::v1::GetDossierResponse& page) {
  context.out << context.style.Bold(page.recipient()) << "  carrier "
              << CarrierText(page.carrier()) << "\n";
  for (const admin::v1::OptOut& opt_out : page.opt_outs()) {
    context.out << "  " << context.style.Warn("opted out: ")
                << ScopeText(opt_out) << ", since "
                << tools::TimeText(opt_out.create_time()) << "\n";
  }
  context.out << "\n";
}

absl::StatusOr<int> Dossier(const Context& context, const DossierFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::DossierService::NewStub(connection.channel());
  admin::v1::GetDossierRequest request;
  request.set_recipient(flags.number);
  request.set_page_size(flags.page_size);
  request.set_page_token(flags.page_token);
  tools::Table table({{"time"},
                      {"what"},
                      {"message"},
                      {"content provider"},
                      {"details"},
                      {"text", tools::Align::kLeft, true}});
  KeyNames names(context);
  admin::v1::GetDossierResponse page;
  for (uint32_t shown = 0; flags.pages == 0 || shown < flags.pages; ++shown) {
    SLUICE_RETURN_IF_ERROR(connection.Call(
        *stub, &admin::v1::DossierService::Stub::GetDossier, request, page));
    if (context.json) {
      PrintJson(context.out, page);
    } else if (shown == 0) {
      PrintHead(context, page);
    }
    for (const admin::v1::DossierEntry& entry : page.entries()) {
      AddEntry(entry, names, table);
    }
    if (page.next_page_token().empty()) break;
    request.set_page_token(page.next_page_token());
  }
  if (context.json) return 0;
  if (table.empty()) {
    context.out << "There is no record of this number.\n";
  } else {
    context.out << table.Text(context.width);
  }
  if (!page.next_page_token().empty()) {
    context.out << "\nOlder entries: --page-token " << page.next_page_token()
                << "\n";
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
