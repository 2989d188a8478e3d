#include "store/journal/journal_check.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "store/journal/segment_reader.h"

namespace sluice::store {
namespace {

constexpr uint64_t kProgressStep = uint64_t{4} << 20;

class Checker {
 public:
  Checker(const JournalFiles& files, const CheckProgress& progress,
          const TailKnown& known, const GroupWatch& watch)
      : files_(files), progress_(progress), known_(known), watch_(watch) {}

  absl::StatusOr<JournalCheckReport> Check() {
    SLUICE_ASSIGN_OR_RETURN(segments_, ListSegments(files_));
    SLUICE_RETURN_IF_ERROR(CheckIdentity());
    SLUICE_RETURN_IF_ERROR(FindLastBegun());
    // A store makes its first segment together with its identity.
    if (segments_.empty()) {
      if (!known_.never_begun) Report(0, 0, "the segment is missing");
    } else if (segments_[0] > 0) {
      Report(0, 0,
             absl::StrCat("segments 0 to ", segments_[0] - 1, " are missing"));
    }
    for (size_t i = 0; i < segments_.size(); ++i) {
      if (i > 0) CheckGap(segments_[i - 1], segments_[i]);
      SLUICE_RETURN_IF_ERROR(CheckSegment(segments_[i]));
    }
    Progress(bytes_all_);
    report_.unbroken = report_.damage_count == 0;
    CompareWithDurable();
    SLUICE_RETURN_IF_ERROR(CompareRoots());
    if (root_) report_.root = *root_;
    return std::move(report_);
  }

 private:
  void Report(uint32_t segment, uint64_t offset, absl::string_view what) {
    if (++report_.damage_count > kDamageMax) return;
    report_.damage.push_back({segment, offset, std::string(what)});
  }

  void CompareWithDurable() {
    if (!known_.durable || report_.end >= known_.durable->position) return;
    Report(report_.end.segment(), report_.end.offset(),
           absl::StrCat("the journal ends here and was durable up to ",
                        ToString(known_.durable->position)));
  }

  // Roots that the journal is known to have had.
  absl::Status CompareRoots() {
    for (const JournalPoint& point : known_.roots) {
      if (point.position > report_.end) continue;
      const absl::Status same = CheckRootAt(files_, report_.identity, point);
      if (absl::IsUnavailable(same)) return same;
      if (same.ok()) continue;
      Report(point.position.segment(), point.position.offset(),
             "the journal had another root here: this is another copy of it, "
             "which has grown otherwise");
    }
    return absl::OkStatus();
  }

  void Progress(uint64_t done) {
    if (!progress_ || (done < told_ + kProgressStep && done < bytes_all_)) {
      return;
    }
    told_ = done;
    progress_(done, bytes_all_);
  }

  // Without its identity file, a journal is checked against its first good
  // header.
  absl::Status CheckIdentity() {
    const absl::StatusOr<JournalIdentity> identity = ReadIdentity(files_);
    if (absl::IsUnavailable(identity.status())) return identity.status();
    if (identity.ok()) {
      report_.identity = *identity;
      return absl::OkStatus();
    }
    if (segments_.empty()) {
      if (absl::IsNotFound(identity.status())) return identity.status();
    }
    Report(segments_.empty() ? 0 : segments_.front(), 0,
           identity.status().message());
    for (const uint32_t segment : segments_) {
      SLUICE_ASSIGN_OR_RETURN(const auto file,
                              files_.Open(SegmentName(segment)));
      const auto header = ReadSegmentHeader(*file);
      if (!header.ok()) continue;
      report_.identity = header->identity;
      break;
    }
    return absl::OkStatus();
  }

  absl::Status FindLastBegun() {
    for (const uint32_t segment : segments_) {
      SLUICE_ASSIGN_OR_RETURN(const auto file,
                              files_.Open(SegmentName(segment)));
      SLUICE_ASSIGN_OR_RETURN(const uint64_t size, file->Size());
      bytes_all_ += size;
      const bool good = ReadSegmentHeader(*file).ok();
      if (good) last_begun_ = segment;
    }
    return absl::OkStatus();
  }

  void CheckGap(uint32_t before, uint32_t after) {
    if (before + 1 == after) return;
    Report(before + 1, 0,
           absl::StrCat("segments ", before + 1, " to ", after - 1,
                        " are missing"));
    root_.reset();
  }

