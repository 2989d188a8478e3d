// The port a message is sent from, and the access number that the recipient
// sees: port + sub-port + extension, never truncated. Order 31, articles 12, 13
// and 19.

#include "filter/examine/examination.h"
#include "rules/base/characters.h"

namespace sluice::filter {
namespace {

// The port for a caller who names none; also one that does not suit, so that
// CheckPort says why.
const Port* ChoosePort(Examination& e) {
  if (e.content_provider == nullptr) return nullptr;
  const Registry& registry = *e.snapshot.registry;
  const ContentProviderId owner = e.content_provider->number;
  const Port* port =
      registry.ChoosePort(owner, e.facts.carrier, e.facts.message_class);
  if (port == nullptr) port = registry.AnyPort(owner, e.facts.message_class);
  if (port == nullptr) e.findings.Add(ReasonCode::kSenderMissing, "sender");
  return port;
}

const Port* FindPort(Examination& e) {
  const absl::string_view sender = e.message.sender;
  if (sender.empty()) return ChoosePort(e);
  const Port* port = PortNamed(*e.snapshot.registry, sender);
  if (port == nullptr) {
    e.findings.Add(ReasonCode::kAccessCodeNotRegistered, "sender");
  }
  return port;
}

void CheckPort(Examination& e, const Port& port) {
  if (e.content_provider != nullptr &&
      port.content_provider != e.content_provider) {
    e.findings.Add(ReasonCode::kSenderNotOwned, "sender");
  }
  if (!port.active) e.findings.Add(ReasonCode::kPortSuspended, "sender");
  if (!port.Serves(e.facts.carrier)) {
    e.findings.Add(ReasonCode::kAccessCodeNotRegistered, "sender", "carrier");
  }
  if (e.facts.message_class != MessageClass::kUnspecified &&
      !port.IsFor(e.facts.message_class)) {
    e.findings.Add(ReasonCode::kPortPurposeMismatch, "sender");
  }
}

void BuildAccessNumber(Examination& e, const Port& port) {
  // A number that goes on after the port has its sub-port already.
  const absl::string_view sender = e.message.sender;
  const bool whole = AllDigits(sender) && sender.size() > port.digits.size() &&
                     sender.substr(0, port.digits.size()) == port.digits;
  const absl::string_view head = whole ? sender : port.digits;
  const absl::string_view sub_port =
      whole ? absl::string_view() : port.sub_port;
  const absl::string_view extension = e.message.extension;
  if (!AllDigits(extension)) {
    e.findings.Add(ReasonCode::kFieldInvalid, "extension", "not_digits");
    return;
  }
  if (head.size() + sub_port.size() + extension.size() >
      port.access_number_length_max) {
    e.findings.Add(ReasonCode::kAccessNumberTooLong,
                   extension.empty() ? "sender" : "extension");
    return;
  }
  AccessNumber& number = e.facts.access_number;
  if (!number.Append(head) || !number.Append(sub_port) ||
      !number.Append(extension)) {
    e.findings.Add(ReasonCode::kAccessNumberTooLong, "extension");
    number.Clear();
  }
}

}  // namespace

const Port* PortNamed(const Registry& registry, absl::string_view sender) {
  if (sender.empty()) return nullptr;
  // A number first: no other port's alias may take it over.
  const Port* port =
      AllDigits(sender) ? registry.PortByDigits(sender) : nullptr;
  return port != nullptr ? port : registry.PortByAlias(sender);
}

void FindSender(Examination& e) {
  e.port = FindPort(e);
  if (e.port == nullptr) return;
  e.facts.port = e.port->number;
  CheckPort(e, *e.port);
  BuildAccessNumber(e, *e.port);
}

}  // namespace sluice::filter
