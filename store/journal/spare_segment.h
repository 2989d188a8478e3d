#pragma once

// Makes the next segment's file in the background, because reserving 256 MB
// takes the disk a while and a writer must not wait for it, and because a full
// disk must be known before a verdict is given.

#include <cstdint>
#include <memory>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rules/base/mutex.h"
#include "store/journal/journal_file.h"

namespace sluice::store {

// One thread calls it; it has a thread of its own while it works.
class SpareSegment {
 public:
  // `files` must outlive it.
  SpareSegment(JournalFiles& files, uint32_t segment_bytes);
  // Waits for a file that is being made. A spare that was not taken stays on
  // the disk, all zeros.
  ~SpareSegment();

  // Begins to make the file of `segment`, unless it is made or being made. One
  // that failed is tried again.
  void Prepare(uint32_t segment);

  // Waits until the file prepared last is there.
  // Errors: those of JournalFiles::Create().
  absl::Status Wait();

  // Waits as Wait() does and gives the file away.
  absl::StatusOr<std::unique_ptr<JournalFile>> Take();

 private:
  enum class State { kNone, kAsked, kDone, kStop };

  void Run();

  JournalFiles& files_;
  const uint32_t segment_bytes_;

  Mutex mutex_;
  CondVar changed_;
  State state_ SLUICE_GUARDED_BY(mutex_) = State::kNone;
  uint32_t segment_ SLUICE_GUARDED_BY(mutex_) = 0;
  absl::StatusOr<std::unique_ptr<JournalFile>> file_ SLUICE_GUARDED_BY(mutex_) =
      std::unique_ptr<JournalFile>();
  std::thread thread_;  // Last: Run() uses all above.
};

}  // namespace sluice::store
