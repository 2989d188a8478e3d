#pragma once

// Removes the bodies of records from closed segments: first a plan says for
// each record whether it stays, then the record of retention announces what the
// plan makes of the segments, and then exactly that is done. For retention
// (janitor.h) and erasures (eraser.h).

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sluice/store/v1/record.pb.h"
#include "store/journal/journal_file.h"
#include "store/journal/position.h"
#include "store/journal/record_reader.h"
#include "store/journal/segment.h"
#include "store/views/views.h"

namespace sluice::store {

// What removal needs of one journal. All must outlive whoever removes.
struct RetainedJournal {
  JournalFiles& files;
  const JournalIdentity identity;
  Views& views;  // Keeps how far retention has come.
  const RecordReader& reader;
};

// A segment that a run looks at.
struct PlannedSegment {
  uint32_t segment = 0;
  // Of the records that are there, in order: whether it stays.
  std::vector<bool> stays;
  uint64_t removed = 0;
  // Some records stay for a reason that may end, such as a legal hold.
  bool look_again = false;
};

struct Removal {
  PlannedSegment planned;
  v1::ReducedSegment after;  // What the segment is like afterwards.
};

// Asked of each record that is there, in order.
using StaysRecord = std::function<absl::StatusOr<bool>(
    RecordRef ref, absl::string_view record)>;

// Reads a closed segment. Errors: kDataLoss, kUnavailable, those of `stays`.
absl::StatusOr<Removal> PlanRemoval(const RetainedJournal& journal,
                                    uint32_t segment, const StaysRecord& stays);

// Exactly what was planned. Safe beside writer and readers. Returns the octets
// freed. Errors: those of ReduceSegment().
absl::StatusOr<uint64_t> Remove(const RetainedJournal& journal,
                                const PlannedSegment& planned);

// The closed segments, ascending. The last two of a journal are the open one
// and perhaps a spare. Errors: kUnavailable.
absl::StatusOr<std::vector<uint32_t>> ClosedSegments(
    const RetainedJournal& journal);

}  // namespace sluice::store
