#pragma once

// What the partition's writer can be asked to do.

#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "store/partition/partition.h"

namespace sluice::store {

// Decide this partition's share of a batch.
struct SubmitCommand {
  SubmitBatch* batch = nullptr;
  bool check_only = false;
};

// Record this partition's share of a batch of refusals.
struct AddOptOutsCommand {
  OptOutBatch* batch = nullptr;
};

// Decide this partition's share of a batch anew.
struct RedecideCommand {
  RedecideBatch* batch = nullptr;
};

// Tell which messages wait, or are held.
struct WaitingCommand {
  // Held ones only, those first that have waited longest: after this.
  bool held = false;
  std::pair<int64_t, uint64_t> after;
  // All: from this place of the outbox on.
  size_t place = 0;
  size_t limit = 0;
  std::function<void(absl::StatusOr<std::vector<WaitingMessage>>,
                     size_t next_place)>
      done;
};

struct RemoveOptOutCommand {
  OptOutEntry entry;
  std::string proof;
  int64_t consented_ms = 0;
  std::function<void(absl::StatusOr<std::vector<RecordRef>>)> done;
};

struct TakeWorkCommand {
  WorkRequest request;
};

struct GiveBackCommand {
  RecordRef message;
  std::string carrier_code;
  int64_t again_ms = 0;
};

// Refusals have become durable, and their answer waits for hand-overs only; or
// they have not, and the answer is `status`.
struct OptOutDurableCommand {
  uint64_t waiter = 0;
  absl::Status status;
};

// These hand-overs are in a group that may yet fail; kept to be undone then.
struct HandingOverCommand {
  std::vector<uint64_t> messages;
};

struct StatsCommand {
  std::function<void(const PartitionStats&)> done;
};

using Command =
    std::variant<SubmitCommand, RedecideCommand, WaitingCommand,
                 AddOptOutsCommand, RemoveOptOutCommand, TakeWorkCommand,
                 GiveBackCommand, LinkRun, CarrierReply, OptOutDurableCommand,
                 HandingOverCommand, StatsCommand>;

}  // namespace sluice::store
