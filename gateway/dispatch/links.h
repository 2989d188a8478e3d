#pragma once

// Makes a link from its configuration: the only file that knows which protocols
// there are.

#include <array>
#include <cstdint>
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

// How each carrier encodes texts and counts segments.
CarrierTraitsTable TraitsOf(const config::v1::Config& config);

// The carriers whose recipients a link serves. `link` has been validated.
std::array<bool, kCarriers> CarriersOf(const config::v1::LinkConfig& link);

// Whether a carrier refuses with this result code because of the one message,
// such as its recipient or length, and not because of the link's settings.
bool ConcernsOneMessage(uint32_t code);

// `config` has been validated. The link borrows `owner`, `clock` and the
// executor.
// Errors: kInvalidArgument, naming the setting.
absl::StatusOr<std::unique_ptr<link::Link>> MakeLink(
    const config::v1::LinkConfig& config, const CarrierTraitsTable& traits,
    asio::any_io_executor executor, link::LinkOwner& owner, const Clock& clock);

}  // namespace sluice::gateway
