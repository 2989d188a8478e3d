#pragma once

// The bare parts of a verdict, each alone, in microseconds of CPU a message.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace sluice::bench {

struct FloorOptions {
  std::string pack;    // Folder of the rule pack.
  std::string folder;  // On the disk where the store is.
  std::vector<std::string> texts;
  absl::Duration each = absl::Seconds(2);  // Time for each part.
};

struct Floor {
  double fold_us = 0;
  double scan_us = 0;
  double hash_us = 0;
  double append_us = 0;  // A group of 256 records and fdatasync.
  size_t record_bytes = 0;
};

// Errors: those of the rule pack; kUnavailable (the disk).
absl::StatusOr<Floor> MeasureFloor(const FloorOptions& options);

}  // namespace sluice::bench
