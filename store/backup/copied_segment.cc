#include "store/backup/copied_segment.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "sluice/store/v1/record.pb.h"
#include "store/journal/group_entry.h"
#include "store/journal/segment_reader.h"

namespace sluice::store {
namespace {

class SegmentChecker {
 public:
  SegmentChecker(const JournalFiles& files, const JournalIdentity& identity,
                 uint32_t segment, const std::optional<Hash>& root)
      : files_(files), identity_(identity), segment_(segment), root_(root) {}

  absl::StatusOr<CopiedSegment> Check(bool closed, SegmentRest rest) {
    SLUICE_RETURN_IF_ERROR(Open());
    result_.reduced = reader_->header().reduced;
    result_.end = Position(segment_, kSegmentHeaderSize);
    result_.size = kSegmentHeaderSize;
    SLUICE_RETURN_IF_ERROR(CheckFrames(rest));
    if (closed && !result_.closed) Report(result_.size, "the file ends");
    if (root_) result_.root = *root_;
    return std::move(result_);
  }

 private:
  void Report(uint64_t offset, absl::string_view what) {
    result_.damage.push_back({segment_, offset, std::string(what)});
  }

  // With a damaged header the frames are read all the same.
  absl::Status Open() {
    auto reader = SegmentReader::Open(files_, identity_, segment_);
    if (reader.ok()) {
      reader_ = *std::move(reader);
      const Hash& previous = reader_->header().previous_root;
      if (root_ && *root_ != previous) {
        Report(0, "header: previous root is not that of the segment before");
      }
      root_ = previous;
      return absl::OkStatus();
    }
    if (!absl::IsDataLoss(reader.status()) &&
        !absl::IsFailedPrecondition(reader.status())) {
      return reader.status();
    }
    Report(0, reader.status().message());
    SLUICE_ASSIGN_OR_RETURN(const auto file,
                            files_.Open(SegmentName(segment_)));
    SLUICE_ASSIGN_OR_RETURN(const auto found,
                            FindFrame(*file, 0, ChecksumSeed(identity_)));
    SegmentHeader header;
    header.identity = identity_;
    header.segment = segment_;
    header.reduced = found && found->reduced;
    root_.reset();
    SLUICE_ASSIGN_OR_RETURN(reader_, SegmentReader::OpenAs(files_, header));
    return absl::OkStatus();
  }

  absl::Status CheckFrames(SegmentRest rest) {
    SLUICE_ASSIGN_OR_RETURN(const uint64_t size, reader_->file().Size());
    const uint64_t seed = ChecksumSeed(identity_);
    for (;;) {
      const uint64_t at = reader_->at();
      const absl::StatusOr<SegmentItem> item = reader_->Next();
      if (absl::IsUnavailable(item.status())) return item.status();
      if (item.ok() && item->kind == SegmentItem::Kind::kGroup) {
        TakeGroup(*item);
        continue;
      }
      if (item.ok() && item->kind == SegmentItem::Kind::kEnd) {
        return TakeEnd(*item);
      }
      if (at >= size) return absl::OkStatus();
      if (rest == SegmentRest::kTorn) {
        SLUICE_ASSIGN_OR_RETURN(const auto proof,
                                FindProofOfLoss(reader_->file(), at, seed));
        if (!proof) return absl::OkStatus();
      }
      Report(at, item.ok() ? "zeros where a group or the end should be"
                           : item.status().message());
      root_.reset();
      SLUICE_ASSIGN_OR_RETURN(const auto next,
                              FindFrame(reader_->file(), at + 1, seed));
      if (!next) return absl::OkStatus();
      reader_->SeekInFile(next->at);
    }
  }

  void TakeGroup(const SegmentItem& item) {
    const GroupView& group = item.group;
    if (root_ && *root_ != group.previous_root()) {
      Report(item.at, "its previous root is not that of the group before");
    }
    root_ = group.root();
    if (const absl::Status proven = group.VerifyRoot(); !proven.ok()) {
      Report(item.at, proven.message());
    }
    result_.end =
        Position(segment_, static_cast<uint32_t>(item.offset + item.size));
    result_.size = reader_->at();
    v1::Record record;
    for (uint32_t i = group.count(); i > 0; --i) {
      if (group.Removed(i - 1)) continue;
      const absl::string_view bytes = group.Record(i - 1);
      if (record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        result_.newest_ms = record.at_ms();
      }
      return;
    }
  }

  absl::Status TakeEnd(const SegmentItem& item) {
    if (root_ && *root_ != item.end.root) {
      Report(item.at, "another root at the end");
    }
    root_ = item.end.root;
    result_.closed = true;
    result_.end = Position(segment_ + 1, 0);
    SLUICE_ASSIGN_OR_RETURN(result_.size, reader_->file().Size());
    if (reader_->header().reduced) {
      const auto index = ReadIndex(reader_->file());
      if (absl::IsUnavailable(index.status())) return index.status();
      if (!index.ok()) Report(reader_->at(), index.status().message());
      return absl::OkStatus();
    }
    SLUICE_ASSIGN_OR_RETURN(const uint64_t end,
                            EndOfBytes(reader_->file(), reader_->at()));
    if (end > reader_->at()) Report(reader_->at(), "bytes after the end");
    result_.size = reader_->at();
    return absl::OkStatus();
  }

  const JournalFiles& files_;
  const JournalIdentity identity_;
  const uint32_t segment_;
  std::optional<Hash> root_;  // Before the next frame, once it is known.
  std::unique_ptr<SegmentReader> reader_;
  CopiedSegment result_;
};

}  // namespace

absl::StatusOr<CopiedSegment> CheckSegment(const JournalFiles& files,
                                           const JournalIdentity& identity,
                                           uint32_t segment,
                                           const std::optional<Hash>& root,
                                           bool closed, SegmentRest rest) {
  return SegmentChecker(files, identity, segment, root).Check(closed, rest);
}

absl::StatusOr<std::optional<Hash>> RootAtEnd(const JournalFiles& files,
                                              const JournalIdentity& identity,
                                              uint32_t segment) {
  SLUICE_ASSIGN_OR_RETURN(const auto file, files.Open(SegmentName(segment)));
  const auto header = ReadSegmentHeader(*file);
  if (absl::IsUnavailable(header.status())) return header.status();
  if (!header.ok()) return std::nullopt;
  SLUICE_ASSIGN_OR_RETURN(const uint64_t size, file->Size());
  uint64_t at = size - std::min<uint64_t>(size, kSegmentEndSize);
  if (header->reduced) {
    const auto index = ReadIndex(*file);
    if (absl::IsUnavailable(index.status())) return index.status();
    if (!index.ok() || index->empty()) return std::nullopt;
    at = index->back().at;
  }
  std::string frame(kSegmentEndSize, '\0');
  const absl::Status read = ReadExactly(*file, at, absl::MakeSpan(frame));
  if (absl::IsOutOfRange(read)) return std::nullopt;
  SLUICE_RETURN_IF_ERROR(read);
  const auto end = DecodeSegmentEnd(frame, ChecksumSeed(identity));
  if (!end.ok()) return std::nullopt;
  return end->root;
}

}  // namespace sluice::store
