#include "tools/sluicectl/record_text.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/link/cmpp/result.h"
#include "gateway/link/flight.h"
#include "tools/lib/bar.h"
#include "tools/lib/display_width.h"
#include "tools/lib/highlight.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/contact_text.h"
#include "tools/sluicectl/key_names.h"

namespace sluice::ctl {
namespace {

void PrintField(const Context& context, const std::string& name,
                const std::string& value) {
  if (value.empty() || value == "-") return;
  context.out << "  " << tools::PadTo(name, 18) << tools::Printable(value)
              << "\n";
}

void PrintFields(const Context& context,
                 const admin::v1::MessageRecord& message) {
  PrintField(context, "decided", tools::TimeText(message.decide_time()));
  PrintField(context, "recipient", message.recipient());
  PrintField(context, "carrier", CarrierText(message.carrier()));
  PrintField(context, "class", tools::ShortName(message.message_class()));
  PrintField(context, "account", message.account_id());
  PrintField(context, "licensee", message.licensee_id());
  PrintField(context, "content provider", message.content_provider_id());
  PrintField(context, "signature", message.signature_id());
  PrintField(context, "port", message.port_id());
  PrintField(context, "access number", message.access_number());
  PrintField(context, "key", message.key());
  PrintField(context, "client ref", message.client_ref());
  PrintField(context, "campaign", message.campaign_id());
  PrintField(context, "category", message.category());
  PrintField(context, "rules", message.rule_set());
  PrintField(context, "not before", tools::TimeText(message.not_before_time()));
  PrintField(context, "expires", tools::TimeText(message.expire_time()));
  PrintField(context, "parts", absl::StrCat(message.parts()));
  PrintField(context, "retry of", message.retry_of());
}

void PrintReasons(const Context& context,
                  const admin::v1::MessageRecord& message) {
  tools::Table table({{"reason"},
                      {"note"},
                      {"basis"},
                      {"article"},
                      {"rule"},
                      {"in words", tools::Align::kLeft, true}});
  const auto add = [&](const auto& reasons, const std::string& note) {
    for (const v1::Reason& reason : reasons) {
      table.AddRow({reason.code(), note, tools::ShortName(reason.basis()),
                    reason.article(), reason.rule(),
                    InWords(reason, message.text())});
    }
  };
  add(message.reasons(), "");
  add(message.would_reasons(), "observed");
  if (!table.empty()) context.out << "\n" << table.Text(context.width);
}

// " (Src_Id is wrong)" for a result code of CMPP, which all links speak; empty
// for the word of a status report.
std::string CodeMeaning(const std::string& carrier_code) {
  uint32_t code = 0;
  if (!absl::SimpleAtoi(carrier_code, &code)) return "";
  return absl::StrCat(" (",
                      code == link::kNotEncodable
                          ? "not sent: it cannot be encoded for the carrier"
                          : cmpp::MeaningOf(code).text,
                      ")");
}

}  // namespace

std::string ReasonCodes(const admin::v1::MessageRecord& message) {
  std::vector<std::string> codes;
  const auto add = [&](const v1::Reason& reason, absl::string_view note) {
    const std::string contacts = ContactsOf(reason, message.text());
    codes.push_back(absl::StrCat(reason.code(), note,
                                 contacts.empty() ? "" : ": ", contacts));
  };
  for (const v1::Reason& reason : message.reasons()) add(reason, "");
  for (const v1::Reason& reason : message.would_reasons()) {
    add(reason, " (observed)");
  }
  return absl::StrJoin(codes, ", ");
}

tools::Table MessageTable() {
  return tools::Table({{"message"},
                       {"decided"},
                       {"recipient"},
                       {"content provider"},
                       {"class"},
                       {"decision"},
                       {"state"},
                       {"reasons"},
                       {"text", tools::Align::kLeft, true}});
}

void AddMessage(const admin::v1::MessageRecord& message, tools::Table& table) {
  table.AddRow({message.message_id(), tools::TimeText(message.decide_time()),
                message.recipient(), message.content_provider_id(),
                tools::ShortName(message.message_class()),
                tools::ShortName(message.decision()),
                tools::ShortName(message.state()), ReasonCodes(message),
                message.text()});
}

std::string RefusalsText(const admin::v1::RefusalsCounted& counted) {
  return absl::StrCat(tools::Grouped(counted.count()),
                      " more rejected between ",
                      tools::TimeText(counted.first_time()), " and ",
                      tools::TimeText(counted.last_time()), " by account ",
                      counted.account_id(), ": ", counted.reason().code());
}

std::string CarrierText(admin::v1::Carrier carrier) {
  return carrier == admin::v1::CARRIER_UNSPECIFIED
             ? "unknown"
             : absl::AsciiStrToLower(tools::ShortName(carrier));
}

std::string EventText(const admin::v1::MessageEvent& event,
                      absl::string_view actor) {
  std::string text = tools::ShortName(event.state());
  if (event.redecision() != admin::v1::REDECISION_UNSPECIFIED) {
    absl::StrAppend(
        &text, ", ",
        absl::AsciiStrToLower(tools::ShortName(event.redecision())));
  }
  if (event.part() > 0) absl::StrAppend(&text, ", part ", event.part());
  if (!event.link().empty()) absl::StrAppend(&text, ", link ", event.link());
  if (!event.carrier_code().empty()) {
    absl::StrAppend(&text, ", carrier says ", event.carrier_code(),
                    CodeMeaning(event.carrier_code()));
  }
  if (!actor.empty()) absl::StrAppend(&text, ", by ", actor);
  if (!event.explanation().empty()) {
    absl::StrAppend(&text, " (", event.explanation(), ")");
  }
  for (const v1::Reason& reason : event.reasons()) {
    absl::StrAppend(&text, ", ", reason.code());
    if (!reason.rule().empty()) absl::StrAppend(&text, " ", reason.rule());
  }
  return text;
}

void PrintMessage(const Context& context,
                  const admin::v1::MessageRecord& message) {
  context.out << context.style.Bold(message.message_id()) << "  "
              << tools::ShortName(message.decision()) << ", now "
              << tools::ShortName(message.state()) << "\n";
  PrintFields(context, message);
  context.out << "\n";
  if (message.text().empty()) {
    context.out << "  (the text has been removed by retention)\n";
  } else {
    std::vector<v1::Reason> reasons(message.reasons().begin(),
                                    message.reasons().end());
    reasons.insert(reasons.end(), message.would_reasons().begin(),
                   message.would_reasons().end());
    const size_t size = tools::SplitGlyphs(message.text()).size();
    context.out << tools::Highlight(
        message.text(), tools::MarkHits(reasons, size), context.style,
        context.width == 0 ? 100 : context.width);
  }
  if (!message.sent_text().empty() && message.sent_text() != message.text()) {
    context.out << "\n  sent as\n"
                << tools::Highlight(message.sent_text(), {}, context.style,
                                    context.width == 0 ? 100 : context.width);
  }
  PrintReasons(context, message);
  if (message.events().empty()) return;
  KeyNames names(context);
  tools::Table events({{"time"}, {"what happened"}, {"carrier's id"}});
  for (const admin::v1::MessageEvent& event : message.events()) {
    events.AddRow({tools::TimeText(event.time()),
                   EventText(event, names.Of(event.actor())),
                   event.carrier_message_id()});
  }
  context.out << "\n" << events.Text(context.width);
}

}  // namespace sluice::ctl
