#pragma once

// The codes of why a message does not go, and their rank. Codes and their
// source articles: rules/packs/*/articles.yaml. Here, below rules/, because
// packs name codes and must name real ones.

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace sluice {

// Ordered by rank: the smallest of those that decided a message is its primary
// reason (filter/policy/reason.h). Journal records store the code's name, so
// the order may grow in the middle.
enum class ReasonCode : uint8_t {
  // malformed
  kRecipientInvalid,
  kRecipientKind,
  kTextEmpty,
  kTextTooLong,
  kTextNotUtf8,
  kFieldInvalid,  // a field too long, a time out of range
  kSenderMissing,
  kAccessNumberTooLong,
  kMessageDuplicateKey,
  // jurisdiction and country
  kJurisdictionUnresolved,
  kCountryNotAllowed,
  // licence
  kProviderLicenseMissing,
  kProviderLicenseExpired,
  kProviderLicenseScope,
  // account and content provider state
  kProviderSuspended,
  // port
  kAccessCodeNotRegistered,
  kSenderNotOwned,
  kPortSuspended,
  kPortPurposeMismatch,
  kPortSubleased,
  // signature
  kSignatureMissing,
  kSignatureMalformed,
  kSignatureNotRegistered,
  kSignatureLapsed,
  // template
  kTemplateUnknown,
  kTemplateMismatch,
  // class
  kClassUnknown,
  kClassMisdeclared,
  // content
  kContentProhibited,
  kContentUnwanted,
  kCampaignUnreviewed,
  kCampaignSuspended,
  // links
  kLinkNotRegistered,
  kLinkShortened,
  kLinkLimit,
  kContactNotRegistered,
  // opt-out wording
  kOptoutNoticeMissing,
  kOptoutNoticeInvalid,
  kOptoutWordConflict,
  kOptoutChannelDown,
  // never-send lists, opt-out, complaint block, consent
  kNeverSend,
  kRecipientOptedOut,
  kRecipientComplained,
  kConsentMissing,
  kConsentExpired,
  kConsentScope,
  kConsentFrequency,
  kConsentRequestIncomplete,
  kConsentRequestRepeated,
  kConsentEvidenceMissing,
  // hours, frequency, duplicate, expiry, stops
  kSendHours,
  kFrequencyLimit,
  kDuplicateContent,
  kExpired,
  kStopped,
};
inline constexpr int kReasonCodes = static_cast<int>(ReasonCode::kStopped) + 1;

// "RECIPIENT_OPTED_OUT".
absl::string_view Name(ReasonCode code);
// nullopt when no code has this name.
std::optional<ReasonCode> ParseReasonCode(absl::string_view name);

// Malformed messages cannot go at all; port ownership, opt-outs, complaint
// blocks, stops, prohibited content and expiry are never merely observed
// (design.md, section 9).
bool IsAlwaysEnforced(ReasonCode code);

}  // namespace sluice
