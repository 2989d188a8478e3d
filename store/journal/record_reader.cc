#include "store/journal/record_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/bytes.h"
#include "rules/base/status_macros.h"
#include "store/journal/group_entry.h"
#include "store/journal/segment_reader.h"

namespace sluice::store {
namespace {

constexpr size_t kOpenMax = 64;

absl::Status NoGroup(Position position) {
  return absl::NotFoundError(
      absl::StrCat("no group begins at ", ToString(position)));
}

absl::Status NoRecord(RecordRef ref) {
  return absl::NotFoundError(absl::StrCat("the group at ",
                                          ToString(ref.position()),
                                          " has no record ", ref.index()));
}

absl::Status RemovedRecord() {
  return absl::FailedPreconditionError("the record was removed by retention");
}

}  // namespace

RecordReader::RecordReader(const JournalFiles& files,
                           const JournalIdentity& identity)
    : files_(files),
      identity_(identity),
      checksum_seed_(ChecksumSeed(identity)) {}

absl::StatusOr<std::string> RecordReader::Read(RecordRef ref) const {
  SLUICE_ASSIGN_OR_RETURN(const Frame frame, Find(ref.position()));
  const JournalFile& file = *frame.segment->file;
  const auto place = ReadRecordPlace(file, frame.at, ref.index());
  if (absl::IsOutOfRange(place.status())) return NoRecord(ref);
  if (!place.ok()) return place.status();
  if (place->removed) return RemovedRecord();
  std::string record(place->size, '\0');
  const absl::Status read =
      ReadExactly(file, place->at, absl::MakeSpan(record));
  if (absl::IsOutOfRange(read)) return absl::DataLossError(read.message());
  SLUICE_RETURN_IF_ERROR(read);
  return record;
}

absl::StatusOr<std::string> RecordReader::ReadChecked(RecordRef ref) const {
  SLUICE_ASSIGN_OR_RETURN(const Frame frame, Find(ref.position()));
  const JournalFile& file = *frame.segment->file;
  std::string bytes(sizeof(uint32_t), '\0');
  SLUICE_ASSIGN_OR_RETURN(size_t size,
                          file.Read(frame.at, absl::MakeSpan(bytes)));
  if (size < bytes.size()) return NoGroup(ref.position());
  SLUICE_ASSIGN_OR_RETURN(const auto length,
                          ByteReader(bytes).TakeBigEndian<uint32_t>());
  if (length > kFrameBytesMax) return NoGroup(ref.position());
  bytes.resize(kFrameHeaderSize + length);
  SLUICE_ASSIGN_OR_RETURN(size, file.Read(frame.at, absl::MakeSpan(bytes)));
  if (size < bytes.size()) return NoGroup(ref.position());
  const auto group = GroupView::Decode(bytes, checksum_seed_);
  if (!group.ok()) return NoGroup(ref.position());
  if (ref.index() >= group->count()) return NoRecord(ref);
  if (group->Removed(ref.index())) return RemovedRecord();
  return std::string(group->Record(ref.index()));
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
  SLUICE_ASSIGN_OR_RETURN(opened->file, files_.Open(SegmentName(segment)));
  SLUICE_ASSIGN_OR_RETURN(const SegmentHeader header,
                          ReadSegmentHeader(*opened->file));
  if (header.identity != identity_ || header.segment != segment) {
    return absl::DataLossError(
        absl::StrCat(SegmentName(segment), " is not this journal's"));
  }
  if (header.reduced) {
    opened->reduced = true;
    SLUICE_ASSIGN_OR_RETURN(opened->index, ReadIndex(*opened->file));
  }
  MutexLock lock(mutex_);
  // The oldest segments are read least.
  if (open_.size() >= kOpenMax) open_.erase(open_.begin());
  open_[segment] = opened;
  return opened;
}

absl::StatusOr<RecordReader::Frame> RecordReader::Find(
    Position position) const {
  Frame frame;
  auto segment = OpenSegment(position.segment());
  if (absl::IsNotFound(segment.status())) return NoGroup(position);
  if (absl::IsDataLoss(segment.status())) {
    // A data loss error may mean a spare, whose header is still blank.
    const auto blank = HeaderIsBlank(files_, position.segment());
    if (blank.ok() && *blank) return NoGroup(position);
  }
  if (!segment.ok()) return segment.status();
  frame.segment = *std::move(segment);
  frame.at = position.offset();
  if (!frame.segment->reduced) return frame;
  const auto& index = frame.segment->index;
  const auto found = std::lower_bound(
      index.begin(), index.end(), position.offset(),
      [](const ReducedFrame& f, uint32_t key) { return f.offset < key; });
  if (found == index.end() || found->offset != position.offset()) {
    return NoGroup(position);
  }
  frame.at = found->at;
  return frame;
}

}  // namespace sluice::store
