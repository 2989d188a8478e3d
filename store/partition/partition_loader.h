#pragma once

// Loads a partition's state from disk: the views as last saved, and the journal
// from there on. At a start, and again after a failed append, when memory is
// ahead of the journal.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/journal/journal.h"
#include "store/journal/journal_file.h"
#include "store/journal/segment.h"
#include "store/partition/checkpoint.h"
#include "store/partition/number_recall.h"
#include "store/partition/partition.h"
#include "store/partition/partition_clock.h"
#include "store/partition/partition_state.h"
#include "store/partition/turned_back.h"
#include "store/views/record_index.h"
#include "store/views/views.h"

namespace sluice::store {

// What a loader borrows. Everything must outlive it.
struct LoaderParts {
  JournalIdentity identity;
  JournalOptions journal;  // Load() sets `from`.
  JournalFiles& files;
  const Views& views;
  RecordIndex& index;
  NumberRecall& recall;
  PartitionClock& clock;
  // The snapshot's policy says which old sends a replay drops.
  std::function<SnapshotPtr()> snapshot;
  // Logs one line for the operator.
  std::function<void(const std::string&)> note;
};

struct LoadedPartition {
  std::unique_ptr<PartitionState> state;
  std::unique_ptr<Journal> journal;
  // The bucket whose saved parts are furthest behind.
  uint32_t bucket_behind = 0;
  uint64_t replayed = 0;  // Records.
  // Why records after a place in this journal are lost, when what it means for
  // waiting messages is not settled yet; empty: nothing is open.
  std::string loss;
  // Where the journal says that the clock went back, in order.
  std::vector<TurnBackAt> turned_back;
};

// For one load. Used by one thread; starts more threads for a while.
class PartitionLoader {
 public:
  explicit PartitionLoader(LoaderParts parts);

  // Nothing may write to this partition's journal or views meanwhile. Adds to
  // `index` the records it has not seen, and moves `clock` to the newest time.
  // Errors: kDataLoss, kUnavailable.
  absl::StatusOr<LoadedPartition> Load() &&;

 private:
  absl::Status LoadBuckets();
  absl::Status LoadRegion(uint32_t region, SavedMessages& messages);
  absl::Status LoadPart(absl::string_view key, absl::string_view content,
                        SavedMessages& messages);
  absl::StatusOr<std::unique_ptr<Journal>> OpenJournal(const JournalPoint& from,
                                                       RecordRef indexed) const;
  absl::StatusOr<uint64_t> Replay(Position from, Position end,
                                  RecordRef indexed);
  absl::Status Apply(RecordRef ref, const store::v1::Record& record,
                     const filter::Policy& policy);
  // Applies a ClockTurnedBack to the buckets that were saved before it.
  absl::Status TurnBack(Position position, const store::v1::Record& record,
                        const filter::Policy& policy);
  std::string Name() const;

  const LoaderParts parts_;
  std::unique_ptr<PartitionState> state_;
  std::vector<JournalPoint> points_;  // Where each bucket was saved.
  std::string loss_;                  // See LoadedPartition.
  std::vector<TurnBackAt> turned_back_;
};

}  // namespace sluice::store
