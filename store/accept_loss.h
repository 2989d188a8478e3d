#pragma once

// A person accepts that durable records of a journal are lost, so that the
// store starts again: those at its end, or old segments whose effect the views
// hold. Apart from the store because it must be closed.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "store/journal/position.h"
#include "store/missing_segments.h"

namespace sluice::store {

struct AcceptedLoss {
  std::string what;  // The fault that was accepted, or would be.
  // Segments that are missing before later ones; empty: the loss is at the end,
  // and the members below say what is lost.
  std::vector<SegmentRange> missing;
  Position end;  // Where the journal ends.
  // Up to where it is known to have been durable; nullopt: not known.
  std::optional<Position> durable;
  // Octets behind `end`, which are no whole group.
  uint64_t octets_aside = 0;
  // The file in the store's folder to which they are moved; empty: no octets.
  std::string aside;
  // The newest time in the records that are left; 0: there is none.
  int64_t newest_ms = 0;
};

// The name of the marks for AcceptLoss().
inline constexpr char kMarksAsJournal[] = "durable";

// Finds what `journal` ("control", "partition-003", or "durable" for the marks
// alone) of the closed store in `path` has lost. Unless `dry_run`: records the
// loss and `reason` in the control journal; of a loss at the end, first moves
// what is left of the lost groups to a file aside, ends the journal before them
// and deletes the partition's views, which a start rebuilds. Errors: kNotFound
// (no such store or journal); kFailedPrecondition (nothing is lost, or sluiced
// has the store open); kDataLoss (other damage, and segments that the views do
// not stand in for: only a copy helps); kUnavailable; kResourceExhausted.
absl::StatusOr<AcceptedLoss> AcceptLoss(const std::string& path,
                                        const std::string& journal,
                                        const std::string& reason,
                                        bool dry_run);

}  // namespace sluice::store
