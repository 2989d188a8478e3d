#pragma once

// Reads the standing records of the control journal: those that the state of a
// start is made of (control_checkpoint.h), without reading the others again.
//
// It keeps a checkpoint in a file. A start reads the file, the standing records
// that it names, and the records behind it. A file that is missing, damaged, or
// of another journal is ignored with a note, and the whole journal is read. A
// file that covers more than the journal has shows that the journal has lost
// durable records: that is an error.

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rules/base/mutex.h"
#include "sluice/store/v1/record.pb.h"
#include "store/control_checkpoint.h"
#include "store/journal/control_journal.h"
#include "store/journal/journal_file.h"

namespace sluice::store {

// Any thread.
class StandingRecords {
 public:
  using Visit = std::function<void(const store::v1::Record&)>;
  // Receives sentences for the log.
  using Note = std::function<void(const std::string&)>;

  // A start after a kill reads at most about this many records that a
  // checkpoint does not cover.
  static constexpr uint64_t kUnsavedMax = 16'384;

  // Borrows `files` and `journal`. The checkpoint is the file at `path`.
  StandingRecords(const JournalFiles& files, const JournalIdentity& identity,
                  const ControlJournal& journal, std::string path, Note note);

  // Reads the checkpoint. Once, first.
  // Errors: kDataLoss (it covers more than the journal has); kUnavailable.
  absl::Status Open();

  // Visits every standing record, oldest first.
  // Errors: as ControlJournal::Read().
  absl::Status Read(const Visit& visit);

  // To be called when `records` have been appended: saves a checkpoint when
  // many are not covered.
  void Appended(uint64_t records);
  // Saves a checkpoint of the whole journal, if it has grown. An error is
  // noted: the next start reads more.
  void Save();

 private:
  absl::Status CatchUp() SLUICE_REQUIRES(mutex_);
  absl::Status CatchUpFrom(Position end) SLUICE_REQUIRES(mutex_);
  absl::StatusOr<std::vector<store::v1::Record>> ReadAll(Position end)
      SLUICE_REQUIRES(mutex_);
  void SaveLocked() SLUICE_REQUIRES(mutex_);

  const JournalFiles& files_;
  const JournalIdentity identity_;
  const ControlJournal& journal_;
  const std::string path_;
  const Note note_;

  std::atomic<uint64_t> appended_ = 0;  // Since the last save.

  Mutex mutex_;
  ControlCheckpoint checkpoint_ SLUICE_GUARDED_BY(mutex_);
  uint64_t unsaved_ SLUICE_GUARDED_BY(mutex_) = 0;  // Records taken since then.
};

}  // namespace sluice::store
