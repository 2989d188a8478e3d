#include "tools/lib/stall_guard.h"

#include <algorithm>

#include "absl/time/clock.h"

namespace sluice::tools {

StallGuard::StallGuard(grpc::ClientContext& context, absl::Duration limit)
    : context_(context), limit_(limit), thread_([this] { Watch(); }) {}

StallGuard::~StallGuard() {
  {
    MutexLock lock(mutex_);
    ending_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
}

void StallGuard::Begin() {
  MutexLock lock(mutex_);
  due_ = absl::Now() + limit_;
}

void StallGuard::End() {
  MutexLock lock(mutex_);
  due_ = absl::InfiniteFuture();
}

bool StallGuard::fired() const {
  MutexLock lock(mutex_);
  return fired_;
}

// Looks a few times within the limit: waits begin and end far more often than
// they fail.
void StallGuard::Watch() {
  const absl::Duration step =
      std::clamp(limit_ / 10, absl::Milliseconds(1), absl::Seconds(1));
  MutexLock lock(mutex_);
  while (!ending_ && !fired_) {
    if (absl::Now() >= due_) {
      fired_ = true;
      context_.TryCancel();
      return;
    }
    changed_.WaitFor(mutex_, absl::ToChronoMilliseconds(step));
  }
}

}  // namespace sluice::tools
