#pragma once

// Checks one segment that was copied: what `sluicectl store check` checks of
// it, frame by frame.

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "store/journal/journal_check.h"
#include "store/journal/journal_file.h"
#include "store/journal/position.h"
#include "store/journal/segment.h"

namespace sluice::store {

struct CopiedSegment {
  bool reduced = false;
  bool closed = false;
  Hash root = {};     // Of the last group; before the first, the previous root.
  Position end;       // After the last whole frame.
  uint64_t size = 0;  // Of the file up to there.
  int64_t newest_ms = 0;  // Of the last record; 0: there is none to read.
  std::vector<JournalDamage> damage;
};

// What may follow the last whole frame.
enum class SegmentRest : uint8_t {
  kNothing,  // The segment was copied up to such a place.
  kTorn,     // Also what was never acknowledged: the copy is to be cut there.
};

// `root`: of the group before the segment; none: it is not known. Goes on
// behind damage. A segment that must be `closed` and is not is damaged.
// Errors: kUnavailable.
absl::StatusOr<CopiedSegment> CheckSegment(const JournalFiles& files,
                                           const JournalIdentity& identity,
                                           uint32_t segment,
                                           const std::optional<Hash>& root,
                                           bool closed, SegmentRest rest);

// The root that the end of a closed segment names; nullopt: it has no whole
// end. Errors: kUnavailable.
absl::StatusOr<std::optional<Hash>> RootAtEnd(const JournalFiles& files,
                                              const JournalIdentity& identity,
                                              uint32_t segment);

}  // namespace sluice::store
