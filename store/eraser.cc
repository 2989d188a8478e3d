#include "store/eraser.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/milliseconds.h"
#include "rules/base/status_macros.h"
#include "store/kept_records.h"
#include "store/lasting.h"
#include "store/views/record_kind.h"

namespace sluice::store {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
constexpr size_t kRefsAtOnce = 1024;

// Takes the records of one number, the oldest first.
class Looker {
 public:
  Looker(const ErasedJournal& journal, const Erasure& erasure,
         const RetentionRules& rules, int64_t now_ms)
      : journal_(journal),
        erasure_(erasure),
        rules_(rules),
        now_ms_(now_ms),
        kept_(rules.kept, [&journal](RecordRef message) {
          return journal.retained.reader.Read(message);
        }) {}

  absl::Status Begin() {
    SLUICE_ASSIGN_OR_RETURN(const std::vector<uint32_t> closed,
                            ClosedSegments(journal_.retained));
    if (!closed.empty()) closed_until_ = closed.back() + uint64_t{1};
    return absl::OkStatus();
  }

  // A record that is not about an earlier message. Returns whether the request
  // covers it, and with it what became of it.
  absl::StatusOr<bool> Take(RecordRef ref) {
    SLUICE_ASSIGN_OR_RETURN(const std::optional<Found> found, Read(ref));
    if (!found) return true;
    if (found->at_ms > erasure_.requested_ms) return false;
    SLUICE_RETURN_IF_ERROR(Count(*found));
    return true;
  }

  // What became of a message that the request covers, whenever.
  absl::Status TakeEvent(RecordRef ref) {
    SLUICE_ASSIGN_OR_RETURN(const std::optional<Found> found, Read(ref));
    return found ? Count(*found) : absl::OkStatus();
  }

  ErasureLook End() { return std::move(look_); }

 private:
  struct Found {
    RecordRef ref;
    int64_t at_ms = 0;
    std::string bytes;
  };

  // nullopt: retention or an erasure removed it.
  absl::StatusOr<std::optional<Found>> Read(RecordRef ref) const {
    absl::StatusOr<std::string> bytes = journal_.retained.reader.Read(ref);
    if (absl::IsFailedPrecondition(bytes.status())) return std::nullopt;
    if (!bytes.ok()) return bytes.status();
    v1::Record record;
    if (!record.ParseFromString(*bytes)) {
      return absl::DataLossError("a journal record does not parse");
    }
    return Found{ref, journal_.counted_ms(ref, record.at_ms()),
                 *std::move(bytes)};
  }

  absl::Status Count(const Found& found) {
    const auto& [ref, at_ms, bytes] = found;
    ErasureOutlook& outlook = look_.outlook;
    if (Lasts(bytes)) {
      ++outlook.lasting;
      return absl::OkStatus();
    }
    SLUICE_ASSIGN_OR_RETURN(const KeptBy by, kept_.Of(ref, bytes));
    const int64_t over_ms = at_ms + rules_.legal_ms;
    if (over_ms > now_ms_) {
      if (outlook.by_law++ == 0) outlook.first_ms = over_ms;
      outlook.first_ms = std::min(outlook.first_ms, over_ms);
      outlook.last_ms = std::max(outlook.last_ms, over_ms);
    } else if (by != KeptBy::kNothing) {
      ++outlook.held;
    } else if (ref.position().segment() >= closed_until_) {
      ++outlook.unclosed;
    } else {
      ++outlook.due;
      look_.due[ref.position().segment()].insert(ref.value());
    }
    return absl::OkStatus();
  }

  const ErasedJournal& journal_;
  const Erasure& erasure_;
  const RetentionRules& rules_;
  const int64_t now_ms_;
  KeptRecords kept_;
  uint64_t closed_until_ = 0;  // The first segment that is not closed.
  ErasureLook look_;
};

// When an erasure is looked at again, after a run has removed what was due.
int64_t NextLook(const ErasureOutlook& outlook, int64_t now_ms) {
  if (outlook.unclosed + outlook.by_law + outlook.held == 0) return kNever;
  if (outlook.unclosed + outlook.held > 0) return now_ms + kDayMs;
  // Records become due one after another: a day's share a run.
  return std::max(outlook.first_ms, now_ms + kDayMs);
}

}  // namespace

absl::StatusOr<ErasureLook> LookAtErasure(const ErasedJournal& journal,
                                          const Erasure& erasure,
                                          const RetentionRules& rules,
                                          int64_t now_ms,
                                          const StopAsked& stop) {
  Looker looker(journal, erasure, rules, now_ms);
  SLUICE_RETURN_IF_ERROR(looker.Begin());
  RecordRef from;
  for (;;) {
    SLUICE_RETURN_IF_ERROR(CheckStop(stop));
    SLUICE_ASSIGN_OR_RETURN(const std::vector<RecordRef> refs,
                            journal.numbers.FindFrom(erasure.recipient, from,
                                                     kRefsAtOnce, kAllKinds));
    std::vector<RecordRef> covered;
    for (const RecordRef ref : refs) {
      SLUICE_ASSIGN_OR_RETURN(const bool covers, looker.Take(ref));
      if (covers) covered.push_back(ref);
    }
    // What became of messages is under their own keys.
    SLUICE_ASSIGN_OR_RETURN(const auto events,
                            journal.numbers.FindEvents(covered));
    for (const NumberIndex::EventEntry& one : events) {
      SLUICE_RETURN_IF_ERROR(looker.TakeEvent(one.event));
    }
    if (refs.size() < kRefsAtOnce) return looker.End();
    from = RecordRef::FromValue(refs.back().value() + 1);
  }
}

