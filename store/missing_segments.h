#pragma once

// Segments of a journal that are gone although later ones are there. A start
// may not need them, because views hold what they said; who looks a message up
// does.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sluice/store/v1/record.pb.h"
#include "store/journal/journal_file.h"

namespace sluice::store {

struct SegmentRange {
  uint32_t first = 0;
  uint32_t end = 0;  // Behind the last one.

  bool operator==(const SegmentRange&) const = default;
};

// The ranges before the newest segment that is there, in order.
// Errors: those of JournalFiles.
absl::StatusOr<std::vector<SegmentRange>> MissingSegments(
    const JournalFiles& files);

// What a person accepted with `record`; nullopt: it is another record, or a
// loss at the end of a journal.
std::optional<SegmentRange> AcceptedRange(const v1::Record& record,
                                          uint16_t partition);

// The first range of which some segment is not in `accepted`.
std::optional<SegmentRange> NotAccepted(
    const std::vector<SegmentRange>& missing,
    const std::vector<SegmentRange>& accepted);

// "the segment is missing", "segments 0 to 3 are missing".
std::string WhatIsMissing(const SegmentRange& range);

}  // namespace sluice::store
