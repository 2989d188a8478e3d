#include "store/journal/journal_tail.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "store/journal/segment_reader.h"

namespace sluice::store {
namespace {

absl::Status Damage(Position where, absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat("journal damaged at ", ToString(where), ": ", what,
                   ". Restore ", SegmentName(where.segment()),
                   " from a copy and check it with `sluicectl store check`; "
                   "delete nothing"));
}

// Walks from segment to segment and collects the tail's facts.
class TailFinder {
 public:
  TailFinder(const JournalFiles& files, const JournalIdentity& identity,
             const std::optional<JournalPoint>& from)
      : files_(files), identity_(identity) {
    if (from && from->position != Position()) from_ = from;
  }

  absl::StatusOr<JournalTail> Find() {
    SLUICE_ASSIGN_OR_RETURN(segments_, ListSegments(files_));
    uint32_t segment = 0;
    if (!segments_.empty()) segment = segments_.front();
    if (from_) segment = from_->position.segment();
    // Nothing comes before the first segment of all.
    if (segment == 0) root_ = Hash{};
    if (from_) root_ = from_->root;
    for (bool more = true; more; ++segment) {
      SLUICE_ASSIGN_OR_RETURN(more, ReadSegment(segment));
    }
    return std::move(tail_);
  }

 private:
  bool Exists(uint32_t segment) const {
    return std::binary_search(segments_.begin(), segments_.end(), segment);
  }

  bool IsFrom(uint32_t segment) const {
    return from_ && from_->position.segment() == segment;
  }

  // Returns whether the journal continues in the next segment.
  absl::StatusOr<bool> ReadSegment(uint32_t segment) {
    if (!Exists(segment)) return NoSegment(segment);
    auto reader = SegmentReader::Open(files_, identity_, segment);
    if (absl::IsDataLoss(reader.status())) {
      return NoHeader(segment, reader.status());
    }
    if (!reader.ok()) return reader.status();
    SLUICE_RETURN_IF_ERROR(Begin(segment, **reader));
    return ReadFrames(segment, **reader);
  }

  // A journal may end with a segment: the next one is not made yet.
  absl::StatusOr<bool> NoSegment(uint32_t segment) {
    const bool expected = IsFrom(segment) && from_->position.offset() > 0;
    const bool later = !segments_.empty() && segments_.back() > segment;
    if (expected || later || !root_) {
      return Damage(Position(segment, 0), "the segment is missing");
    }
    tail_.point = {Position(segment, 0), *root_};
    return false;
  }

  // A segment whose header was never synced: a spare, or a segment just begun.
  absl::StatusOr<bool> NoHeader(uint32_t segment, const absl::Status& why) {
    const Position start(segment, 0);
    const bool read_before =
        IsFrom(segment) && from_->position.offset() > kSegmentHeaderSize;
    if (!root_ || read_before) return Damage(start, why.message());
    SLUICE_ASSIGN_OR_RETURN(const auto file, files_.Open(SegmentName(segment)));
    SLUICE_RETURN_IF_ERROR(EndHere(*file, start, 0, why.message()));
    return false;
  }

  // Checks the bytes before the first frame that is read.
  absl::Status Begin(uint32_t segment, SegmentReader& reader) {
    const uint32_t offset = IsFrom(segment) ? from_->position.offset() : 0;
    if (offset <= kSegmentHeaderSize) {
      const Hash& root = reader.header().previous_root;
      if (root_ && *root_ != root) {
        return Damage(Position(segment, 0),
                      "its previous root is not that of the segment before");
      }
      root_ = root;
      return absl::OkStatus();
    }
    // Every frame ends in its root and a checksum.
    const Position position(segment, offset);
    if (const absl::Status sought = reader.Seek(offset); !sought.ok()) {
      return Damage(position, sought.message());
    }
    std::string root(sizeof(Hash), '\0');
    const absl::Status read = ReadExactly(
        reader.file(), reader.at() - sizeof(Hash) - sizeof(uint64_t),
        absl::MakeSpan(root));
    if (absl::IsUnavailable(read)) return read;
    if (!read.ok() || root != AsBytes(*root_)) {
      return Damage(position,
                    "the views were saved here, but the journal has another "
                    "root or ends before");
    }
    return absl::OkStatus();
  }

  absl::StatusOr<bool> ReadFrames(uint32_t segment, SegmentReader& reader) {
    for (;;) {
      const uint64_t at = reader.at();
      const Position here(segment, static_cast<uint32_t>(at));
      const absl::StatusOr<SegmentItem> item = reader.Next();
      if (absl::IsUnavailable(item.status())) return item.status();
      if (!item.ok() || item->kind == SegmentItem::Kind::kNothing) {
        const absl::string_view why = item.ok()
                                          ? "zeros where a group should be"
                                          : item.status().message();
        if (reader.header().reduced) return Damage(here, why);
        SLUICE_RETURN_IF_ERROR(EndHere(reader.file(), here, at, why));
        return false;
      }
      if (item->kind == SegmentItem::Kind::kEnd) {
        if (item->end.root != *root_)
          return Damage(here, "another root at the end");
        if (!reader.header().reduced) {
          Doubt(segment, at, item->end.unsynced_or_offset, reader.at());
        }
        return true;
      }
      if (item->group.previous_root() != *root_) {
        return Damage(here,
                      "its previous root is not that of the group before");
      }
      root_ = item->group.root();
      if (!reader.header().reduced) {
        Doubt(segment, at, item->group.unsynced_or_offset(), reader.at());
      }
      ++tail_.groups;
      tail_.records += item->group.count();
      tail_.bytes += item->size;
    }
  }

  // Notes the frame from `at` to `end` and the unsynced bytes before it.
  void Doubt(uint32_t segment, uint64_t at, uint64_t unsynced, uint64_t end) {
    tail_.doubtful_segment = segment;
    tail_.doubtful_from = at - std::min(at, unsynced);
    tail_.doubtful_end = end;
  }

  // The journal ends at `position`, unless a later frame proves that it
  // continued.
  absl::Status EndHere(const JournalFile& file, Position position, uint64_t at,
                       absl::string_view why) {
    SLUICE_ASSIGN_OR_RETURN(const uint64_t end, EndOfBytes(file, at));
    if (end > at) {
      SLUICE_ASSIGN_OR_RETURN(
          const auto proof, FindProofOfLoss(file, at, ChecksumSeed(identity_)));
      if (proof) {
        return Damage(position,
                      absl::StrCat(why, ", and the group at offset ", proof->at,
                                   " was written when this was durable"));
      }
      tail_.bytes_torn = end - at;
      tail_.torn_reason = std::string(why);
    }
    for (const uint32_t segment : segments_) {
      if (segment <= position.segment()) continue;
      SLUICE_ASSIGN_OR_RETURN(const bool blank, HeaderIsBlank(files_, segment));
      if (!blank) {
        return Damage(position, absl::StrCat(why, ", though segment ", segment,
                                             " has begun"));
      }
    }
    tail_.point = {position, *root_};
    return absl::OkStatus();
  }

  const JournalFiles& files_;
  const JournalIdentity& identity_;
  std::optional<JournalPoint> from_;
  std::vector<uint32_t> segments_;
  std::optional<Hash> root_;  // Before the next frame, once it is known.
  JournalTail tail_;
};

}  // namespace

absl::StatusOr<JournalTail> FindTail(const JournalFiles& files,
                                     const JournalIdentity& identity,
                                     const std::optional<JournalPoint>& from) {
  return TailFinder(files, identity, from).Find();
}

}  // namespace sluice::store
