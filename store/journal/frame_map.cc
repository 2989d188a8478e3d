#include "store/journal/frame_map.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "store/journal/proof.h"
#include "store/journal/segment.h"
#include "store/journal/segment_reader.h"

namespace sluice::store {
namespace {

// Between two landmarks. A segment of 256 MiB has 4,096 of them at most.
constexpr uint64_t kLandmarkStep = uint64_t{64} << 10;

absl::Status NotWhole() {
  return absl::DataLossError("no whole frame covers the place");
}

}  // namespace

FrameMap::FrameMap(const JournalFile& file, uint64_t checksum_seed)
    : file_(file), checksum_seed_(checksum_seed) {}

absl::Status FrameMap::NothingAt(uint64_t at, uint64_t limit) {
  if (at < kSegmentHeaderSize || at >= limit) return absl::OkStatus();
  uint64_t begin = LandmarkBefore(at);
  while (begin < at) {
    SLUICE_ASSIGN_OR_RETURN(const Step step, StepFrom(begin, at, limit));
    if (step.next > at || step.ended) return Whole(begin);
    begin = step.next;
    AddLandmark(begin);
  }
  // A frame begins at `at`: a group that could not be read, or the end.
  SLUICE_ASSIGN_OR_RETURN(const std::optional<FrameHead> head,
                          ReadFrameHead(file_, at));
  if (head && head->version == kSegmentEndVersion) return Whole(at);
  return absl::DataLossError("the group there is not whole");
}

// The step over the frame at `begin`, or, where there is none, to the next
// whole frame.
absl::StatusOr<FrameMap::Step> FrameMap::StepFrom(uint64_t begin, uint64_t at,
                                                  uint64_t limit) const {
  SLUICE_ASSIGN_OR_RETURN(const std::optional<FrameHead> head,
                          ReadFrameHead(file_, begin));
  if (head && begin + head->size <= limit) {
    return Step{begin + head->size, head->version == kSegmentEndVersion};
  }
  SLUICE_ASSIGN_OR_RETURN(const std::optional<FoundFrame> found,
                          FindFrame(file_, begin + 1, checksum_seed_));
  if (!found || found->at > at) return NotWhole();
  return Step{found->at, false};
}

// Whether the frame at `begin`, which covers the place or is the segment's
// last, is what its head says.
absl::Status FrameMap::Whole(uint64_t begin) const {
  SLUICE_ASSIGN_OR_RETURN(const std::optional<FrameHead> head,
                          ReadFrameHead(file_, begin));
  if (!head) return NotWhole();
  if (head->version != kSegmentEndVersion) {
    ProvenGroup group;
    return ReadProven(file_, begin, /*reduced=*/false, checksum_seed_, group);
  }
  std::string frame(head->size, '\0');
  SLUICE_ASSIGN_OR_RETURN(const size_t size,
                          file_.Read(begin, absl::MakeSpan(frame)));
  frame.resize(size);
  return DecodeSegmentEnd(frame, checksum_seed_).status();
}

uint64_t FrameMap::LandmarkBefore(uint64_t at) const {
  MutexLock lock(mutex_);
  const auto after = std::upper_bound(landmarks_.begin(), landmarks_.end(), at);
  return after == landmarks_.begin() ? kSegmentHeaderSize : *(after - 1);
}

void FrameMap::AddLandmark(uint64_t begin) {
  MutexLock lock(mutex_);
  const uint64_t last =
      landmarks_.empty() ? kSegmentHeaderSize : landmarks_.back();
  if (begin < last + kLandmarkStep) return;
  landmarks_.push_back(static_cast<uint32_t>(begin));
}

}  // namespace sluice::store
