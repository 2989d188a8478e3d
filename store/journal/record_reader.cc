#include "store/journal/record_reader.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "store/journal/group_entry.h"
#include "store/journal/proof.h"
#include "store/journal/segment_reader.h"

namespace sluice::store {
namespace {

constexpr size_t kOpenMax = 64;
// Leaves of about half a million records.
constexpr size_t kLeavesBytesMax = size_t{8} << 20;

// The codes that the steps below use between them: kNotFound (the position
// names no frame), kOutOfRange (the group is proven and has no such record),
// kDataLoss (something there is not whole).

absl::Status NoRecord(RecordRef ref) {
  return absl::OutOfRangeError(
      absl::StrCat("the group has no record ", ref.index()));
}

absl::Status RemovedRecord() {
  return absl::FailedPreconditionError("the record was removed by retention");
}

// That the index of a reduced segment leaves out no frame at `offset`: the
// frames that it names before and after have no gap between them.
absl::Status NoGap(const JournalFile& file,
                   const std::vector<ReducedFrame>& index, uint32_t offset) {
  const auto after = std::lower_bound(
      index.begin(), index.end(), offset,
      [](const ReducedFrame& f, uint32_t key) { return f.offset < key; });
  uint64_t begin = kSegmentHeaderSize;
  if (after != index.begin()) {
    SLUICE_ASSIGN_OR_RETURN(const std::optional<FrameHead> before,
                            ReadFrameHead(file, (after - 1)->at));
    if (!before) return absl::DataLossError("no group there");
    begin = (after - 1)->at + before->size;
    // The last frame in the index is the segment's end.
    if (after == index.end()) return absl::OkStatus();
  }
  if (after == index.end() || after->at == begin) return absl::OkStatus();
  return absl::DataLossError("the index leaves out a group");
}

}  // namespace

RecordReader::RecordReader(const JournalFiles& files,
                           const JournalIdentity& identity, DamageAlarm* alarm)
    : files_(files),
      identity_(identity),
      checksum_seed_(ChecksumSeed(identity)),
      alarm_(alarm),
      leaves_(kLeavesBytesMax) {}

absl::StatusOr<std::string> RecordReader::Read(RecordRef ref) const {
  absl::StatusOr<std::string> record = ReadProvenRecord(ref);
  if (!IsDamage(record.status())) return record;
  return Damaged(ref.position(), record.status().message());
}

absl::StatusOr<std::string> RecordReader::ReadChecked(
    RecordRef ref, Position durable_end) const {
  if (ref.position() >= durable_end) {
    return absl::NotFoundError("no such record");
  }
  absl::StatusOr<std::string> record = ReadProvenRecord(ref);
  if (absl::IsOutOfRange(record.status())) {
    return absl::NotFoundError(record.status().message());
  }
  if (!IsDamage(record.status())) return record;
  return NothingAt(ref.position(), durable_end);
}

absl::Status RecordReader::CheckBegin(Position position,
                                      Position durable_end) const {
  const auto segment = OpenSegment(position.segment());
  if (segment.ok()) {
    if ((*segment)->reduced) return absl::OkStatus();
    SLUICE_ASSIGN_OR_RETURN(
        const std::optional<FrameHead> head,
        ReadFrameHead(*(*segment)->file, position.offset()));
    if (head && head->version == kSegmentEndVersion) return absl::OkStatus();
  }
  return ReadChecked({position, 0}, durable_end).status();
}

// Reads one record of a group that is or was proven.
absl::StatusOr<std::string> RecordReader::ReadProvenRecord(
    RecordRef ref) const {
  SLUICE_ASSIGN_OR_RETURN(const Frame frame, Find(ref.position()));
  absl::StatusOr<std::string> known = ReadByLeaf(frame, ref);
  if (known.ok()) return known;
  ProvenGroup group;
  SLUICE_RETURN_IF_ERROR(ReadGroup(frame, ref.position(), group));
  SLUICE_ASSIGN_OR_RETURN(const absl::string_view record,
                          RecordOf(group.group, ref));
  return std::string(record);
}

absl::Status RecordReader::ReadBytes(const Frame& frame,
                                     ProvenGroup& group) const {
  return ReadUnproven(*frame.segment->file, frame.at, frame.segment->reduced,
                      checksum_seed_, group);
}

absl::Status RecordReader::ReadGroup(const Frame& frame, Position position,
                                     ProvenGroup& group) const {
  const Segment& segment = *frame.segment;
  SLUICE_RETURN_IF_ERROR(ReadProven(*segment.file, frame.at, segment.reduced,
                                    checksum_seed_, group));
  if (group.group.reduced() &&
      group.group.unsynced_or_offset() != position.offset()) {
    return absl::DataLossError("another group there than the index says");
  }
  leaves_.Add({segment.opened, position.value()}, group.leaves);
  return absl::OkStatus();
}

absl::StatusOr<absl::string_view> RecordReader::RecordOf(const GroupView& group,
                                                         RecordRef ref) {
  if (ref.index() >= group.count()) return NoRecord(ref);
  if (group.Removed(ref.index())) return RemovedRecord();
  return group.Record(ref.index());
}

bool RecordReader::IsDamage(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::IsOutOfRange(status) ||
         absl::IsDataLoss(status);
}

std::optional<ProvenLeaves::Half> RecordReader::LeafOf(const Frame& frame,
                                                       RecordRef ref) const {
  return leaves_.Find({frame.segment->opened, ref.position().value()},
                      ref.index());
}

// Reads the record alone when its leaf is known. Any error means: read the
// group.
absl::StatusOr<std::string> RecordReader::ReadByLeaf(const Frame& frame,
                                                     RecordRef ref) const {
  const absl::Status unknown = absl::NotFoundError("");
  const std::optional<ProvenLeaves::Half> leaf = LeafOf(frame, ref);
  if (!leaf) return unknown;
  const JournalFile& file = *frame.segment->file;
  SLUICE_ASSIGN_OR_RETURN(const RecordPlace place,
                          ReadRecordPlace(file, frame.at, ref.index()));
  if (place.removed) return unknown;
  std::string record(place.size, '\0');
  SLUICE_RETURN_IF_ERROR(ReadExactly(file, place.at, absl::MakeSpan(record)));
  if (ProvenLeaves::HalfOf(LeafHash(record)) != *leaf) return unknown;
  return record;
}

// kNotFound when surely no group was written at `position`, else the damage.
absl::Status RecordReader::NothingAt(Position position,
                                     Position durable_end) const {
  const absl::StatusOr<std::shared_ptr<const Segment>> segment =
      OpenSegment(position.segment());
  if (IsDamage(segment.status())) {
    return Damaged(Position(position.segment(), 0), segment.status().message());
  }
  if (!segment.ok()) return segment.status();
  absl::Status nothing;
  if ((*segment)->reduced) {
    nothing = NoGap(*(*segment)->file, (*segment)->index, position.offset());
    const auto frame = Find(position);
    if (frame.ok()) nothing = absl::DataLossError("the group is not whole");
  } else {
    const bool last = position.segment() == durable_end.segment();
    SLUICE_ASSIGN_OR_RETURN(const uint64_t size, (*segment)->file->Size());
    nothing = (*segment)->frames->NothingAt(position.offset(),
                                            last ? durable_end.offset() : size);
  }
  if (nothing.ok()) {
    return absl::NotFoundError(
        absl::StrCat("no group begins at ", ToString(position)));
  }
  if (!IsDamage(nothing)) return nothing;
  return Damaged(position, nothing.message());
}

absl::Status RecordReader::Damaged(Position where,
                                   absl::string_view what) const {
  const absl::Status damage = DamageError(identity_, where, what);
  if (alarm_ != nullptr) alarm_->Raise(identity_, damage);
  // The file may be replaced by a copy: the next read opens it again.
  Forget(where.segment());
  return damage;
}

void RecordReader::Forget(uint32_t segment) const {
  MutexLock lock(mutex_);
  open_.erase(segment);
}

absl::StatusOr<std::shared_ptr<const RecordReader::Segment>>
RecordReader::OpenSegment(uint32_t segment) const {
  {
    MutexLock lock(mutex_);
    const auto found = open_.find(segment);
    if (found != open_.end()) return found->second;
  }
  auto opened = std::make_shared<Segment>();
  auto file = files_.Open(SegmentName(segment));
  if (absl::IsNotFound(file.status())) {
    return absl::NotFoundError("the segment is missing");
  }
  if (!file.ok()) return file.status();
  opened->file = *std::move(file);
  opened->frames = std::make_unique<FrameMap>(*opened->file, checksum_seed_);
  SLUICE_ASSIGN_OR_RETURN(const SegmentHeader header,
                          ReadSegmentHeader(*opened->file));
  if (header.identity != identity_ || header.segment != segment) {
    return absl::DataLossError(
        absl::StrCat(SegmentName(segment), " is not this journal's"));
  }
  if (header.reduced) {
    opened->reduced = true;
    absl::StatusOr<std::vector<ReducedFrame>> index = ReadIndex(*opened->file);
    if (absl::IsOutOfRange(index.status())) {
      return absl::DataLossError("index: too short");
    }
    if (!index.ok()) return index.status();
    opened->index = *std::move(index);
  }
  MutexLock lock(mutex_);
  opened->opened = ++opened_;
  // The oldest segments are read least.
  if (open_.size() >= kOpenMax) open_.erase(open_.begin());
  open_[segment] = opened;
  return opened;
}

absl::StatusOr<RecordReader::Frame> RecordReader::Find(
    Position position) const {
  Frame frame;
  SLUICE_ASSIGN_OR_RETURN(frame.segment, OpenSegment(position.segment()));
  frame.at = position.offset();
  if (!frame.segment->reduced) return frame;
  const auto& index = frame.segment->index;
  const auto found = std::lower_bound(
      index.begin(), index.end(), position.offset(),
      [](const ReducedFrame& f, uint32_t key) { return f.offset < key; });
  if (found == index.end() || found->offset != position.offset()) {
    return absl::NotFoundError("the index names no group there");
  }
  frame.at = found->at;
  return frame;
}

}  // namespace sluice::store
