#pragma once

// Which records are about a number: a view for dossiers and audits. New entries
// stay in memory; once there are enough they are sorted and handed to RocksDB
// as one file, in the background (single writes would cost 4 us each).
//
//   key := number: u64 | oldest record: u64     value := newer record: u64 *
//
// Big-endian. A message brings about four records within seconds: those of one
// file share a key.

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "rules/base/mutex.h"
#include "rules/base/phone.h"
#include "store/journal/position.h"
#include "store/views/views.h"

namespace sluice::store {

// Any thread.
class NumberIndex {
 public:
  struct Entry {
    uint64_t recipient = 0;
    uint64_t record = 0;
    auto operator<=>(const Entry&) const = default;
  };

  // `views` must outlive it.
  explicit NumberIndex(Views& views);

  // Entries of a durable group, in journal order.
  void Add(const std::vector<Entry>& entries);

  // Puts what replay has found, after flushed_to(), in the place of what was
  // not flushed. In one step: readers never see less than there was.
  void ReplaceFresh(std::vector<Entry> entries);

  // Records about `recipient` strictly before `before` (default: all), newest
  // first, at most `limit`.
  // Errors: kUnavailable.
  absl::StatusOr<std::vector<RecordRef>> Find(Phone recipient, RecordRef before,
                                              size_t limit) const;

  // Moves what is in memory to the views when there is enough of it (or, with
  // `all`, in any case). One thread, a background one. Errors: kUnavailable.
  absl::Status Flush(bool all);

  // The newest record that has been flushed (none: RecordRef()): replay adds
  // those after it.
  absl::StatusOr<RecordRef> flushed_to() const;

 private:
  Views& views_;
  mutable Mutex mutex_;
  // The newest entries, in journal order.
  std::vector<Entry> fresh_ SLUICE_GUARDED_BY(mutex_);
  // Being written by Flush(), still to be searched.
  std::vector<Entry> flushing_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::store
