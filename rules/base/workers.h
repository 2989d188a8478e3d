#pragma once

// A few threads that take jobs from one bounded queue. gRPC's own threads carry
// every call, so whatever waits for a disk runs here instead.

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "rules/base/mutex.h"

namespace sluice {

// Any thread may call Run().
class Workers {
 public:
  // `name` is that of the threads, for people who look at the process.
  Workers(const std::string& name, int threads, size_t queue_max);
  // Does what is queued, then ends.
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // Queues `job`. Returns false, and drops it, when the queue is full.
  bool Run(std::function<void()> job);

 private:
  void Work();

  const size_t queue_max_;
  Mutex mutex_;
  CondVar wake_;
  std::deque<std::function<void()>> queue_ SLUICE_GUARDED_BY(mutex_);
  int idle_ SLUICE_GUARDED_BY(mutex_) = 0;
  bool stop_ SLUICE_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace sluice
