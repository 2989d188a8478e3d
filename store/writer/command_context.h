#pragma once

// What the handlers of a partition's commands share: the state, the record
// writer, and the snapshot and time of the current commands. Owned by the
// writer.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "store/journal/position.h"
#include "store/partition/number_recall.h"
#include "store/partition/partition.h"
#include "store/partition/partition_state.h"
#include "store/partition/record_writer.h"
#include "store/views/views.h"

namespace sluice::store {

// The writer's thread, except where a comment says otherwise.
struct CommandContext {
  // `full` as in RecordWriter. `views` must outlive it.
  CommandContext(uint16_t number, const Views& views,
                 std::function<void()> full)
      : partition(number), recall(views), records(std::move(full)) {}

  // Records before this position are durable and visible to readers. Any
  // thread.
  Position durable_end() const {
    return Position::FromValue(
        durable_end_value.load(std::memory_order_acquire));
  }
  // Call it before any decision about `numbers`: see NumberRecall.
  absl::Status RecallAndPin(absl::Span<const Phone> numbers) {
    return recall.RecallAndPin(numbers, *state);
  }

  const uint16_t partition;
  NumberRecall recall;
  RecordWriter records;
  // Null only while the journal is being reopened.
  std::unique_ptr<PartitionState> state;
  // The newest snapshot, for the current commands; null while the writer waits.
  SnapshotPtr snapshot;
  // The partition clock, for the current command.
  int64_t now_ms = 0;
  // The system clock says otherwise by more than an hour: nothing is handed
  // over and nothing expires.
  bool doubtful = false;
  // kResourceExhausted while the disk has no room: then nothing is decided.
  absl::Status space;
  // How often the journal was reopened, which invalidates the slots of the
  // outbox.
  size_t reopened = 0;
  // Set by the journal thread.
  std::atomic<uint64_t> durable_end_value = 0;
};

}  // namespace sluice::store
