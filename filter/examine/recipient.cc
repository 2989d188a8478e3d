// The recipient's number: can it be one, is it of a kind and country that we
// send to, and whose network is it in.

#include <algorithm>

#include "filter/examine/examination.h"

namespace sluice::filter {
namespace {

// The `rule` of the finding RECIPIENT_KIND; empty for kinds that get messages.
absl::string_view RejectedKind(PhoneKind kind) {
  switch (kind) {
    case PhoneKind::kIot:
      return "iot";
    case PhoneKind::kSatellite:
      return "satellite";
    case PhoneKind::kFixed:
      return "fixed";
    case PhoneKind::kMobile:
    case PhoneKind::kOther:
      break;
  }
  return {};
}

void CheckCountry(Examination& e) {
  const Account* account = e.snapshot.registry->Find(e.facts.account);
  absl::Span<const uint32_t> allowed;
  if (account != nullptr) allowed = account->calling_codes;
  if (allowed.empty()) allowed = e.snapshot.policy->calling_codes();
  const uint32_t code = CallingCode(e.facts.recipient);
  if (std::find(allowed.begin(), allowed.end(), code) == allowed.end()) {
    e.findings.Add(ReasonCode::kCountryNotAllowed, "recipient");
  }
}

}  // namespace

void CheckRecipient(Examination& e) {
  const absl::StatusOr<Phone> phone = ParsePhone(e.message.recipient);
  if (!phone.ok()) {
    e.findings.Add(ReasonCode::kRecipientInvalid, "recipient");
    return;
  }
  e.facts.recipient = *phone;
  const absl::string_view kind = RejectedKind(KindOf(*phone));
  if (!kind.empty()) {
    e.findings.Add(ReasonCode::kRecipientKind, "recipient", kind);
  }
  CheckCountry(e);
  e.facts.carrier = e.snapshot.numbers->CarrierOf(*phone);
}

}  // namespace sluice::filter
