#pragma once

// Whether the server is ready, for load balancers (GET /readyz) and for the
// alarm about the clock.

#include <string>

#include "store/store.h"

namespace sluice::gateway {

// Why the clock prevents submits; empty when it does not.
std::string ClockAlarm(const store::ClockReading& clock);

// Why the server is not ready; empty when it is. Never blocks: a load balancer
// must get an answer from a server whose disk hangs.
std::string NotReady(const store::Store& store);

}  // namespace sluice::gateway