  absl::Status CheckSegment(uint32_t segment) {
    if (segment == 0) root_ = Hash{};
    auto reader = SegmentReader::Open(files_, report_.identity, segment);
    if (!reader.ok()) {
      if (!absl::IsDataLoss(reader.status()) &&
          !absl::IsFailedPrecondition(reader.status())) {
        return reader.status();
      }
      return CheckHeadless(segment, reader.status());
    }
    room_ = (*reader)->header().room;
    const Hash& previous = (*reader)->header().previous_root;
    if (root_ && *root_ != previous) {
      Report(segment, 0,
             "header: previous root is not that of the segment before");
    }
    root_ = previous;
    ++report_.segments;
    if ((*reader)->header().reduced) ++report_.segments_reduced;
    report_.end = std::max(report_.end, Position(segment, kSegmentHeaderSize));
    return CheckFrames(segment, **reader);
  }

  // Checks a segment without a good header: one with a damaged header or, of an
  // older version, a spare or a segment torn as it began.
  absl::Status CheckHeadless(uint32_t segment, const absl::Status& why) {
    SLUICE_ASSIGN_OR_RETURN(const auto file, files_.Open(SegmentName(segment)));
    if (segment > 0 && room_ == 0) {
      SLUICE_ASSIGN_OR_RETURN(const Rest rest, Judge(*file, segment, 0, false));
      if (rest == Rest::kNothing || rest == Rest::kTorn) {
        return absl::OkStatus();
      }
    }
    Report(segment, 0, why.message());
    root_.reset();
    ++report_.segments;
    SLUICE_ASSIGN_OR_RETURN(
        const auto found, FindFrame(*file, 0, ChecksumSeed(report_.identity)));
    SegmentHeader header;
    header.identity = report_.identity;
    header.segment = segment;
    header.reduced = found && found->reduced;
    SLUICE_ASSIGN_OR_RETURN(const auto reader,
                            SegmentReader::OpenAs(files_, header));
    return CheckFrames(segment, *reader);
  }

  // What the bytes at the end of a segment are, as journal_tail.h says.
  enum class Rest { kNothing, kTorn, kDoubtful, kDamaged };

  absl::StatusOr<Rest> Judge(const JournalFile& file, uint32_t segment,
                             uint64_t at, bool reduced) {
    if (reduced || (last_begun_ && segment < *last_begun_)) {
      return Rest::kDamaged;
    }
    SLUICE_ASSIGN_OR_RETURN(const uint64_t end, EndOfBytes(file, at));
    if (end == at) return Rest::kNothing;
    const uint64_t seed = ChecksumSeed(report_.identity);
    SLUICE_ASSIGN_OR_RETURN(const auto proof, FindProofOfLoss(file, at, seed));
    if (proof) return Rest::kDamaged;
    SLUICE_ASSIGN_OR_RETURN(const bool torn, IsTorn(file, at, end, seed));
    if (!torn && !AllWasAcknowledgedBefore(segment, at)) {
      return Rest::kDoubtful;
    }
    report_.bytes_torn += end - at;
    return Rest::kTorn;
  }

  bool AllWasAcknowledgedBefore(uint32_t segment, uint64_t at) const {
    return known_.exact && known_.durable &&
           Position(segment, static_cast<uint32_t>(at)) >=
               known_.durable->position;
  }

  // The segment ends at `at` without an end: a file that was cut off is shorter
  // than it was made.
  absl::Status CheckRoom(const JournalFile& file, uint32_t segment,
                         uint64_t at) {
    SLUICE_ASSIGN_OR_RETURN(const uint64_t size, file.Size());
    if (size >= room_ || AllWasAcknowledgedBefore(segment, at)) {
      return absl::OkStatus();
    }
    Report(segment, at,
           absl::StrCat("the file was made with ", room_, " octets and has ",
                        size, ": its end was cut off"));
    return absl::OkStatus();
  }

