#pragma once

// JournalFiles in memory that lose unsynced writes at Crash(): the power cut of
// promise P2. The seed decides which part of an unsynced write survives, as on
// a disk: nothing, all, the first bytes, or any sectors of it.

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "rules/base/mutex.h"
#include "store/journal/journal_file.h"

namespace sluice::store {

// Any thread, also for the files that it opens.
class LossyJournalFiles final : public JournalFiles {
 public:
  explicit LossyJournalFiles(uint64_t seed = 1) : random_(seed) {}

  absl::StatusOr<std::vector<std::string>> List() const override;
  absl::StatusOr<std::unique_ptr<JournalFile>> Create(absl::string_view name,
                                                      uint64_t room) override;
  absl::StatusOr<std::unique_ptr<JournalFile>> Open(
      absl::string_view name) const override;
  absl::Status Replace(absl::string_view from, absl::string_view to) override;
  absl::Status Delete(absl::string_view name) override;

  // A power cut: unsynced bytes are lost, open files return kUnavailable from
  // then on, and the files can be opened again.
  void Crash();

  // The next sync fails as on Linux: the unsynced bytes can still be read, but
  // no later sync writes them.
  void FailNextSync();

  // The bytes on the disk, for reading and for damaging them. `name` must
  // exist.
  std::string Bytes(absl::string_view name) const;
  void SetBytes(absl::string_view name, std::string bytes);

 private:
  friend class LossyJournalFile;

  // What stands in a file. Its room is mostly zeros that nobody wrote, which
  // take no memory: a store makes several files of megabytes when it opens.
  class Content {
   public:
    uint64_t size() const { return size_; }
    // Cuts off what stands behind `size`, or grows with zeros.
    void Resize(uint64_t size);
    void Write(uint64_t offset, absl::string_view bytes);  // Grows if need be.
    void Read(uint64_t offset, absl::Span<char> out) const;  // All within.
    std::string Bytes() const;

   private:
    std::string written_;  // Behind it are zeros.
    uint64_t size_ = 0;
  };
  // One unsynced change of a file: bytes written at an offset, or (when
  // `truncates`) the file cut to `offset` and grown to `room` with zeros.
  struct Change {
    bool truncates = false;
    uint64_t offset = 0;
    uint64_t room = 0;
    std::string bytes;
  };
  struct File {
    Content synced;               // What a power cut leaves.
    Content seen;                 // What a reader sees.
    std::vector<Change> changes;  // From `synced` to `seen`.
  };

  static void Apply(const Change& change, Content& content);
  void ApplyTorn(const std::vector<Change>& writes, Content& content)
      SLUICE_REQUIRES(mutex_);
  void ApplyTornInOrder(const std::vector<Change>& changes, Content& content)
      SLUICE_REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::mt19937_64 random_ SLUICE_GUARDED_BY(mutex_);
  mutable bool fail_sync_ SLUICE_GUARDED_BY(mutex_) = false;
  uint64_t crashes_ SLUICE_GUARDED_BY(mutex_) = 0;
  std::map<std::string, std::shared_ptr<File>> files_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::store
