#pragma once

// How the state is saved, bucket by bucket between groups, so that the writer
// never stops for a whole checkpoint, and how it is read back.
//
// A bucket is saved in parts, in View::kBuckets under the key bucket: u32 |
// number of the part: u32. The first part has all of the bucket, each later
// part the numbers that changed since: the cost of a message does not grow with
// the size of the state. When the later parts have grown to half of the first,
// the next part is again a first part and replaces them all.
//
//   part    := version: u32 | numbers: u32 | number * numbers
//              | back: u32 | fingerprint: u32 * back
//              | idle: u32 | fingerprint: u32 * idle | checksum: u64
//   number  := e164: u64 | sends: u16 | facts: u16 | live: u16
//              | send * sends | fact * facts | message * live
//   message := size: u32 | store::v1::LiveCheckpoint
//
// Integers are big-endian. A number replaces its state from earlier parts; a
// number without sends and facts is not in memory. `message` is a live
// message. `send` and `fact` are the structs of filter/recipient_state.h as
// they lie in memory (plain.h). The fingerprints (idle_numbers.h) are those of
// the numbers that came back to memory and of the numbers that left it, in this
// order. `checksum` is XXH3-64 of all before it.
//
// Each bucket also has a point, position: u64 | root: 32 bytes: the parts are
// the bucket's state at this point, and replay continues from there. The point
// moves on by itself while nothing in the bucket changes.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/journal/journal.h"
#include "store/partition/partition_state.h"
#include "store/views/views.h"

namespace sluice::store {

// Encodes the part of `save` (see PartitionState::Take()) and marks its
// messages as saved.
std::string EncodePart(const BucketSave& save, PartitionState& state);

// A live message that a part contained, for PutMessages().
struct SavedMessage {
  LiveMessage live;
  std::string link;
};
using SavedMessages = absl::flat_hash_map<uint64_t, SavedMessage>;

// Applies a part of the bucket to the numbers and fingerprints of `state` and
// to `messages`, which have the earlier parts. Several threads may call it,
// each for regions of its own.
// Errors: kDataLoss (then rebuild the views from the journal).
absl::Status DecodePart(uint32_t bucket, absl::string_view bytes,
                        PartitionState& state, SavedMessages& messages);

// Call it after the last part.
void PutMessages(SavedMessages messages, PartitionState& state);

// Keys of a part, and of the bucket's point (View::kMeta).
std::string BucketPartKey(uint32_t bucket, uint32_t part);
absl::StatusOr<std::pair<uint32_t, uint32_t>> DecodeBucketPartKey(
    absl::string_view key);
std::string BucketPointKey(uint32_t bucket);

// The newest point of all buckets: the journal must reach at least so far.
absl::StatusOr<Position> NewestPoint(const Views& views);
// The oldest one: a start reads the journal from there on. The beginning, if a
// bucket was never saved.
absl::StatusOr<Position> OldestPoint(const Views& views);

std::string EncodePoint(const JournalPoint& point);
absl::StatusOr<JournalPoint> DecodePoint(absl::string_view bytes);

}  // namespace sluice::store
