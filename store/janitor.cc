#include "store/janitor.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/types/span.h"
#include "rules/base/bytes.h"
#include "rules/base/milliseconds.h"
#include "rules/base/status_macros.h"
#include "rules/base/thread_name.h"
#include "sluice/store/v1/record.pb.h"
#include "store/journal/journal_reader.h"
#include "store/journal/journal_times.h"
#include "store/journal/retention.h"
#include "store/lasting.h"

namespace sluice::store {

namespace {

constexpr absl::string_view kDoneBefore = "retention.done_before";
// reached_ms: u64 | ran_ms: u64. Where the last run ended, and when it ran.
constexpr absl::string_view kReached = "retention.reached";
// size: u32 | KeptScopes::Fingerprint() | segment: u32, ... Segments that have
// records which only those scopes keep, ascending.
constexpr absl::string_view kKept = "retention.kept";
// How often to see whether a run is due: the clock may have been confirmed.
constexpr std::chrono::minutes kPause(1);

struct Progress {
  uint32_t done_before = 0;  // The first segment that is not reduced.
  int64_t reached_ms = 0;    // 0: no run has ended yet.
  int64_t ran_ms = 0;
  std::string kept;  // What kept the records of these segments.
  std::set<uint32_t> with_kept;
};

absl::Status ReadKept(absl::string_view bytes, Progress& progress) {
  ByteReader in(bytes);
  SLUICE_ASSIGN_OR_RETURN(const auto size, in.TakeBigEndian<uint32_t>());
  SLUICE_ASSIGN_OR_RETURN(const auto kept, in.Take(size));
  progress.kept = std::string(kept);
  while (in.remaining() > 0) {
    SLUICE_ASSIGN_OR_RETURN(const auto segment, in.TakeBigEndian<uint32_t>());
    progress.with_kept.insert(segment);
  }
  return absl::OkStatus();
}

std::string EncodeKept(const Progress& progress) {
  std::string value;
  AppendBigEndian(static_cast<uint32_t>(progress.kept.size()), value);
  value += progress.kept;
  for (const uint32_t segment : progress.with_kept) {
    AppendBigEndian(segment, value);
  }
  return value;
}

absl::StatusOr<Progress> ProgressOf(const RetainedJournal& journal) {
  Progress progress;
  SLUICE_ASSIGN_OR_RETURN(const auto done,
                          journal.views.Get(View::kMeta, kDoneBefore));
  if (done.has_value()) {
    SLUICE_ASSIGN_OR_RETURN(progress.done_before,
                            ByteReader(*done).TakeBigEndian<uint32_t>());
  }
  SLUICE_ASSIGN_OR_RETURN(const auto reached,
                          journal.views.Get(View::kMeta, kReached));
  if (reached.has_value()) {
    ByteReader in(*reached);
    SLUICE_ASSIGN_OR_RETURN(const auto reached_ms,
                            in.TakeBigEndian<uint64_t>());
    SLUICE_ASSIGN_OR_RETURN(const auto ran_ms, in.TakeBigEndian<uint64_t>());
    progress.reached_ms = static_cast<int64_t>(reached_ms);
    progress.ran_ms = static_cast<int64_t>(ran_ms);
  }
  SLUICE_ASSIGN_OR_RETURN(const auto kept,
                          journal.views.Get(View::kMeta, kKept));
  if (kept.has_value()) SLUICE_RETURN_IF_ERROR(ReadKept(*kept, progress));
  return progress;
}

// Whether every record of the segment before `next` was written before
// `before_ms`: it is when a later segment begins before that. The segments
// between may begin in a mistaken future that was taken back; a segment that
// does not begin in the future ends the search.
absl::StatusOr<bool> IsPast(const RetainedJournal& journal,
                            absl::Span<const uint32_t> later,
                            const RetentionBounds& bounds, int64_t before_ms) {
  for (const uint32_t segment : later) {
    SLUICE_ASSIGN_OR_RETURN(const int64_t begins_ms,
                            FirstTime(journal.files, journal.identity, segment,
                                      Position(segment + 1, 0)));
    if (begins_ms < before_ms) return true;
    if (begins_ms <= bounds.now_ms) return false;
  }
  return false;
}

// Whether a record stays; counts why.
absl::StatusOr<bool> Stays(RecordRef ref, absl::string_view record,
                           KeptRecords& kept, RetentionPlan& plan) {
  if (Lasts(record)) return true;
  SLUICE_ASSIGN_OR_RETURN(const KeptBy by, kept.Of(ref, record));
  if (by == KeptBy::kHold) ++plan.kept_by_holds;
  if (by == KeptBy::kRelationship) ++plan.kept_by_relationships;
  return by != KeptBy::kNothing;
}

absl::StatusOr<uint64_t> SizeOf(const RetainedJournal& journal,
                                uint32_t segment) {
  SLUICE_ASSIGN_OR_RETURN(const auto file,
                          journal.files.Open(SegmentName(segment)));
  return file->Size();
}

}  // namespace

absl::StatusOr<RetentionPlan> PlanRetention(const RetainedJournal& journal,
                                            const RetentionBounds& bounds) {
  RetentionPlan plan;
  plan.before_ms = bounds.before_ms;
  plan.kept = bounds.kept.Fingerprint();
  SLUICE_ASSIGN_OR_RETURN(const Progress progress, ProgressOf(journal));
  SLUICE_ASSIGN_OR_RETURN(std::vector<uint32_t> segments,
                          ListSegments(journal.files));
  const bool kept_otherwise = progress.kept != plan.kept;
  std::erase_if(segments, [&](uint32_t segment) {
    return segment < progress.done_before &&
           !(kept_otherwise && progress.with_kept.contains(segment));
  });
  // The last two segments are the open one and perhaps a spare.
  if (segments.size() < 3) return plan;
  int64_t reached_ms = progress.reached_ms;
  if (reached_ms == 0) {
    SLUICE_ASSIGN_OR_RETURN(
        reached_ms, FirstTime(journal.files, journal.identity, segments.front(),
                              Position(segments.front() + 1, 0)));
  }
  plan.before_ms = std::min(bounds.before_ms, reached_ms + bounds.age_max_ms);
  uint64_t bytes = 0;
  uint64_t bytes_closed = 0;
  bool past = true;
  KeptRecords kept(bounds.kept, [&journal](RecordRef message) {
    return journal.reader.Read(message);
  });
  for (size_t i = 0; i + 2 < segments.size(); ++i) {
    SLUICE_ASSIGN_OR_RETURN(const uint64_t size, SizeOf(journal, segments[i]));
    bytes_closed += size;
    if (!past) continue;
    SLUICE_ASSIGN_OR_RETURN(
        past, IsPast(journal, absl::MakeSpan(segments).subspan(i + 1), bounds,
                     plan.before_ms));
    if (!past) continue;
    const uint64_t kept_before = plan.kept_count();
    SLUICE_ASSIGN_OR_RETURN(
        Removal removal,
        PlanRemoval(journal, segments[i],
                    [&](RecordRef ref, absl::string_view record) {
                      return Stays(ref, record, kept, plan);
                    }));
    removal.planned.look_again = plan.kept_count() > kept_before;
    plan.segments.push_back(std::move(removal.planned));
    if (plan.segments.back().removed == 0) continue;
    bytes += size;
    plan.removed += plan.segments.back().removed;
    plan.reduced.push_back(std::move(removal.after));
  }
  if (bytes > 0) {
    plan.share = static_cast<double>(bytes) / static_cast<double>(bytes_closed);
  }
  return plan;
}

absl::StatusOr<bool> RetentionIsDue(const RetainedJournal& journal,
                                    int64_t now_ms) {
  SLUICE_ASSIGN_OR_RETURN(const Progress progress, ProgressOf(journal));
  // A run in a mistaken future that was taken back does not delay the next.
  return now_ms < progress.ran_ms || now_ms - progress.ran_ms >= kHourMs;
}

namespace {

std::string KeptText(uint64_t records, absl::string_view why) {
  return records == 0 ? "" : absl::StrCat(", ", records, " kept by ", why);
}

}  // namespace

absl::StatusOr<uint64_t> Retain(
    const RetainedJournal& journal, const RetentionPlan& plan, int64_t now_ms,
    const std::function<absl::StatusOr<bool>()>& still) {
  SLUICE_ASSIGN_OR_RETURN(Progress progress, ProgressOf(journal));
  uint64_t bytes_freed = 0;
  for (const PlannedSegment& planned : plan.segments) {
    SLUICE_ASSIGN_OR_RETURN(const bool goes_on, still());
    if (!goes_on) return bytes_freed;
    SLUICE_ASSIGN_OR_RETURN(const uint64_t freed, Remove(journal, planned));
    bytes_freed += freed;
    progress.done_before =
        std::max(progress.done_before, planned.segment + uint32_t{1});
    if (planned.look_again) {
      progress.with_kept.insert(planned.segment);
    } else {
      progress.with_kept.erase(planned.segment);
    }
    std::string done_before;
    AppendBigEndian(progress.done_before, done_before);
    SLUICE_RETURN_IF_ERROR(journal.views.Write(
        {{View::kMeta, std::string(kDoneBefore), std::move(done_before)},
         {View::kMeta, std::string(kKept), EncodeKept(progress)}}));
  }
  // Only now: a run that was cut off looks at all of these segments again.
  progress.kept = plan.kept;
  std::string reached;
  AppendBigEndian(static_cast<uint64_t>(plan.before_ms), reached);
  AppendBigEndian(static_cast<uint64_t>(now_ms), reached);
  SLUICE_RETURN_IF_ERROR(journal.views.Write(
      {{View::kMeta, std::string(kReached), std::move(reached)},
       {View::kMeta, std::string(kKept), EncodeKept(progress)}}));
  return bytes_freed;
}

Janitor::Janitor(JanitorParts parts) : parts_(std::move(parts)) {
  thread_ = std::thread([this] {
    NameThisThread("janitor");
    Run();
  });
}

Janitor::~Janitor() {
  {
    MutexLock lock(mutex_);
    stop_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
}

std::vector<WaitingRetention> Janitor::Waiting() const {
  std::vector<WaitingRetention> waiting;
  MutexLock lock(mutex_);
  for (const auto& [partition, wait] : waiting_) waiting.push_back(wait.run);
  return waiting;
}

size_t Janitor::Allow(const std::string& actor) {
  MutexLock lock(mutex_);
  for (auto& [partition, wait] : waiting_) {
    wait.allowed_by = actor;
    wait.look_again_ms = 0;
  }
  nudged_ = true;
  changed_.NotifyAll();
  return waiting_.size();
}

void Janitor::Nudge() {
  MutexLock lock(mutex_);
  nudged_ = true;
  changed_.NotifyAll();
}

void Janitor::Run() {
  for (;;) {
    for (const RetainedJournal& journal : parts_.journals) {
      // Asked for each: a reduction takes long, and the clock may step.
      const std::optional<int64_t> now_ms = parts_.now_ms();
      if (!now_ms.has_value()) break;
      const int partition = journal.identity.partition;
      if (parts_.retains) {
        Tell("retention", partition, RunOne(journal, *now_ms));
      }
      Tell("erasure", partition, parts_.erase(partition, *now_ms));
    }
    MutexLock lock(mutex_);
    if (!stop_ && !nudged_) changed_.WaitFor(mutex_, kPause);
    nudged_ = false;
    if (stop_) return;
  }
}

// A run that fails is tried again every minute.
void Janitor::Tell(const char* what, int partition,
                   const absl::Status& status) {
  LastingFault& fault = faults_[{what, partition}];
  const std::string name = absl::StrCat(what, ", journal ", partition, ": ");
  if (!status.ok()) {
    if (const auto line = fault.Holds(absl::StrCat(name, status.message()))) {
      parts_.fault(*line);
    }
  } else if (const auto lasted = fault.Ends()) {
    parts_.note(absl::StrCat(name, "works again after ", *lasted));
  }
}

absl::Status Janitor::RunOne(const RetainedJournal& journal, int64_t now_ms) {
  const int partition = journal.identity.partition;
  SLUICE_ASSIGN_OR_RETURN(const bool due, RetentionIsDue(journal, now_ms));
  if (!due) return absl::OkStatus();
  {
    MutexLock lock(mutex_);
    const auto wait = waiting_.find(partition);
    if (wait != waiting_.end() && now_ms < wait->second.look_again_ms) {
      return absl::OkStatus();
    }
  }
  SLUICE_ASSIGN_OR_RETURN(RetentionRules rules, parts_.rules(now_ms));
  SLUICE_ASSIGN_OR_RETURN(
      RetentionPlan plan,
      PlanRetention(journal, {.now_ms = now_ms,
                              .before_ms = now_ms - rules.kept_ms,
                              .kept = std::move(rules.kept)}));
  // Planning reads much, and a hold may have come meanwhile.
  SLUICE_ASSIGN_OR_RETURN(const bool goes_on, Still(plan, now_ms));
  if (!goes_on) return absl::OkStatus();
  const std::optional<std::string> actor = MayRun(partition, plan, now_ms);
  if (!actor.has_value()) return absl::OkStatus();
  if (plan.removed + plan.kept_count() > 0) {
    store::v1::RetentionRan ran;
    ran.set_partition(journal.identity.partition);
    ran.set_first_segment(plan.segments.front().segment);
    ran.set_last_segment(plan.segments.back().segment);
    ran.set_before_ms(plan.before_ms);
    ran.set_removed(plan.removed);
    ran.set_actor(*actor);
    ran.set_retention_days(static_cast<uint32_t>(rules.kept_ms / kDayMs));
    ran.set_kept_by_holds(plan.kept_by_holds);
    ran.set_kept_by_relationships(plan.kept_by_relationships);
    for (v1::ReducedSegment& segment : plan.reduced) {
      *ran.add_segments() = std::move(segment);
    }
    SLUICE_RETURN_IF_ERROR(parts_.journal(std::move(ran)));
  }
  SLUICE_ASSIGN_OR_RETURN(const uint64_t bytes_freed,
                          Retain(journal, plan, now_ms, [this, &plan, now_ms] {
                            return Still(plan, now_ms);
                          }));
  if (plan.removed > 0) parts_.ran();
  if (plan.segments.empty()) return absl::OkStatus();
  parts_.note(absl::StrCat(
      "retention, journal ", partition, ": ", plan.removed, " records of ",
      plan.segments.size(), " segments removed, ", bytes_freed >> 20,
      " MiB freed", KeptText(plan.kept_by_holds, "legal holds"),
      KeptText(plan.kept_by_relationships, "relationships that ended lately")));
  return absl::OkStatus();
}

// Whether what keeps records is still what the plan was made with.
absl::StatusOr<bool> Janitor::Still(const RetentionPlan& plan,
                                    int64_t now_ms) const {
  SLUICE_ASSIGN_OR_RETURN(const RetentionRules rules, parts_.rules(now_ms));
  return rules.kept.Fingerprint() == plan.kept;
}

// Who allowed the run, empty when it is within bounds; nullopt when it must
// wait.
std::optional<std::string> Janitor::MayRun(int partition,
                                           const RetentionPlan& plan,
                                           int64_t now_ms) {
  bool tell = false;
  {
    MutexLock lock(mutex_);
    const auto found = waiting_.find(partition);
    const bool fresh = found == waiting_.end();
    std::string allowed_by = fresh ? "" : found->second.allowed_by;
    const bool same = !fresh && plan.removed <= found->second.run.records;
    // Also when a yes came for less than would be removed now.
    tell = fresh || !allowed_by.empty();
    if (plan.removed == 0 || plan.share <= parts_.share_max ||
        (!allowed_by.empty() && same)) {
      waiting_.erase(partition);
      return allowed_by;
    }
    waiting_[partition] = {.run = {.partition = partition,
                                   .records = plan.removed,
                                   .share = plan.share,
                                   .before_ms = plan.before_ms},
                           .look_again_ms = now_ms + kHourMs,
                           .allowed_by = ""};
  }
  if (tell) {
    parts_.note(absl::StrFormat(
        "retention, journal %d: waits for a person, because it would remove "
        "%d records, %.0f %% of the journal: is the clock right? Then allow it "
        "(sluicectl retention allow)",
        partition, plan.removed, plan.share * 100));
  }
  return std::nullopt;
}

}  // namespace sluice::store
