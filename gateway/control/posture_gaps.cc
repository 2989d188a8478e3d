#include "gateway/control/posture_gaps.h"

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"

namespace sluice::gateway {
namespace {

using filter::CompiledClass;
using filter::ReasonCode;

// Each is true once something produces it; then its line goes.
constexpr UnproducedCode kUnproduced[] = {
    {ReasonCode::kJurisdictionUnresolved,
     "not built yet: one pack decides about all destinations"},
    {ReasonCode::kOptoutChannelDown,
     "not built yet: a port whose replies fail to arrive still sends"},
    {ReasonCode::kNeverSend, "not built yet: there are no never-send lists"},
    {ReasonCode::kRecipientComplained,
     "not built yet: no complaint blocks a number"},
    {ReasonCode::kConsentExpired, "not built yet: consents have no end"},
    {ReasonCode::kConsentFrequency,
     "not built yet: consents state no frequency"},
    {ReasonCode::kConsentRequestIncomplete,
     "not built yet: requests are not searched for type, frequency and period"},
    {ReasonCode::kConsentEvidenceMissing,
     "not built yet: consents have no evidence"},
};

}  // namespace

std::vector<MissingDuty> MissingDutiesOf(const filter::Policy& policy) {
  std::vector<MissingDuty> found;
  const auto add = [&](ReasonCode code, absl::string_view note,
                       absl::FunctionRef<bool(MessageClass)> asks) {
    ClassMask classes = 0;
    for (int c = kFirstClass; c < kMessageClasses; ++c) {
      const auto one = static_cast<MessageClass>(c);
      if (!asks(one)) classes |= MaskOf(one);
    }
    if (classes != 0) found.push_back({code, classes, note});
  };
  const auto of = [&policy](MessageClass c) -> const CompiledClass& {
    return policy.of(c);
  };
  add(ReasonCode::kSignatureMissing, "needs_signature is off",
      [&](MessageClass c) { return of(c).needs_signature; });
  add(ReasonCode::kConsentMissing, "needs_consent is off",
      [&](MessageClass c) { return of(c).needs_consent; });
  add(ReasonCode::kOptoutNoticeMissing, "needs_opt_out_wording is off",
      [&](MessageClass c) { return of(c).needs_opt_out_wording; });
  add(ReasonCode::kRecipientOptedOut,
      "stopped_by_opt_out is off: an opt-out of advertising stops none of "
      "these",
      [&](MessageClass c) { return of(c).stopped_by_opt_out; });
  add(ReasonCode::kSendHours, "no send hours: these go at any time",
      [&](MessageClass c) { return !of(c).hours.empty(); });
  add(ReasonCode::kFrequencyLimit, "no limit is about these",
      [&](MessageClass c) { return !of(c).limits.empty(); });
  add(ReasonCode::kCampaignUnreviewed, "campaigns has no limit for these",
      [&](MessageClass c) { return policy.campaigns().MaxOf(c) != 0; });
  add(ReasonCode::kLinkNotRegistered,
      "the pack has no link policy: links and contacts are not checked",
      [&](MessageClass) { return policy.links().checked; });
  return found;
}

absl::Span<const UnproducedCode> UnproducedCodes() { return kUnproduced; }

}  // namespace sluice::gateway
