#pragma once

// Where a journal really ends.
//
// A power cut may leave any part of the unsynced bytes. The tail is the first
// place that does not hold a whole frame. If a whole frame after it says that
// this place was already durable when that frame was written (its `unsynced`
// does not reach back so far), durable bytes have rotted or are missing, and
// only a person can help. Otherwise the bytes after the tail were never
// acknowledged: they are torn.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "store/journal/journal_file.h"
#include "store/journal/position.h"
#include "store/journal/segment.h"

namespace sluice::store {

// A position between two groups, and the root of everything before it. Views
// save a point with each checkpoint.
struct JournalPoint {
  Position position;
  Hash root = {};

  bool operator==(const JournalPoint&) const = default;
};

struct JournalTail {
  // Where the next group goes; offset 0: its segment has not begun.
  JournalPoint point;

  // What was read on the way.
  uint64_t groups = 0;
  uint64_t records = 0;
  uint64_t bytes = 0;

  // Bytes before the tail, all in one segment, that were not yet durable when
  // the last frame was written. The kernel may have dropped pages after a
  // failed sync and still show them: Journal writes these bytes again before it
  // relies on them.
  uint32_t doubtful_segment = 0;
  uint64_t doubtful_from = 0;
  uint64_t doubtful_end = 0;  // Equal to `doubtful_from`: none.

  uint64_t bytes_torn = 0;  // From the tail to the last byte that is not zero.
  std::string torn_reason;  // Why those bytes are no frame.
};

// Reads from `from`, or from the oldest segment, to the end; checks every
// checksum and previous root on the way. Writes nothing.
// Errors: kDataLoss (damage, with segment, offset and what to do; the journal
// ends before `from` or has another root there); kFailedPrecondition (a segment
// of another journal); kUnavailable.
absl::StatusOr<JournalTail> FindTail(const JournalFiles& files,
                                     const JournalIdentity& identity,
                                     const std::optional<JournalPoint>& from);

}  // namespace sluice::store
