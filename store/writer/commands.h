#pragma once

// The commands that the partition's writer accepts. Each command defines its
// weight in the inbox, whether it stays true when the journal is reopened, and
// its answer when it cannot be done: PartitionCommand requires all three.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "store/partition/partition.h"
#include "store/writer/inbox_bound.h"

namespace sluice::store {

// How many messages are worth deciding while a group is on its way to the disk.
// Fewer messages wait for its end, because they cannot be in a group before
// that, and waking for each would cost the writer more than deciding it. A
// command that needs no group, and whose caller waits, has this weight too.
inline constexpr size_t kWorthWaking = 64;

// The data for answering a command that cannot be done.
struct Refusal {
  uint16_t partition = 0;
  const absl::Status& why;
  const PartitionStats& stats;  // As last counted.
};

// One part of a batch has been decided or has failed; the last part answers.
void FinishPart(BatchParts& batch, const absl::Status& status);

// Decides this partition's share of a batch.
struct SubmitCommand {
  static constexpr bool kStaysTrue = false;
  SubmitBatch* batch = nullptr;
  bool check_only = false;
  InboxBound* bound = nullptr;

  size_t Weight(uint16_t partition) const;
  void Refuse(const Refusal& refusal);
  // Frees the command's room in `bound`; call it before any decision.
  void LeaveInbox(uint16_t partition) const;
};

// Records this partition's share of a batch of opt-outs.
struct AddOptOutsCommand {
  static constexpr bool kStaysTrue = false;
  OptOutBatch* batch = nullptr;
  InboxBound* bound = nullptr;

  size_t Weight(uint16_t partition) const;
  void Refuse(const Refusal& refusal);
  // As in SubmitCommand.
  void LeaveInbox(uint16_t partition) const;
};

// Redecides this partition's share of a batch.
struct RedecideCommand {
  static constexpr bool kStaysTrue = false;
  RedecideBatch* batch = nullptr;

  size_t Weight(uint16_t partition) const;
  void Refuse(const Refusal& refusal);
};

// Lists messages that wait, or that are held.
struct WaitingCommand {
  static constexpr bool kStaysTrue = false;
  // Only held messages, the longest held first, after `after`.
  bool held = false;
  std::pair<int64_t, uint64_t> after;
  // Otherwise all waiting messages, from this slot of the outbox on.
  size_t slot = 0;
  size_t limit = 0;
  std::function<void(absl::StatusOr<std::vector<WaitingMessage>>,
                     size_t next_slot)>
      done;

  size_t Weight(uint16_t) const { return kWorthWaking; }
  void Refuse(const Refusal& refusal) { done(refusal.why, 0); }
};

struct RemoveOptOutCommand {
  static constexpr bool kStaysTrue = false;
  OptOutEntry entry;
  std::string proof;
  int64_t consented_ms = 0;
  std::function<void(absl::StatusOr<std::vector<RecordRef>>)> done;

  size_t Weight(uint16_t) const { return 1; }
  void Refuse(const Refusal& refusal) { done(refusal.why); }
};

// Removes this partition's share of a batch of mistaken opt-outs.
struct CorrectOptOutsCommand {
  static constexpr bool kStaysTrue = false;
  CorrectionBatch* batch = nullptr;

  size_t Weight(uint16_t partition) const;
  void Refuse(const Refusal& refusal);
};

struct TakeWorkCommand {
  static constexpr bool kStaysTrue = false;
  WorkRequest request;

  size_t Weight(uint16_t) const { return 1; }
  void Refuse(const Refusal& refusal) { request.done(refusal.why); }
};

// A link reports such an event once, and it is true even if the disk fails.
struct GiveBackCommand {
  static constexpr bool kStaysTrue = true;
  RecordRef message;
  std::string carrier_code;
  int64_t again_ms = 0;

  size_t Weight(uint16_t) const { return 1; }
  void Refuse(const Refusal&) {}
};

struct LinkRunCommand {
  static constexpr bool kStaysTrue = true;
  LinkRun run;

  size_t Weight(uint16_t) const;
  // Refuses and removes only the reports, which the carrier then repeats.
  void Refuse(const Refusal& refusal);
};

struct ReplyCommand {
  static constexpr bool kStaysTrue = false;
  CarrierReply reply;

  size_t Weight(uint16_t) const { return 1; }
  void Refuse(const Refusal& refusal) { reply.done(refusal.why); }
};

// From the journal thread: opt-outs are durable, and their answer waits only
// for hand-overs; or they are not, and the answer is `status`. Done even while
// the journal is being reopened.
struct OptOutDurableCommand {
  static constexpr bool kStaysTrue = false;
  uint64_t waiter = 0;
  absl::Status status;

  size_t Weight(uint16_t) const { return 1; }
  void Refuse(const Refusal&) {}
};

// Hand-overs in a group that may still fail; kept so that they can be undone.
struct HandingOverCommand {
  static constexpr bool kStaysTrue = false;
  std::vector<uint64_t> messages;

  size_t Weight(uint16_t) const { return 1; }
  void Refuse(const Refusal&) {}
};

// The clock goes back from a mistaken future: journals it, and moves what was
// planned there. The partition takes `now_ms` as its time until the clock
// itself has gone back, which needs all partitions.
struct TurnBackCommand {
  static constexpr bool kStaysTrue = false;
  int64_t believed_ms = 0;
  int64_t now_ms = 0;
  std::string actor;
  std::string reason;
  std::function<void(const absl::Status&)> done;

  size_t Weight(uint16_t) const { return kWorthWaking; }
  void Refuse(const Refusal& refusal) { done(refusal.why); }
};

struct StatsCommand {
  static constexpr bool kStaysTrue = false;
  std::function<void(const PartitionStats&)> done;

  size_t Weight(uint16_t) const { return kWorthWaking; }
  // The last numbers are better than none.
  void Refuse(const Refusal& refusal) { done(refusal.stats); }
};

template <typename T>
concept PartitionCommand = requires(T& command, const Refusal& refusal,
                                    uint16_t partition) {
  // In messages, or as much work: decides how soon to wake the writer.
  { std::as_const(command).Weight(partition) } -> std::same_as<size_t>;
  // Answers the command because it cannot be done. Once, instead of doing it.
  { command.Refuse(refusal) } -> std::same_as<void>;
  // The command reports a fact outside, so it is done after the journal is
  // reopened, although it was refused.
  requires std::same_as<decltype(T::kStaysTrue), const bool>;
};

template <PartitionCommand... T>
using CommandOf = std::variant<T...>;

using Command =
    CommandOf<SubmitCommand, RedecideCommand, WaitingCommand, AddOptOutsCommand,
              RemoveOptOutCommand, CorrectOptOutsCommand, TakeWorkCommand,
              GiveBackCommand, LinkRunCommand, ReplyCommand,
              OptOutDurableCommand, HandingOverCommand, TurnBackCommand,
              StatsCommand>;

// These dispatch to the command's own type.
size_t WeightOf(const Command& command, uint16_t partition);
void Refuse(Command& command, const Refusal& refusal);
bool StaysTrue(const Command& command);

}  // namespace sluice::store
