#pragma once

// The background thread of a partition's views: saves buckets and flushes the
// index by number, one thing at a time. The writer hands it work and never
// waits for it.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "rules/base/mutex.h"
#include "rules/base/phone.h"
#include "store/journal/journal.h"
#include "store/views/idle_numbers.h"
#include "store/views/number_index.h"
#include "store/views/views.h"

namespace sluice::store {

// Any thread.
class Checkpointer {
 public:
  // `views` and `index` must outlive it. `note` is called with what went wrong.
  Checkpointer(Views& views, NumberIndex& index,
               std::function<void(const std::string&)> note);
  ~Checkpointer();

  // Saves buckets whose effects end at `point`, which is durable: their
  // contents, their idle numbers and their points in one atomic write. Takes
  // back the outcome of the save before, if nobody did.
  void Save(std::shared_ptr<const BucketSaves> saves,
            const JournalPoint& point);

  // What became of the last Save(), once it has ended; then nullopt until the
  // next one has.
  struct Outcome {
    absl::Status status;  // Of the write. kUnavailable: nothing was written.
    // Of the buckets that asked for it: numbers to be dropped.
    std::vector<Phone> expired;
  };
  std::optional<Outcome> TakeOutcome();

  // Waits until nothing is being saved or waits to be.
  void Wait();

  // The index may have something to flush.
  void Poke();

  // Waits until all is saved, the whole index included.
  // Errors: kUnavailable.
  absl::Status Finish();

 private:
  void Run();

  struct Task {
    std::shared_ptr<const BucketSaves> saves;
    JournalPoint point;
  };
  Outcome Write(const Task& task);
  void FindExpired(const BucketSave& save, std::vector<Phone>& expired);

  Views& views_;
  NumberIndex& index_;
  const std::function<void(const std::string&)> note_;

  Mutex mutex_;
  CondVar changed_;
  std::vector<Task> tasks_ SLUICE_GUARDED_BY(mutex_);
  std::optional<Outcome> outcome_ SLUICE_GUARDED_BY(mutex_);
  bool busy_ SLUICE_GUARDED_BY(mutex_) = false;
  bool poked_ SLUICE_GUARDED_BY(mutex_) = false;
  // Everything is to be saved; false again when it is.
  bool finish_ SLUICE_GUARDED_BY(mutex_) = false;
  bool stop_ SLUICE_GUARDED_BY(mutex_) = false;
  absl::Status status_ SLUICE_GUARDED_BY(mutex_);

  std::thread thread_;
};

}  // namespace sluice::store