  absl::Status CheckFrames(uint32_t segment, SegmentReader& reader) {
    std::vector<ReducedFrame> frames;
    const uint64_t seed = ChecksumSeed(report_.identity);
    const uint64_t bytes_before = report_.bytes;
    for (;;) {
      const uint64_t at = reader.at();
      const absl::StatusOr<SegmentItem> item = reader.Next();
      if (absl::IsUnavailable(item.status())) return item.status();
      report_.bytes = bytes_before + reader.at();
      Progress(report_.bytes);
      if (!item.ok() || item->kind == SegmentItem::Kind::kNothing) {
        SLUICE_ASSIGN_OR_RETURN(
            const Rest rest,
            Judge(reader.file(), segment, at, reader.header().reduced));
        if (rest == Rest::kNothing || rest == Rest::kTorn) {
          return CheckRoom(reader.file(), segment, at);
        }
        Report(
            segment, at,
            absl::StrCat(item.ok() ? "zeros where a group or the end should be"
                                   : item.status().message(),
                         rest == Rest::kDoubtful
                             ? ", though all of it was written once: it may "
                               "have been acknowledged"
                             : ""));
        root_.reset();
        SLUICE_ASSIGN_OR_RETURN(const auto next,
                                FindFrame(reader.file(), at + 1, seed));
        if (!next) return absl::OkStatus();
        reader.SeekInFile(next->at);
        continue;
      }
      CheckOrder(segment, *item, frames);
      frames.push_back({item->offset, static_cast<uint32_t>(item->at)});
      if (item->kind == SegmentItem::Kind::kEnd) {
        return CheckEnd(segment, reader, *item, frames);
      }
      CheckGroup(segment, *item);
    }
  }

  // The first offsets of a reduced segment's frames must go up.
  void CheckOrder(uint32_t segment, const SegmentItem& item,
                  const std::vector<ReducedFrame>& frames) {
    const uint32_t from =
        frames.empty() ? kSegmentHeaderSize : frames.back().offset + 1;
    if (item.offset < from || item.offset > Position::kOffsetMax) {
      Report(segment, item.at, "its first offset is out of order");
    }
  }

  void CheckGroup(uint32_t segment, const SegmentItem& item) {
    const GroupView& group = item.group;
    if (root_ && *root_ != group.previous_root()) {
      Report(segment, item.at,
             "its previous root is not that of the group before");
    }
    root_ = group.root();
    leaves_.clear();
    if (const absl::Status proven = group.VerifyRoot(&leaves_); !proven.ok()) {
      Report(segment, item.at, proven.message());
      return;
    }
    ++report_.groups;
    report_.end =
        Position(segment, static_cast<uint32_t>(item.offset + item.size));
    report_.records += group.count();
    for (uint32_t i = 0; i < group.count(); ++i) {
      report_.removed += group.Removed(i);
    }
    if (watch_) {
      watch_(Position(segment, static_cast<uint32_t>(item.offset)), group,
             leaves_);
    }
  }

  absl::Status CheckEnd(uint32_t segment, SegmentReader& reader,
                        const SegmentItem& item,
                        const std::vector<ReducedFrame>& frames) {
    if (root_ && *root_ != item.end.root) {
      Report(segment, item.at, "another root at the end");
    }
    root_ = item.end.root;
    report_.end = Position(segment + 1, 0);
    if (!reader.header().reduced) {
      SLUICE_ASSIGN_OR_RETURN(const uint64_t end,
                              EndOfBytes(reader.file(), reader.at()));
      if (end > reader.at()) {
        Report(segment, reader.at(), "bytes after the end");
      }
      return absl::OkStatus();
    }
    const auto index = ReadIndex(reader.file());
    if (absl::IsUnavailable(index.status())) return index.status();
    SLUICE_ASSIGN_OR_RETURN(const uint64_t size, reader.file().Size());
    if (!index.ok()) {
      Report(segment, reader.at(), index.status().message());
    } else if (*index != frames ||
               size != reader.at() + EncodeIndex(frames).size()) {
      Report(segment, reader.at(), "the index is not that of the groups");
    }
    return absl::OkStatus();
  }

  const JournalFiles& files_;
  const CheckProgress& progress_;
  const TailKnown& known_;
  const GroupWatch& watch_;
  std::vector<Hash> leaves_;  // Of the group at hand.
  uint32_t room_ = 0;         // Of the last segment with a header.
  std::vector<uint32_t> segments_;
  std::optional<uint32_t> last_begun_;  // The last segment with a good header.
  std::optional<Hash> root_;  // Before the next frame, once it is known.
  uint64_t bytes_all_ = 0;
  uint64_t told_ = 0;
  JournalCheckReport report_;
};

}  // namespace

absl::StatusOr<JournalCheckReport> CheckJournal(const JournalFiles& files,
                                                const CheckProgress& progress,
                                                const TailKnown& known,
                                                const GroupWatch& watch) {
  return Checker(files, progress, known, watch).Check();
}

}  // namespace sluice::store
