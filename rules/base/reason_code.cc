#include "rules/base/reason_code.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "rules/base/check.h"

namespace sluice {
namespace {

// In the order of ReasonCode.
constexpr absl::string_view kNames[] = {
    "RECIPIENT_INVALID",
    "RECIPIENT_KIND",
    "TEXT_EMPTY",
    "TEXT_TOO_LONG",
    "TEXT_NOT_UTF8",
    "FIELD_INVALID",
    "SENDER_MISSING",
    "ACCESS_NUMBER_TOO_LONG",
    "MESSAGE_DUPLICATE_KEY",
    "JURISDICTION_UNRESOLVED",
    "COUNTRY_NOT_ALLOWED",
    "PROVIDER_LICENSE_MISSING",
    "PROVIDER_LICENSE_EXPIRED",
    "PROVIDER_LICENSE_SCOPE",
    "PROVIDER_SUSPENDED",
    "ACCESS_CODE_NOT_REGISTERED",
    "SENDER_NOT_OWNED",
    "PORT_SUSPENDED",
    "PORT_PURPOSE_MISMATCH",
    "PORT_SUBLEASED",
    "SIGNATURE_MISSING",
    "SIGNATURE_MALFORMED",
    "SIGNATURE_NOT_REGISTERED",
    "SIGNATURE_LAPSED",
    "TEMPLATE_UNKNOWN",
    "TEMPLATE_MISMATCH",
    "CLASS_UNKNOWN",
    "CLASS_MISDECLARED",
    "CONTENT_PROHIBITED",
    "CONTENT_UNWANTED",
    "CAMPAIGN_UNREVIEWED",
    "CAMPAIGN_SUSPENDED",
    "LINK_NOT_REGISTERED",
    "LINK_SHORTENED",
    "LINK_LIMIT",
    "CONTACT_NOT_REGISTERED",
    "OPTOUT_NOTICE_MISSING",
    "OPTOUT_NOTICE_INVALID",
    "OPTOUT_WORD_CONFLICT",
    "OPTOUT_CHANNEL_DOWN",
    "NEVER_SEND",
    "RECIPIENT_OPTED_OUT",
    "RECIPIENT_COMPLAINED",
    "CONSENT_MISSING",
    "CONSENT_EXPIRED",
    "CONSENT_SCOPE",
    "CONSENT_FREQUENCY",
    "CONSENT_REQUEST_INCOMPLETE",
    "CONSENT_REQUEST_REPEATED",
    "CONSENT_EVIDENCE_MISSING",
    "SEND_HOURS",
    "FREQUENCY_LIMIT",
    "DUPLICATE_CONTENT",
    "EXPIRED",
    "STOPPED",
};
static_assert(std::size(kNames) == kReasonCodes);

constexpr ReasonCode kAlwaysEnforced[] = {
    ReasonCode::kRecipientInvalid,
    ReasonCode::kTextEmpty,
    ReasonCode::kTextTooLong,
    ReasonCode::kTextNotUtf8,
    ReasonCode::kFieldInvalid,
    ReasonCode::kSenderMissing,
    ReasonCode::kAccessNumberTooLong,
    ReasonCode::kMessageDuplicateKey,
    ReasonCode::kProviderSuspended,
    ReasonCode::kAccessCodeNotRegistered,
    ReasonCode::kSenderNotOwned,
    ReasonCode::kPortSuspended,
    ReasonCode::kClassUnknown,
    ReasonCode::kContentProhibited,
    ReasonCode::kCampaignSuspended,
    ReasonCode::kNeverSend,
    ReasonCode::kRecipientOptedOut,
    ReasonCode::kRecipientComplained,
    ReasonCode::kExpired,
    ReasonCode::kStopped,
};

}  // namespace

absl::string_view Name(ReasonCode code) {
  SLUICE_CHECK(static_cast<int>(code) < kReasonCodes);
  return kNames[static_cast<size_t>(code)];
}

std::optional<ReasonCode> ParseReasonCode(absl::string_view name) {
  static const auto& codes = *[] {
    auto* map = new absl::flat_hash_map<absl::string_view, ReasonCode>;
    for (int i = 0; i < kReasonCodes; ++i) {
      (*map)[kNames[i]] = static_cast<ReasonCode>(i);
    }
    return map;
  }();
  const auto found = codes.find(name);
  if (found == codes.end()) return std::nullopt;
  return found->second;
}

bool IsAlwaysEnforced(ReasonCode code) {
  return std::find(std::begin(kAlwaysEnforced), std::end(kAlwaysEnforced),
                   code) != std::end(kAlwaysEnforced);
}

}  // namespace sluice
