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

// Called by one thread; has its own thread while it makes a file.
class SpareSegment {
 public:
  // `files` must outlive it.
  SpareSegment(JournalFiles& files, uint32_t segment_bytes);
  // Waits for a file that is being made. A spare that was not taken stays on
  // the disk.
  ~SpareSegment();

  // Starts to make the file SpareName(segment), unless it is made or being
  // made. Tries again after a failure.
  void Prepare(uint32_t segment);

  // Waits until the file prepared last exists.
  // Errors: those of JournalFiles::Create().
  absl::Status Wait();

  // Waits as Wait() does and returns the file.
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
