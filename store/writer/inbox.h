#pragma once

// The commands that wait for the partition's writer. Many threads push; the
// writer takes all at once, so there is one lock a batch, not one a message,
// and the writer wakes only for as much work as it asked for.

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
  // `messages` is the command's weight. Any thread.
  void Push(Command command, size_t messages) {
    MutexLock lock(mutex_);
    commands_.push_back(std::move(command));
    messages_ += messages;
    if (messages_ >= enough_) wake_.NotifyOne();
  }

  // Makes TakeAll() return, even with no command. Any thread.
  void Nudge() {
    MutexLock lock(mutex_);
    nudged_ = true;
    if (enough_ != kNotWaiting) wake_.NotifyOne();
  }

  // Moves all commands into `taken`, which must be empty. Waits until they
  // weigh `enough` (at least 1), or Nudge() is called, or `limit` has passed.
  // Writer only.
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
  // The weight that the writer waits for.
  static constexpr size_t kNotWaiting = std::numeric_limits<size_t>::max();
  size_t enough_ SLUICE_GUARDED_BY(mutex_) = kNotWaiting;
  size_t messages_ SLUICE_GUARDED_BY(mutex_) = 0;
  bool nudged_ SLUICE_GUARDED_BY(mutex_) = false;
  std::vector<Command> commands_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::store
