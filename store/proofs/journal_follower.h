#pragma once

// Makes the tree over one journal by reading it as it grows. What is signed is
// so what a reader of the disk finds, proven by the journal's own hashes, and
// the thread that writes the journal has no part in it.

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rules/base/stop.h"
#include "store/journal/journal_file.h"
#include "store/journal/journal_reader.h"
#include "store/journal/segment.h"
#include "store/proofs/head.h"
#include "store/proofs/record_tree.h"
#include "store/proofs/tree_file.h"

namespace sluice::store {

// A journal that is followed; all must outlive the follower.
struct FollowedJournal {
  std::string name;  // "partition-003", "control".
  const JournalFiles& files;
  const JournalIdentity identity;
  // Whether a record lasts.
  bool (*lasts)(absl::string_view record);
};

// One thread at a time.
class JournalFollower {
 public:
  // `signed_tree`: what the last head says of the journal; nullopt: nothing, or
  // what no longer holds. `tree_path` is the file that keeps the blocks.
  JournalFollower(const FollowedJournal& journal, const std::string& tree_path,
                  std::optional<JournalTree> signed_tree);

  // Reads up to `end`, a durable position between two groups.
  // Errors: kCancelled; kDataLoss (the journal is damaged, or is not the one
  // that was signed: what differs); kUnavailable. Call again to go on.
  absl::Status Follow(Position end, const StopAsked& stop);

  const FollowedJournal& journal() const { return journal_; }
  const std::string& name() const { return journal_.name; }
  // Up to the last Follow().
  const RecordTree& tree() const { return tree_; }
  Position end() const { return end_; }
  JournalTree State() const { return {name(), tree_.State(), tree_.Lasting()}; }

  // Errors: kUnavailable.
  absl::Status Save() { return file_.Save(tree_); }

 private:
  void Begin(size_t blocks_max);
  absl::Status Read(Position end, const StopAsked& stop);
  absl::Status TakeGroup();
  absl::Status CompareWithSigned() const;

  const FollowedJournal journal_;
  TreeFile file_;
  std::optional<JournalTree> signed_;  // Until the tree has grown past it.
  bool from_file_ = false;
  RecordTree tree_;
  std::unique_ptr<JournalReader> reader_;
  Position end_;
  uint32_t skip_ = 0;  // Records of the next group that the tree has.
};

}  // namespace sluice::store
