#include "store/journal/journal.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/base/check.h"
#include "rules/base/status_macros.h"

namespace sluice::store {
namespace {

// Returns whether the directory already had an identity.
absl::StatusOr<bool> CheckIdentity(const JournalFiles& files,
                                   const JournalIdentity& identity) {
  const absl::StatusOr<JournalIdentity> found = ReadIdentity(files);
  if (found.ok()) {
    if (*found == identity) return true;
    return absl::FailedPreconditionError(
        "the journal belongs to another store or partition");
  }
  if (!absl::IsNotFound(found.status())) return found.status();
  SLUICE_ASSIGN_OR_RETURN(const auto segments, ListSegments(files));
  if (segments.empty()) return false;
  return absl::DataLossError(
      absl::StrCat("the journal has segments and no file ", kIdentityName,
                   ": restore it from a copy"));
}

// A spare may be of another size, and it costs little to make another.
absl::Status DeleteLeftovers(JournalFiles& files) {
  SLUICE_ASSIGN_OR_RETURN(const auto names, files.List());
  for (const std::string& name : names) {
    if (!absl::EndsWith(name, kTemporarySuffix) &&
        !absl::EndsWith(name, kSpareSuffix)) {
      continue;
    }
    SLUICE_RETURN_IF_ERROR(files.Delete(name));
  }
  return absl::OkStatus();
}

TailKnown KnownOf(const JournalIdentity& identity,
                  const JournalOptions& options) {
  TailKnown known = {.from = options.from, .accept_loss = options.accept_loss};
  if (options.marks != nullptr) {
    known.durable = options.marks->Of(identity.partition);
    known.exact = options.marks->exact();
  }
  if (known.durable) known.roots.push_back(*known.durable);
  if (options.head) known.roots.push_back(*options.head);
  // A mark that is behind these is not the newest.
  for (const Position seen :
       {options.head ? options.head->position : Position(), options.seen}) {
    if (seen == Position()) continue;
    if (known.durable && known.durable->position >= seen) continue;
    known.durable = JournalPoint{.position = seen};
    known.exact = false;
  }
  return known;
}

// Writes the bytes from `from` to `end` once more, in place: they may have been
// acknowledged, so they must survive an interruption at any point.
absl::Status WriteAgain(uint64_t from, uint64_t end, JournalFile& file) {
  std::string bytes(end - from, '\0');
  SLUICE_RETURN_IF_ERROR(ReadExactly(file, from, absl::MakeSpan(bytes)));
  return file.WriteAgain(from, bytes);
}

}  // namespace

Journal::Journal(JournalFiles& files, const JournalIdentity& identity,
                 const JournalOptions& options)
    : files_(files),
      identity_(identity),
      segment_bytes_(options.segment_bytes),
      marks_(options.marks),
      began_(options.began),
      spare_(files, options.segment_bytes) {}

Journal::~Journal() = default;

absl::StatusOr<std::unique_ptr<Journal>> Journal::Open(
    JournalFiles& files, const JournalIdentity& identity,
    const JournalOptions& options, JournalOpened* opened) {
  SLUICE_CHECK(options.segment_bytes <= kSegmentBytes);
  SLUICE_ASSIGN_OR_RETURN(const bool existed, CheckIdentity(files, identity));
  SLUICE_ASSIGN_OR_RETURN(
      const JournalTail tail,
      FindTail(files, identity, KnownOf(identity, options)));
  SLUICE_RETURN_IF_ERROR(DeleteLeftovers(files));
  if (!existed) SLUICE_RETURN_IF_ERROR(WriteIdentity(identity, files));
  std::unique_ptr<Journal> journal(new Journal(files, identity, options));
  SLUICE_RETURN_IF_ERROR(journal->OpenTail(tail));
  if (opened != nullptr) {
    *opened = {.created = !existed,
               .groups = tail.groups,
               .records = tail.records,
               .bytes = tail.bytes,
               .bytes_cut = tail.bytes_torn,
               .cut_reason = tail.torn_reason,
               .loss = tail.loss};
  }
  return journal;
}

absl::Status Journal::OpenTail(const JournalTail& tail) {
  tail_ = tail.point;
  // The doubtful bytes may be in a segment that has ended.
  if (tail.doubtful_end > tail.doubtful_from &&
      tail.doubtful_segment < tail_.position.segment()) {
    SLUICE_ASSIGN_OR_RETURN(const auto ended,
                            files_.Open(SegmentName(tail.doubtful_segment)));
    SLUICE_RETURN_IF_ERROR(
        WriteAgain(tail.doubtful_from, tail.doubtful_end, *ended));
    SLUICE_RETURN_IF_ERROR(ended->Sync());
  }
  const uint32_t segment = tail_.position.segment();
  const uint32_t end = tail_.position.offset();
  if (end == 0) {
    SLUICE_ASSIGN_OR_RETURN(auto file,
                            files_.Create(SpareName(segment), segment_bytes_));
    SLUICE_RETURN_IF_ERROR(BeginSegment(std::move(file), segment));
  } else {
    SLUICE_ASSIGN_OR_RETURN(file_, files_.Open(SegmentName(segment)));
    // Segments may have been larger before; the end of this one must fit.
    const uint64_t room = std::max<uint64_t>(
        {segment_bytes_, tail.room, uint64_t{end} + kSegmentEndSize});
    SLUICE_RETURN_IF_ERROR(file_->Truncate(end, room));
    if (tail.doubtful_segment == segment && tail.doubtful_end == end) {
      SLUICE_RETURN_IF_ERROR(WriteAgain(tail.doubtful_from, end, *file_));
    }
  }
  SLUICE_RETURN_IF_ERROR(Sync());
  spare_.Prepare(segment + 1);
  return absl::OkStatus();
}

absl::Status Journal::ReserveSpace(size_t bytes) {
  if (poisoned_) return absl::UnavailableError("journal: poisoned");
  // A full disk does not matter before this segment ends.
  if (Room() >= bytes && !Ends(Room() - static_cast<uint32_t>(bytes))) {
    return absl::OkStatus();
  }
  spare_.Prepare(tail_.position.segment() + 1);
  return spare_.Wait();
}

absl::StatusOr<Position> Journal::Append(GroupBuilder& group) {
  if (poisoned_) return absl::UnavailableError("journal: poisoned");
  if (group.Size() + kSegmentHeaderSize + kSegmentEndSize > segment_bytes_) {
    return absl::ResourceExhaustedError("group larger than a segment");
  }
  if (Ends(Room()) || Room() < group.Size()) SLUICE_RETURN_IF_ERROR(Roll());
  const Position position = tail_.position;
  SLUICE_RETURN_IF_ERROR(Write(group.Seal(tail_.root, Unsynced())));
  tail_.root = group.root();
  return position;
}

absl::Status Journal::Sync() {
  if (poisoned_) return absl::UnavailableError("journal: poisoned");
  const absl::Status synced = file_->Sync();
  if (!synced.ok()) return Poison(synced);
  durable_end_.store(tail_.position.value(), std::memory_order_release);
  return Mark();
}

// Tells the mark that everything up to the tail is durable. Without it a start
// could not see a loss, so nothing more is acknowledged.
absl::Status Journal::Mark() {
  if (marks_ == nullptr) return absl::OkStatus();
  const absl::Status marked = marks_->Set(identity_.partition, tail_);
  return marked.ok() ? marked : Poison(marked);
}

// Takes the next file before writing anything, so that a full disk leaves the
// journal unchanged. The end is durable before the next segment begins: only
// the last segment that has begun can be torn.
absl::Status Journal::Roll() {
  const uint32_t next = tail_.position.segment() + 1;
  if (next > Position::kSegmentMax) {
    return absl::ResourceExhaustedError("journal: no segment numbers left");
  }
  spare_.Prepare(next);
  absl::StatusOr<std::unique_ptr<JournalFile>> file = spare_.Take();
  if (absl::IsResourceExhausted(file.status())) return file.status();
  if (!file.ok()) return Poison(file.status());
  SLUICE_RETURN_IF_ERROR(Write(
      Encode(SegmentEnd{Unsynced(), tail_.root}, ChecksumSeed(identity_))));
  if (const absl::Status synced = file_->Sync(); !synced.ok()) {
    return Poison(synced);
  }
  // Only now: a shorter file without an end would look cut off.
  if (const absl::Status trimmed = file_->Trim(); !trimmed.ok()) {
    return Poison(trimmed);
  }
  durable_end_.store(Position(next, 0).value(), std::memory_order_release);
  SLUICE_RETURN_IF_ERROR(BeginSegment(*std::move(file), next));
  spare_.Prepare(next + 1);
  return absl::OkStatus();
}

// The file is a segment, by its name, only when its header is durable.
absl::Status Journal::BeginSegment(std::unique_ptr<JournalFile> file,
                                   uint32_t segment) {
  file_ = std::move(file);
  tail_.position = Position(segment, 0);
  SLUICE_RETURN_IF_ERROR(
      Write(Encode(SegmentHeader{.identity = identity_,
                                 .segment = segment,
                                 .room = segment_bytes_ / kRoomUnit * kRoomUnit,
                                 .previous_root = tail_.root})));
  absl::Status begun = file_->Sync();
  if (begun.ok()) {
    begun = files_.Replace(SpareName(segment), SegmentName(segment));
  }
  if (!begun.ok()) return Poison(begun);
  durable_end_.store(tail_.position.value(), std::memory_order_release);
  SLUICE_RETURN_IF_ERROR(Mark());
  if (began_) began_();
  return absl::OkStatus();
}

absl::Status Journal::Write(absl::string_view bytes) {
  const absl::StatusOr<uint64_t> at = file_->Append(bytes);
  if (!at.ok()) return Poison(at.status());
  SLUICE_CHECK(*at == tail_.position.offset());
  tail_.position = Position(tail_.position.segment(),
                            static_cast<uint32_t>(*at + bytes.size()));
  return absl::OkStatus();
}

absl::Status Journal::Poison(const absl::Status& why) {
  poisoned_ = true;
  return absl::UnavailableError(absl::StrCat("journal: ", why.message()));
}

Position Journal::GroupAfter(Position at, size_t frame_size) const {
  const uint32_t end = at.offset() + static_cast<uint32_t>(frame_size);
  if (!Ends(RoomFrom(end))) return Position(at.segment(), end);
  return Position(at.segment() + 1, kSegmentHeaderSize);
}

// Segments of tests may be smaller than a full group.
bool Journal::Ends(uint32_t room) const {
  return room < std::min<size_t>(kGroupBytesMax, segment_bytes_ / 2);
}

uint32_t Journal::RoomFrom(uint32_t offset) const {
  const uint64_t taken = uint64_t{offset} + kSegmentEndSize;
  return segment_bytes_ -
         static_cast<uint32_t>(std::min<uint64_t>(taken, segment_bytes_));
}

uint32_t Journal::Unsynced() const {
  const Position durable = durable_end();
  const uint32_t durable_here =
      durable.segment() == tail_.position.segment() ? durable.offset() : 0;
  return tail_.position.offset() - durable_here;
}

}  // namespace sluice::store
