#pragma once

// The background thread of a partition's views: saves buckets and flushes the
// index by number, one thing at a time. The writer hands it work and never
// waits for it.

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "filter/base/mutex.h"
#include "store/journal.h"
#include "store/number_index.h"
#include "store/views.h"

namespace sluice::store {

// Any thread.
class Checkpointer {
 public:
  // `views` and `index` must outlive it. `note` is called with what went wrong.
  Checkpointer(Views& views, NumberIndex& index,
               std::function<void(const std::string&)> note);
  ~Checkpointer();

  // Nothing is being saved or waits to be.
  bool idle();

  // Saves a bucket whose effects end at `point`, which is durable. An empty
  // `content` moves only the point: the bucket is as it was last saved.
  void Save(uint32_t bucket, std::string content, const JournalPoint& point);

  // The index may have something to flush.
  void Poke();

  // Waits until all is saved, the whole index included.
  // Errors: kUnavailable.
  absl::Status Finish();

 private:
  void Run();

  struct Task {
    uint32_t bucket = 0;
    std::string content;
    JournalPoint point;
  };

  Views& views_;
  NumberIndex& index_;
  const std::function<void(const std::string&)> note_;

  Mutex mutex_;
  CondVar changed_;
  std::vector<Task> tasks_ SLUICE_GUARDED_BY(mutex_);
  bool busy_ SLUICE_GUARDED_BY(mutex_) = false;
  bool poked_ SLUICE_GUARDED_BY(mutex_) = false;
  // Everything is to be saved; false again when it is.
  bool finish_ SLUICE_GUARDED_BY(mutex_) = false;
  bool stop_ SLUICE_GUARDED_BY(mutex_) = false;
  absl::Status status_ SLUICE_GUARDED_BY(mutex_);

  std::thread thread_;
};

// Keys of a bucket in the views.
std::string BucketKey(uint32_t bucket);
std::string BucketPointKey(uint32_t bucket);

}  // namespace sluice::store
