#pragma once

// How long a break-glass decision holds: an exemption from a rule
// (exemptions.h) or a block (blocks.h). One officer makes it, and it lapses
// unless another confirms it.

#include <algorithm>
#include <cstdint>

#include "rules/base/timestamp.h"

namespace sluice::filter {

// A decision made later than this after the present was made in a future that
// was taken back, and ended with it.
inline constexpr int64_t kBreakGlassAheadMs = 60'000;

// When a decision ends: an unconfirmed one at the time by which a second person
// must confirm it. 0: it was ended. `Decision`: admin::v1::Exemption or Block.
template <typename Decision>
int64_t EndOf(const Decision& decision) {
  if (decision.has_end_time()) return 0;
  const int64_t until_ms = ToMillis(decision.expire_time());
  if (decision.has_confirm_time()) return until_ms;
  return std::min(until_ms, ToMillis(decision.confirm_expire_time()));
}

template <typename Decision>
bool IsInForce(const Decision& decision, int64_t now_ms) {
  return ToMillis(decision.create_time()) <= now_ms + kBreakGlassAheadMs &&
         now_ms < EndOf(decision);
}

}  // namespace sluice::filter
