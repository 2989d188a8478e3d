#include "store/missing_segments.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "store/journal/segment.h"

namespace sluice::store {

absl::StatusOr<std::vector<SegmentRange>> MissingSegments(
    const JournalFiles& files) {
  SLUICE_ASSIGN_OR_RETURN(const auto segments, ListSegments(files));
  std::vector<SegmentRange> missing;
  uint32_t expected = 0;
  for (const uint32_t segment : segments) {
    if (segment > expected) missing.push_back({expected, segment});
    expected = segment + 1;
  }
  return missing;
}

std::optional<SegmentRange> AcceptedRange(const v1::Record& record,
                                          uint16_t partition) {
  if (!record.has_loss_accepted()) return std::nullopt;
  const v1::LossAccepted& loss = record.loss_accepted();
  if (loss.partition() != partition || loss.missing_end() == 0) {
    return std::nullopt;
  }
  return SegmentRange{loss.missing_first(), loss.missing_end()};
}

std::optional<SegmentRange> NotAccepted(
    const std::vector<SegmentRange>& missing,
    const std::vector<SegmentRange>& accepted) {
  const auto is_accepted = [&](uint32_t segment) {
    return std::any_of(accepted.begin(), accepted.end(),
                       [&](const SegmentRange& range) {
                         return range.first <= segment && segment < range.end;
                       });
  };
  for (const SegmentRange& range : missing) {
    for (uint32_t segment = range.first; segment < range.end; ++segment) {
      if (!is_accepted(segment)) return range;
    }
  }
  return std::nullopt;
}

std::string WhatIsMissing(const SegmentRange& range) {
  if (range.end == range.first + 1) return "the segment is missing";
  return absl::StrCat("segments ", range.first, " to ", range.end - 1,
                      " are missing");
}

}  // namespace sluice::store
