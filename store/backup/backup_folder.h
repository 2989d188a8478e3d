#pragma once

// The folder that a backup is written to. Each file has a name of its own for
// each content, so that the backup before stays whole until the next one is
// complete; what an interrupted run has copied is found again.

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/backup/manifest.h"
#include "store/journal/posix_journal_file.h"

namespace sluice::store {

// One thread; one process at a time.
class BackupFolder {
 public:
  // Makes the folder, or finds what earlier runs copied of the store with this
  // id (hex). With `verify`, files of earlier runs are read before they count.
  // Errors: kInvalidArgument (no place for a backup of the store in `store`);
  // kFailedPrecondition (another store's, or another run is at work);
  // kDataLoss; kUnavailable.
  static absl::StatusOr<std::unique_ptr<BackupFolder>> Open(
      const std::string& folder, const std::string& store,
      const std::string& store_id, bool verify);

  // What an earlier run, or this one, has of a path; null: nothing.
  const BackupFile* Before(const std::string& path) const;
  // All that it has below a folder of the store.
  std::vector<BackupFile> BeforeIn(const std::string& folder) const;
  int64_t newest_ms_before() const { return newest_ms_before_; }
  // Whether the stored file is there, as it was copied. Errors: kUnavailable.
  absl::StatusOr<bool> Has(const BackupFile& file) const;

  // Where files are copied to before they get their names.
  const JournalFiles& copying() const { return *copying_; }
  std::string CopyingPath(absl::string_view name) const;

  // The manifest names `file`, which is there.
  void Keep(BackupFile file);
  // Gives the copy `name` its name, and the manifest names it.
  // Errors: kUnavailable.
  absl::Status Place(BackupFile file, absl::string_view name);
  // Keeps or copies a file that is no segment; returns how many of its bytes
  // the disk could not read. Errors: kNotFound; kResourceExhausted;
  // kUnavailable.
  absl::StatusOr<uint64_t> Copy(const std::string& from,
                                const std::string& path);

  // Another look at the store: the manifest names nothing yet.
  void BeginAgain();
  // Writes the manifest: from then on the backup is what it says. Deletes what
  // it does not name, unless the store has damage: that may be the only whole
  // copy. Errors: kUnavailable.
  absl::Status End(BackupManifest& manifest);

  uint64_t bytes_copied() const { return bytes_copied_; }
  uint64_t bytes_there() const { return bytes_there_; }
  uint64_t files_copied() const { return copied_.size(); }
  uint64_t files_there() const { return files_.size() - copied_.size(); }

 private:
  BackupFolder(std::string folder, bool verify)
      : folder_(std::move(folder)), verify_(verify) {}

  absl::Status CheckPlace(const std::string& store) const;
  absl::Status LoadBefore(const std::string& store_id);
  std::string In(absl::string_view name) const;
  void DeleteOthers();

  const std::string folder_;
  const bool verify_;
  std::unique_ptr<PosixJournalFiles> lock_;
  std::unique_ptr<PosixJournalFiles> copying_;
  std::map<std::string, BackupFile> before_;  // By path.
  int64_t newest_ms_before_ = 0;
  std::vector<BackupFile> files_;  // That the manifest names.
  std::set<std::string> copied_;   // Paths, by this run.
  uint64_t bytes_copied_ = 0;
  uint64_t bytes_there_ = 0;
};

}  // namespace sluice::store
