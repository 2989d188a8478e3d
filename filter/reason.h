#pragma once

// Why a message does not go: the codes, their rank, and one finding of one
// check. Codes and their source articles: rules/packs/*/articles.yaml.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "sluice/v1/message.pb.h"

namespace sluice::filter {

// Ordered by rank: the smallest of a message is its primary reason. Journal
// records store the code's name, so the order may grow in the middle.
enum class ReasonCode : uint8_t {
  // malformed
  kRecipientInvalid,
  kRecipientKind,
  kTextEmpty,
  kTextTooLong,
  kTextNotUtf8,
  kFieldInvalid,  // a field too long, a time out of range, an unknown template
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

// Code points of the submitted text, [begin, end).
struct TextSpan {
  uint32_t begin = 0;
  uint32_t end = 0;
  bool operator==(const TextSpan&) const = default;
};

// What one check found against a message.
struct Finding {
  ReasonCode code = ReasonCode::kFieldInvalid;
  v1::Basis basis = v1::BASIS_POLICY;
  // Goes to would_reasons: noted, without effect.
  bool observed = false;
  // The message waits for a person instead of being refused.
  bool hold = false;
  // Which rule, limit or list; lives as long as the snapshot. May be empty.
  absl::string_view rule;
  // Which field of OutgoingMessage; static. May be empty.
  absl::string_view field;
  absl::InlinedVector<TextSpan, 2> spans;

  bool operator==(const Finding&) const = default;
};

// By rank, then rule.
void SortByRank(std::vector<Finding>& findings);

}  // namespace sluice::filter
