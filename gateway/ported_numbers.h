#pragma once

// The tables of ported numbers that sluice.yaml names.

#include <memory>

#include "absl/status/statusor.h"
#include "filter/policy/number_table.h"
#include "sluice/config/v1/config.pb.h"

namespace sluice::gateway {

// Errors: kNotFound (a file that cannot be read); those of
// NumberTable::Build().
absl::StatusOr<std::shared_ptr<const filter::NumberTable>> ReadNumbers(
    const config::v1::RulesConfig& rules);

}  // namespace sluice::gateway
