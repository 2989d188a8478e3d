#include "store/journal/journal_tail.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/base/bytes.h"
#include "rules/base/status_macros.h"
#include "store/journal/group_entry.h"
#include "store/journal/segment_reader.h"

namespace sluice::store {
namespace {

constexpr uint64_t kSector = 512;
// Zeros shorter than this may be part of a frame.
constexpr uint64_t kTornMin = 8;

absl::Status Damage(Position where, absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat("journal damaged at ", ToString(where), ": ", what,
                   ". Restore ", SegmentName(where.segment()),
                   " from a copy and check it with `sluicectl store check`; "
                   "delete nothing"));
}

bool IsZeros(absl::string_view bytes) {
  return bytes.find_first_not_of('\0') == bytes.npos;
}

// Whether `bytes` are a frame, but for the length in its first octets.
bool IsFrameOfOtherLength(std::string bytes, uint64_t checksum_seed) {
  const auto length = static_cast<uint32_t>(bytes.size() - kFrameHeaderSize);
  for (int i = 0; i < 4; ++i) {
    bytes[i] = static_cast<char>(length >> (24 - 8 * i));
  }
  return GroupView::Decode(bytes, checksum_seed).ok() ||
         DecodeSegmentEnd(bytes, checksum_seed).ok();
}

// Walks from segment to segment and collects the tail's facts.
class TailFinder {
 public:
  TailFinder(const JournalFiles& files, const JournalIdentity& identity,
             const TailKnown& known)
      : files_(files), identity_(identity), known_(known), exact_(known.exact) {
    if (known.from && known.from->position != Position()) from_ = known.from;
  }

  absl::StatusOr<JournalTail> Find() {
    SLUICE_ASSIGN_OR_RETURN(segments_, ListSegments(files_));
    uint32_t segment = 0;
    if (!segments_.empty()) segment = segments_.front();
    if (from_) segment = from_->position.segment();
    SLUICE_RETURN_IF_ERROR(FindMissing());
    // Nothing comes before the first segment of all.
    if (segment == 0) root_ = Hash{};
    if (from_) root_ = from_->root;
    for (bool more = true; more; ++segment) {
      SLUICE_ASSIGN_OR_RETURN(more, ReadSegment(segment));
    }
    SLUICE_RETURN_IF_ERROR(CompareWithDurable());
    return std::move(tail_);
  }

 private:
  // The caller asks for the segments before those that are read.
  absl::Status FindMissing() {
    const uint32_t needed = from_ ? from_->position.segment() : 0;
    uint32_t expected = needed;
    for (const uint32_t segment : segments_) {
      if (segment < needed) continue;
      if (segment > expected) {
        return Damage(Position(expected, 0), "the segment is missing");
      }
      expected = segment + 1;
    }
    return absl::OkStatus();
  }

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
    if (later || !root_) {
      return Damage(Position(segment, 0), "the segment is missing");
    }
    if (expected)
      return LossError(Position(segment, 0), "the segment is missing");
    tail_.point = {Position(segment, 0), *root_};
    tail_.room = 0;
    return false;
  }

  // Only older versions, which do not tell the room of their files, begin a
  // segment before its header is durable, and make the next segment ahead as
  // zeros.
  absl::StatusOr<bool> NoHeader(uint32_t segment, const absl::Status& why) {
    const Position start(segment, 0);
    const bool read_before =
        IsFrom(segment) && from_->position.offset() > kSegmentHeaderSize;
    const bool of_old_version =
        segment > 0 && tail_.room == 0 && root_ && !read_before;
    const bool last = !segments_.empty() && segments_.back() == segment;
    if (!of_old_version && (!last || !root_ || read_before)) {
      return Damage(start, why.message());
    }
    SLUICE_ASSIGN_OR_RETURN(const auto file, files_.Open(SegmentName(segment)));
    if (of_old_version) {
      SLUICE_RETURN_IF_ERROR(EndHere(*file, start, 0, why.message()));
      return false;
    }
    SLUICE_RETURN_IF_ERROR(Lost(LossError(start, why.message())));
    SLUICE_ASSIGN_OR_RETURN(tail_.bytes_torn, EndOfBytes(*file, 0));
    tail_.torn_reason = std::string(why.message());
    tail_.point = {start, *root_};
    return false;
  }

