#pragma once

// Whether the server is ready, for load balancers (GET /readyz), and for the
// alarm about the clock.
//
// A server with links of which none can send is not ready: it still takes
// messages, but another server may send them now. One without any link is ready
// for what it is there for, decisions; its log warns at the start.

#include <string>
#include <vector>

#include "gateway/telemetry/link_status.h"
#include "store/store.h"

namespace sluice::gateway {

// Why the clock prevents submits; empty when it does not.
std::string ClockAlarm(const store::ClockReading& clock);

// Why no link can send, as one sentence; empty when one can, or there is none.
std::string NoLinkSends(const std::vector<LinkStatus>& links);

// Why messages to some carriers wait although the server is ready; empty when
// each carrier has a link, or there is no link at all.
std::string UnservedCarriers(const std::vector<LinkStatus>& links);

// Why the server is not ready; empty when it is. Never blocks: a load balancer
// must get an answer from a server whose disk hangs.
std::string NotReady(const store::Store& store,
                     const std::vector<LinkStatus>& links);

}  // namespace sluice::gateway
