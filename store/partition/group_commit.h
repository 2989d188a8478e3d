#pragma once

// Makes groups durable on its own thread, so that the writer decides the next
// group while the last one syncs. At most one group is being filled and one is
// on its way: that bounds how many outcomes a crash can leave unknown.

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "rules/base/mutex.h"
#include "store/journal/group_entry.h"
#include "store/journal/journal.h"
#include "store/journal/position.h"
#include "store/views/record_index.h"

namespace sluice::store {

// A group being filled, and the callbacks for when it is durable or has failed.
struct OpenGroup {
  explicit OpenGroup(uint64_t checksum_seed) : builder(checksum_seed) {}

  GroupBuilder builder;
  // The position that the group will have.
  Position position;
  std::vector<absl::AnyInvocable<void(const absl::Status&)>> completions;
  // What the indexes get from the group's records.
  IndexEntries index;
  // The views will refer to this group: it is synced even without `sync`, so
  // that the views are never ahead of the journal.
  bool must_sync = false;

  bool empty() const {
    return builder.count() == 0 && completions.empty() && !must_sync;
  }
  void Clear();
};

// The writer calls all methods; completions and `committed` run on the journal
// thread, in the order of the groups.
class GroupCommit {
 public:
  // Takes ownership of the journal. `index` must outlive it and gets the
  // entries of each group before the group's completions run, and `durable` is
  // called before them too: a caller that is answered can read the records of
  // the answer. `committed` is called after each group. With `sync` false,
  // groups count as durable once written.
  GroupCommit(std::unique_ptr<Journal> journal, bool sync, RecordIndex& index,
              std::function<void()> durable, std::function<void()> committed);
  // Waits for the group on its way.
  ~GroupCommit();

  // The group being filled.
  OpenGroup& group() { return *filling_; }

  // Whether no group is on its way: Commit() would not wait.
  bool idle();

  // Whether a group has failed. No later group is written then.
  bool poisoned();

  // Sends the group on its way and opens the next; waits while another group is
  // on its way. A group without records only runs its completions in turn.
  // Errors: kUnavailable (poisoned: the completions of every group that is not
  // known to be durable get this error).
  absl::Status Commit();

  // Waits until no group is on its way. Errors: as Commit().
  absl::Status Drain();

  // kResourceExhausted while the disk has no room for the next groups: then no
  // message must be decided.
  absl::Status space();

  // Where the next group goes and the root before it, once no group is on its
  // way.
  JournalPoint tail() const { return journal_->tail(); }
  // The end of what readers may see. Only for `durable`.
  Position durable_end() const {
    return sync_ ? journal_->durable_end() : journal_->tail().position;
  }

 private:
  void Run();
  absl::Status Append(OpenGroup& group);

  std::unique_ptr<Journal> journal_;
  const bool sync_;
  RecordIndex& index_;
  const std::function<void()> durable_;
  const std::function<void()> committed_;

  std::unique_ptr<OpenGroup> filling_;

  Mutex mutex_;
  CondVar changed_;
  std::unique_ptr<OpenGroup> committing_ SLUICE_GUARDED_BY(mutex_);
  std::unique_ptr<OpenGroup> spare_ SLUICE_GUARDED_BY(mutex_);
  absl::Status status_ SLUICE_GUARDED_BY(mutex_);
  absl::Status space_ SLUICE_GUARDED_BY(mutex_);
  bool stop_ SLUICE_GUARDED_BY(mutex_) = false;

  std::thread thread_;
};

}  // namespace sluice::store
