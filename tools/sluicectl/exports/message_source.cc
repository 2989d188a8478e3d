// Messages as rows: the columns that regulators ask for, in a fixed order.

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/audit.grpc.pb.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/contact_text.h"
#include "tools/sluicectl/exports/typed_source.h"
#include "tools/sluicectl/record_text.h"

namespace sluice::ctl {
namespace {

// When the message first came into one of these states; empty: never.
std::string TimeOf(const admin::v1::MessageRecord& message,
                   const std::vector<v1::MessageState>& states) {
  for (const admin::v1::MessageEvent& event : message.events()) {
    for (const v1::MessageState state : states) {
      if (event.state() == state) return TimeCell(event.time());
    }
  }
  return "";
}

std::string ReasonCell(const Context& context, const v1::Reason& reason,
                       const std::string& text) {
  const std::string words = InWords(reason, text, context.language);
  return reason.article().empty()
             ? absl::StrCat(words, " [", reason.code(), "]")
             : absl::StrCat(words, " [", reason.code(), context.Say("，", ", "),
                            reason.article(), "]");
}

template <typename Reasons>
std::string ReasonCells(const Context& context, const Reasons& reasons,
                        const std::string& text) {
  return absl::StrJoin(reasons, context.Say("；", "; "),
                       [&](std::string* out, const v1::Reason& reason) {
                         absl::StrAppend(out,
                                         ReasonCell(context, reason, text));
                       });
}

// Whether the message, at any time, had a reason with this code, observed or
// not.
bool HadReason(const admin::v1::MessageRecord& message,
               absl::string_view code) {
  const auto among = [code](const auto& reasons) {
    return absl::c_any_of(reasons, [code](const v1::Reason& reason) {
      return reason.code() == code;
    });
  };
  return among(message.reasons()) || among(message.would_reasons()) ||
         absl::c_any_of(message.events(), [&among](const auto& event) {
           return among(event.reasons());
         });
}

std::string ConsentCell(const Context& context,
                        const admin::v1::MessageRecord& message) {
  return HadReason(message, "CONSENT_MISSING")
             ? context.Say("无同意记录", "no consent on record")
             : "";
}

std::string OptOutCell(const Context& context,
                       const admin::v1::MessageRecord& message) {
  return HadReason(message, "RECIPIENT_OPTED_OUT")
             ? context.Say("已退订", "opted out")
             : "";
}

std::string CarrierCodes(const admin::v1::MessageRecord& message) {
  std::vector<std::string> codes;
  for (const admin::v1::MessageEvent& event : message.events()) {
    if (event.carrier_code().empty()) continue;
    if (!codes.empty() && codes.back() == event.carrier_code()) continue;
    codes.push_back(event.carrier_code());
  }
  return absl::StrJoin(codes, " ");
}

std::vector<SheetColumn> MessageColumns(const Context& context) {
  const auto time = CellKind::kTime;
  const auto number = CellKind::kNumber;
  return {
      {context.Say("判定时间", "decided"), time, 20},
      {context.Say("发送时间", "sent"), time, 20},
      {context.Say("接收时间", "received"), time, 20},
      {context.Say("发送端号码", "sender number"), CellKind::kText, 22},
      {context.Say("接收号码", "recipient"), CellKind::kText, 14},
      {context.Say("运营商", "carrier"), CellKind::kText, 10},
      {context.Say("短信内容", "text"), CellKind::kText, 60},
      {context.Say("类别", "class"), CellKind::kText, 10},
      {context.Say("内容提供者", "content provider"), CellKind::kText, 24},
      {context.Say("签名", "signature"), CellKind::kText, 20},
      {context.Say("账号", "account"), CellKind::kText, 20},
      {context.Say("持证单位", "licensee"), CellKind::kText, 20},
      {context.Say("端口", "port"), CellKind::kText, 16},
      {context.Say("群发批次", "campaign"), CellKind::kText, 16},
      {context.Say("同意情况", "consent"), CellKind::kText, 12},
      {context.Say("退订情况", "opt-out"), CellKind::kText, 10},
      {context.Say("判定", "decision"), CellKind::kText, 10},
      {context.Say("原因", "reasons"), CellKind::kText, 50},
      {context.Say("仅观察的原因", "observed reasons"), CellKind::kText, 30},
      {context.Say("状态", "state"), CellKind::kText, 14},
      {context.Say("运营商代码", "carrier code"), CellKind::kText, 12},
      {context.Say("分条数", "parts"), number, 8},
      {context.Say("条数", "messages"), number, 8},
      {context.Say("短信编号", "message id"), CellKind::kText, 18}};
}

std::vector<std::string> MessageCells(const Context& context,
                                      PartyNames& parties,
                                      const admin::v1::MessageRecord& message) {
  const std::string& text =
      message.sent_text().empty() ? message.text() : message.sent_text();
  const google::protobuf::Timestamp& then = message.decide_time();
  return {TimeCell(then),
          TimeOf(message, {v1::MESSAGE_STATE_HANDED_OVER}),
          TimeOf(message, {v1::MESSAGE_STATE_DELIVERED}),
          message.access_number(),
          NumberCell(message.recipient()),
          CarrierText(context, message.carrier()),
          text,
          context.Name(message.message_class()),
          parties.Provider(message.content_provider_id(), then),
          parties.Signature(message.signature_id(), then),
          parties.Account(message.account_id(), then),
          parties.Licensee(message.licensee_id(), then),
          message.port_id(),
          message.campaign_id(),
          ConsentCell(context, message),
          OptOutCell(context, message),
          context.Name(message.decision()),
          ReasonCells(context, message.reasons(), message.text()),
          ReasonCells(context, message.would_reasons(), message.text()),
          context.Name(message.state()),
          CarrierCodes(message),
          absl::StrCat(message.parts()),
          "1",
          message.message_id()};
}

std::vector<std::string> RefusalsCells(
    const Context& context, PartyNames& parties,
    const admin::v1::RefusalsCounted& counted) {
  std::vector<std::string> cells(MessageColumns(context).size());
  cells[0] = TimeCell(counted.first_time());
  cells[4] = NumberCell(counted.recipient());
  cells[6] =
      context.Say("（未逐条记录，至 $0）", "(not recorded singly, until $0)",
                  TimeCell(counted.last_time()));
  cells[10] = parties.Account(counted.account_id(), counted.last_time());
  cells[16] = context.Name(v1::DECISION_REJECTED);
  cells[17] = ReasonCell(context, counted.reason(), "");
  cells[19] = context.Name(v1::MESSAGE_STATE_REJECTED);
  cells[22] = absl::StrCat(counted.count());
  return cells;
}

class MessageSource final
    : public TypedSource<admin::v1::SearchMessagesRequest,
                         admin::v1::SearchMessagesResponse> {
 public:
  MessageSource(const Context& context,
                admin::v1::SearchMessagesRequest request)
      : TypedSource(context, std::move(request)) {}

  std::string Kind() const override {
    return OnlyRejected() ? "rejections" : "messages";
  }
  std::string Title() const override {
    return OnlyRejected() ? context_.Say("被拒绝的短信", "rejected messages")
                          : context_.Say("短信", "messages");
  }
  std::vector<SheetColumn> Columns() const override {
    return MessageColumns(context_);
  }

  absl::Status Read(
      const tools::Connection& connection, const std::string& token,
      const std::function<absl::Status(const ExportPage&)>& keep) override {
    const auto stub = admin::v1::AuditService::NewStub(connection.channel());
    grpc::ClientContext call;
    connection.Prepare(call, /*stream=*/true);
    admin::v1::StreamMessagesRequest request;
    *request.mutable_search() = request_;
    request.mutable_search()->set_page_token(token);
    const auto stream = stub->StreamMessages(&call, request);
    admin::v1::StreamMessagesResponse response;
    while (stream->Read(&response)) {
      const admin::v1::SearchMessagesResponse& page = response.page();
      SLUICE_RETURN_IF_ERROR(
          keep({page,
                static_cast<uint64_t>(page.messages_size()) +
                    static_cast<uint64_t>(page.refusals_counted_size()),
                page.next_page_token()}));
    }
    return connection.Explain(stream->Finish());
  }

 private:
  bool OnlyRejected() const {
    return request_.decision() == v1::DECISION_REJECTED;
  }
  void ClearTimes(admin::v1::SearchMessagesRequest& request) const override {
    request.clear_start_time();
    request.clear_end_time();
  }
  absl::Status Rows(
      const admin::v1::SearchMessagesResponse& page,
      const std::function<absl::Status(const ExportRow&)>& visit) override {
    for (const auto& message : page.messages()) {
      SLUICE_RETURN_IF_ERROR(
          visit({message, context_.Name(message.decision()),
                 [&] { return MessageCells(context_, parties_, message); }}));
    }
    for (const auto& counted : page.refusals_counted()) {
      SLUICE_RETURN_IF_ERROR(
          visit({counted, context_.Name(v1::DECISION_REJECTED),
                 [&] { return RefusalsCells(context_, parties_, counted); }}));
    }
    return absl::OkStatus();
  }
};

}  // namespace

std::unique_ptr<ExportSource> MakeMessageSource(
    const Context& context, admin::v1::SearchMessagesRequest request) {
  return std::make_unique<MessageSource>(context, std::move(request));
}

}  // namespace sluice::ctl
