#pragma once

// How the state is saved, bucket by bucket between groups, so that the writer
// never stops for a whole checkpoint, and how it is read back.
//
// A bucket is saved in parts, View::kBuckets having them under bucket: u32 |
// number of the part: u32. The first part has all of the bucket, each later one
// the numbers that changed since: what a message costs does not grow with what
// is known. When the later parts have grown to half of the first, the next part
// is again a first one and replaces them all.
//
//   part   := version: u32 | numbers: u32 | number * numbers
//             | back: u32 | fingerprint: u32 * back
//             | idle: u32 | fingerprint: u32 * idle | checksum: u64
//   number := e164: u64 | sends: u16 | facts: u16 | lives: u16
//             | send * sends | fact * facts | live * lives
//   live   := size: u32 | store::v1::LiveCheckpoint
//
// Integers are big-endian. A number replaces what earlier parts say of it; one
// without sends and facts is not in memory. `send` and `fact` are the structs
// of filter/recipient_state.h as they lie in memory (plain.h). The fingerprints
// (idle_numbers.h) are of the numbers that came back to memory and of those
// that left it, in this order. `checksum` is XXH3-64 of all before it.
//
// Beside the parts stands the bucket's point, position: u64 | root: 32 bytes:
// they are the bucket as it was there, and replay goes on from there. It moves
// on by itself while nothing in the bucket changes.

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

// The part that `save` is to write: see PartitionState::Take(). Marks the
// messages in it as saved.
std::string EncodePart(const BucketSave& save, PartitionState& state);

// Messages under way that parts have brought, for PutMessages().
struct SavedMessage {
  LiveMessage live;
  std::string link;
};
using SavedMessages = absl::flat_hash_map<uint64_t, SavedMessage>;

// Applies a part of the bucket to the numbers and fingerprints of `state` and
// to `messages`, which have those before it. Several threads may do so, each in
// regions of its own.
// Errors: kDataLoss (then rebuild the views from the journal).
absl::Status DecodePart(uint32_t bucket, absl::string_view bytes,
                        PartitionState& state, SavedMessages& messages);

// After the last part.
void PutMessages(SavedMessages messages, PartitionState& state);

// Keys of a part, and of the bucket's point (View::kMeta).
std::string BucketPartKey(uint32_t bucket, uint32_t part);
absl::StatusOr<std::pair<uint32_t, uint32_t>> DecodeBucketPartKey(
    absl::string_view key);
std::string BucketPointKey(uint32_t bucket);

// Up to where the journal must go, because buckets were saved there.
absl::StatusOr<Position> NewestPoint(const Views& views);

std::string EncodePoint(const JournalPoint& point);
absl::StatusOr<JournalPoint> DecodePoint(absl::string_view bytes);

}  // namespace sluice::store
