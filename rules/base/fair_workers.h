#pragma once

// A few threads that take jobs of several owners by turns, so that whoever asks
// for much waits for himself and nobody else.

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "rules/base/mutex.h"

namespace sluice {

// Any thread may call Run().
class FairWorkers {
 public:
  // `name` is that of the threads. One owner has at most half of the threads
  // and half of the queue, each at least one.
  FairWorkers(const std::string& name, int threads, size_t queue_max);
  // Does what is queued, then ends.
  ~FairWorkers();
  FairWorkers(const FairWorkers&) = delete;
  FairWorkers& operator=(const FairWorkers&) = delete;

  // Queues `job` behind the other jobs of `owner`. Returns false, and drops it,
  // when the queue, or the owner's half of it, is full.
  bool Run(const std::string& owner, std::function<void()> job);

 private:
  struct Owner {
    std::deque<std::function<void()>> queue;
    int running = 0;
  };
  using Owners = std::map<std::string, Owner>;

  void Work();
  // Takes the job whose turn it is, of an owner who may have one more thread.
  // Returns false when there is none.
  bool Take(Owners::iterator& owner, std::function<void()>& job)
      SLUICE_REQUIRES(mutex_);
  void Ended(Owners::iterator owner) SLUICE_REQUIRES(mutex_);

  const size_t queue_max_;
  const size_t queue_max_each_;
  const int running_max_each_;
  Mutex mutex_;
  CondVar wake_;
  // Those with jobs that are queued or running.
  Owners owners_ SLUICE_GUARDED_BY(mutex_);
  // Those with queued jobs, each once; the first has waited longest.
  std::deque<Owners::iterator> turns_ SLUICE_GUARDED_BY(mutex_);
  size_t queued_ SLUICE_GUARDED_BY(mutex_) = 0;
  bool stop_ SLUICE_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace sluice