  // Checks the bytes before the first frame that is read.
  absl::Status Begin(uint32_t segment, SegmentReader& reader) {
    tail_.room = reader.header().room;
    // The mark would be in this segment.
    if (known_.durable && segment > known_.durable->position.segment()) {
      exact_ = false;
    }
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
      return LossError(
          position,
          "the views were saved here, but the journal has another "
          "root or ends before. If `sluicectl store check` finds no "
          "damage, the views are another partition's or older: delete "
          "the folder `views` of this partition, it is rebuilt");
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
    // What was durable when the frame was written, its mark would say: it is an
    // older copy.
    const Position was(segment,
                       static_cast<uint32_t>(at - std::min(at, unsynced)));
    if (known_.durable && was > known_.durable->position) exact_ = false;
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
      SLUICE_RETURN_IF_ERROR(JudgeBytes(file, position, end, why));
      tail_.bytes_torn = end - at;
      tail_.torn_reason = std::string(why);
    }
    for (const uint32_t segment : segments_) {
      if (segment <= position.segment()) continue;
      // Older versions make the next segment ahead, as zeros.
      SLUICE_ASSIGN_OR_RETURN(const bool blank, HeaderIsBlank(files_, segment));
      if (!blank || tail_.room > 0) {
        return Damage(position, absl::StrCat(why, ", though segment ", segment,
                                             " has begun"));
      }
    }
    SLUICE_ASSIGN_OR_RETURN(const uint64_t size, file.Size());
    if (size < tail_.room && !AllWasAcknowledgedBefore(position)) {
      SLUICE_RETURN_IF_ERROR(Lost(LossError(
          position,
          absl::StrCat("the file was made with ", tail_.room,
                       " octets and has ", size, ": its end was cut off"))));
    }
    tail_.point = {position, *root_};
    return absl::OkStatus();
  }

  // Returns OK when the bytes from `position` to `end`, which are no frame,
  // were never acknowledged.
  absl::Status JudgeBytes(const JournalFile& file, Position position,
                          uint64_t end, absl::string_view why) {
    const uint64_t at = position.offset();
    const uint64_t seed = ChecksumSeed(identity_);
    SLUICE_ASSIGN_OR_RETURN(const auto proof, FindProofOfLoss(file, at, seed));
    if (proof) {
      return Damage(position,
                    absl::StrCat(why, ", and the group at offset ", proof->at,
                                 " was written when this was durable"));
    }
    if (AllWasAcknowledgedBefore(position)) return absl::OkStatus();
    SLUICE_ASSIGN_OR_RETURN(const bool torn, IsTorn(file, at, end, seed));
    if (torn) return absl::OkStatus();
    return Lost(LossError(
        position, absl::StrCat(why,
                               ", though all of the last group was written "
                               "once: it may have been acknowledged")));
  }

  bool AllWasAcknowledgedBefore(Position position) const {
    return exact_ && known_.durable && position >= known_.durable->position;
  }

  absl::Status CompareWithDurable() {
    for (const JournalPoint& point : known_.roots) {
      if (point.position > tail_.point.position) continue;
      SLUICE_RETURN_IF_ERROR(CheckRootAt(files_, identity_, point));
    }
    if (!known_.durable || tail_.point.position >= known_.durable->position) {
      return absl::OkStatus();
    }
    return Lost(
        LossError(tail_.point.position,
                  absl::StrCat("the journal ends here and was durable up to ",
                               ToString(known_.durable->position))));
  }

  // An error that a person may accept.
  absl::Status Lost(absl::Status loss) {
    if (!known_.accept_loss) return loss;
    tail_.loss.Update(std::move(loss));
    return absl::OkStatus();
  }

  const JournalFiles& files_;
  const JournalIdentity& identity_;
  const TailKnown& known_;
  bool exact_;  // TailKnown::exact, unless the journal shows otherwise.
  std::optional<JournalPoint> from_;
  std::vector<uint32_t> segments_;
  std::optional<Hash> root_;  // Before the next frame, once it is known.
  JournalTail tail_;
};

}  // namespace

