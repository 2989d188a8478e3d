#pragma once

// Tells a made-up place in a segment from a damaged one: whether the frames
// around a place are whole, so that surely no group begins there.

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rules/base/mutex.h"
#include "store/journal/journal_file.h"

namespace sluice::store {

// Of one segment that is not reduced. The first call walks over the heads of
// the frames and keeps a few landmarks; later calls walk from the last landmark
// before their place, so that made-up places cost little. Any thread.
class FrameMap {
 public:
  // `file` must outlive the map.
  FrameMap(const JournalFile& file, uint64_t checksum_seed);

  // Returns OK when a whole frame covers `at` and begins before it, or the
  // frames have ended before, or the segment's end is there: no group begins at
  // `at`. `limit` is where the
  // durable frames end in this file.
  // Errors: kDataLoss (a group begins at `at`, or what is there is not whole);
  // kUnavailable.
  absl::Status NothingAt(uint64_t at, uint64_t limit);

 private:
  struct Step {
    uint64_t next = 0;  // Where the next frame begins.
    bool ended = false;
  };
  absl::StatusOr<Step> StepFrom(uint64_t begin, uint64_t at,
                                uint64_t limit) const;
  absl::Status Whole(uint64_t begin) const;
  uint64_t LandmarkBefore(uint64_t at) const;
  void AddLandmark(uint64_t begin);

  const JournalFile& file_;
  const uint64_t checksum_seed_;
  mutable Mutex mutex_;
  // Where some frames begin, ascending.
  std::vector<uint32_t> landmarks_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::store
