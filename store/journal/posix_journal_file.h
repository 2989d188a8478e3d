#pragma once

// JournalFiles on a real disk: one directory, files preallocated so that an
// append changes no length, pwrite and fdatasync to write, pread to read.

#include <memory>
#include <string>
#include <vector>

#include "store/journal/journal_file.h"

namespace sluice::store {

class PosixJournalFiles final : public JournalFiles {
 public:
  enum class Access {
    kWrite,  // Makes the directory if it is missing, and locks it.
    kRead,   // For tools that only read.
  };

  // Errors: kFailedPrecondition (another process has it open for writing);
  // kNotFound (kRead only); kUnavailable.
  static absl::StatusOr<std::unique_ptr<PosixJournalFiles>> Open(
      const std::string& directory, Access access = Access::kWrite);
  // Whether another process has the directory open for writing.
  static bool IsInUse(const std::string& directory);
  ~PosixJournalFiles() override;

  absl::StatusOr<std::vector<std::string>> List() const override;
  absl::StatusOr<std::unique_ptr<JournalFile>> Create(absl::string_view name,
                                                      uint64_t room) override;
  absl::StatusOr<std::unique_ptr<JournalFile>> Open(
      absl::string_view name) const override;
  absl::Status Replace(absl::string_view from, absl::string_view to) override;
  absl::Status Delete(absl::string_view name) override;

 private:
  PosixJournalFiles(std::string directory, int fd);
  absl::Status SyncDirectory() const;

  const std::string directory_;
  const int fd_;  // Of the directory.
};

}  // namespace sluice::store
