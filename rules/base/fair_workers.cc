#include "rules/base/fair_workers.h"

#include <algorithm>
#include <utility>

#include "rules/base/thread_name.h"

namespace sluice {

FairWorkers::FairWorkers(const std::string& name, int threads, size_t queue_max)
    : queue_max_(queue_max),
      queue_max_each_(std::max<size_t>(queue_max / 2, 1)),
      running_max_each_(std::max(threads / 2, 1)) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this, name] {
      NameThisThread(name);
      Work();
    });
  }
}

FairWorkers::~FairWorkers() {
  {
    MutexLock lock(mutex_);
    stop_ = true;
    wake_.NotifyAll();
  }
  for (std::thread& thread : threads_) thread.join();
}

bool FairWorkers::Run(const std::string& owner, std::function<void()> job) {
  {
    MutexLock lock(mutex_);
    if (queued_ >= queue_max_) return false;
    const auto at = owners_.try_emplace(owner).first;
    std::deque<std::function<void()>>& queue = at->second.queue;
    if (queue.size() >= queue_max_each_) return false;
    if (queue.empty()) turns_.push_back(at);
    queue.push_back(std::move(job));
    ++queued_;
  }
  wake_.NotifyOne();
  return true;
}

bool FairWorkers::Take(Owners::iterator& owner, std::function<void()>& job) {
  const auto turn =
      std::find_if(turns_.begin(), turns_.end(), [this](const auto& one) {
        return one->second.running < running_max_each_;
      });
  if (turn == turns_.end()) return false;
  owner = *turn;
  turns_.erase(turn);
  job = std::move(owner->second.queue.front());
  owner->second.queue.pop_front();
  if (!owner->second.queue.empty()) turns_.push_back(owner);
  ++owner->second.running;
  --queued_;
  return true;
}

void FairWorkers::Ended(Owners::iterator owner) {
  --owner->second.running;
  if (owner->second.running == 0 && owner->second.queue.empty()) {
    owners_.erase(owner);
  }
}

void FairWorkers::Work() {
  for (;;) {
    Owners::iterator owner;
    std::function<void()> job;
    {
      MutexLock lock(mutex_);
      while (!Take(owner, job)) {
        if (stop_ && queued_ == 0) return;
        wake_.Wait(mutex_);
      }
    }
    job();
    MutexLock lock(mutex_);
    Ended(owner);
    // This thread takes the owner's next job, if any: the others need not look,
    // but at the end.
    if (stop_) wake_.NotifyAll();
  }
}

}  // namespace sluice
