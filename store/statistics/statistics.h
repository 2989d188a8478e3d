#pragma once

// Counts what happens to messages, hour by hour and day by day, by whose they
// are. A thread reads the journals as they grow: the writers have no part in
// it. The counts are a view of each partition, written together with the place
// up to which they count, so that no crash counts anything twice or never.
// Retention does not touch counts; if the views are lost, only what the journal
// still has is counted.

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rules/base/lasting_fault.h"
#include "rules/base/mutex.h"
#include "rules/base/stop.h"
#include "store/statistics/journal_counter.h"
#include "store/statistics/stat_query.h"

namespace sluice::store {

// Methods: any thread.
class Statistics {
 public:
  // `fault` gets one line when counting fails, and reminders.
  Statistics(std::vector<CountedJournal> journals,
             std::function<void(const std::string&)> fault);
  ~Statistics();

  // Counts what is durable now, if that takes no longer than a moment, and
  // reads. Places of a journal that cannot be read are not counted.
  // Errors: kResourceExhausted (more than kStatRowsMax rows); kCancelled
  // (`stop`); kDataLoss (of the view); kUnavailable.
  absl::StatusOr<StatAnswer> Read(const StatQuery& query,
                                  const StopAsked& stop);

  // Ends the thread.
  void Stop();

 private:
  void Run();
  bool FollowForAWhile(const StopAsked& stop);
  absl::Status Follow(const StopAsked& stop) SLUICE_REQUIRES(work_);
  void Tell(const absl::Status& status) SLUICE_REQUIRES(work_);
  uint32_t CatchUp(const StopAsked& stop);

  const std::vector<CountedJournal> journals_;
  const std::function<void(const std::string&)> fault_log_;
  Mutex work_;  // Held while journals are read.
  std::vector<JournalCounter> counters_ SLUICE_GUARDED_BY(work_);
  LastingFault fault_ SLUICE_GUARDED_BY(work_);

  // Much is left to count: readers do not wait for it.
  std::atomic<bool> behind_ = true;

  Mutex mutex_;
  CondVar changed_;
  bool stop_ SLUICE_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace sluice::store
