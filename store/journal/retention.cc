#include "store/journal/retention.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/base/bytes.h"
#include "rules/base/status_macros.h"
#include "store/journal/group_entry.h"
#include "store/journal/segment_reader.h"

namespace sluice::store {
namespace {

// Room is reserved in steps: the new size is unknown until the end.
constexpr uint64_t kRoomStep = uint64_t{16} << 20;

// The new file, until it replaces the old one.
class ReducedFile {
 public:
  static absl::StatusOr<ReducedFile> Create(JournalFiles& files,
                                            const SegmentHeader& header) {
    ReducedFile out(files, SegmentName(header.segment));
    SLUICE_ASSIGN_OR_RETURN(out.file_, files.Create(out.Temporary(), 0));
    SLUICE_RETURN_IF_ERROR(out.Append(Encode(header)));
    return out;
  }

  absl::Status Append(absl::string_view bytes) {
    if (size_ + bytes.size() > room_) {
      room_ = size_ + bytes.size() + kRoomStep;
      SLUICE_RETURN_IF_ERROR(file_->Truncate(size_, room_));
    }
    SLUICE_RETURN_IF_ERROR(file_->Append(bytes).status());
    size_ += bytes.size();
    return absl::OkStatus();
  }

  absl::Status AppendFrame(uint32_t offset, absl::string_view frame) {
    index_.push_back({offset, static_cast<uint32_t>(size_)});
    return Append(frame);
  }

  absl::Status TakePlace() {
    SLUICE_RETURN_IF_ERROR(Append(EncodeIndex(index_)));
    SLUICE_RETURN_IF_ERROR(file_->Trim());
    SLUICE_RETURN_IF_ERROR(file_->Sync());
    return files_->Replace(Temporary(), name_);
  }

  void Discard() {
    file_.reset();
    // If the file cannot be deleted now, opening the journal deletes it.
    files_->Delete(Temporary()).IgnoreError();
  }

  uint64_t size() const { return size_; }

 private:
  ReducedFile(JournalFiles& files, std::string name)
      : files_(&files), name_(std::move(name)) {}
  std::string Temporary() const {
    return absl::StrCat(name_, kTemporarySuffix);
  }

  JournalFiles* files_;
  std::string name_;
  std::unique_ptr<JournalFile> file_;
  uint64_t size_ = 0;
  uint64_t room_ = 0;
  std::vector<ReducedFrame> index_;
};

// Verifies the group before and after: a mistake here cannot be undone.
absl::StatusOr<std::string> ReduceGroup(const GroupView& group,
                                        Position position, uint64_t seed,
                                        const KeepRecord& keep,
                                        Reduction& reduction) {
  SLUICE_RETURN_IF_ERROR(group.VerifyRoot());
  std::vector<bool> kept(group.count());
  for (uint32_t i = 0; i < group.count(); ++i) {
    if (group.Removed(i)) {
      ++reduction.gone;
      continue;
    }
    kept[i] = keep(RecordRef(position, i), group.Record(i));
    ++(kept[i] ? reduction.kept : reduction.removed);
  }
  std::string frame = EncodeReduced(group, kept, position.offset(), seed);
  SLUICE_ASSIGN_OR_RETURN(const auto reduced, GroupView::Decode(frame, seed));
  SLUICE_RETURN_IF_ERROR(reduced.VerifyRoot());
  return frame;
}

// Returns OK when `in` was read to its end and `out` has all its groups.
absl::Status ReduceAll(SegmentReader& in, const KeepRecord& keep,
                       ReducedFile& out, Reduction& reduction) {
  const uint64_t seed = ChecksumSeed(in.header().identity);
  Hash root = in.header().previous_root;
  for (;;) {
    SLUICE_ASSIGN_OR_RETURN(const SegmentItem item, in.Next());
    switch (item.kind) {
      case SegmentItem::Kind::kNothing:
        return absl::FailedPreconditionError("the segment is not closed");
      case SegmentItem::Kind::kGroup: {
        if (item.group.previous_root() != root) {
          return absl::DataLossError("a previous root differs");
        }
        root = item.group.root();
        const Position position(in.header().segment, item.offset);
        SLUICE_ASSIGN_OR_RETURN(
            const std::string frame,
            ReduceGroup(item.group, position, seed, keep, reduction));
        SLUICE_RETURN_IF_ERROR(out.AppendFrame(item.offset, frame));
        break;
      }
      case SegmentItem::Kind::kEnd:
        if (item.end.root != root) {
          return absl::DataLossError("another root at the end");
        }
        reduction.bytes_before = in.at();
        return out.AppendFrame(item.offset,
                               Encode(SegmentEnd{item.offset, root}, seed));
    }
  }
}

}  // namespace

void RemovedRecords::Add(RecordRef ref) { AppendBigEndian(ref.value(), refs_); }

absl::StatusOr<Reduction> ReduceSegment(JournalFiles& files,
                                        const JournalIdentity& identity,
                                        uint32_t segment,
                                        const KeepRecord& keep) {
  auto in = SegmentReader::Open(files, identity, segment);
  if (absl::IsDataLoss(in.status())) {
    SLUICE_ASSIGN_OR_RETURN(const bool blank, HeaderIsBlank(files, segment));
    if (blank)
      return absl::FailedPreconditionError("the segment is not closed");
  }
  if (!in.ok()) return in.status();
  SegmentHeader header = (*in)->header();
  header.reduced = true;
  SLUICE_ASSIGN_OR_RETURN(ReducedFile out, ReducedFile::Create(files, header));
  Reduction reduction;
  const uint64_t bytes_before = (*in)->file().Size().value_or(0);
  absl::Status done = ReduceAll(**in, keep, out, reduction);
  reduction.bytes_before = bytes_before;
  reduction.bytes_after = bytes_before;
  if (!done.ok() || reduction.removed == 0) {
    out.Discard();
    if (done.ok()) return reduction;
    return absl::Status(
        done.code(),
        absl::StrCat(ToString(Position(segment, 0)), ": ", done.message()));
  }
  SLUICE_RETURN_IF_ERROR(out.TakePlace());
  reduction.bytes_after = out.size();
  return reduction;
}

}  // namespace sluice::store
