#pragma once

// std::mutex with the attributes by which clang proves at compile time that a
// guarded member is touched under its mutex (-Wthread-safety). Not absl::Mutex:
// Debian's is built without ThreadSanitizer's hooks, so TSan would report races
// that are not there.

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define SLUICE_THREAD_SAFETY_(attribute) __attribute__((attribute))
#else
#define SLUICE_THREAD_SAFETY_(attribute)
#endif
#define SLUICE_GUARDED_BY(mutex) SLUICE_THREAD_SAFETY_(guarded_by(mutex))
#define SLUICE_REQUIRES(mutex) SLUICE_THREAD_SAFETY_(requires_capability(mutex))

namespace sluice {

class SLUICE_THREAD_SAFETY_(capability("mutex")) Mutex {
 public:
  void Lock() SLUICE_THREAD_SAFETY_(acquire_capability()) { mutex_.lock(); }
  void Unlock() SLUICE_THREAD_SAFETY_(release_capability()) { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

// Holds a Mutex for a scope.
class SLUICE_THREAD_SAFETY_(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex)
      SLUICE_THREAD_SAFETY_(acquire_capability(mutex))
      : mutex_(mutex) {
    mutex_.Lock();
  }
  ~MutexLock() SLUICE_THREAD_SAFETY_(release_capability()) { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Call Wait() in a loop that tests the condition: clang cannot see into a
// predicate.
class CondVar {
 public:
  void Wait(Mutex& mutex) SLUICE_REQUIRES(mutex) {
    std::unique_lock lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }
  // Returns false when `limit` passed without a notification.
  bool WaitFor(Mutex& mutex, std::chrono::nanoseconds limit)
      SLUICE_REQUIRES(mutex) {
    std::unique_lock lock(mutex.mutex_, std::adopt_lock);
    const bool notified =
        condition_.wait_for(lock, limit) == std::cv_status::no_timeout;
    lock.release();
    return notified;
  }
  void NotifyOne() { condition_.notify_one(); }
  void NotifyAll() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace sluice
