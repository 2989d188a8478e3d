#include "store/partition/checkpointer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/error_reason.h"
#include "rules/base/thread_name.h"
#include "store/partition/checkpoint.h"
#include "store/views/idle_entry.h"

namespace sluice::store {

Checkpointer::Checkpointer(Views& views, RecordIndex& index, Log note,
                           Log fault)
    : views_(views),
      index_(index),
      note_(std::move(note)),
      fault_log_(std::move(fault)) {
  thread_ = std::thread([this] { Run(); });
}

Checkpointer::~Checkpointer() {
  {
    MutexLock lock(mutex_);
    stop_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
}

void Checkpointer::Save(std::shared_ptr<const BucketSaves> saves,
                        const JournalPoint& point) {
  MutexLock lock(mutex_);
  outcome_.reset();
  tasks_.push_back({std::move(saves), point});
  changed_.NotifyAll();
}

std::optional<Checkpointer::Outcome> Checkpointer::TakeOutcome() {
  MutexLock lock(mutex_);
  return std::exchange(outcome_, std::nullopt);
}

void Checkpointer::Wait() {
  MutexLock lock(mutex_);
  while (busy_ || !tasks_.empty()) changed_.Wait(mutex_);
}

void Checkpointer::Poke() {
  MutexLock lock(mutex_);
  poked_ = true;
  changed_.NotifyAll();
}

absl::Status Checkpointer::Finish() {
  MutexLock lock(mutex_);
  finish_ = true;
  changed_.NotifyAll();
  while (finish_) changed_.Wait(mutex_);
  return status_;
}

// Saves the buckets of one task, and adds to `fault` what failed. One write for
// all, because only the checkpoint of a bucket and its idle numbers together
// are its state: see idle_numbers.h.
Checkpointer::Outcome Checkpointer::Write(const Task& task,
                                          absl::Status& fault) {
  Outcome outcome;
  std::vector<Views::Change> changes;
  for (const BucketSave& save : *task.saves) {
    changes.push_back(
        {View::kMeta, BucketPointKey(save.bucket), EncodePoint(task.point)});
    if (save.content.empty()) continue;
    for (uint32_t part = save.replaces; part < save.part; ++part) {
      changes.push_back(
          {View::kBuckets, BucketPartKey(save.bucket, part), std::nullopt});
    }
    changes.push_back(
        {View::kBuckets, BucketPartKey(save.bucket, save.part), save.content});
    // A number that came back and left again is in both lists: the later one
    // counts.
    for (const Phone number : save.returned) {
      changes.push_back({View::kIdle, IdleKey(number), std::nullopt});
    }
    for (const BucketSave::Idle& idle : save.evicted) {
      changes.push_back({View::kIdle, IdleKey(idle.recipient), idle.value});
    }
  }
  outcome.status = views_.Write(changes);
  fault.Update(outcome.status);
  if (!outcome.status.ok()) return outcome;
  for (const BucketSave& save : *task.saves) {
    if (save.expired_at_ms == 0) continue;
    // They are asked for again tomorrow.
    fault.Update(FindExpired(save, outcome.expired));
  }
  return outcome;
}

absl::Status Checkpointer::FindExpired(const BucketSave& save,
                                       std::vector<Phone>& expired) const {
  return views_.ForEach(
      View::kIdle, IdleKeysBegin(save.bucket), IdleKeysEnd(save.bucket),
      [&](absl::string_view key, absl::string_view value) {
        const absl::StatusOr<Phone> number = DecodeIdleKey(key);
        if (!number.ok()) return true;  // Recall() reports the error.
        const absl::StatusOr<IdleEntry> entry = DecodeIdle(*number, value);
        if (entry.ok() && entry->drop_after_ms <= save.expired_at_ms) {
          expired.push_back(*number);
        }
        return true;
      });
}

// The journal has everything: a view that could not be saved costs replay time,
// not data.
void Checkpointer::Tell(const absl::Status& status) {
  if (HasReason(status, ErrorReason::kDiskFull)) return;
  if (status.ok()) {
    if (const auto lasted = fault_.Ends()) {
      note_(absl::StrCat("views: saved again after ", *lasted));
    }
  } else if (const auto line = fault_.Holds(
                 absl::StrCat("views are not saved: ", status.message()))) {
    fault_log_(*line);
  }
}

void Checkpointer::Run() {
  NameThisThread("views");
  for (;;) {
    std::vector<Task> tasks;
    bool all = false;
    {
      MutexLock lock(mutex_);
      while (tasks_.empty() && !poked_ && !finish_ && !stop_) {
        changed_.Wait(mutex_);
      }
      if (tasks_.empty() && stop_) return;
      tasks.swap(tasks_);
      poked_ = false;
      all = finish_;
      busy_ = true;
    }
    absl::Status status;
    for (const Task& task : tasks) {
      Outcome outcome = Write(task, status);
      MutexLock lock(mutex_);
      outcome_ = std::move(outcome);
    }
    tasks.clear();
    status.Update(index_.Flush(all));
    Tell(status);
    MutexLock lock(mutex_);
    status_ = std::move(status);
    busy_ = false;
    if (all) finish_ = false;
    changed_.NotifyAll();
  }
}

}  // namespace sluice::store
