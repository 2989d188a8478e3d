#pragma once

// What the partition's writer has still to do. Many threads push, the writer
// takes all there is at once: one lock a batch, not one a message.

#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

#include "filter/base/mutex.h"

namespace sluice::store {

template <typename Command>
class Inbox {
 public:
  // Any thread. After Close() commands are still taken: the writer answers
  // them.
  void Push(Command command) {
    MutexLock lock(mutex_);
    commands_.push_back(std::move(command));
    if (waiting_) wake_.NotifyOne();
  }

  // Makes TakeAll() return, also with nothing. Any thread.
  void Nudge() {
    MutexLock lock(mutex_);
    nudged_ = true;
    if (waiting_) wake_.NotifyOne();
  }

  // Moves everything there is into `taken`, which is empty. Waits until there
  // is something, a nudge, or `limit` has passed. The writer only.
  void TakeAll(std::vector<Command>& taken, std::chrono::nanoseconds limit) {
    MutexLock lock(mutex_);
    if (commands_.empty() && !nudged_ && limit.count() > 0) {
      waiting_ = true;
      wake_.WaitFor(mutex_, limit);
      waiting_ = false;
    }
    nudged_ = false;
    taken.swap(commands_);
  }

 private:
  Mutex mutex_;
  CondVar wake_;
  bool waiting_ SLUICE_GUARDED_BY(mutex_) = false;
  bool nudged_ SLUICE_GUARDED_BY(mutex_) = false;
  std::vector<Command> commands_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::store
