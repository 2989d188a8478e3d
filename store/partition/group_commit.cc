#include "store/partition/group_commit.h"

#include <utility>

#include "rules/base/check.h"
#include "rules/base/thread_name.h"

namespace sluice::store {

void OpenGroup::Clear() {
  builder.Clear();
  completions.clear();
  index.Clear();
  must_sync = false;
}

GroupCommit::GroupCommit(std::unique_ptr<Journal> journal, bool sync,
                         RecordIndex& index, std::function<void()> durable,
                         std::function<void()> committed)
    : journal_(std::move(journal)),
      sync_(sync),
      index_(index),
      durable_(std::move(durable)),
      committed_(std::move(committed)) {
  const uint64_t seed = ChecksumSeed(journal_->identity());
  filling_ = std::make_unique<OpenGroup>(seed);
  filling_->position = journal_->next_group();
  spare_ = std::make_unique<OpenGroup>(seed);
  space_ = journal_->ReserveSpace();
  thread_ = std::thread([this] { Run(); });
}

GroupCommit::~GroupCommit() {
  {
    MutexLock lock(mutex_);
    stop_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
  // Fails the groups that were never committed.
  absl::Status why = absl::UnavailableError("the journal was closed");
  {
    MutexLock lock(mutex_);
    if (!status_.ok()) why = status_;
  }
  for (auto& completion : filling_->completions) completion(why);
}

bool GroupCommit::idle() {
  MutexLock lock(mutex_);
  return committing_ == nullptr;
}

bool GroupCommit::poisoned() {
  MutexLock lock(mutex_);
  return !status_.ok();
}

absl::Status GroupCommit::Commit() {
  const Position next = journal_->GroupAfter(
      filling_->position,
      filling_->builder.count() == 0 ? 0 : filling_->builder.Size());
  absl::Status status;
  {
    MutexLock lock(mutex_);
    while (committing_ != nullptr) changed_.Wait(mutex_);
    status = status_;
    if (status.ok()) {
      committing_ = std::move(filling_);
      filling_ = std::move(spare_);
      changed_.NotifyAll();
    }
  }
  if (!status.ok()) {
    for (auto& completion : filling_->completions) completion(status);
    filling_->Clear();
    return status;
  }
  filling_->position = next;
  return absl::OkStatus();
}

absl::Status GroupCommit::Drain() {
  MutexLock lock(mutex_);
  while (committing_ != nullptr) changed_.Wait(mutex_);
  return status_;
}

absl::Status GroupCommit::space() {
  MutexLock lock(mutex_);
  return space_;
}

absl::Status GroupCommit::Append(OpenGroup& group) {
  if (group.builder.count() > 0) {
    absl::StatusOr<Position> position = journal_->Append(group.builder);
    if (!position.ok()) {
      // On a full disk nothing was written, but the group is already decided
      // and later groups build on it: recovery is the same.
      return absl::UnavailableError(position.status().message());
    }
    SLUICE_CHECK(*position == group.position);
  } else if (!group.must_sync) {
    return absl::OkStatus();
  }
  return sync_ || group.must_sync ? journal_->Sync() : absl::OkStatus();
}

void GroupCommit::Run() {
  NameThisThread("journal");
  for (;;) {
    OpenGroup* group = nullptr;
    absl::Status status;
    {
      MutexLock lock(mutex_);
      while (committing_ == nullptr && !stop_) {
        if (space_.ok()) {
          changed_.Wait(mutex_);
        } else if (!changed_.WaitFor(mutex_, std::chrono::milliseconds(200))) {
          break;  // Ask the disk again.
        }
      }
      if (committing_ == nullptr && stop_) return;
      group = committing_.get();
      status = status_;
    }
    if (group != nullptr) {
      if (status.ok()) status = Append(*group);
      if (status.ok()) index_.Add(group->index);
      if (status.ok()) durable_();
      for (auto& completion : group->completions) completion(status);
      group->Clear();
    }
    absl::Status space =
        status.ok() ? journal_->ReserveSpace() : absl::OkStatus();
    {
      MutexLock lock(mutex_);
      status_ = status;
      space_ = std::move(space);
      if (group != nullptr) spare_ = std::move(committing_);
      changed_.NotifyAll();
    }
    if (group != nullptr) committed_();
  }
}

}  // namespace sluice::store
