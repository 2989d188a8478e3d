#include "gateway/control/posture_gaps.h"

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "filter/standing_facts.h"

namespace sluice::gateway {
namespace {

using filter::CompiledClass;
using filter::ReasonCode;

// Each is true once something produces it; then its line goes.
constexpr UnproducedCode kUnproduced[] = {
    {ReasonCode::kJurisdictionUnresolved,
     {"尚未实现：所有目的地都由同一规则包判定",
      "not built yet: one pack decides about all destinations"}},
    {ReasonCode::kOptoutChannelDown,
     {"尚未实现：收不到上行回复的端口仍会发送",
      "not built yet: a port whose replies fail to arrive still sends"}},
    {ReasonCode::kNeverSend,
     {"尚未实现：没有禁发名单",
      "not built yet: there are no never-send lists"}},
    {ReasonCode::kRecipientComplained,
     {"尚未实现：投诉不会停发号码",
      "not built yet: no complaint blocks a number"}},
    {ReasonCode::kConsentExpired,
     {"尚未实现：同意没有截止时间", "not built yet: consents have no end"}},
    {ReasonCode::kConsentFrequency,
     {"尚未实现：同意不记录频次",
      "not built yet: consents state no frequency"}},
    {ReasonCode::kConsentRequestIncomplete,
     {"尚未实现：不检查征求同意短信中的类型、频次和期限",
      "not built yet: requests are not searched for type, frequency and "
      "period"}},
    {ReasonCode::kConsentEvidenceMissing,
     {"尚未实现：同意不附证明材料",
      "not built yet: consents have no evidence"}},
};

}  // namespace

std::vector<MissingDuty> MissingDutiesOf(const filter::Policy& policy) {
  std::vector<MissingDuty> found;
  const auto add = [&](ReasonCode code, const Words& note,
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
  add(ReasonCode::kSignatureMissing,
      {"needs_signature 未开启", "needs_signature is off"},
      [&](MessageClass c) { return of(c).needs_signature; });
  add(ReasonCode::kConsentMissing,
      {"needs_consent 未开启", "needs_consent is off"},
      [&](MessageClass c) { return of(c).needs_consent; });
  add(ReasonCode::kOptoutNoticeMissing,
      {"needs_opt_out_wording 未开启", "needs_opt_out_wording is off"},
      [&](MessageClass c) { return of(c).needs_opt_out_wording; });
  add(ReasonCode::kRecipientOptedOut,
      {"stopped_by_opt_out 未开启或不适用：退订商业性短信不影响这些类别",
       "stopped_by_opt_out is off or cannot be on: an opt-out of advertising "
       "stops none of these"},
      [&](MessageClass c) { return filter::StopsByOptOut(policy, c); });
  add(ReasonCode::kSendHours,
      {"没有发送时段：任何时间都会发送", "no send hours: these go at any time"},
      [&](MessageClass c) { return !of(c).hours.empty(); });
  add(ReasonCode::kFrequencyLimit,
      {"没有适用的频次限制", "no limit is about these"},
      [&](MessageClass c) { return !of(c).limits.empty(); });
  add(ReasonCode::kCampaignUnreviewed,
      {"campaigns 没有适用的限量", "campaigns has no limit for these"},
      [&](MessageClass c) { return policy.campaigns().MaxOf(c) != 0; });
  add(ReasonCode::kLinkNotRegistered,
      {"规则包没有链接政策：不检查链接和联系方式",
       "the pack has no link policy: links and contacts are not checked"},
      [&](MessageClass) { return policy.links().checked; });
  return found;
}

absl::Span<const UnproducedCode> UnproducedCodes() { return kUnproduced; }

}  // namespace sluice::gateway
