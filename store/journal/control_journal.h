#pragma once

// The journal of global facts: parties, keys, rule publications, stops, what
// operators did. Few records; each is durable before it takes effect.

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rules/base/mutex.h"
#include "rules/base/stop.h"
#include "sluice/store/v1/record.pb.h"
#include "store/journal/group_entry.h"
#include "store/journal/journal.h"
#include "store/journal/journal_file.h"
#include "store/journal/position.h"
#include "store/journal/record_reader.h"
#include "store/journal/salt.h"

namespace sluice::store {

// Any thread.
class ControlJournal {
 public:
  // `files` must outlive the journal. Errors: those of Journal::Open().
  static absl::StatusOr<std::unique_ptr<ControlJournal>> Open(
      JournalFiles& files, const JournalIdentity& identity,
      const JournalOptions& options, JournalOpened* opened);

  // The record is durable on return, which says where it is. Fills in the salt.
  // Errors: kUnavailable, kResourceExhausted (the disk is full); the next call
  // tries again.
  absl::StatusOr<RecordRef> AppendOne(store::v1::Record record);
  absl::Status Append(store::v1::Record record) {
    return AppendOne(std::move(record)).status();
  }
  // Appends records in order, in as few groups as hold them. After an error the
  // first `durable` records are durable, and later ones may be.
  absl::Status Append(std::vector<store::v1::Record> records, size_t& durable);

  // Opens the journal again after a failed append, which tells what of it is
  // durable; otherwise does nothing. The next append does the same. Errors:
  // those of Journal::Open().
  absl::Status ReopenIfClosed();

  // Where the durable records end now. Errors: kUnavailable (also: since a
  // failed append the journal has not been opened again).
  absl::StatusOr<Position> DurableEnd() const;

  // Visits every durable record, oldest first. Errors: kDataLoss, kUnavailable.
  absl::Status Read(
      const std::function<void(const store::v1::Record&)>& visit) const;

  // Reads forward from `from` on (an invalid reference: from the oldest). Calls
  // `visit` until it returns false or the durable end is reached; returns where
  // to continue. `from` is a reference that a visit got, or the one after it.
  // Errors: kDataLoss, kUnavailable; kCancelled (`stop`, which is asked for
  // each group).
  absl::StatusOr<RecordRef> Scan(
      RecordRef from,
      const std::function<bool(RecordRef, absl::string_view record)>& visit,
      const StopAsked& stop) const;

  // One record. Errors: as RecordReader::Read().
  absl::StatusOr<store::v1::Record> ReadAt(RecordRef ref) const;

 private:
  ControlJournal(JournalFiles& files, const JournalIdentity& identity,
                 const JournalOptions& options);
  absl::Status Reopen(JournalOpened* opened) SLUICE_REQUIRES(mutex_);
  bool Add(store::v1::Record& record) SLUICE_REQUIRES(mutex_);
  absl::StatusOr<Position> Commit() SLUICE_REQUIRES(mutex_);

  JournalFiles& files_;
  const JournalIdentity identity_;
  JournalOptions options_;
  const RecordReader records_;

  mutable Mutex mutex_;
  std::unique_ptr<Journal> journal_ SLUICE_GUARDED_BY(mutex_);
  GroupBuilder group_ SLUICE_GUARDED_BY(mutex_);
  SaltSource salts_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::store
