#include "store/journal/journal_reader.h"

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "store/journal/damage.h"
#include "store/journal/proof.h"

namespace sluice::store {
JournalReader::JournalReader(const JournalFiles& files,
                             const JournalIdentity& identity, Position from,
                             Proof proof)
    : files_(files), identity_(identity), proof_(proof), next_(from) {}

absl::Status JournalReader::Damaged(Position where,
                                    absl::string_view what) const {
  return DamageError(identity_, where, what);
}

absl::StatusOr<bool> JournalReader::Next(Position end) {
  while (next_ < end) {
    if (segment_ == nullptr) {
      SLUICE_RETURN_IF_ERROR(OpenSegment());
      continue;  // It may have moved next_ behind the segment's header.
    }
    // The writer appends to the last segment behind `end`; segments before it
    // are whole.
    const bool last =
        !segment_->header().reduced && next_.segment() == end.segment();
    const absl::StatusOr<SegmentItem> item =
        segment_->Next(last ? end.offset() : kWholeFile);
    if (absl::IsDataLoss(item.status())) {
      return Damaged(next_, item.status().message());
    }
    if (!item.ok()) return item.status();
    switch (item->kind) {
      case SegmentItem::Kind::kNothing:
        return Damaged(next_, "zeros where a group should be");
      case SegmentItem::Kind::kEnd:
        SLUICE_RETURN_IF_ERROR(TakeEnd(*item));
        continue;
      case SegmentItem::Kind::kGroup:
        if (Position(next_.segment(), item->offset) >= end) {
          segment_->SeekInFile(item->at);
          return false;
        }
        SLUICE_RETURN_IF_ERROR(TakeGroup(*item));
        return true;
    }
  }
  return false;
}

absl::Status JournalReader::Seek(Position from) {
  if (segment_ != nullptr && from.segment() != next_.segment()) {
    segment_.reset();
  }
  next_ = from;
  root_.reset();
  if (segment_ == nullptr) return absl::OkStatus();
  return segment_->Seek(from.offset());
}

absl::Status JournalReader::OpenSegment() {
  if (next_ == Position()) {
    SLUICE_ASSIGN_OR_RETURN(const auto segments, ListSegments(files_));
    if (!segments.empty()) next_ = Position(segments.front(), 0);
  }
  auto segment = SegmentReader::Open(files_, identity_, next_.segment());
  if (absl::IsNotFound(segment.status())) {
    return absl::OutOfRangeError(
        absl::StrCat("segment ", next_.segment(), " is no longer there"));
  }
  if (absl::IsDataLoss(segment.status())) {
    return Damaged(Position(next_.segment(), 0), segment.status().message());
  }
  if (!segment.ok()) return segment.status();
  if (next_.offset() <= kSegmentHeaderSize) {
    const Hash& root = (*segment)->header().previous_root;
    if (root_ && *root_ != root) {
      return Damaged(Position(next_.segment(), 0),
                     "its previous root is not that of the segment before");
    }
    root_ = root;
    next_ = Position(next_.segment(), kSegmentHeaderSize);
  }
  if (const absl::Status sought = (*segment)->Seek(next_.offset());
      !sought.ok()) {
    return absl::IsNotFound(sought) ? Damaged(next_, sought.message()) : sought;
  }
  segment_ = *std::move(segment);
  return absl::OkStatus();
}

absl::Status JournalReader::TakeGroup(const SegmentItem& item) {
  if (root_ && *root_ != item.group.previous_root()) {
    segment_->SeekInFile(item.at);
    return Damaged(next_, "its previous root is not that of the group before");
  }
  if (proof_ == Proof::kHashes) {
    leaves_.clear();
    const absl::Status proven = Prove(segment_->file(), item.at, item.group,
                                      ChecksumSeed(identity_), &leaves_);
    if (!proven.ok()) {
      segment_->SeekInFile(item.at);
      return absl::IsDataLoss(proven) ? Damaged(next_, proven.message())
                                      : proven;
    }
  }
  root_ = item.group.root();
  group_ = item.group;
  position_ = Position(next_.segment(), item.offset);
  // A reduced segment does not tell where the next frame was first written, but
  // it is the first frame at or after this position.
  next_ = Position(next_.segment(), item.offset + 1);
  if (!segment_->header().reduced) {
    next_ = Position(next_.segment(), static_cast<uint32_t>(segment_->at()));
  }
  return absl::OkStatus();
}

absl::Status JournalReader::TakeEnd(const SegmentItem& item) {
  if (root_ && *root_ != item.end.root) {
    segment_->SeekInFile(item.at);
    return Damaged(next_, "another root at the segment's end");
  }
  root_ = item.end.root;
  segment_.reset();
  next_ = Position(next_.segment() + 1, 0);
  return absl::OkStatus();
}

}  // namespace sluice::store
