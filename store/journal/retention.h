#pragma once

// Retention: takes the bodies of old records out of a closed segment. Their
// leaf hashes stay, so every root still verifies, and so do records that must
// be kept: standing facts, evidence, what is under a legal hold.
//
// The reduced segment is written beside the old one, checked, synced and put in
// its place in one step: a crash leaves the one or the other.

#include <cstdint>
#include <functional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/journal/journal_file.h"
#include "store/journal/position.h"
#include "store/journal/segment.h"

namespace sluice::store {

// Says of one record whether its bytes stay.
using KeepRecord = std::function<bool(RecordRef ref, absl::string_view record)>;

struct Reduction {
  uint64_t kept = 0;     // Records whose bytes stay.
  uint64_t removed = 0;  // By this reduction.
  uint64_t gone = 0;     // Removed by earlier ones.
  uint64_t bytes_before = 0;
  uint64_t bytes_after = 0;
};

// Reduces a closed segment, which may have been reduced before. Safe beside the
// writer and readers; one reduction at a time per journal. Call
// RecordReader::Forget(segment) afterwards.
// Errors: kFailedPrecondition (the segment is not closed); kNotFound; kDataLoss
// (it is damaged; it was not touched); kResourceExhausted; kUnavailable.
absl::StatusOr<Reduction> ReduceSegment(JournalFiles& files,
                                        const JournalIdentity& identity,
                                        uint32_t segment,
                                        const KeepRecord& keep);

}  // namespace sluice::store
