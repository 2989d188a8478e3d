#pragma once

// Everything a partition knows, and the one way to change it: by the effects
// that records state. The writer applies an effect as it appends the record;
// replay applies the same effects from the records it reads. Because both use
// this class, a restart ends in the same state.

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "filter/recipient_state.h"
#include "sluice/store/v1/record.pb.h"
#include "store/journal/position.h"
#include "store/memory/changed_numbers.h"
#include "store/memory/outbox.h"
#include "store/memory/recipients.h"
#include "store/partition/turned_back.h"
#include "store/views/idle_numbers.h"

namespace sluice::store {

// One thread, the partition's writer.
class PartitionState {
 public:
  Recipients recipients;
  IdleNumbers idle;
  Outbox outbox;
  ChangedNumbers changed;

  // The parts that the views have of a bucket: checkpoint.h.
  struct Parts {
    uint32_t first = 0;
    uint32_t next = 0;         // Never used again, even after a failed save.
    uint64_t whole_bytes = 0;  // Size of the first part.
    uint64_t later_bytes = 0;  // Size of all others.
  };
  std::array<Parts, kBuckets> parts;

  // A message was decided. `send` is its ledger entry, dropped when neither
  // limits nor its key need it; `live` is set for a live message. `retry_of` is
  // the rejected message with the same key that this message replaces.
  // `request` is the likeness hash of a consent request; 0: it is none.
  void Decided(Phone recipient, const filter::Send& send, LiveMessage* live,
               uint64_t retry_of, int64_t now_ms, uint64_t request = 0);

  // What happened to a message of `outbox`. The last three may remove it.
  void HandedOver(LiveMessage& live, absl::string_view link, int64_t now_ms);
  void GivenBack(LiveMessage& live, int64_t again_ms, int64_t now_ms);
  void Answered(LiveMessage& live, sluice::v1::MessageState state,
                const std::vector<uint64_t>& report_keys, bool refunded,
                int64_t now_ms);
  // `part` is from 1; `state` is that of the message after the report.
  void Reported(LiveMessage& live, uint32_t part,
                sluice::v1::MessageState state, bool part_failed,
                int64_t now_ms);
  void Ended(LiveMessage& live, sluice::v1::MessageState state, bool refunded);

  // A message was redecided: as Decided(), and replaces the earlier state of
  // the message. `live` is set when the message is live now.
  void Redecided(Phone recipient, const filter::Send& send, LiveMessage* live,
                 int64_t now_ms, uint64_t request = 0);

  void OptOutAdded(uint64_t record, Phone recipient,
                   const store::v1::OptOutAdded& added, int64_t at_ms);
  void OptOutRemoved(Phone recipient, const store::v1::OptOutRemoved& removed);

  // The clock went back from `mistaken_ms` to `now_ms`; turned_back.h says what
  // that means for sends, standing facts and live messages. Only for the
  // buckets that `in` names: a replay skips buckets that were saved after it.
  // Numbers with times after `now_ms` must be in memory:
  // IdleNumbers::RecallLater().
  void TurnBack(int64_t mistaken_ms, int64_t now_ms,
                const std::function<bool(uint32_t bucket)>& in);

  // Memory for the state of numbers, in memory and idle.
  uint64_t held_bytes() const { return recipients.held_bytes() + idle.bytes(); }

  // Fills in the content of `save.bucket`, whose evicted numbers are in
  // `save.evicted`; leaves it empty when nothing has changed.
  void Take(BucketSave& save);
  // The saves have ended: see IdleNumbers::Saved().
  void Saved(bool ok, absl::Span<const Phone> expired);

  // Applies a record from the journal, after its number was recalled
  // (IdleNumbers::Recall()). Records of other kinds (control records, clock)
  // change nothing here.
  // Errors: kDataLoss (not a record).
  absl::Status Replay(RecordRef ref, const store::v1::Record& record);

 private:
  void Changed(LiveMessage& live);
  void TurnBack(const TurnedBack& back, uint32_t bucket);
  void Enter(Phone recipient, const filter::Send& send, bool under_way);
  bool MakeRoomForRejected(Phone recipient, uint32_t account);
  void ReplayEvent(const store::v1::Record& record);
  void Refund(const LiveMessage& live, bool stays);
  void Asked(const LiveMessage& live, uint64_t request, int64_t now_ms);
  void NotAsked(const LiveMessage& live);
};

// The next state of a message of `live.parts` parts when one more part is
// reported, and whether that ends the message.
sluice::v1::MessageState AfterReport(const LiveMessage& live, uint32_t part,
                                     bool delivered);
bool AllReported(const LiveMessage& live);

}  // namespace sluice::store
