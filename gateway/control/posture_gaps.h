#pragma once

// What a pack's modes do not show: checks that its duties of classes do not ask
// for, and checks that this version of Sluice has in name only. Part of
// posture.h.

#include <vector>

#include "absl/types/span.h"
#include "filter/policy/policy.h"
#include "rules/base/language.h"

namespace sluice::gateway {

inline constexpr int kFirstClass = 1;  // 0 is no class of a message.

// Classes of messages that the pack does not ask a check of.
struct MissingDuty {
  filter::ReasonCode code = filter::ReasonCode::kFieldInvalid;
  ClassMask classes = 0;
  Words note;
};
// Those with at least one class.
std::vector<MissingDuty> MissingDutiesOf(const filter::Policy& policy);

// A code that no check gives yet, or none that can.
struct UnproducedCode {
  filter::ReasonCode code = filter::ReasonCode::kFieldInvalid;
  Words note;
};
absl::Span<const UnproducedCode> UnproducedCodes();

}  // namespace sluice::gateway
