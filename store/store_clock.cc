// The store's clock: what it is compared with at a start, and the way back from
// a mistaken future.

#include <sys/stat.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "rules/base/status_macros.h"
#include "store/journal/journal_times.h"
#include "store/journal/segment_reader.h"
#include "store/store_state.h"

namespace sluice::store {

namespace {

std::string TimeText(int64_t ms) {
  if (ms == 0) return "an unknown time";
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", absl::FromUnixMillis(ms),
                          absl::UTCTimeZone());
}

// The last time before the clock first went beyond `system_ms` by a step that
// somebody accepted, or that a start let pass; 0: no such step is recorded.
absl::StatusOr<int64_t> BelievedBefore(const ControlJournal& control,
                                       int64_t system_ms) {
  int64_t believed_ms = 0;
  SLUICE_RETURN_IF_ERROR(control.Read([&](const store::v1::Record& record) {
    if (!record.has_clock_accepted()) return;
    const int64_t step_ms = record.clock_accepted().step_ms();
    if (step_ms < 0) believed_ms = 0;  // Earlier steps were taken back.
    if (believed_ms == 0 && record.at_ms() + step_ms > system_ms) {
      believed_ms = step_ms < 0 ? 0 : record.at_ms();
    }
  }));
  return believed_ms;
}

}  // namespace

// File times say nothing about another clock than the system's, such as that of
// a sandbox. A spare segment is not the journal's yet.
int64_t WrittenMs(const JournalFiles& files, const std::string& folder,
                  const Clock& clock) {
  if (absl::AbsDuration(clock.Now() - absl::Now()) > absl::Minutes(1)) return 0;
  int64_t newest_ms = 0;
  for (const uint32_t segment :
       ListSegments(files).value_or(std::vector<uint32_t>())) {
    if (HeaderIsBlank(files, segment).value_or(true)) continue;
    struct stat file;
    const std::string path = absl::StrCat(folder, "/", SegmentName(segment));
    if (::stat(path.c_str(), &file) != 0) continue;
    newest_ms = std::max(
        newest_ms, absl::ToUnixMillis(absl::TimeFromTimespec(file.st_mtim)));
  }
  return newest_ms;
}

// Nothing is decided before every journal has said what time it was: the clock
// is one for all.
absl::Status Store::State::StartClock(
    const JournalIdentity& store,
    const std::function<void(const std::string&)>& note) {
  ClockEvidence evidence;
  SLUICE_ASSIGN_OR_RETURN(evidence.journaled_ms,
                          NewestTime(*control_files, store));
  for (const Partition& partition : partitions) {
    SLUICE_ASSIGN_OR_RETURN(const RecordRef indexed,
                            partition.writer->index().flushed_to());
    const absl::StatusOr<int64_t> newest_ms =
        NewestTime(*partition.files, partition.identity, indexed.position());
    // The journal is opened next, and says better what is wrong with it.
    if (absl::IsDataLoss(newest_ms.status())) continue;
    if (!newest_ms.ok()) return newest_ms.status();
    evidence.journaled_ms = std::max(evidence.journaled_ms, *newest_ms);
  }
  evidence.written_ms = written_ms;
  clock.Start(evidence);
  const int64_t gap_ms = clock.start_gap_ms();
  if (clock.Read().unconfirmed) {
    note(absl::StrFormat(
        "the system clock shows %s, the newest record is of %s and the control "
        "journal was last written at %s: nothing is decided, handed over or "
        "removed until the system clock is corrected, or accepted (sluicectl "
        "clock show)",
        TimeText(absl::ToUnixMillis(system_clock.Now())),
        TimeText(evidence.journaled_ms), TimeText(evidence.written_ms)));
  } else if (absl::Milliseconds(gap_ms) > PartitionClock::kAlarmAfter) {
    note(absl::StrFormat(
        "the newest record is of %s, %d minutes before the system clock: "
        "Sluice goes on; if it was not off for so long, correct the system "
        "clock now",
        TimeText(evidence.journaled_ms), gap_ms / 60'000));
    // Names the last time that was right, should this one be a mistake.
    return RecordStep(evidence.journaled_ms, gap_ms,
                      {"sluiced", "the store was opened"});
  }
  return absl::OkStatus();
}

absl::Status Store::State::RecordStep(int64_t at_ms, int64_t step_ms,
                                      const StepCause& cause) {
  store::v1::Record record;
  record.set_at_ms(at_ms);
  store::v1::ClockAccepted& accepted = *record.mutable_clock_accepted();
  accepted.set_step_ms(step_ms);
  accepted.set_actor(cause.actor);
  accepted.set_reason(cause.reason);
  return control->Append(std::move(record));
}

absl::Status Store::AcceptClock(const std::string& actor,
                                const std::string& reason) {
  const int64_t now_ms = state_->clock.NowMs();
  const int64_t step_ms =
      absl::ToUnixMillis(state_->system_clock.Now()) - now_ms;
  if (step_ms > 0) {
    SLUICE_RETURN_IF_ERROR(
        state_->RecordStep(now_ms, step_ms, {actor, reason}));
  }
  state_->clock.Accept();
  if (state_->janitor != nullptr) state_->janitor->Nudge();
  return absl::OkStatus();
}

absl::Status Store::TurnClockBack(const std::string& actor,
                                  const std::string& reason) {
  return state_->TurnBack({actor, reason});
}

absl::Status Store::State::TurnBack(const StepCause& cause) {
  MutexLock one_at_a_time(turning_back);
  const int64_t mistaken_ms = clock.NowMs();
  const int64_t now_ms = absl::ToUnixMillis(system_clock.Now());
  if (!clock.Read().stepped || now_ms >= mistaken_ms) {
    return absl::FailedPreconditionError(
        "the system clock is not behind the records: there is nothing to take "
        "back");
  }
  SLUICE_ASSIGN_OR_RETURN(const int64_t believed_ms,
                          BelievedBefore(*control, now_ms));
  if (now_ms < believed_ms) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the system clock shows ", TimeText(now_ms), ", but records up to ",
        TimeText(believed_ms),
        " were written by a clock that was right: correct the system clock"));
  }
  for (const Partition& partition : partitions) {
    SLUICE_RETURN_IF_ERROR(
        Ask(partition, {.believed_ms = believed_ms == 0 ? now_ms : believed_ms,
                        .now_ms = now_ms,
                        .actor = cause.actor,
                        .reason = cause.reason,
                        .done = nullptr}));
  }
  // Until now the clock refused all decisions; a crash before this repeats the
  // step.
  SLUICE_RETURN_IF_ERROR(RecordStep(now_ms, now_ms - mistaken_ms, cause));
  clock.TurnBack(now_ms);
  if (janitor != nullptr) janitor->Nudge();
  return absl::OkStatus();
}

absl::Status Store::State::Ask(const Partition& partition,
                               TurnBackCommand command) {
  Mutex answer_mutex;
  CondVar changed;
  std::optional<absl::Status> answer;
  command.done = [&](const absl::Status& status) {
    MutexLock lock(answer_mutex);
    answer = status;
    changed.NotifyAll();
  };
  partition.writer->Push(std::move(command));
  MutexLock lock(answer_mutex);
  while (!answer.has_value()) changed.Wait(answer_mutex);
  return *answer;
}

}  // namespace sluice::store
