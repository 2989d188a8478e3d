#pragma once

// The zone of times that people read and type without an offset: the market's,
// never the machine's.

#include "absl/time/time.h"

namespace sluice {

// China has had one zone without summer time since 1991. Fixed, because a
// machine may have no table of zones.
inline absl::TimeZone MarketZone() { return absl::FixedTimeZone(8 * 60 * 60); }

}  // namespace sluice
