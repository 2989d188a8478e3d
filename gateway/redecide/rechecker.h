#pragma once

// The recheck: redecides waiting messages after a publication that requires it,
// or those that a new block covers, on a thread of its own and a few hundred
// messages at a time, so that traffic goes on. A recheck that a restart
// interrupts begins again.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "gateway/control/campaign_book.h"
#include "gateway/control/control_state.h"
#include "rules/base/mutex.h"
#include "sluice/admin/v1/rules.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// Any thread.
class Rechecker {
 public:
  // `store` and `campaigns` must outlive it.
  Rechecker(store::Store& store, CampaignBook& campaigns);
  // Interrupts a running recheck.
  ~Rechecker();
  Rechecker(const Rechecker&) = delete;
  Rechecker& operator=(const Rechecker&) = delete;

  // Which waiting messages are redecided.
  enum class Scope : uint8_t { kAll, kBlocked };

  // Redecides waiting messages by the rules in force, which are version
  // `number`: all, or those alone that a block in force covers, so that a block
  // changes nothing else. First waits for the batches that `before`, the
  // previous snapshot, still decides. Replaces a running recheck, whose scope
  // and waits it takes over.
  void Start(uint32_t number, Actor actor,
             std::weak_ptr<const filter::Snapshot> before,
             Scope scope = Scope::kAll);

  admin::v1::RecheckProgress progress() const;

 private:
  struct Job {
    uint32_t number = 0;
    Actor actor;
    std::vector<std::weak_ptr<const filter::Snapshot>> before;
    Scope scope = Scope::kAll;
  };

  void Work();
  void Run(const Job& job);
  absl::Status RecheckAll(const Job& job);
  absl::Status RecheckPartition(int partition, const Job& job);
  void AwaitOldBatches(const Job& job);
  void Journal(const Job& job, const admin::v1::RecheckProgress& end);
  // Whether there is another job, or the destructor waits.
  bool Interrupted() const;
  // Waits. Returns false when interrupted.
  bool Pause(int64_t ms);

  store::Store& store_;
  CampaignBook& campaigns_;
  mutable Mutex mutex_;
  CondVar wake_;
  bool stop_ SLUICE_GUARDED_BY(mutex_) = false;
  std::optional<Job> next_ SLUICE_GUARDED_BY(mutex_);
  // The job that runs; null: none.
  const Job* running_ SLUICE_GUARDED_BY(mutex_) = nullptr;
  admin::v1::RecheckProgress progress_ SLUICE_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace sluice::gateway
