#pragma once

// Which records are about a number: a view for dossiers and audits. New entries
// stay in memory (fresh_entries.h); once there are enough, a background thread
// adds them to RocksDB as one file (single writes would cost 4 us each).
//
//   key := number: u64 | oldest record: u64
//   value := newer entry: u64 * | kind of the oldest: u8
//   entry := record << 2 | kind
// Big-endian. A message brings about four records within seconds; those in one
// file share a key. Values from before records had kinds are
//   value := newer record: u64 *
// and their records are of every kind. Programs from before cannot read the new
// values: to go back to one, delete the folder `views`, which a start rebuilds.
//
// The kind lets a read skip records without reading them: a number with a
// million refused messages costs a search for its opt-outs some milliseconds.

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "rules/base/mutex.h"
#include "rules/base/phone.h"
#include "store/journal/position.h"
#include "store/views/fresh_entries.h"
#include "store/views/number_entry.h"
#include "store/views/record_kind.h"
#include "store/views/views.h"

namespace sluice::store {

// Any thread.
class NumberIndex {
 public:
  using Entry = NumberEntry;

  // `views` must outlive the index.
  explicit NumberIndex(Views& views);

  // Adds the entries of a durable group, in journal order. One thread, which
  // waits for no reader and no flush.
  void Add(const std::vector<Entry>& entries);

  // Replaces the entries that were not flushed by those that replay found after
  // flushed_to(). In one step: readers never see less than before. Not while
  // another thread calls Add().
  void ReplaceFresh(std::vector<Entry> entries);

  // Records about `recipient` strictly before `before` (default: all), newest
  // first, at most `limit`.
  // Errors: kUnavailable.
  absl::StatusOr<std::vector<RecordRef>> Find(Phone recipient, RecordRef before,
                                              size_t limit,
                                              KindMask kinds = kAllKinds) const;

  // Records about `recipient` from `from` on, oldest first, at most `limit`.
  // Reads nothing that is older than `from`. Errors: kUnavailable.
  absl::StatusOr<std::vector<RecordRef>> FindFrom(Phone recipient,
                                                  RecordRef from, size_t limit,
                                                  KindMask kinds) const;

  // Sorts the entries in memory, and moves them to the views when there are
  // enough (or, with `all`, in any case). Called by one background thread after
  // each Add(). Errors: kUnavailable.
  absl::Status Flush(bool all);

  // The newest flushed record (none: RecordRef()): replay adds the records
  // after it.
  absl::StatusOr<RecordRef> flushed_to() const;

 private:
  Views& views_;
  FreshEntries fresh_;
  Mutex flushing_;  // Held by Flush() and ReplaceFresh(), not by readers.
};

}  // namespace sluice::store
