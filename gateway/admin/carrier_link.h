#pragma once

// A carrier link as the API shows it.

#include "gateway/telemetry/link_status.h"
#include "sluice/admin/v1/operations.pb.h"

namespace sluice::gateway {

// `out` must be empty.
void ToCarrierLink(const LinkStatus& link, admin::v1::CarrierLink& out);

}  // namespace sluice::gateway
