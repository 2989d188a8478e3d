#pragma once

// The rows of the statistics as the API shows them: with ids and names for the
// numbers that the store counts by.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "filter/registry/registry.h"
#include "rules/base/language.h"
#include "sluice/admin/v1/statistics.pb.h"
#include "store/statistics/stat_query.h"

namespace sluice::gateway {

// What the store counts by for this dimension; agents are made of accounts.
store::Dimension StoredDimension(admin::v1::StatisticsDimension dimension);

// The value by which the store counts what a caller names. Errors:
// kInvalidArgument, about the field `value`.
absl::StatusOr<std::string> StoredValue(
    const filter::Registry& registry, admin::v1::StatisticsDimension dimension,
    absl::string_view value);

// Adds each account's counts to all agents above it; accounts that nobody is
// under are left out.
std::vector<store::StatRow> OfAgents(const filter::Registry& registry,
                                     const std::vector<store::StatRow>& rows);

admin::v1::StatisticsRow ShownRow(const filter::Registry& registry,
                                  admin::v1::StatisticsDimension dimension,
                                  const store::StatRow& row,
                                  filter::Language language);

}  // namespace sluice::gateway