absl::Status LossError(Position where, absl::string_view what) {
  return absl::DataLossError(absl::StrCat(
      Damage(where, what).message(),
      ". If there is no copy, `sluicectl store accept-loss` shows what is lost "
      "and lets the journal go on without it"));
}

absl::Status CheckRootAt(const JournalFiles& files,
                         const JournalIdentity& identity,
                         const JournalPoint& point) {
  if (point.root == Hash{} || point.position == Position()) {
    return absl::OkStatus();
  }
  auto opened = SegmentReader::Open(files, identity, point.position.segment());
  if (absl::IsUnavailable(opened.status())) return opened.status();
  if (!opened.ok()) return absl::OkStatus();
  SegmentReader& reader = **opened;
  bool same = false;
  if (point.position.offset() <= kSegmentHeaderSize) {
    same = reader.header().previous_root == point.root;
  } else if (reader.Seek(point.position.offset()).ok()) {
    // Every frame ends in its root and a checksum.
    std::string root(sizeof(Hash), '\0');
    const absl::Status read = ReadExactly(
        reader.file(), reader.at() - sizeof(Hash) - sizeof(uint64_t),
        absl::MakeSpan(root));
    if (absl::IsUnavailable(read)) return read;
    same = read.ok() && root == AsBytes(point.root);
  }
  if (same) return absl::OkStatus();
  return Damage(point.position,
                "the journal had another root here: this is another copy of "
                "it, which has grown otherwise");
}

absl::StatusOr<bool> IsTorn(const JournalFile& file, uint64_t at, uint64_t end,
                            uint64_t checksum_seed) {
  std::string bytes(end - at, '\0');
  SLUICE_RETURN_IF_ERROR(ReadExactly(file, at, absl::MakeSpan(bytes)));
  const absl::string_view all(bytes);
  // Nothing of the frame that begins here was written.
  if (IsZeros(all.substr(0, kTornMin))) return true;
  for (uint64_t from = at; from < end;) {
    const uint64_t to = std::min(end, (from / kSector + 1) * kSector);
    if (to - from >= kTornMin && IsZeros(all.substr(from - at, to - from))) {
      return true;
    }
    from = to;
  }
  // Every sector was written up to `end`. The frame may be longer than that.
  ByteReader in(all);
  const absl::StatusOr<uint32_t> length = in.TakeBigEndian<uint32_t>();
  if (!length.ok()) return true;  // Too short to be all of a frame.
  const uint64_t frame_size = kFrameHeaderSize + uint64_t{*length};
  if (frame_size <= bytes.size() || frame_size > kFrameBytesMax) return false;
  // The length may be what has changed. Up to 7 octets of a checksum may be
  // zeros by chance.
  for (size_t zeros = 0; zeros < sizeof(uint64_t); ++zeros) {
    if (bytes.size() + zeros > kFrameHeaderSize &&
        IsFrameOfOtherLength(bytes + std::string(zeros, '\0'), checksum_seed)) {
      return false;
    }
  }
  // A frame that was cut off ends where a sector ends.
  const uint64_t sector_end = (end + kSector - 1) / kSector * kSector;
  return sector_end - end < kTornMin && at + frame_size > sector_end;
}

absl::StatusOr<JournalTail> FindTail(const JournalFiles& files,
                                     const JournalIdentity& identity,
                                     const TailKnown& known) {
  return TailFinder(files, identity, known).Find();
}

}  // namespace sluice::store
