#include "rules/base/workers.h"

#include <utility>

#include "rules/base/thread_name.h"

namespace sluice {

Workers::Workers(const std::string& name, int threads, size_t queue_max)
    : queue_max_(queue_max) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this, name] {
      NameThisThread(name);
      Work();
    });
  }
}

Workers::~Workers() {
  {
    MutexLock lock(mutex_);
    stop_ = true;
    wake_.NotifyAll();
  }
  for (std::thread& thread : threads_) thread.join();
}

bool Workers::Run(std::function<void()> job) {
  {
    MutexLock lock(mutex_);
    if (queue_.size() >= queue_max_) return false;
    queue_.push_back(std::move(job));
    // A busy thread looks at the queue before it sleeps, and one that was woken
    // wakes the next if there is more to do: waking costs a syscall.
    if (idle_ == 0 || queue_.size() > 1) return true;
  }
  wake_.NotifyOne();
  return true;
}

void Workers::Work() {
  for (;;) {
    std::function<void()> job;
    bool more = false;
    {
      MutexLock lock(mutex_);
      ++idle_;
      while (queue_.empty() && !stop_) wake_.Wait(mutex_);
      --idle_;
      if (queue_.empty()) return;
      job = std::move(queue_.front());
      queue_.pop_front();
      more = !queue_.empty() && idle_ > 0;
    }
    if (more) wake_.NotifyOne();
    job();
  }
}

}  // namespace sluice
