#include "store/journal/spare_segment.h"

#include <utility>

#include "store/journal/segment.h"

namespace sluice::store {

SpareSegment::SpareSegment(JournalFiles& files, uint32_t segment_bytes)
    : files_(files),
      segment_bytes_(segment_bytes),
      thread_([this] { Run(); }) {}

SpareSegment::~SpareSegment() {
  {
    MutexLock lock(mutex_);
    while (state_ == State::kAsked) changed_.Wait(mutex_);
    state_ = State::kStop;
    changed_.NotifyAll();
  }
  thread_.join();
}

void SpareSegment::Run() {
  MutexLock lock(mutex_);
  for (;;) {
    while (state_ != State::kAsked && state_ != State::kStop) {
      changed_.Wait(mutex_);
    }
    if (state_ == State::kStop) return;
    const std::string name = SpareName(segment_);
    mutex_.Unlock();
    auto file = files_.Create(name, segment_bytes_);
    mutex_.Lock();
    file_ = std::move(file);
    state_ = State::kDone;
    changed_.NotifyAll();
  }
}

void SpareSegment::Prepare(uint32_t segment) {
  MutexLock lock(mutex_);
  if (state_ == State::kAsked) return;
  if (state_ == State::kDone && segment_ == segment && file_.ok()) return;
  segment_ = segment;
  state_ = State::kAsked;
  changed_.NotifyAll();
}

absl::Status SpareSegment::Wait() {
  MutexLock lock(mutex_);
  while (state_ == State::kAsked) changed_.Wait(mutex_);
  return file_.status();
}

absl::StatusOr<std::unique_ptr<JournalFile>> SpareSegment::Take() {
  MutexLock lock(mutex_);
  while (state_ == State::kAsked) changed_.Wait(mutex_);
  state_ = State::kNone;
  return std::exchange(file_, std::unique_ptr<JournalFile>());
}

}  // namespace sluice::store
