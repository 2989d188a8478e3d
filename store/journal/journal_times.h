#pragma once

// When records of a journal were written, by their own times: its last record,
// which a start compares with the system clock, and the first of a segment.

#include <cstdint>

#include "absl/status/statusor.h"
#include "store/journal/journal_file.h"
#include "store/journal/position.h"
#include "store/journal/segment.h"

namespace sluice::store {

// Milliseconds since the epoch; 0: the journal has no record. Reads from `from`
// on, the position of a group near the end; without a record there, segment by
// segment from the last. A damaged or half-written group ends the journal here:
// opening it tells which.
// Errors: kUnavailable.
absl::StatusOr<int64_t> NewestTime(const JournalFiles& files,
                                   const JournalIdentity& identity,
                                   Position from = Position());

// When the segment's first remaining record before `end`, which must be durable
// or in a later segment, was written; the minimum when no record remains.
// Errors: kDataLoss, kUnavailable.
absl::StatusOr<int64_t> FirstTime(const JournalFiles& files,
                                  const JournalIdentity& identity,
                                  uint32_t segment, Position end);

}  // namespace sluice::store
