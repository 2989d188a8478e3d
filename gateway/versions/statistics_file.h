#pragma once

// The file that keeps the counts of rule hits over restarts:
//
//   file := magic: "SLST" | version: u32 | size: u64 | body | checksum: u64
//
// Integers are big-endian; `body` is a serialised store::v1::RuleStatistics of
// `size` bytes; `checksum` is XXH3-64 of all before it. A save replaces the
// whole file.

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sluice/store/v1/rule_statistics.pb.h"

namespace sluice::gateway {

std::string EncodeStatistics(const store::v1::RuleStatistics& statistics);
// Errors: kDataLoss unless `bytes` is one whole file of this version.
absl::StatusOr<store::v1::RuleStatistics> DecodeStatistics(
    absl::string_view bytes);

// Durable once it returns. Errors: kUnavailable (the disk); the old file is
// then unchanged.
absl::Status WriteStatistics(const std::string& path,
                             const store::v1::RuleStatistics& statistics);
// Errors: kNotFound; kUnavailable; kDataLoss.
absl::StatusOr<store::v1::RuleStatistics> ReadStatistics(
    const std::string& path);

}  // namespace sluice::gateway
