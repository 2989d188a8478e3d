// What is on record about a number, as rows: the answer to a person who asks.

#include "absl/strings/ascii.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/dossier.grpc.pb.h"
#include "tools/sluicectl/dossier_text.h"
#include "tools/sluicectl/exports/typed_source.h"

namespace sluice::ctl {
namespace {

using admin::v1::DossierEntry;

constexpr uint32_t kEntriesAPage = 1000;

// Rows are no lines of a terminal.
Context ForCells(const Context& context) {
  Context plain = context;
  plain.style = tools::Style();
  plain.width = 0;
  return plain;
}

class PersonSource final : public TypedSource<admin::v1::GetDossierRequest,
                                              admin::v1::GetDossierResponse> {
 public:
  PersonSource(const Context& context, admin::v1::GetDossierRequest request)
      : TypedSource(context, std::move(request)),
        plain_(ForCells(context)),
        text_(plain_) {}

  std::string Kind() const override { return "person"; }
  std::string Title() const override {
    return context_.Say("一个号码的全部记录", "all records of a number");
  }
  std::vector<SheetColumn> Columns() const override {
    const auto text = CellKind::kText;
    return {{context_.Say("时间", "time"), CellKind::kTime, 20},
            {context_.Say("类型", "what"), text, 12},
            {context_.Say("对方号码", "other number"), text, 22},
            {context_.Say("内容", "text"), text, 50},
            {context_.Say("经过", "account of it"), text, 80},
            {context_.Say("编号", "id"), text, 18}};
  }

  absl::Status Read(
      const tools::Connection& connection, const std::string& token,
      const std::function<absl::Status(const ExportPage&)>& keep) override {
    const auto stub = admin::v1::DossierService::NewStub(connection.channel());
    admin::v1::GetDossierRequest request = request_;
    request.set_page_size(kEntriesAPage);
    request.set_page_token(token);
    admin::v1::GetDossierResponse page;
    do {
      SLUICE_RETURN_IF_ERROR(connection.Call(
          *stub, &admin::v1::DossierService::Stub::GetDossier, request, page));
      SLUICE_RETURN_IF_ERROR(
          keep({page, static_cast<uint64_t>(page.entries_size()),
                page.next_page_token()}));
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return absl::OkStatus();
  }

 private:
  void ClearTimes(admin::v1::GetDossierRequest&) const override {}
  absl::Status Rows(
      const admin::v1::GetDossierResponse& page,
      const std::function<absl::Status(const ExportRow&)>& visit) override {
    for (const DossierEntry& entry : page.entries()) {
      const std::string what = WhatText(entry);
      SLUICE_RETURN_IF_ERROR(
          visit({entry, what, [&] { return CellsOf(entry, what); }}));
    }
    return absl::OkStatus();
  }

  std::string WhatText(const DossierEntry& entry) const {
    switch (entry.what_case()) {
      case DossierEntry::kMessage:
        return context_.Say("短信", "message");
      case DossierEntry::kReply:
        return context_.Say("上行回复", "reply");
      case DossierEntry::kOptOut:
        return context_.Say("退订", "opt-out");
      case DossierEntry::kOptOutRemoved:
        return context_.Say("解除退订", "opt-out removed");
      default:
        return context_.Say("未逐条记录的拒绝", "rejections counted");
    }
  }
  static std::string OtherNumber(const DossierEntry& entry) {
    return entry.has_message() ? entry.message().access_number()
                               : entry.reply().access_number();
  }
  static std::string TextOf(const DossierEntry& entry) {
    if (entry.has_reply()) return entry.reply().text();
    const admin::v1::MessageRecord& message = entry.message();
    return message.sent_text().empty() ? message.text() : message.sent_text();
  }
  static std::string IdOf(const DossierEntry& entry) {
    if (entry.has_message()) return entry.message().message_id();
    if (entry.has_reply()) return entry.reply().reply_id();
    return entry.has_opt_out() ? entry.opt_out().id()
                               : entry.opt_out_removed().id();
  }
  std::vector<std::string> CellsOf(const DossierEntry& entry,
                                   const std::string& what) {
    return {TimeCell(entry.time()),
            what,
            OtherNumber(entry),
            TextOf(entry),
            std::string(absl::StripAsciiWhitespace(text_.Entry(entry))),
            IdOf(entry)};
  }

  const Context plain_;
  DossierText text_;
};

}  // namespace

std::unique_ptr<ExportSource> MakePersonSource(
    const Context& context, admin::v1::GetDossierRequest request) {
  return std::make_unique<PersonSource>(context, std::move(request));
}

}  // namespace sluice::ctl
