#pragma once

// What findings come to, said once for admission, previews, explanations and
// evaluations.

#include "absl/types/span.h"
#include "filter/policy/reason.h"
#include "sluice/v1/message.pb.h"

namespace sluice::filter {

// REJECTED by any finding that refuses, else HELD by any that holds, else
// ACCEPTED. Observed findings have no effect.
v1::Decision DecisionOf(absl::Span<const Finding> findings);

}  // namespace sluice::filter
