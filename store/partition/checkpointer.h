#pragma once

// The background thread of a partition's views: saves buckets and flushes the
// indexes, one after the other. The writer gives it work and never waits
// for it.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "rules/base/lasting_fault.h"
#include "rules/base/mutex.h"
#include "rules/base/phone.h"
#include "store/journal/journal.h"
#include "store/views/idle_numbers.h"
#include "store/views/record_index.h"
#include "store/views/views.h"

namespace sluice::store {

// Any thread.
class Checkpointer {
 public:
  // `views` and `index` must outlive it. `fault` gets one line when saving
  // begins to fail, and reminders; `note` one when it works again. A full disk
  // is not told: Store::ReadDiskRoom() tells it.
  using Log = std::function<void(const std::string&)>;
  Checkpointer(Views& views, RecordIndex& index, Log note, Log fault);
  ~Checkpointer();

  // Saves buckets whose effects end at `point`, which is durable: their
  // contents, their idle numbers and their points in one atomic write. Drops
  // the outcome of the previous save if it was not taken.
  void Save(std::shared_ptr<const BucketSaves> saves,
            const JournalPoint& point);

  // The outcome of the last Save(), once it has ended; then nullopt until the
  // next save has ended.
  struct Outcome {
    absl::Status status;  // Of the write. kUnavailable: nothing was written.
    // The expired numbers of the buckets that asked for them.
    std::vector<Phone> expired;
  };
  std::optional<Outcome> TakeOutcome();

  // Waits until no save is running or queued.
  void Wait();

  // Tells the thread that the index may have something to flush.
  void Poke();

  // Waits until everything is saved, the whole index included.
  // Errors: kUnavailable.
  absl::Status Finish();

 private:
  void Run();

  struct Task {
    std::shared_ptr<const BucketSaves> saves;
    JournalPoint point;
  };
  Outcome Write(const Task& task, absl::Status& fault);
  absl::Status FindExpired(const BucketSave& save,
                           std::vector<Phone>& expired) const;
  void Tell(const absl::Status& status);

  Views& views_;
  RecordIndex& index_;
  const Log note_;
  const Log fault_log_;
  LastingFault fault_;  // Used by the thread only.

  Mutex mutex_;
  CondVar changed_;
  std::vector<Task> tasks_ SLUICE_GUARDED_BY(mutex_);
  std::optional<Outcome> outcome_ SLUICE_GUARDED_BY(mutex_);
  bool busy_ SLUICE_GUARDED_BY(mutex_) = false;
  bool poked_ SLUICE_GUARDED_BY(mutex_) = false;
  // Finish() has been called and not all is saved yet.
  bool finish_ SLUICE_GUARDED_BY(mutex_) = false;
  bool stop_ SLUICE_GUARDED_BY(mutex_) = false;
  absl::Status status_ SLUICE_GUARDED_BY(mutex_);

  std::thread thread_;
};

}  // namespace sluice::store
