#pragma once

// Retention: removes the bodies of old records from a closed segment. Their
// leaf hashes stay, so every root still verifies. Records that must be kept
// stay whole: standing facts, evidence, records under a legal hold.
//
// The reduced segment is written beside the old one, checked, synced and
// renamed over it: a crash leaves the old segment or the new one.

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/journal/journal_file.h"
#include "store/journal/position.h"
#include "store/journal/segment.h"
#include "store/journal/sha256.h"

namespace sluice::store {

// The removed records of a segment, as a record of retention names them.
class RemovedRecords {
 public:
  // In order.
  void Add(RecordRef ref);

  uint64_t count() const { return refs_.size() / sizeof(uint64_t); }
  // SHA-256 of the references, 8 octets each, big-endian.
  Hash Digest() const { return Sha256(refs_); }

 private:
  std::string refs_;
};

// Returns whether the bytes of a record stay.
using KeepRecord = std::function<bool(RecordRef ref, absl::string_view record)>;

struct Reduction {
  uint64_t kept = 0;     // Records whose bytes stay.
  uint64_t removed = 0;  // By this reduction.
  uint64_t gone = 0;     // Removed by earlier reductions.
  uint64_t bytes_before = 0;
  uint64_t bytes_after = 0;
};

// Reduces a closed segment, which may have been reduced before. Safe beside the
// writer and readers; only one reduction at a time in a journal. Call
// RecordReader::Forget(segment) afterwards.
// Errors: kFailedPrecondition (the segment is not closed); kNotFound; kDataLoss
// (the segment is damaged and was not changed); kResourceExhausted;
// kUnavailable.
absl::StatusOr<Reduction> ReduceSegment(JournalFiles& files,
                                        const JournalIdentity& identity,
                                        uint32_t segment,
                                        const KeepRecord& keep);

}  // namespace sluice::store
