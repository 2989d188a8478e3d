#include "gateway/redecide/rechecker.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/redecide/redecider.h"
#include "gateway/wire/timestamp.h"
#include "rules/base/status_macros.h"
#include "rules/base/thread_name.h"
#include "sluice/store/v1/record.pb.h"

namespace sluice::gateway {
namespace {

using Outcome = store::Redecision::Outcome;

// Outbox slots that are read at a time.
constexpr size_t kSlotsAtOnce = 4'096;
// Most waits, of kLookMs each, for batches that the old rules still decide. A
// batch that takes longer is stuck, and the recheck does not wait for it.
constexpr int kOldBatchLooks = 500;
constexpr int64_t kLookMs = 10;
// Reopening a journal takes seconds to minutes.
constexpr int kTriesMax = 300;
constexpr int64_t kTryAgainMs = 1'000;

void Count(const CurrentDecision& before, const store::Redecision& result,
           admin::v1::RecheckProgress& progress) {
  progress.set_examined(progress.examined() + 1);
  if (result.outcome == Outcome::kUnchanged) return;
  if (result.outcome != Outcome::kDecided) {
    progress.set_left(progress.left() + 1);
    return;
  }
  if (result.decision == before.last.decision()) {
    progress.set_other_reasons(progress.other_reasons() + 1);
    return;
  }
  switch (result.decision) {
    case v1::DECISION_ACCEPTED:
      progress.set_accepted(progress.accepted() + 1);
      break;
    case v1::DECISION_DEFERRED:
      progress.set_deferred(progress.deferred() + 1);
      break;
    case v1::DECISION_HELD:
      progress.set_held(progress.held() + 1);
      break;
    default:
      progress.set_rejected(progress.rejected() + 1);
      break;
  }
}

}  // namespace

Rechecker::Rechecker(store::Store& store, CampaignBook& campaigns)
    : store_(store), campaigns_(campaigns), thread_([this] { Work(); }) {}

Rechecker::~Rechecker() {
  {
    MutexLock lock(mutex_);
    stop_ = true;
    wake_.NotifyAll();
  }
  thread_.join();
}

void Rechecker::Start(uint32_t number, Actor actor,
                      std::weak_ptr<const filter::Snapshot> before,
                      Scope scope) {
  MutexLock lock(mutex_);
  Job job = {number, std::move(actor), {std::move(before)}, scope};
  // What it cuts off is not lost.
  const Job* const waiting = next_ ? &*next_ : nullptr;
  for (const Job* cut : {waiting, running_}) {
    if (cut == nullptr) continue;
    job.before.insert(job.before.end(), cut->before.begin(), cut->before.end());
    if (cut->scope == Scope::kAll) job.scope = Scope::kAll;
  }
  next_ = std::move(job);
  progress_.Clear();
  progress_.set_ran(true);
  progress_.set_running(true);
  progress_.set_number(number);
  SetTimestamp(store_.NowMs(), *progress_.mutable_start_time());
  wake_.NotifyAll();
}

admin::v1::RecheckProgress Rechecker::progress() const {
  MutexLock lock(mutex_);
  return progress_;
}

bool Rechecker::Interrupted() const {
  MutexLock lock(mutex_);
  return stop_ || next_.has_value();
}

bool Rechecker::Pause(int64_t ms) {
  MutexLock lock(mutex_);
  if (!stop_ && !next_) wake_.WaitFor(mutex_, std::chrono::milliseconds(ms));
  return !stop_ && !next_;
}

void Rechecker::Work() {
  NameThisThread("recheck");
  for (;;) {
    Job job;
    {
      MutexLock lock(mutex_);
      while (!stop_ && !next_) wake_.Wait(mutex_);
      if (stop_) return;
      job = *std::exchange(next_, std::nullopt);
      running_ = &job;
    }
    Run(job);
    MutexLock lock(mutex_);
    running_ = nullptr;
  }
}

void Rechecker::Run(const Job& job) {
  const absl::Status status = RecheckAll(job);
  if (absl::IsCancelled(status)) return;  // Interrupted.
  admin::v1::RecheckProgress end;
  {
    MutexLock lock(mutex_);
    if (next_) return;
    progress_.set_running(false);
    progress_.set_fault(std::string(status.message()));
    SetTimestamp(store_.NowMs(), *progress_.mutable_end_time());
    end = progress_;  // A copy: Start() may overwrite progress_ from now on.
  }
  Journal(job, end);
}

// The journal tells a later start that this recheck is complete; the log tells
// the operator.
void Rechecker::Journal(const Job& job, const admin::v1::RecheckProgress& end) {
  spdlog::info(
      "rules: recheck of version {}: {} waiting messages examined; by the new "
      "decision {} accepted, {} deferred, {} held, {} rejected{}",
      end.number(), end.examined(), end.accepted(), end.deferred(), end.held(),
      end.rejected(),
      end.fault().empty() ? "" : absl::StrCat("; failed: ", end.fault()));
  store::v1::Record record;
  store::v1::RecheckEnded& ended = *record.mutable_recheck_ended();
  ended.set_number(end.number());
  ended.set_examined(end.examined());
  ended.set_accepted(end.accepted());
  ended.set_deferred(end.deferred());
  ended.set_held(end.held());
  ended.set_rejected(end.rejected());
  ended.set_other_reasons(end.other_reasons());
  ended.set_left(end.left());
  ended.set_fault(end.fault());
  ended.set_actor(job.actor.key_id);
  ended.set_reason(job.actor.reason);
  const absl::Status noted = store_.AppendControl(std::move(record));
  if (!noted.ok()) {
    spdlog::error("rules: the end of a recheck cannot be journaled: {}",
                  std::string(noted.message()));
  }
}

// The recheck would miss a message that the old rules accept after its slot was
// read.
void Rechecker::AwaitOldBatches(const Job& job) {
  const auto decide_still = [&job] {
    return std::any_of(job.before.begin(), job.before.end(),
                       [](const auto& one) { return !one.expired(); });
  };
  for (int look = 0; look < kOldBatchLooks && decide_still(); ++look) {
    if (!Pause(kLookMs)) return;
  }
}

absl::Status Rechecker::RecheckAll(const Job& job) {
  AwaitOldBatches(job);
  uint64_t waiting = 0;
  for (int p = 0; p < store_.partitions(); ++p) {
    const store::PartitionStats stats = store_.Stats(p);
    waiting += stats.queued + stats.deferred + stats.held;
  }
  {
    MutexLock lock(mutex_);
    progress_.set_waiting(waiting);
  }
  for (int p = 0; p < store_.partitions(); ++p) {
    absl::Status status = RecheckPartition(p, job);
    // A reopened journal invalidates the outbox slots: begin at the first one.
    // Messages that are redecided already come out unchanged.
    for (int tries = 1; absl::IsUnavailable(status) && tries < kTriesMax;
         ++tries) {
      if (!Pause(kTryAgainMs)) return absl::CancelledError("");
      status = RecheckPartition(p, job);
    }
    SLUICE_RETURN_IF_ERROR(status);
  }
  return absl::OkStatus();
}

absl::Status Rechecker::RecheckPartition(int partition, const Job& job) {
  Redecider redecider(store_, campaigns_,
                      {.cause = store::v1::Redecided::CAUSE_RECHECKED},
                      job.actor);
  BlockedScratch blocks;
  size_t slot = 0;
  do {
    SLUICE_ASSIGN_OR_RETURN(const std::vector<store::WaitingMessage> waiting,
                            store_.Waiting(partition, kSlotsAtOnce, slot));
    for (size_t at = 0; at < waiting.size(); at += Redecider::kBatchMax) {
      if (Interrupted()) return absl::CancelledError("");
      const size_t end = std::min(waiting.size(), at + Redecider::kBatchMax);
      std::vector<CurrentDecision> messages;
      const store::SnapshotPtr snapshot = store_.snapshot();
      const StopAsked interrupted = [this] { return Interrupted(); };
      for (size_t i = at; i < end; ++i) {
        absl::StatusOr<CurrentDecision> current = ReadCurrentDecision(
            store_, {static_cast<uint16_t>(partition), waiting[i].message},
            waiting[i].decision, interrupted);
        if (current.ok() && job.scope == Scope::kBlocked &&
            !IsBlocked(*snapshot, *current, store_.NowMs(), blocks)) {
          MutexLock lock(mutex_);
          progress_.set_examined(progress_.examined() + 1);
        } else if (current.ok()) {
          messages.push_back(*std::move(current));
        } else if (absl::IsUnavailable(current.status()) ||
                   absl::IsCancelled(current.status())) {
          return current.status();
        } else {
          // A message that cannot be read waits as before. Damage, which the
          // store has told, must not keep the others from being rechecked.
          MutexLock lock(mutex_);
          progress_.set_examined(progress_.examined() + 1);
          progress_.set_left(progress_.left() + 1);
        }
      }
      SLUICE_ASSIGN_OR_RETURN(const std::vector<store::Redecision> results,
                              redecider.Decide(messages));
      MutexLock lock(mutex_);
      if (next_) return absl::CancelledError("");
      for (size_t i = 0; i < results.size(); ++i) {
        Count(messages[i], results[i], progress_);
      }
    }
  } while (slot != 0);
  return absl::OkStatus();
}

}  // namespace sluice::gateway
