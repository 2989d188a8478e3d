#pragma once

// Whether the server can serve, for load balancers (GET /readyz) and for the
// alarm about the clock.

#include <string>

#include "store/store.h"

namespace sluice::gateway {

// Why submits are refused because of the clock; empty when they are not.
std::string ClockAlarm(const store::ClockReading& clock);

// What cannot be served now; empty when everything can. Waits for nothing: a
// load balancer must hear from a server whose disk hangs.
std::string NotReady(const store::Store& store);

}  // namespace sluice::gateway
