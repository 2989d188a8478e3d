#include "store/writer/partition_writer.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "rules/base/thread_name.h"
#include "store/writer/correction_handler.h"
#include "store/writer/message_end.h"
#include "store/writer/waiting_handler.h"

namespace sluice::store {

namespace {

// The longest sleep of the writer. Its tick (deferred messages, expiry, early
// reports) is exact to a second; this keeps it so.
constexpr int64_t kTickMs = 100;

// A visitor with a case for every alternative: a missing one does not compile.
template <typename... T>
struct Overloaded : T... {
  using T::operator()...;
};
template <typename... T>
Overloaded(T...) -> Overloaded<T...>;

}  // namespace

PartitionWriter::PartitionWriter(const PartitionOptions& options,
                                 PartitionParts parts)
    : options_(options),
      parts_(std::move(parts)),
      index_(parts_.views),
      reader_(parts_.files, options_.identity, parts_.alarm),
      checkpointer_(parts_.views, index_, parts_.note, parts_.fault),
      context_(options_.identity.partition, parts_.views,
               [this] { CommitGroup(); }),
      saver_({options_.checkpoint_cycle_bytes, options_.recipient_memory_bytes},
             checkpointer_),
      submits_(context_, /*recalls=*/options_.recipient_memory_bytes > 0),
      redecisions_(context_),
      work_(context_, {redo_, reader_, parts_.fault, parts_.work}),
      links_(context_, redo_, waiters_),
      opt_outs_(
          context_, waiters_,
          [this](OptOutDurableCommand command) { Push(std::move(command)); }),
      replies_(
          context_, opt_outs_,
          [this](RecordRef ref) { return reader_.Read(ref); },
          [this](Phone number, size_t limit) {
            return index_.numbers().Find(number, RecordRef(), limit,
                                         MaskOf(RecordKind::kFirst));
          }) {}

absl::Status PartitionWriter::Start() {
  SLUICE_RETURN_IF_ERROR(Load());
  Refresh();
  // Hand-overs of an earlier process that were not answered.
  SettleHandOvers(/*fresh_process=*/true);
  SLUICE_RETURN_IF_ERROR(SettleLoss());
  thread_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

PartitionWriter::~PartitionWriter() {
  stopping_ = true;
  inbox_.Nudge();
  if (thread_.joinable()) thread_.join();
  commit_.reset();  // Its last completions need the handlers.
}

void PartitionWriter::Push(Command command) {
  const size_t weight = WeightOf(command, options_.identity.partition);
  inbox_.Push(std::move(command), std::max<size_t>(weight, 1));
}

absl::Status PartitionWriter::Writable() const {
  if (poisoned_) {
    return WithReason(
        ErrorOf(absl::StatusCode::kUnavailable,
                SayBoth("日志正在重新打开", "the journal is being reopened")),
        ErrorReason::kJournalReopened);
  }
  if (disk_full_) {
    return WithReason(ErrorOf(absl::StatusCode::kResourceExhausted,
                              SayBoth("磁盘已满，日志写不下",
                                      "no room on disk for the journal")),
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
  for (Command& command : rest) RefuseOne(command, stopping);
  waiters_.FailAll(stopping);
}

// Returns OK when the partition stops, an error when it is poisoned.
absl::Status PartitionWriter::Serve() {
  std::vector<Command> commands;
  for (;;) {
    const bool stop = TakeCommands(commands);
    for (Command& command : commands) Process(command);
    Tick();
    AnnounceWork();
    if (!commit_->group().empty() && commit_->idle()) CommitGroup();
    if (stop) {
      submits_.RecordRefusals(/*all=*/true);
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

// Waits for commands, and takes the snapshot and time that decide them. Returns
// whether the partition stops; commands pushed before that are still done.
bool PartitionWriter::TakeCommands(std::vector<Command>& commands) {
  const bool syncing = !commit_->idle();
  const std::chrono::milliseconds wait = WaitAtMost(syncing);
  commands.clear();
  // Releases the snapshot, so that a thread waiting for its end need not wait
  // here.
  context_.snapshot = nullptr;
  const bool stop = stopping_;
  inbox_.TakeAll(commands, syncing ? kWorthWaking : 1, wait);
  Refresh();
  context_.space = commit_->space();
  disk_full_ = !context_.space.ok();
  context_.state->outbox.SetHold(context_.snapshot->policy->hold_ms());
  return stop;
}

// How long to wait for commands: not at all while an open group could be sent.
std::chrono::milliseconds PartitionWriter::WaitAtMost(bool syncing) const {
  if (!syncing && !commit_->group().empty()) {
    return std::chrono::milliseconds(0);
  }
  // What is due waits for the clock.
  if (context_.doubtful) return std::chrono::milliseconds(kTickMs);
  const int64_t next_ms = context_.state->outbox.next_wake_ms();
  return std::chrono::milliseconds(
      std::clamp<int64_t>(next_ms - parts_.clock.NowMs(), 1, kTickMs));
}

void PartitionWriter::Process(Command& command) {
  std::visit(
      Overloaded{
          [this](SubmitCommand& one) { submits_.Do(one); },
          [this](RedecideCommand& one) { redecisions_.Do(one); },
          [this](WaitingCommand& one) { TellWaiting(context_, one); },
          [this](AddOptOutsCommand& one) { opt_outs_.Do(one); },
          [this](RemoveOptOutCommand& one) { opt_outs_.Do(one); },
          [this](OptOutDurableCommand& one) { opt_outs_.Do(one); },
          [this](CorrectOptOutsCommand& one) { CorrectOptOuts(context_, one); },
          [this](TakeWorkCommand& one) { work_.Do(one); },
          [this](GiveBackCommand& one) { links_.Do(one); },
          [this](LinkRunCommand& one) { links_.Do(one); },
          [this](HandingOverCommand& one) { links_.Do(one); },
          [this](ReplyCommand& one) { replies_.Do(one); },
          [this](TurnBackCommand& one) { Do(one); },
          [this](StatsCommand& one) { Do(one); },
      },
      command);
  context_.recall.Unpin();
}

void PartitionWriter::Do(StatsCommand& command) {
  const PartitionState& state = *context_.state;
  const Outbox& outbox = state.outbox;
  stats_.recipients = state.recipients.recipients();
  stats_.sends = state.recipients.sends();
  stats_.opt_outs = state.recipients.facts();
  stats_.state_bytes = state.recipients.bytes() + state.idle.bytes();
  stats_.idle = state.idle.count();
  stats_.recalled = state.idle.recalled();
  stats_.queued = outbox.count(sluice::v1::MESSAGE_STATE_QUEUED);
  stats_.queued_by = outbox.queued_by();
  stats_.deferred = outbox.count(sluice::v1::MESSAGE_STATE_DEFERRED);
  stats_.held = outbox.count(sluice::v1::MESSAGE_STATE_HELD);
  stats_.held_since_ms =
      outbox.held().empty() ? 0 : outbox.held().begin()->first;
  stats_.handed_over = outbox.count(sluice::v1::MESSAGE_STATE_HANDED_OVER);
  stats_.awaiting_report =
      outbox.size() - outbox.waiting() - stats_.handed_over;
  command.done(CountedStats());
}

// Updates the counters of all parts; the state is as of the last StatsCommand.
const PartitionStats& PartitionWriter::CountedStats() {
  stats_.failed_recalls = context_.recall.failed();
  stats_.records = context_.records.count();
  stats_.unmatched_reports = links_.unmatched_reports();
  stats_.poisoned = poisoned_;
  return stats_;
}

// Answers a command that cannot be done.
void PartitionWriter::RefuseOne(Command& command, const absl::Status& why) {
  Refuse(command, {options_.identity.partition, why, CountedStats()});
}

void PartitionWriter::Tick() {
  if (context_.doubtful) return;
  overdue_.clear();
  context_.state->outbox.Advance(context_.now_ms, overdue_);
  for (const uint64_t message : overdue_) EndOverdue(context_, message);
  links_.ExpireEarlyReports();
  submits_.RecordRefusals(/*all=*/false);
}

void PartitionWriter::AnnounceWork() {
  outbox_full_ =
      context_.state->outbox.waiting() >= options_.outbox_messages_max;
  work_.Announce();
}

void PartitionWriter::Refresh() {
  context_.snapshot = parts_.snapshot();
  const PartitionClock::Reading clock = parts_.clock.Read();
  context_.now_ms = clock.now_ms;
  if (!clock.stepped || clock.now_ms < ahead_.mistaken_ms) ahead_ = {};
  if (ahead_.mistaken_ms != 0) context_.now_ms = ahead_.now_ms;
  if (context_.doubtful && !clock.doubtful) work_.ForgetAnnouncements();
  context_.doubtful = clock.doubtful;
}

// Returns false when the partition is poisoned.
bool PartitionWriter::CommitGroup() {
  OpenGroup& group = commit_->group();
  if (group.empty()) return !commit_->poisoned();
  const size_t records = group.builder.count();
  const size_t bytes = records == 0 ? 0 : group.builder.Size();
  stats_.journal_bytes += bytes;
  ++stats_.groups;
  saver_.Count(records, bytes);
  if (records > 0) SaveBuckets(bytes);
  // Commit() waits for the previous group, whose answers are durable then.
  const bool sent = commit_->Commit().ok();
  context_.records.Fill(commit_->group());
  if (sent) redo_.GroupSent();
  return sent;
}

// Saves the state with the effects of everything up to the end of the open
// group, so replay continues from there. When that group is durable, its end is
// known and the checkpointer gets the buckets.
void PartitionWriter::SaveBuckets(size_t group_bytes) {
  auto saves = saver_.TakeDue(
      {*context_.snapshot->policy, context_.now_ms, context_.recall.pinned()},
      group_bytes, *context_.state);
  if (saves == nullptr) return;
  commit_->group().must_sync = true;
  GroupCommit* const commit = commit_.get();
  context_.records.AfterDurable(
      [this, commit, saves = std::move(saves)](const absl::Status& status) {
        if (!status.ok()) return;  // The state will be rebuilt.
        checkpointer_.Save(saves, commit->tail());
      });
}

// A clean stop leaves nothing to replay.
void PartitionWriter::SaveAll() {
  const absl::Status saved = saver_.SaveAll(commit_->tail(), *context_.state);
  if (!saved.ok()) {
    parts_.fault(absl::StrCat(Name(),
                              ": the views are not saved, the next "
                              "start replays more: ",
                              saved.message()));
  }
}

std::string PartitionWriter::Name() const {
  return absl::StrCat("journal ", options_.identity.partition);
}

}  // namespace sluice::store
