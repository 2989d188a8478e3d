// How a partition's writer loads its state: at a start, and from the journal's
// real tail after a failed append.

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "store/partition/partition_loader.h"
#include "store/writer/hand_over_recovery.h"
#include "store/writer/partition_writer.h"

namespace sluice::store {

namespace {

using Note = std::function<void(const std::string&)>;

void IgnoreNote(const std::string&) {}

}  // namespace

// With `quiet`, it logs nothing that it has found.
absl::Status PartitionWriter::Load(bool quiet) {
  // The checkpointer may still be saving the previous state: the load must see
  // the buckets before or after that save, not in between.
  checkpointer_.Wait();
  checkpointer_.TakeOutcome();
  context_.state = nullptr;  // Memory has no room for two states.
  SLUICE_ASSIGN_OR_RETURN(
      LoadedPartition loaded,
      PartitionLoader({.identity = options_.identity,
                       .journal = options_.journal,
                       .files = parts_.files,
                       .views = parts_.views,
                       .index = index_,
                       .recall = context_.recall,
                       .clock = parts_.clock,
                       .snapshot = parts_.snapshot,
                       .note = quiet ? Note(IgnoreNote) : parts_.note})
          .Load());
  SLUICE_RETURN_IF_ERROR(SetTurnedBack(std::move(loaded.turned_back)));
  context_.state = std::move(loaded.state);
  context_.durable_end_value = loaded.journal->durable_end().value();
  loss_ = std::move(loaded.loss);
  saver_.BeginAt(loaded.bucket_behind, loaded.replayed);
  commit_ = std::make_unique<GroupCommit>(
      std::move(loaded.journal), options_.sync, index_,
      [this] {
        context_.durable_end_value.store(commit_->durable_end().value(),
                                         std::memory_order_release);
      },
      [this] {
        checkpointer_.Poke();
        inbox_.Nudge();
        parts_.durable();
      });
  context_.records.Fill(commit_->group());
  return absl::OkStatus();
}

void PartitionWriter::SettleHandOvers(bool fresh_process) {
  const size_t settled = store::SettleHandOvers(context_, fresh_process);
  if (settled == 0) return;
  parts_.note(absl::StrCat(
      Name(), ": ", settled,
      fresh_process ? " messages were handed over and never answered: UNKNOWN"
                    : " messages were not handed over after all"));
}

// A loss is settled once: the record of a reopening says that it is.
absl::Status PartitionWriter::SettleLoss() {
  if (loss_.empty()) return absl::OkStatus();
  const size_t settled = SettleWaiting(context_);
  SLUICE_RETURN_IF_ERROR(RecordReopening(absl::DataLossError(loss_)));
  parts_.note(absl::StrCat(
      Name(), ": ", std::exchange(loss_, ""), "; ", settled,
      " messages that waited may have been handed over in what is lost: "
      "UNKNOWN"));
  return absl::OkStatus();
}

// The journal failed. The groups in flight have been answered UNAVAILABLE, and
// memory is ahead of the disk. Drop the journal, read the real tail, and
// continue.
void PartitionWriter::Recover(const absl::Status& why) {
  poisoned_ = true;
  ++context_.reopened;
  TellFault(absl::StrCat(why.message(),
                         "; nothing is accepted until it is reopened"));
  const LinkedMessages linked = LinkedIn(context_.state->outbox);
  // Commands of the failed groups. Carriers' answers stay true, and the
  // hand-overs of those groups never reached a link.
  std::deque<Command> redo = redo_.TakeAll();
  if (!Reopen(why, redo)) return;
  SetLinked(linked, context_.state->outbox);
  work_.ForgetAnnouncements();
  replies_.ForgetSeen();
  Refresh();
  for (Command& command : redo) Process(command);
  SettleHandOvers(/*fresh_process=*/false);
  if (const auto lasted = fault_.Ends()) {
    parts_.note(absl::StrCat(Name(), " is open again after ", *lasted));
  }
  poisoned_ = false;
}

// Logs the fault of the journal if a line is due.
void PartitionWriter::TellFault(absl::string_view what) {
  const auto line = fault_.Holds(absl::StrCat(Name(), " failed: ", what));
  if (line) parts_.fault(*line);
}

// Tries until the journal can be read and written. Meanwhile refuses pushed
// commands, and adds those that stay true to `redo`. Returns false when the
// partition stops first.
bool PartitionWriter::Reopen(const absl::Status& why,
                             std::deque<Command>& redo) {
  absl::Status status = why;
  // The first try tells what it finds, though the fault may not be told so soon
  // after another; further tries find the same.
  bool quiet = false;
  for (int64_t pause_ms = 10; !status.ok() && !stopping_;) {
    std::vector<Command> commands;
    inbox_.TakeAll(commands, 1, std::chrono::milliseconds(pause_ms));
    for (Command& command : commands) {
      // This command's caller waits for an answer that no longer needs the
      // journal.
      if (auto* const durable = std::get_if<OptOutDurableCommand>(&command)) {
        opt_outs_.Do(*durable);
        continue;
      }
      RefuseOne(command, absl::UnavailableError(
                             "the journal is being reopened; the outcome of "
                             "calls under way is unknown"));
      if (StaysTrue(command)) redo.push_back(std::move(command));
    }
    commit_.reset();
    status = Load(quiet);
    quiet = true;
    if (status.ok()) status = RecordReopening(why);
    if (!status.ok()) {
      TellFault(absl::StrCat("it cannot be reopened: ", status.message()));
      pause_ms = std::min<int64_t>(pause_ms * 2, 5'000);
    }
  }
  return status.ok();
}

// Writes a record, because reading proves nothing about a disk that fails to
// write.
absl::Status PartitionWriter::RecordReopening(const absl::Status& why) {
  Refresh();
  store::v1::Record& record = context_.records.New(Phone{}, context_.now_ms);
  record.mutable_journal_reopened()->set_reason(std::string(why.message()));
  context_.records.Append(record);
  const absl::Status sent = commit_->Commit();
  context_.records.Fill(commit_->group());
  SLUICE_RETURN_IF_ERROR(sent);
  return commit_->Drain();
}

}  // namespace sluice::store
