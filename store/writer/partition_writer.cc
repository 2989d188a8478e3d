#include "store/writer/partition_writer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/error_reason.h"
#include "rules/base/status_macros.h"
#include "rules/base/thread_name.h"

namespace sluice::store {

namespace {

// How long the writer sleeps at most: its clockwork (deferred messages, expiry,
// early reports) is exact to a second, and this keeps it so.
constexpr int64_t kTickMs = 100;

}  // namespace

PartitionWriter::PartitionWriter(const PartitionOptions& options,
                                 PartitionParts parts)
    : options_(options),
      parts_(std::move(parts)),
      index_(parts_.views),
      reader_(parts_.files, options_.identity),
      checkpointer_(parts_.views, index_, parts_.note) {}

absl::Status PartitionWriter::Start() {
  SLUICE_RETURN_IF_ERROR(Load());
  // What a process before this one handed over and got no answer for.
  SettleHandOvers(/*fresh_process=*/true);
  thread_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

PartitionWriter::~PartitionWriter() {
  stopping_ = true;
  inbox_.Nudge();
  if (thread_.joinable()) thread_.join();
}

void PartitionWriter::Push(Command command) {
  const size_t weight = WeightOf(command, options_.identity.partition);
  inbox_.Push(std::move(command), std::max<size_t>(weight, 1));
}

absl::Status PartitionWriter::Writable() const {
  if (poisoned_) {
    return WithReason(absl::UnavailableError("the journal is being reopened"),
                      ErrorReason::kJournalReopened);
  }
  if (disk_full_) {
    return WithReason(
        absl::ResourceExhaustedError("no room on disk for the journal"),
        ErrorReason::kDiskFull);
  }
  return absl::OkStatus();
}

absl::Status PartitionWriter::Accepting() const {
  SLUICE_RETURN_IF_ERROR(Writable());
  if (outbox_full_) {
    return absl::ResourceExhaustedError(
        "too many messages wait to be handed over");
  }
  return absl::OkStatus();
}

void PartitionWriter::Run() {
  NameThisThread(absl::StrCat("writer-", options_.identity.partition));
  for (;;) {
    const absl::Status status = Serve();
    if (status.ok()) break;
    Recover(status);
    if (stopping_) break;
  }
  const absl::Status stopping =
      absl::UnavailableError("the service is stopping");
  std::vector<Command> rest;
  inbox_.TakeAll(rest, 1, std::chrono::nanoseconds(0));
  for (Command& command : rest) {
    RefuseOne(command, stopping);
  }
  waiters_.FailAll(stopping);
  early_reports_.FailAll(stopping);
}

// Returns OK when the partition stops, an error when it is poisoned.
absl::Status PartitionWriter::Serve() {
  std::vector<Command> commands;
  for (;;) {
    const bool syncing = !commit_->idle();
    const int64_t wait_ms =
        !syncing && !commit_->group().empty()
            ? 0
            : std::clamp<int64_t>(
                  state_->outbox.next_wake_ms() - parts_.clock.NowMs(), 1,
                  kTickMs);
    commands.clear();
    snapshot_ = nullptr;  // Whoever waits for its end does not wait for us.
    const bool stop = stopping_;  // What was pushed before is still done.
    inbox_.TakeAll(commands, syncing ? kWorthWaking : 1,
                   std::chrono::milliseconds(wait_ms));
    snapshot_ = parts_.snapshot();
    now_ms_ = parts_.clock.NowMs();
    disk_full_ = !commit_->space().ok();
    state_->outbox.SetHold(snapshot_->policy->hold_ms());
    for (Command& command : commands) Process(command);
    Tick();
    AnnounceWork();
    if (!commit_->group().empty() && commit_->idle()) CommitGroup();
    if (stop) {
      commit_->group().must_sync = true;
      CommitGroup();
      SLUICE_RETURN_IF_ERROR(commit_->Drain());
      break;
    }
    if (commit_->poisoned()) return commit_->Drain();
  }
  SaveAll();
  return absl::OkStatus();
}

void PartitionWriter::Process(Command& command) {
  std::visit([this](auto& c) { Do(c); }, command);
  pinned_ = {};
}

// Answers a command that cannot be done.
void PartitionWriter::RefuseOne(Command& command, const absl::Status& why) {
  stats_.poisoned = poisoned_;
  Refuse(command, {options_.identity.partition, why, stats_});
}

store::v1::Record& PartitionWriter::NewRecord(Phone recipient) {
  record_.Clear();
  return Refill(record_, recipient);
}

// The same with the body that the form had before: all its fields are set anew.
store::v1::Record& PartitionWriter::Refill(store::v1::Record& form,
                                           Phone recipient) {
  const absl::string_view salt = salts_.Next();
  form.set_salt(salt.data(), salt.size());
  form.set_at_ms(now_ms_);
  form.set_recipient(recipient.e164);
  return form;
}

RecordRef PartitionWriter::NextRef(size_t record_size) {
  if (!commit_->group().builder.Fits(record_size)) CommitGroup();
  return RecordRef(commit_->group().position, commit_->group().builder.count());
}

RecordRef PartitionWriter::Append(const store::v1::Record& record) {
  const size_t size = record.ByteSizeLong();
  const RecordRef ref = NextRef(size);
  OpenGroup& group = commit_->group();
  group.builder.AddWith(size, [&record](char* out) {
    record.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(out));
  });
  if (record.recipient() != 0) {
    group.index.push_back({record.recipient(), ref.value()});
  }
  ++stats_.records;
  return ref;
}

void PartitionWriter::AfterDurable(
    absl::AnyInvocable<void(const absl::Status&)> completion) {
  commit_->group().completions.push_back(std::move(completion));
}

// Returns false when the partition is poisoned.
bool PartitionWriter::CommitGroup() {
  OpenGroup& group = commit_->group();
  if (group.empty()) return !commit_->poisoned();
  const size_t bytes = group.builder.count() == 0 ? 0 : group.builder.Size();
  stats_.journal_bytes += bytes;
  ++stats_.groups;
  bytes_since_bucket_ +=
      std::max(bytes, group.builder.count() * kReplayBytesMin);
  SaveNextBuckets(bytes);
  // Commit() waits for the group before, whose answers are then safe.
  if (!commit_->Commit().ok()) return false;
  redo_.GroupSent();
  return true;
}

void PartitionWriter::Tick() {
  look_.clear();
  state_->outbox.Advance(now_ms_, look_);
  for (const uint64_t message : look_) Look(message);
  stats_.unmatched_reports += early_reports_.Expire(now_ms_);
}

// Tells the dispatcher when work appears where none was; it then takes all it
// can, so one word is enough.
void PartitionWriter::AnnounceWork() {
  outbox_full_ = state_->outbox.waiting() >= options_.outbox_messages_max;
  for (int carrier = 0; carrier < kCarriers; ++carrier) {
    if (!state_->outbox.HasDue(static_cast<Carrier>(carrier))) {
      announced_[carrier] = false;
    } else if (!announced_[carrier]) {
      announced_[carrier] = true;
      parts_.work(static_cast<Carrier>(carrier));
    }
  }
}

}  // namespace sluice::store
