#pragma once

// From the configuration of a link to a link: the one place that knows which
// protocols there are.

#include <array>
#include <memory>

#include "absl/status/statusor.h"
#include "asio/any_io_executor.hpp"
#include "filter/examine/segments.h"
#include "filter/policy/ids.h"
#include "gateway/link/link.h"
#include "rules/base/clock.h"
#include "sluice/config/v1/config.pb.h"

namespace sluice::gateway {

using CarrierTraitsTable = std::array<filter::CarrierTraits, kCarriers>;

// How each carrier encodes and counts.
CarrierTraitsTable TraitsOf(const config::v1::Config& config);

// Which carriers' recipients a link serves. `link` has been checked.
std::array<bool, kCarriers> CarriersOf(const config::v1::LinkConfig& link);

// `config` has been checked. The link borrows the rest.
// Errors: kInvalidArgument, naming the setting.
absl::StatusOr<std::unique_ptr<link::Link>> MakeLink(
    const config::v1::LinkConfig& config, const CarrierTraitsTable& traits,
    asio::any_io_executor executor, link::LinkOwner& owner, const Clock& clock);

}  // namespace sluice::gateway
