#pragma once

// What the partition's writer can be asked to do. Each command says itself
// what it weighs in the inbox, whether it stays true when the journal is
// reopened, and how it answers when it cannot be done: see PartitionCommand,
// which a command that forgets one does not satisfy.

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

// Messages that are worth deciding while a group is on its way to the disk.
// Fewer wait for its end, because they cannot be in a group before that: woken
// for each, the writer would spend more on waking than on deciding. A command
// that needs no group, and whose caller waits, weighs as much.
inline constexpr size_t kWorthWaking = 64;

// What a command that cannot be done is answered with.
struct Refusal {
  uint16_t partition = 0;
  const absl::Status& why;
  const PartitionStats& stats;  // As last counted.
};

// One part of a batch has been decided or has failed; the last one answers.
void FinishPart(BatchParts& batch, const absl::Status& status);

// Decide this partition's share of a batch.
struct SubmitCommand {
  static constexpr bool kStaysTrue = false;
  SubmitBatch* batch = nullptr;
  bool check_only = false;
  InboxBound* bound = nullptr;

  size_t Weight(uint16_t partition) const;
  void Refuse(const Refusal& refusal);
  // Gives back what it took of the bound; before anything is decided.
  void LeaveInbox(uint16_t partition) const;
};

// Record this partition's share of a batch of opt-outs.
struct AddOptOutsCommand {
  static constexpr bool kStaysTrue = false;
  OptOutBatch* batch = nullptr;
  InboxBound* bound = nullptr;

  size_t Weight(uint16_t partition) const;
  void Refuse(const Refusal& refusal);
  // As in SubmitCommand.
  void LeaveInbox(uint16_t partition) const;
};

// Redecide this partition's share of a batch.
struct RedecideCommand {
  static constexpr bool kStaysTrue = false;
  RedecideBatch* batch = nullptr;

  size_t Weight(uint16_t partition) const;
  void Refuse(const Refusal& refusal);
};

// Tell which messages wait, or are held.
struct WaitingCommand {
  static constexpr bool kStaysTrue = false;
  // Held ones only, those first that have waited longest: after this.
  bool held = false;
  std::pair<int64_t, uint64_t> after;
  // All: from this place of the outbox on.
  size_t place = 0;
  size_t limit = 0;
  std::function<void(absl::StatusOr<std::vector<WaitingMessage>>,
                     size_t next_place)>
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

struct TakeWorkCommand {
  static constexpr bool kStaysTrue = false;
  WorkRequest request;

  size_t Weight(uint16_t) const { return 1; }
  void Refuse(const Refusal& refusal) { request.done(refusal.why); }
};

// What a link says has happened whatever the disk does, and is said once.
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
  // Of its reports only, which the carrier then repeats; it loses them.
  void Refuse(const Refusal& refusal);
};

struct ReplyCommand {
  static constexpr bool kStaysTrue = false;
  CarrierReply reply;

  size_t Weight(uint16_t) const { return 1; }
  void Refuse(const Refusal& refusal) { reply.done(refusal.why); }
};

// Opt-outs have become durable, and their answer waits for hand-overs only; or
// they have not, and the answer is `status`. The journal thread says so. Done
// also while the journal is being reopened.
struct OptOutDurableCommand {
  static constexpr bool kStaysTrue = false;
  uint64_t waiter = 0;
  absl::Status status;

  size_t Weight(uint16_t) const { return 1; }
  void Refuse(const Refusal&) {}
};

// These hand-overs are in a group that may yet fail; kept to be undone then.
struct HandingOverCommand {
  static constexpr bool kStaysTrue = false;
  std::vector<uint64_t> messages;

  size_t Weight(uint16_t) const { return 1; }
  void Refuse(const Refusal&) {}
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
  // Messages, or as much work: how soon it is worth waking the writer.
  { std::as_const(command).Weight(partition) } -> std::same_as<size_t>;
  // Answers it, because it cannot be done. Once, instead of doing it.
  { command.Refuse(refusal) } -> std::same_as<void>;
  // It says what has happened outside, so that it is done after the journal
  // is reopened, although it was refused.
  requires std::same_as<decltype(T::kStaysTrue), const bool>;
};

template <PartitionCommand... T>
using CommandOf = std::variant<T...>;

using Command =
    CommandOf<SubmitCommand, RedecideCommand, WaitingCommand, AddOptOutsCommand,
              RemoveOptOutCommand, TakeWorkCommand, GiveBackCommand,
              LinkRunCommand, ReplyCommand, OptOutDurableCommand,
              HandingOverCommand, StatsCommand>;

// Of whichever command it is.
size_t WeightOf(const Command& command, uint16_t partition);
void Refuse(Command& command, const Refusal& refusal);
bool StaysTrue(const Command& command);

}  // namespace sluice::store
