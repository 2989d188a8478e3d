#pragma once

// What the partition's writer has still to do. Many threads push, the writer
// takes all there is at once: one lock a batch, not one a message, and it is
// woken for no less than it asked for.

#include <chrono>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "rules/base/mutex.h"

namespace sluice::store {

template <typename Command>
class Inbox {
 public:
  // `messages`: what the command comes to, in work. Any thread.
  void Push(Command command, size_t messages) {
    MutexLock lock(mutex_);
    commands_.push_back(std::move(command));
    messages_ += messages;
    if (messages_ >= enough_) wake_.NotifyOne();
  }

  // Makes TakeAll() return, also with nothing. Any thread.
  void Nudge() {
    MutexLock lock(mutex_);
    nudged_ = true;
    if (enough_ != kNotWaiting) wake_.NotifyOne();
  }

  // Moves everything there is into `taken`, which is empty. Waits until there
  // are `enough` messages (from 1), a nudge, or `limit` has passed. The writer
  // only.
  void TakeAll(std::vector<Command>& taken, size_t enough,
               std::chrono::nanoseconds limit) {
    MutexLock lock(mutex_);
    if (messages_ < enough && !nudged_ && limit.count() > 0) {
      enough_ = enough;
      wake_.WaitFor(mutex_, limit);
      enough_ = kNotWaiting;
    }
    nudged_ = false;
    messages_ = 0;
    taken.swap(commands_);
  }

 private:
  Mutex mutex_;
  CondVar wake_;
  // What the writer waits for.
  static constexpr size_t kNotWaiting = std::numeric_limits<size_t>::max();
  size_t enough_ SLUICE_GUARDED_BY(mutex_) = kNotWaiting;
  size_t messages_ SLUICE_GUARDED_BY(mutex_) = 0;
  bool nudged_ SLUICE_GUARDED_BY(mutex_) = false;
  std::vector<Command> commands_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::store
