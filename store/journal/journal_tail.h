#pragma once

// Where a journal really ends.
//
// A power cut may leave any part of the unsynced bytes, but a disk writes a
// sector whole or not at all. The tail is the first place that does not hold a
// whole frame. The bytes from there on are
//   damaged, if a whole frame after them says that this place was already
//     durable when it was written (its `unsynced` does not reach back so far);
//   torn, if a sector of them was never written, or if the journal's mark is
//     exact and lies before them: they were never acknowledged;
//   doubtful otherwise: they were written whole and have changed since, so they
//     may have been acknowledged.
// A journal that ends before its mark has lost durable bytes. Damage, doubt and
// loss are for a person: nothing is cut.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
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

// What is known about a journal from elsewhere.
struct TailKnown {
  // Where reading begins; everything before is trusted. None: the oldest
  // segment.
  std::optional<JournalPoint> from;
  // Everything before this was durable once.
  std::optional<JournalPoint> durable;
  // Where the journal had which root: another copy of it, grown otherwise, has
  // others. Roots of zeros are not compared.
  std::vector<JournalPoint> roots;
  // Nothing after `durable` was acknowledged.
  bool exact = false;
  // A person accepts that durable bytes at the end are lost: loss and doubt are
  // no errors.
  bool accept_loss = false;
  // For the offline check: no part of the journal was ever durable.
  bool never_begun = false;
};

struct JournalTail {
  // Where the next group goes; offset 0: its segment has not begun.
  JournalPoint point;
  // The size that the last segment's file was made with; 0: not known.
  uint32_t room = 0;

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
  // With TailKnown::accept_loss: the error without it; OK: nothing is lost.
  absl::Status loss;
};

// Reads from `known.from` to the end; checks every checksum and previous root
// on the way. Writes nothing.
// Errors: kDataLoss (damage, doubt or loss, with segment, offset and what to
// do); kFailedPrecondition (a segment of another journal); kUnavailable.
absl::StatusOr<JournalTail> FindTail(const JournalFiles& files,
                                     const JournalIdentity& identity,
                                     const TailKnown& known);

// The error of something that was lost and that a person can accept: what it
// is, where, and what to do.
absl::Status LossError(Position where, absl::string_view what);

// That the journal had this root here.
// Errors: kDataLoss; those of JournalFiles. OK where a segment is missing or
// its header damaged: others tell that.
absl::Status CheckRootAt(const JournalFiles& files,
                         const JournalIdentity& identity,
                         const JournalPoint& point);

// Whether the bytes [at, end) of a segment were written only in part: at least
// one sector, or the end of the frame that begins at `at`, never reached the
// disk. `end` is behind the last byte that is not zero, and no whole frame
// begins at `at`.
// Errors: those of file.Read().
absl::StatusOr<bool> IsTorn(const JournalFile& file, uint64_t at, uint64_t end,
                            uint64_t checksum_seed);

}  // namespace sluice::store
