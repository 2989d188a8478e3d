#pragma once

// Retention at work: once an hour the janitor reduces the closed segments whose
// records are all past their time. Hashes stay, and so do opt-outs with their
// evidence, records that a legal hold or a relationship that ended lately keeps
// (kept_records.h), and everything in the control journal (regulation, articles
// 10 and 11: at least five months). A segment with kept records is looked at
// again when something else keeps records than before.
//
// What is removed cannot be brought back, so a wrong clock must not be enough
// to remove it: a run needs a clock that agrees with the journals, moves at
// most a day of age, and waits for a person when it would remove a large share
// of a journal.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rules/base/lasting_fault.h"
#include "rules/base/mutex.h"
#include "sluice/store/v1/record.pb.h"
#include "store/kept_records.h"
#include "store/removal.h"
#include "store/retention_rules.h"
#include "store/waiting_retention.h"

namespace sluice::store {

// The most a run may do.
struct RetentionBounds {
  // Milliseconds since the epoch: the present, and the time before which
  // records are past their time.
  int64_t now_ms = 0;
  int64_t before_ms = 0;
  // How much further than the last run it goes. A server that was off for long
  // catches up a day's worth in each run.
  int64_t age_max_ms = 86'400'000;
  // What stays all the same.
  KeptScopes kept;
};

// What a run would remove from one journal.
struct RetentionPlan {
  std::vector<PlannedSegment> segments;  // Ascending.
  // What those are like afterwards from which records go.
  std::vector<v1::ReducedSegment> reduced;
  // Records older than this go; the next run begins here.
  int64_t before_ms = 0;
  uint64_t removed = 0;  // Records.
  uint64_t kept_by_holds = 0;
  uint64_t kept_by_relationships = 0;
  std::string kept;  // KeptScopes::Fingerprint() of what it was made with.

  uint64_t kept_count() const { return kept_by_holds + kept_by_relationships; }
  // The segments' part of what the closed, unreduced segments have, in octets:
  // counting all records of a journal would read all of it.
  double share = 0;
};

// Reads the segments that would go. Errors: kDataLoss, kUnavailable.
absl::StatusOr<RetentionPlan> PlanRetention(const RetainedJournal& journal,
                                            const RetentionBounds& bounds);

// Whether an hour has passed since the last run that was carried out, also by
// an earlier process.
absl::StatusOr<bool> RetentionIsDue(const RetainedJournal& journal,
                                    int64_t now_ms);

// Carries out a plan. Safe beside writer and readers; returns the octets freed.
// `still` is asked before each segment: false ends the run, which is planned
// again. Errors: those of ReduceSegment() and `still`; the run is then
// repeated.
absl::StatusOr<uint64_t> Retain(
    const RetainedJournal& journal, const RetentionPlan& plan, int64_t now_ms,
    const std::function<absl::StatusOr<bool>()>& still = [] { return true; });

struct JanitorParts {
  std::vector<RetainedJournal> journals;
  // false: records are kept for good, but for erasures.
  bool retains = true;
  // A run that removes a larger share of a journal waits for Allow().
  double share_max = 0.2;
  // What holds now; asked before each run.
  std::function<absl::StatusOr<RetentionRules>(int64_t now_ms)> rules;
  // The present; nullopt while the clock does not agree with the journals: then
  // nothing is removed.
  std::function<std::optional<int64_t>()> now_ms;
  // Journals what is about to be removed.
  std::function<absl::Status(store::v1::RetentionRan)> journal;
  // Carries out what persons asked for (eraser.h): here, because only one may
  // reduce a journal at a time.
  std::function<absl::Status(int partition, int64_t now_ms)> erase =
      [](int, int64_t) { return absl::OkStatus(); };
  // Called after each run that removed records.
  std::function<void()> ran = [] {};
  // Gets one line for each run or wait.
  std::function<void(const std::string&)> note;
  // Gets one line when runs of a journal begin to fail, and reminders.
  std::function<void(const std::string&)> fault;
};

// Runs retention over all journals in a thread of its own. Methods: any thread.
class Janitor {
 public:
  explicit Janitor(JanitorParts parts);
  ~Janitor();

  // The runs that wait for a person, by partition.
  std::vector<WaitingRetention> Waiting() const;
  // A person allows the runs that wait now, as they are: a run that would
  // remove more by then waits again. Returns how many.
  size_t Allow(const std::string& actor);
  // Looks again soon: the clock was confirmed, or somebody asked for an
  // erasure.
  void Nudge();

 private:
  // A run that waits, and who allowed it.
  struct Wait {
    WaitingRetention run;
    int64_t look_again_ms = 0;
    std::string allowed_by;
  };
  void Run();
  absl::StatusOr<bool> Still(const RetentionPlan& plan, int64_t now_ms) const;
  void Tell(const char* what, int partition, const absl::Status& status);
  absl::Status RunOne(const RetainedJournal& journal, int64_t now_ms);
  std::optional<std::string> MayRun(int partition, const RetentionPlan& plan,
                                    int64_t now_ms);

  const JanitorParts parts_;
  // By what fails and the partition; the thread's only.
  std::map<std::pair<std::string, int>, LastingFault> faults_;
  mutable Mutex mutex_;
  CondVar changed_;
  bool stop_ SLUICE_GUARDED_BY(mutex_) = false;
  bool nudged_ SLUICE_GUARDED_BY(mutex_) = false;
  std::map<int, Wait> waiting_ SLUICE_GUARDED_BY(mutex_);  // By partition.
  std::thread thread_;
};

}  // namespace sluice::store
