#pragma once

// Reads closed segments again and again, slowly, and raises an alarm about
// damage: rot is found while a copy that is still good exists, and not when
// somebody asks for the record.

#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rules/base/lasting_fault.h"
#include "rules/base/mutex.h"
#include "store/journal/damage.h"
#include "store/journal/journal_file.h"
#include "store/journal/position.h"
#include "store/journal/segment.h"
#include "store/views/views.h"

namespace sluice::store {

// What the scrubber needs of one journal. All must outlive the scrubber.
struct ScrubbedJournal {
  const JournalFiles& files;
  const JournalIdentity identity;
  // The segment that is being written; those before it are closed. Without it,
  // the last segment whose header is good.
  std::function<uint32_t()> open_segment;
  // Keeps how far a round is; null: a start begins the round again.
  Views* views = nullptr;
};

// Checks the closed segments from `segment` on as Proof::kHashes does, each
// segment's link to the one before, and that none is missing. Of a damaged
// segment the alarm gets the first damage; the rest of it is not read. Calls
// `read` after each group with its bytes, and `done` after each segment; ends
// when one returns false. The pages read are dropped from the page cache.
// Returns the first segment that is not closed. Errors: kCancelled;
// kUnavailable (a segment cannot be read).
absl::StatusOr<uint32_t> ScrubFrom(
    const ScrubbedJournal& journal, uint32_t segment, DamageAlarm& alarm,
    const std::function<bool(uint64_t bytes)>& read,
    const std::function<bool(uint32_t segment)>& done);

// Runs rounds over all journals in a thread of its own, at the lowest priority:
// one journal after the other, and each at most once a day.
class Scrubber {
 public:
  // Reads at most `bytes_per_second`, which is not 0. `note` gets one line when
  // something cannot be read or saved, and reminders. `alarm` must outlive the
  // scrubber.
  Scrubber(std::vector<ScrubbedJournal> journals, uint64_t bytes_per_second,
           std::function<int64_t()> now_ms, DamageAlarm& alarm,
           std::function<void(const std::string&)> note);
  // Returns without waiting for a segment or a pause to end.
  ~Scrubber();

 private:
  struct Round {
    int64_t began_ms = 0;
    uint32_t next = 0;  // The segment to read next.
    bool finished = true;
  };

  void Run();
  void Tell(const absl::Status& status, absl::string_view what);
  absl::Status Scrub(size_t index);
  bool Pace(uint64_t bytes);
  bool Stopped();
  absl::StatusOr<Round> Load(const ScrubbedJournal& journal) const;
  absl::Status Save(const ScrubbedJournal& journal, const Round& round) const;

  const std::vector<ScrubbedJournal> journals_;
  const uint64_t bytes_per_second_;
  const std::function<int64_t()> now_ms_;
  DamageAlarm& alarm_;
  const std::function<void(const std::string&)> note_;
  std::vector<Round> rounds_;  // As journals_; the thread's own.
  LastingFault fault_;         // The thread's own.
  uint64_t unpaid_bytes_ = 0;  // Read and not yet waited for; the thread's own.
  Mutex mutex_;
  CondVar changed_;
  bool stop_ SLUICE_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace sluice::store
