#pragma once

#include <memory>
#include <utility>

#include "rules/base/mutex.h"

namespace sluice {

// A value that many threads read while another replaces it. A reader keeps what
// it loaded. Not std::atomic<std::shared_ptr>: the load of libstdc++ 12 unlocks
// with relaxed order, so that its read of the pointer races with a store.
template <typename T>
class SharedValue {
 public:
  using Pointer = std::shared_ptr<const T>;

  SharedValue() = default;
  explicit SharedValue(Pointer value) : value_(std::move(value)) {}

  Pointer Load() const {
    const MutexLock lock(mutex_);
    return value_;
  }

  void Store(Pointer value) {
    {
      const MutexLock lock(mutex_);
      value_.swap(value);
    }
    // The old value ends here, when no reader waits for the mutex.
  }

 private:
  mutable Mutex mutex_;
  Pointer value_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice
