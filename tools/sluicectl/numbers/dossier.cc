// sluicectl dossier: what is on record about a number.

#include <string>

#include "rules/base/status_macros.h"
#include "sluice/admin/v1/dossier.grpc.pb.h"
#include "tools/lib/json_line.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/dossier_text.h"

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

absl::StatusOr<int> Dossier(const Context& context, const DossierFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::DossierService::NewStub(connection.channel());
  admin::v1::GetDossierRequest request;
  request.set_recipient(flags.number);
  request.set_page_size(flags.page_size);
  request.set_page_token(flags.page_token);
  DossierText text(context);
  admin::v1::GetDossierResponse page;
  std::string lookups;
  bool any = false;
  for (uint32_t shown = 0; flags.pages == 0 || shown < flags.pages; ++shown) {
    SLUICE_RETURN_IF_ERROR(connection.Call(
        *stub, &admin::v1::DossierService::Stub::GetDossier, request, page));
    if (context.json) {
      PrintJson(context.out, page);
    } else if (shown == 0) {
      context.out << text.Head(page);
      // Only the first page tells them.
      if (flags.page_token.empty()) lookups = text.Lookups(page);
    }
    for (const admin::v1::DossierEntry& entry : page.entries()) {
      any = true;
      if (!context.json) context.out << "\n" << text.Entry(entry);
    }
    if (page.next_page_token().empty()) break;
    request.set_page_token(page.next_page_token());
  }
  if (context.json) return 0;
  if (!any) {
    context.out << context.Say("\n没有这个号码的记录。\n",
                               "\nThere is no record of this number.\n");
  }
  if (!lookups.empty()) context.out << "\n" << lookups;
  if (!page.next_page_token().empty()) {
    context.out << context.Say("\n更早的记录：--page-token $0\n",
                               "\nOlder entries: --page-token $0\n",
                               page.next_page_token());
  }
  return 0;
}

}  // namespace

void AddDossier(tools::CommandLine& app, Context& context) {
  AddLookupReason(
      AddCommand<DossierFlags>(
          app, context, "dossier",
          {"关于一个号码的一切，最新的在前：每条短信的发送方、内容、原因和经过"
           "，上"
           "行回复，退订，以及谁查过这个号码。",
           "Everything about one number, newest first: each message with its "
           "sender, text, reasons and what became of it; replies; opt-outs; "
           "who "
           "looked it up."},
          "sluicectl dossier 138-0013-8000 --pages 2", AddFlags, Dossier),
      context);
}

}  // namespace sluice::ctl
