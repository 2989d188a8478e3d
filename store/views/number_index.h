#pragma once

// Which records are about a number, and which are the events of a message: a
// view for dossiers and audits. New entries stay in memory (fresh_entries.h);
// once there are enough, a background thread adds them to RocksDB as one file
// (single writes would cost 4 us each).
//
//   key := number: u64 | oldest record: u64
//   value := newer entry: u64 * | kind of the oldest: u8
//   entry := record << 2 | kind
// Big-endian. The events of a message are under a number of their own
// (NumberOfMessage()), not under the recipient's, so that its newest state
// costs no look at other messages to that recipient. They come within seconds;
// those in one file share a key.
//
// The kind lets a read skip records without reading them: a number with a
// million refused messages costs a search for its opt-outs some milliseconds.
//
// record_index.h says how entries get here.

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
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

  // Replaces the entries in memory, in one step. Not while another thread calls
  // Add() or Flush().
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

  // The events of messages of this partition, given in ascending order by
  // their records; in the order of the messages and, for each, of the journal.
  // Errors: kUnavailable.
  struct EventEntry {
    RecordRef message;
    RecordRef event;
  };
  absl::StatusOr<std::vector<EventEntry>> FindEvents(
      absl::Span<const RecordRef> messages) const;

  // The following are called by one thread at a time.

  // Keeps a look into memory fast: call it after each Add().
  void Sort() { fresh_.Sort(); }
  // Moves the entries in memory to the views. Returns the newest record of them
  // (none: RecordRef()). Errors: kUnavailable.
  absl::StatusOr<RecordRef> Flush();
  // Adds entries to the views, with no need for memory. Returns the newest
  // record. Errors: kUnavailable.
  absl::StatusOr<RecordRef> FlushReplayed(std::vector<Entry> entries);

  // Entries in memory.
  size_t fresh() const { return fresh_.size(); }

 private:
  absl::StatusOr<RecordRef> Put(const std::vector<Entry>& sorted);

  Views& views_;
  FreshEntries fresh_;
};

}  // namespace sluice::store