// What a run removes, and when to look again.
struct Eraser::Plan {
  absl::btree_map<uint32_t, absl::flat_hash_set<uint64_t>> due;  // By segment.
  std::vector<uint32_t> erasures;  // Of which records go.
  uint64_t removed = 0;
  std::map<uint32_t, int64_t> look_again_ms;
};

absl::StatusOr<Eraser::Plan> Eraser::PlanRun(const ErasedJournal& journal,
                                             const RetentionRules& rules,
                                             const Progress& progress,
                                             int64_t now_ms) const {
  Plan plan;
  plan.look_again_ms = progress.look_again_ms;
  for (const Erasure& erasure : rules.erasures) {
    int64_t& look_again_ms = plan.look_again_ms[erasure.number];
    if (now_ms < look_again_ms) continue;
    SLUICE_ASSIGN_OR_RETURN(ErasureLook look,
                            LookAtErasure(journal, erasure, rules, now_ms));
    look_again_ms = NextLook(look.outlook, now_ms);
    if (look.due.empty()) continue;
    plan.removed += look.outlook.due;
    plan.erasures.push_back(erasure.number);
    for (auto& [segment, refs] : look.due) plan.due[segment].merge(refs);
  }
  return plan;
}

// Whether all of the plan was carried out: what keeps records may change.
absl::StatusOr<bool> Eraser::CarryOut(const ErasedJournal& journal, Plan plan,
                                      const RetentionRules& rules,
                                      int64_t now_ms) {
  const std::string kept = rules.kept.Fingerprint();
  const auto still = [&]() -> absl::StatusOr<bool> {
    SLUICE_ASSIGN_OR_RETURN(const RetentionRules now, parts_.rules(now_ms));
    return now.kept.Fingerprint() == kept;
  };
  const int partition = journal.retained.identity.partition;
  store::v1::RetentionRan ran;
  ran.set_partition(partition);
  ran.set_first_segment(plan.due.begin()->first);
  ran.set_last_segment(plan.due.rbegin()->first);
  ran.set_before_ms(now_ms - rules.legal_ms);
  ran.set_removed(plan.removed);
  ran.set_retention_days(static_cast<uint32_t>(rules.legal_ms / kDayMs));
  ran.mutable_erasures()->Assign(plan.erasures.begin(), plan.erasures.end());
  std::vector<PlannedSegment> segments;
  for (const auto& [segment, refs] : plan.due) {
    SLUICE_ASSIGN_OR_RETURN(
        Removal removal,
        PlanRemoval(journal.retained, segment,
                    [&refs = refs](RecordRef ref, absl::string_view) {
                      return !refs.contains(ref.value());
                    }));
    *ran.add_segments() = std::move(removal.after);
    segments.push_back(std::move(removal.planned));
  }
  SLUICE_ASSIGN_OR_RETURN(bool goes_on, still());
  if (!goes_on) return false;
  SLUICE_RETURN_IF_ERROR(parts_.journal(std::move(ran)));
  for (const PlannedSegment& segment : segments) {
    SLUICE_ASSIGN_OR_RETURN(goes_on, still());
    if (!goes_on) return false;
    SLUICE_RETURN_IF_ERROR(Remove(journal.retained, segment).status());
  }
  parts_.ran();
  parts_.note(absl::StrCat("erasure, journal ", partition, ": ", plan.removed,
                           " records of ", segments.size(),
                           " segments removed for ", plan.erasures.size(),
                           " requests"));
  return true;
}

absl::Status Eraser::RunOne(const ErasedJournal& journal, int64_t now_ms) {
  Progress& progress = progress_[journal.retained.identity.partition];
  // A mistaken future that was taken back does not delay the next look.
  if (now_ms < progress.looked_ms) progress = Progress();
  const uint64_t asked = asked_;
  const bool looked = now_ms - progress.looked_ms < kHourMs;
  const bool removed = now_ms - progress.removed_ms < kHourMs;
  if (removed || (looked && asked == progress.asked)) return absl::OkStatus();
  SLUICE_ASSIGN_OR_RETURN(const RetentionRules rules, parts_.rules(now_ms));
  SLUICE_ASSIGN_OR_RETURN(Plan plan, PlanRun(journal, rules, progress, now_ms));
  auto look_again_ms = std::move(plan.look_again_ms);
  if (!plan.due.empty()) {
    SLUICE_ASSIGN_OR_RETURN(const bool all,
                            CarryOut(journal, std::move(plan), rules, now_ms));
    if (!all) return absl::OkStatus();  // Looks again in a minute.
    progress.removed_ms = now_ms;
  }
  progress.look_again_ms = std::move(look_again_ms);
  progress.asked = asked;
  progress.looked_ms = now_ms;
  return absl::OkStatus();
}

}  // namespace sluice::store
