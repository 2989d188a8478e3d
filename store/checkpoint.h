#pragma once

// What a bucket of the state looks like when it is saved, and how it is read
// back. A checkpoint is a bucket as it was at one point of the journal; replay
// goes on from there. Buckets are saved one by one between groups, so the
// writer never stops for a whole checkpoint.
//
//   bucket := version: u32 | numbers: u32 | number * numbers
//             | idle: u32 | fingerprint: u32 * idle | checksum: u64
//   number := e164: u64 | sends: u16 | facts: u16 | lives: u16
//             | send * sends | fact * facts | live * lives
//   live   := size: u32 | v1::LiveCheckpoint
//
// Integers are big-endian. `send` and `fact` are the structs of
// filter/recipient_state.h as they lie in memory (plain.h). The fingerprints
// are of the bucket's numbers that are not in memory (idle_numbers.h).
// `checksum` is XXH3-64 of all before it.
//
// Beside it stands the bucket's point, position: u64 | root: 32 bytes, which
// moves on by itself while nothing in the bucket changes.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/journal.h"
#include "store/partition_state.h"

namespace sluice::store {

std::string EncodeBucket(const PartitionState& state, uint32_t bucket);

// Adds the bucket's content to `state`.
// Errors: kDataLoss (then rebuild the views from the journal).
absl::Status DecodeBucket(uint32_t bucket, absl::string_view bytes,
                          PartitionState& state);

std::string EncodePoint(const JournalPoint& point);
absl::StatusOr<JournalPoint> DecodePoint(absl::string_view bytes);

}  // namespace sluice::store
