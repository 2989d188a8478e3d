#include "store/checkpointer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "filter/base/bytes.h"
#include "filter/base/thread_name.h"
#include "store/checkpoint.h"

namespace sluice::store {

std::string BucketKey(uint32_t bucket) {
  std::string key;
  AppendBigEndian(bucket, key);
  return key;
}

std::string BucketPointKey(uint32_t bucket) {
  return absl::StrCat("bucket.", BucketKey(bucket));
}

Checkpointer::Checkpointer(Views& views, NumberIndex& index,
                           std::function<void(const std::string&)> note)
    : views_(views), index_(index), note_(std::move(note)) {
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

bool Checkpointer::idle() {
  MutexLock lock(mutex_);
  return tasks_.empty() && !busy_;
}

void Checkpointer::Save(uint32_t bucket, std::string content,
                        const JournalPoint& point) {
  MutexLock lock(mutex_);
  tasks_.push_back({bucket, std::move(content), point});
  changed_.NotifyAll();
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
    std::vector<Views::Change> changes;
    for (Task& task : tasks) {
      changes.push_back(
          {View::kMeta, BucketPointKey(task.bucket), EncodePoint(task.point)});
      if (task.content.empty()) continue;
      changes.push_back(
          {View::kBuckets, BucketKey(task.bucket), std::move(task.content)});
    }
    absl::Status status =
        changes.empty() ? absl::OkStatus() : views_.Write(changes);
    if (status.ok()) status = index_.Flush(all);
    // The journal has everything: a view that could not be saved costs replay
    // time, not data.
    if (!status.ok()) note_(absl::StrCat("views: ", status.message()));
    MutexLock lock(mutex_);
    status_ = std::move(status);
    busy_ = false;
    if (all) finish_ = false;
    changed_.NotifyAll();
  }
}

}  // namespace sluice::store
