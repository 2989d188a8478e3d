// sluicectl hold show: held messages with their texts.

#include <string>
#include <vector>

#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/holds.grpc.pb.h"
#include "tools/lib/highlight.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/arguments.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/contact_text.h"
#include "tools/sluicectl/messages/held_messages.h"
#include "tools/sluicectl/party_names.h"
#include "tools/sluicectl/record_text.h"

namespace sluice::ctl {
namespace {

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

}  // namespace

absl::StatusOr<int> ShowHeld(const Context& context, const HoldFlags& flags) {
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

}  // namespace sluice::ctl
