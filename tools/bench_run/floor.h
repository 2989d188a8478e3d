#pragma once

// The bare parts of a verdict, each alone, in microseconds of CPU a message.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace sluice::bench {

struct FloorOptions {
  std::string pack;    // Folder of the rule pack.
  std::string folder;  // On the store's disk.
  std::vector<std::string> texts;
  absl::Duration each = absl::Seconds(2);  // Measuring time of each part.
};

struct Floor {
  double fold_us = 0;
  double scan_us = 0;
  double hash_us = 0;
  double append_us = 0;  // Appending 256 records, and fdatasync.
  size_t record_bytes = 0;
};

// Errors: those of the rule pack; kUnavailable (the disk).
absl::StatusOr<Floor> MeasureFloor(const FloorOptions& options);

}  // namespace sluice::bench
