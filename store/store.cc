#include "store/store.h"

#include <string>
#include <utility>
#include <vector>

#include "rules/base/error_reason.h"
#include "rules/base/mutex.h"
#include "rules/base/status_macros.h"
#include "store/memory/slot.h"
#include "store/store_state.h"

namespace sluice::store {

void Store::State::Durable(int partition) {
  MutexLock lock(mutex);
  for (const auto& [token, callback] : subscribers) callback(partition);
}

void Store::State::Work(int partition, Carrier carrier) {
  MutexLock lock(mutex);
  if (on_work) on_work(partition, carrier);
}

Store::Store() = default;

Store::~Store() {
  if (state_ == nullptr || !state_->open) return;
  state_->open = false;
  state_->scrubber = nullptr;
  state_->janitor = nullptr;
  if (state_->notary != nullptr) state_->notary->Stop();
  if (state_->statistics != nullptr) state_->statistics->Stop();
  for (State::Partition& partition : state_->partitions) {
    partition.writer = nullptr;
  }
  // Nothing is lost without these: the next start then knows less about what
  // was durable.
  state_->RecordHeads(/*clean_stop=*/true).IgnoreError();
  if (state_->notary != nullptr)
    state_->notary->Sign(v1::HEAD_CAUSE_STOP).IgnoreError();
  state_->standing->Save();
  state_->marks->Sync().IgnoreError();
}

SnapshotPtr Store::snapshot() const { return state_->snapshot.Load(); }

void Store::Publish(SnapshotPtr snapshot) {
  state_->snapshot.Store(std::move(snapshot));
}

int Store::PartitionOf(Phone recipient) const {
  return static_cast<int>(SlotOf(recipient.e164) % state_->partitions.size());
}

// Splits the batch's `count` items by the partition of their numbers, and
// pushes `command`, which refers to the batch, to each partition that has a
// share.
template <typename NumberAt, typename NamesBatch>
void Store::State::Spread(BatchParts& batch, size_t count, NumberAt number_at,
                          const NamesBatch& command) {
  batch.parts.resize(partitions.size());
  for (auto& part : batch.parts) part.clear();
  for (uint32_t i = 0; i < count; ++i) {
    const Phone number = number_at(i);
    batch.parts[SlotOf(number.e164) % partitions.size()].push_back(i);
  }
  int open = 0;
  for (const auto& part : batch.parts) open += part.empty() ? 0 : 1;
  {
    MutexLock lock(batch.mutex);
    batch.status = absl::OkStatus();
  }
  batch.parts_open.store(open, std::memory_order_release);
  // The batch may be answered and reused as soon as its last part has been
  // pushed: do not touch it after that.
  for (size_t i = 0, left = open; left > 0; ++i) {
    if (batch.parts[i].empty()) continue;
    --left;
    partitions[i].writer->Push(command);
  }
}

// Opt-outs are accepted whatever the clock says and however many messages wait.
absl::Status Store::State::Hand(OptOutBatch& batch) {
  for (const Partition& partition : partitions) {
    SLUICE_RETURN_IF_ERROR(partition.writer->Writable());
  }
  SLUICE_RETURN_IF_ERROR(unrecorded.TryTake(batch.entries.size()));
  batch.results.assign(batch.entries.size(), {});
  Spread(
      batch, batch.entries.size(),
      [&batch](uint32_t i) { return batch.entries[i].recipient; },
      AddOptOutsCommand{&batch, &unrecorded});
  return absl::OkStatus();
}

namespace {

absl::Status SteppedError() {
  return WithReason(
      absl::UnavailableError(
          "the system clock differs by more than a minute from the last "
          "records; set it right, or accept the step (sluicectl clock "
          "show)"),
      ErrorReason::kClockStepped);
}

}  // namespace

absl::Status Store::State::Hand(SubmitBatch& batch, bool check_only) {
  if (clock.Read().stepped) return SteppedError();
  for (const Partition& partition : partitions) {
    SLUICE_RETURN_IF_ERROR(partition.writer->Accepting());
  }
  SLUICE_RETURN_IF_ERROR(undecided.TryTake(batch.facts.size()));
  batch.answers.resize(batch.facts.size());
  for (Answer& answer : batch.answers) {
    answer.decision = sluice::v1::DECISION_UNDECIDED;
    answer.findings.clear();
  }
  Spread(
      batch, batch.facts.size(),
      [&batch](uint32_t i) { return batch.facts[i].recipient; },
      SubmitCommand{&batch, check_only, &undecided});
  return absl::OkStatus();
}

absl::Status Store::Submit(SubmitBatch& batch) {
  return state_->Hand(batch, /*check_only=*/false);
}

absl::Status Store::Check(SubmitBatch& batch) {
  return state_->Hand(batch, /*check_only=*/true);
}

absl::Status Store::AddOptOuts(OptOutBatch& batch) {
  return state_->Hand(batch);
}

absl::Status Store::State::Hand(CorrectionBatch& batch) {
  for (const Partition& partition : partitions) {
    SLUICE_RETURN_IF_ERROR(partition.writer->Writable());
  }
  batch.outcomes.assign(batch.items.size(), CorrectionOutcome::kGone);
  Spread(
      batch, batch.items.size(),
      [&batch](uint32_t i) { return batch.items[i].recipient; },
      CorrectOptOutsCommand{&batch});
  return absl::OkStatus();
}

absl::Status Store::CorrectOptOuts(CorrectionBatch& batch) {
  return state_->Hand(batch);
}

absl::Status Store::State::Hand(RedecideBatch& batch) {
  if (clock.Read().stepped) return SteppedError();
  for (const Partition& partition : partitions) {
    SLUICE_RETURN_IF_ERROR(partition.writer->Writable());
  }
  batch.results.assign(batch.items.size(), {});
  Spread(
      batch, batch.items.size(),
      [&batch](uint32_t i) { return batch.facts[i].recipient; },
      RedecideCommand{&batch});
  return absl::OkStatus();
}

absl::Status Store::Redecide(RedecideBatch& batch) {
  return state_->Hand(batch);
}

absl::StatusOr<std::vector<WaitingMessage>> Store::State::Ask(
    int partition, WaitingCommand command, size_t& next_slot) const {
  Mutex answer_mutex;
  CondVar changed;
  bool ready = false;
  absl::StatusOr<std::vector<WaitingMessage>> found;
  command.done = [&](absl::StatusOr<std::vector<WaitingMessage>> answer,
                     size_t next) {
    MutexLock lock(answer_mutex);
    found = std::move(answer);
    next_slot = next;
    ready = true;
    changed.NotifyAll();
  };
  partitions[partition].writer->Push(std::move(command));
  MutexLock lock(answer_mutex);
  while (!ready) changed.Wait(answer_mutex);
  return found;
}

absl::StatusOr<std::vector<WaitingMessage>> Store::Held(
    int partition, std::pair<int64_t, uint64_t> after, size_t limit) const {
  size_t unused = 0;
  return state_->Ask(partition, {.held = true, .after = after, .limit = limit},
                     unused);
}

absl::StatusOr<std::vector<WaitingMessage>> Store::Waiting(int partition,
                                                           size_t limit,
                                                           size_t& slot) const {
  return state_->Ask(partition, {.slot = slot, .limit = limit}, slot);
}

void Store::AddOptOut(OptOutEntry entry,
                      std::function<void(absl::StatusOr<OptOutResult>)> done) {
  auto batch = std::make_shared<OptOutBatch>();
  batch->entries.push_back(std::move(entry));
  // The batch owns itself until it has been answered.
  batch->done = [batch, done](const absl::Status& status) {
    if (status.ok()) {
      done(batch->results[0]);
    } else {
      done(status);
    }
  };
  const absl::Status handed = AddOptOuts(*batch);
  if (handed.ok()) return;
  batch->done = nullptr;
  done(handed);
}

void Store::RemoveOptOut(
    OptOutEntry entry, std::string proof, int64_t consented_ms,
    std::function<void(absl::StatusOr<std::vector<RecordRef>>)> done) {
  const int partition = PartitionOf(entry.recipient);
  state_->partitions[partition].writer->Push(RemoveOptOutCommand{
      std::move(entry), std::move(proof), consented_ms, std::move(done)});
}

int Store::partitions() const {
  return static_cast<int>(state_->partitions.size());
}

void Store::TakeWork(int partition, WorkRequest request) {
  state_->partitions[partition].writer->Push(
      TakeWorkCommand{std::move(request)});
}

void Store::GiveBack(int partition, RecordRef message, Phone,
                     std::string carrier_code, int64_t again_ms) {
  state_->partitions[partition].writer->Push(
      GiveBackCommand{message, std::move(carrier_code), again_ms});
}

void Store::Ran(int partition, LinkRun run) {
  state_->partitions[partition].writer->Push(LinkRunCommand{std::move(run)});
}

void Store::Replied(CarrierReply reply) {
  const int partition = PartitionOf(reply.recipient);
  state_->partitions[partition].writer->Push(ReplyCommand{std::move(reply)});
}

void Store::OnWork(
    std::function<void(int partition, Carrier carrier)> callback) {
  MutexLock lock(state_->mutex);
  state_->on_work = std::move(callback);
}

RecordRef Store::DurableEnd(int partition) const {
  return RecordRef(state_->partitions[partition].writer->durable_end(), 0);
}

int Store::Subscribe(std::function<void(int)> callback) {
  MutexLock lock(state_->mutex);
  const int token = state_->next_token++;
  state_->subscribers[token] = std::move(callback);
  return token;
}

void Store::Unsubscribe(int token) {
  MutexLock lock(state_->mutex);
  state_->subscribers.erase(token);
}

absl::StatusOr<RecordRef> Store::State::AppendControl(v1::Record record) {
  record.set_at_ms(clock.NowMs());
  const bool changes_key = record.has_signing_key_changed();
  const absl::StatusOr<RecordRef> at = control->AppendOne(std::move(record));
  if (changes_key) {
    // Also after an error: it may be durable.
    MutexLock lock(keys_mutex);
    key_changes = std::nullopt;
  }
  if (at.ok()) standing->Appended(1);
  return at;
}

absl::Status Store::AppendControl(store::v1::Record record) {
  return state_->AppendControl(std::move(record)).status();
}

absl::Status Store::AppendControl(std::vector<store::v1::Record> records,
                                  size_t& durable) {
  for (store::v1::Record& record : records) record.set_at_ms(NowMs());
  const absl::Status status =
      state_->control->Append(std::move(records), durable);
  state_->standing->Appended(durable);
  return status;
}

absl::Status Store::ReadControl(
    const std::function<void(const store::v1::Record&)>& visit) const {
  return state_->control->Read(visit);
}

absl::StatusOr<RecordRef> Store::ScanControl(
    RecordRef from,
    const std::function<bool(RecordRef, absl::string_view)>& visit,
    const StopAsked& stop) const {
  return state_->control->Scan(from, visit, stop);
}

absl::StatusOr<store::v1::Record> Store::ReadControlAt(RecordRef ref) const {
  return state_->control->ReadAt(ref);
}

absl::Status Store::ReadStanding(
    const std::function<void(const store::v1::Record&)>& visit) const {
  return state_->standing->Read(visit);
}

int64_t Store::NowMs() const { return state_->clock.NowMs(); }

ClockReading Store::ReadClock() const {
  const PartitionClock::Reading clock = state_->clock.Read();
  const int64_t gap_ms = state_->clock.start_gap_ms();
  const bool long_gap =
      absl::Milliseconds(gap_ms) > PartitionClock::kAlarmAfter;
  return {.now_ms = clock.now_ms,
          .system_ms = absl::ToUnixMillis(state_->system_clock.Now()),
          .stepped = clock.stepped,
          .unconfirmed = clock.unconfirmed,
          .start_gap_ms = long_gap ? gap_ms : 0};
}

std::vector<WaitingRetention> Store::WaitingRetentions() const {
  return state_->janitor->Waiting();
}

size_t Store::AllowRetention(const std::string& actor) {
  return state_->janitor->Allow(actor);
}

int64_t Store::CountedMs(int partition, RecordRef record, int64_t at_ms) const {
  return store::CountedMs(*state_->partitions[partition].writer->turned_back(),
                          record.position(), at_ms);
}

PartitionStats Store::Stats(int partition) const {
  Mutex mutex;
  CondVar changed;
  bool ready = false;
  PartitionStats stats;
  state_->partitions[partition].writer->Push(
      StatsCommand{[&](const PartitionStats& s) {
        MutexLock lock(mutex);
        stats = s;
        ready = true;
        changed.NotifyAll();
      }});
  MutexLock lock(mutex);
  while (!ready) changed.Wait(mutex);
  return stats;
}

std::vector<std::pair<std::string, uint64_t>> Store::DamagedPlaces() const {
  std::vector<std::pair<std::string, uint64_t>> places;
  JournalIdentity control;
  control.partition = kControlPartition;
  places.emplace_back("control", state_->alarm.Places(control));
  for (const State::Partition& partition : state_->partitions) {
    places.emplace_back(std::to_string(partition.identity.partition),
                        state_->alarm.Places(partition.identity));
  }
  return places;
}

bool Store::IsPoisoned(int partition) const {
  return state_->partitions[partition].writer->is_poisoned();
}

bool Store::IsDiskFull(int partition) const {
  return state_->partitions[partition].writer->is_disk_full();
}

DiskRoom Store::ReadDiskRoom() const {
  DiskRoom room = DiskRoom::kEnough;
  for (const State::Partition& partition : state_->partitions) {
    if (partition.writer->is_disk_full()) return DiskRoom::kNone;
    if (!partition.views->CheckRoom().ok()) room = DiskRoom::kNoViews;
  }
  return room;
}

}  // namespace sluice::store
