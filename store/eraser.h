#pragma once

// Erasures: a person may ask that what is recorded about his number goes
// (Personal Information Protection Law, article 47). What the law has Sluice
// keep stays until its time is over; then the eraser removes the records of
// that number, where retention alone would keep them longer. Hashes stay, so
// every root and proof still holds; opt-outs and their evidence stay, so that
// he is left in peace; records under a legal hold stay until it ends. A request
// covers the messages from before it, with all that became of them.
//
// To remove a few records of a segment costs as much as to remove many, so the
// requests of an hour share a run.

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rules/base/stop.h"
#include "store/erasure_outlook.h"
#include "store/removal.h"
#include "store/retention_rules.h"
#include "store/views/number_index.h"

namespace sluice::store {

// What an erasure needs of one journal.
struct ErasedJournal {
  RetainedJournal retained;
  const NumberIndex& numbers;
  // When a record counts as written: turned_back.h.
  std::function<int64_t(RecordRef, int64_t at_ms)> counted_ms;
};

// The records about one number.
struct ErasureLook {
  ErasureOutlook outlook;
  // RecordRef values of those that are due, by segment.
  absl::btree_map<uint32_t, absl::flat_hash_set<uint64_t>> due;
};

// Reads all records about the number in this journal. Any thread.
// Errors: kDataLoss, kUnavailable, kCancelled (`stop`).
absl::StatusOr<ErasureLook> LookAtErasure(const ErasedJournal& journal,
                                          const Erasure& erasure,
                                          const RetentionRules& rules,
                                          int64_t now_ms,
                                          const StopAsked& stop = {});

struct EraserParts {
  // What holds now.
  std::function<absl::StatusOr<RetentionRules>(int64_t now_ms)> rules;
  // Journals what is about to be removed.
  std::function<absl::Status(store::v1::RetentionRan)> journal;
  // Called after each run that removed records.
  std::function<void()> ran = [] {};
  // Gets one line for each run.
  std::function<void(const std::string&)> note;
};

class Eraser {
 public:
  explicit Eraser(EraserParts parts) : parts_(std::move(parts)) {}

  // Looks at the erasures whose time has come, and removes what is due, at most
  // once an hour in each journal. The janitor's thread.
  // Errors: those of LookAtErasure(), PlanRemoval(), Remove() and of `parts`;
  // the run is then repeated.
  absl::Status RunOne(const ErasedJournal& journal, int64_t now_ms);

  // Somebody asked for an erasure: the next RunOne() looks at it. Any thread.
  void LookSoon() { ++asked_; }

 private:
  // What is known of one journal's erasures.
  struct Progress {
    uint64_t asked = 0;      // LookSoon() calls that were answered.
    int64_t removed_ms = 0;  // When the last run removed records.
    int64_t looked_ms = 0;   // When it last looked.
    // By number of the erasure; kNever: nothing is left.
    std::map<uint32_t, int64_t> look_again_ms;
  };
  struct Plan;
  absl::StatusOr<Plan> PlanRun(const ErasedJournal& journal,
                               const RetentionRules& rules,
                               const Progress& progress, int64_t now_ms) const;
  absl::StatusOr<bool> CarryOut(const ErasedJournal& journal, Plan plan,
                                const RetentionRules& rules, int64_t now_ms);

  const EraserParts parts_;
  std::atomic<uint64_t> asked_ = 1;
  std::map<int, Progress> progress_;  // By partition.
};

}  // namespace sluice::store
