#pragma once

// The two indexes of a partition's records, by number and by time: what goes
// into them, and how they get to the disk and back together.

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rules/base/mutex.h"
#include "sluice/store/v1/record.pb.h"
#include "store/journal/position.h"
#include "store/views/facet.h"
#include "store/views/number_entry.h"
#include "store/views/number_index.h"
#include "store/views/time_index.h"
#include "store/views/views.h"

namespace sluice::store {

// What the indexes get from some records, in the order of the journal.
struct IndexEntries {
  std::vector<NumberEntry> numbers;
  std::vector<Facet> facets;

  void Clear() {
    numbers.clear();
    facets.clear();
  }
};

// Adds what the indexes get from a record.
void AddEntries(const store::v1::Record& record, RecordRef ref,
                IndexEntries& entries);

// Any thread.
class RecordIndex {
 public:
  // `views` must outlive the index.
  explicit RecordIndex(Views& views)
      : views_(views), numbers_(views), times_(views) {}

  const NumberIndex& numbers() const { return numbers_; }
  const TimeIndex& times() const { return times_; }

  // Adds the entries of a durable group, in journal order. One thread, which
  // waits for no reader and no flush.
  void Add(const IndexEntries& entries);

  // Replaces the entries that were not flushed by those that replay found after
  // flushed_to(). Readers never see less than before. Not while another thread
  // calls Add().
  void ReplaceFresh(IndexEntries entries);

  // Sorts the entries in memory, and moves them to the views when there are
  // enough (or, with `all`, in any case). Called by one background thread after
  // each Add(). Errors: kUnavailable.
  absl::Status Flush(bool all);

  // Moves entries that replay found after flushed_to() to the views. Unlike
  // those for ReplaceFresh() they need no memory then: a long journal has more
  // than there is room for. Errors: kUnavailable.
  absl::Status FlushReplayed(const IndexEntries& entries);

  // All records up to this one were flushed (none: RecordRef()): replay adds
  // the records after it. Errors: kUnavailable.
  absl::StatusOr<RecordRef> flushed_to() const;

  // Empties the indexes if an earlier program wrote them; a replay from the
  // oldest record fills them again. Call it before flushed_to(). Errors:
  // kUnavailable.
  absl::Status DropEarlierForm();

 private:
  absl::Status WriteFlushedTo(RecordRef newest);

  Views& views_;
  NumberIndex numbers_;
  TimeIndex times_;
  Mutex flushing_;  // Held while entries are flushed or replaced.
};

}  // namespace sluice::store
