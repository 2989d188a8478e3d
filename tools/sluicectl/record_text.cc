#include "tools/sluicectl/record_text.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/link/cmpp/report.h"
#include "gateway/link/cmpp/result.h"
#include "gateway/link/flight.h"
#include "tools/lib/bar.h"
#include "tools/lib/display_width.h"
#include "tools/lib/highlight.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/carrier_words.h"
#include "tools/sluicectl/contact_text.h"
#include "tools/sluicectl/key_names.h"

namespace sluice::ctl {
namespace {

void PrintFields(const Context& context,
                 const admin::v1::MessageRecord& message) {
  PartyNames parties(context);
  const auto field = [&context](absl::string_view chinese,
                                absl::string_view english,
                                const std::string& value) {
    PrintField(context, context.Say(chinese, english), value);
  };
  field("判定时间", "decided", tools::TimeText(message.decide_time()));
  field("接收号码", "recipient", message.recipient());
  field("运营商", "carrier", CarrierText(context, message.carrier()));
  field("类别", "class", context.Name(message.message_class()));
  // By the names of that time.
  const auto& then = message.decide_time();
  field("账号", "account", parties.Account(message.account_id(), then));
  field("代理商", "agent",
        absl::StrJoin(parties.Agents(message.account_id(), then),
                      context.Say("、", ", ")));
  field("持证单位", "licensee", parties.Licensee(message.licensee_id(), then));
  field("内容提供者", "content provider",
        parties.Provider(message.content_provider_id(), then));
  field("签名", "signature", parties.Signature(message.signature_id(), then));
  field("端口", "port", message.port_id());
  field("接入号", "access number", message.access_number());
  field("键", "key", message.key());
  field("发送方编号", "client ref", message.client_ref());
  field("群发批次", "campaign", message.campaign_id());
  field("内容分类", "category", message.category());
  field("规则集", "rules", message.rule_set());
  field("最早发送", "not before", tools::TimeText(message.not_before_time()));
  field("截止", "expires", tools::TimeText(message.expire_time()));
  field("分条数", "parts", absl::StrCat(message.parts()));
  field("重试自", "retry of", message.retry_of());
}

void PrintReasons(const Context& context,
                  const admin::v1::MessageRecord& message) {
  tools::Table table(
      {{context.Say("原因", "reason")},
       {context.Say("备注", "note")},
       {context.Say("依据", "basis")},
       {context.Say("条款", "article")},
       {context.Say("规则", "rule")},
       {context.Say("说明", "in words"), tools::Align::kLeft, true}});
  const auto add = [&](const auto& reasons, const std::string& note) {
    for (const v1::Reason& reason : reasons) {
      table.AddRow({reason.code(), note, context.Name(reason.basis()),
                    reason.article(), reason.rule(),
                    InWords(reason, message.text(), context.language)});
    }
  };
  add(message.reasons(), "");
  add(message.would_reasons(), context.Say("仅观察", "observed"));
  if (!table.empty()) context.out << "\n" << table.Text(context.width);
}

// " (Src_Id is wrong)" for a result code of CMPP, which all links speak, or the
// word of a status report.
std::string CodeMeaning(const Context& context,
                        const std::string& carrier_code) {
  uint32_t code = 0;
  const bool is_result = absl::SimpleAtoi(carrier_code, &code);
  return context.Say(
      "（$0）", " ($0)",
      CarrierWords(context.language,
                   !is_result ? cmpp::StatMeaning(carrier_code)
                   : code == link::kNotEncodable
                       ? "not sent: it cannot be encoded for the carrier"
                       : cmpp::MeaningOf(code).text));
}

// The text, hits underlined.
void PrintText(const Context& context, const std::string& text,
               const std::vector<v1::Reason>& reasons) {
  const size_t size = tools::SplitGlyphs(text).size();
  context.out << tools::Highlight(text, tools::MarkHits(reasons, size),
                                  context.style,
                                  context.width == 0 ? 100 : context.width);
}

void PrintTexts(const Context& context,
                const admin::v1::MessageRecord& message) {
  if (message.text().empty()) {
    context.out << context.Say("  （短信内容已按保留期限删除）\n",
                               "  (the text has been removed by retention)\n");
  } else {
    std::vector<v1::Reason> reasons(message.reasons().begin(),
                                    message.reasons().end());
    reasons.insert(reasons.end(), message.would_reasons().begin(),
                   message.would_reasons().end());
    PrintText(context, message.text(), reasons);
  }
  if (message.sent_text().empty() || message.sent_text() == message.text()) {
    return;
  }
  context.out << context.Say("\n  实际发送为\n", "\n  sent as\n");
  PrintText(context, message.sent_text(), {});
}

}  // namespace

void PrintField(const Context& context, const std::string& name,
                const std::string& value) {
  if (value.empty() || value == "-") return;
  context.out << "  " << tools::PadTo(name, 18) << tools::Printable(value)
              << "\n";
}

std::string ReasonCodes(const Context& context,
                        const admin::v1::MessageRecord& message) {
  std::vector<std::string> codes;
  const auto add = [&](const v1::Reason& reason, const std::string& note) {
    const std::string contacts =
        ContactsOf(reason, message.text(), context.language);
    codes.push_back(absl::StrCat(
        reason.code(), note, contacts.empty() ? "" : context.Say("：", ": "),
        contacts));
  };
  for (const v1::Reason& reason : message.reasons()) add(reason, "");
  for (const v1::Reason& reason : message.would_reasons()) {
    add(reason, context.Say("（仅观察）", " (observed)"));
  }
  return absl::StrJoin(codes, ", ");
}

tools::Table MessageTable(const Context& context) {
  return tools::Table(
      {{context.Say("短信", "message")},
       {context.Say("判定时间", "decided")},
       {context.Say("接收号码", "recipient")},
       {context.Say("内容提供者", "content provider")},
       {context.Say("类别", "class")},
       {context.Say("判定", "decision")},
       {context.Say("状态", "state")},
       {context.Say("原因", "reasons")},
       {context.Say("短信内容", "text"), tools::Align::kLeft, true}});
}

void AddMessage(const Context& context, const admin::v1::MessageRecord& message,
                PartyNames& parties, tools::Table& table) {
  table.AddRow(
      {message.message_id(), tools::TimeText(message.decide_time()),
       message.recipient(),
       parties.Provider(message.content_provider_id(), message.decide_time()),
       context.Name(message.message_class()), context.Name(message.decision()),
       context.Name(message.state()), ReasonCodes(context, message),
       message.text()});
}

std::string RefusalsText(const Context& context,
                         const admin::v1::RefusalsCounted& counted,
                         PartyNames& parties) {
  return context.Say("账号 $3 在 $1 至 $2 之间另有 $0 条被拒绝：$4",
                     "$0 more rejected between $1 and $2 by account $3: $4",
                     tools::Grouped(counted.count()),
                     tools::TimeText(counted.first_time()),
                     tools::TimeText(counted.last_time()),
                     parties.Account(counted.account_id(), counted.last_time()),
                     counted.reason().code());
}

std::string CarrierText(const Context& context, admin::v1::Carrier carrier) {
  return carrier == admin::v1::CARRIER_UNSPECIFIED
             ? context.Say("未知", "unknown")
             : absl::AsciiStrToLower(context.Name(carrier));
}

std::string EventText(const Context& context,
                      const admin::v1::MessageEvent& event,
                      absl::string_view actor) {
  std::vector<std::string> parts = {context.Name(event.state())};
  if (event.redecision() != admin::v1::REDECISION_UNSPECIFIED) {
    parts.push_back(absl::AsciiStrToLower(context.Name(event.redecision())));
  }
  if (event.part() > 0) {
    parts.push_back(context.Say("第 $0 条", "part $0", event.part()));
  }
  if (!event.link().empty()) {
    parts.push_back(context.Say("链路 $0", "link $0", event.link()));
  }
  if (!event.carrier_code().empty()) {
    parts.push_back(context.Say("运营商答复 $0$1", "carrier says $0$1",
                                event.carrier_code(),
                                CodeMeaning(context, event.carrier_code())));
  }
  if (!actor.empty()) parts.push_back(context.Say("经办人 $0", "by $0", actor));
  if (!event.explanation().empty()) {
    parts.back() += context.Say("（$0）", " ($0)", event.explanation());
  }
  for (const v1::Reason& reason : event.reasons()) {
    parts.push_back(reason.rule().empty()
                        ? reason.code()
                        : absl::StrCat(reason.code(), " ", reason.rule()));
  }
  return absl::StrJoin(parts, context.Say("，", ", "));
}

void PrintMessage(const Context& context,
                  const admin::v1::MessageRecord& message) {
  context.out << context.style.Bold(message.message_id())
              << context.Say("  $0，现为$1\n", "  $0, now $1\n",
                             context.Name(message.decision()),
                             context.Name(message.state()));
  PrintFields(context, message);
  context.out << "\n";
  PrintTexts(context, message);
  PrintReasons(context, message);
  if (message.events().empty()) return;
  KeyNames names(context);
  tools::Table events({{context.Say("时间", "time")},
                       {context.Say("事件", "what happened")},
                       {context.Say("运营商的编号", "carrier's id")}});
  for (const admin::v1::MessageEvent& event : message.events()) {
    events.AddRow({tools::TimeText(event.time()),
                   EventText(context, event, names.Of(event.actor())),
                   event.carrier_message_id()});
  }
  context.out << "\n" << events.Text(context.width);
}

}  // namespace sluice::ctl
