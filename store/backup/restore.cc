#include "store/backup/restore.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "rules/base/both_error.h"
#include "rules/base/files.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "store/backup/backup_files.h"
#include "store/folders.h"
#include "store/journal/control_journal.h"
#include "store/journal/durable_marks.h"
#include "store/journal/journal.h"
#include "store/journal/journal_times.h"
#include "store/journal/posix_journal_file.h"
#include "store/journal/salt.h"
#include "store/journal/segment_reader.h"
#include "store/journal_heads.h"
#include "store/known_ends.h"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

// A start makes the next ones as configured.
constexpr uint32_t kNewSegmentBytes = 8u << 20;
constexpr uint32_t kSkipMin = 16;
constexpr uint32_t kSkipMax = 4096;
// How much faster than on average the lost part may have been written.
constexpr double kFaster = 10;

class Restorer {
 public:
  Restorer(std::string folder, std::string to, RestoreOptions options,
           const BackupProgress& progress)
      : folder_(std::move(folder)),
        to_(std::move(to)),
        options_(std::move(options)),
        progress_(progress) {}

  absl::StatusOr<RestoreResult> Restore() {
    SLUICE_ASSIGN_OR_RETURN(result_.manifest, ReadManifest(folder_));
    SLUICE_RETURN_IF_ERROR(MakeTarget());
    SLUICE_RETURN_IF_ERROR(CopyFiles());
    SLUICE_RETURN_IF_ERROR(MakeMarks());
    SLUICE_RETURN_IF_ERROR(Check());
    SLUICE_RETURN_IF_ERROR(FindNewest());
    SLUICE_RETURN_IF_ERROR(Record());
    std::error_code error;
    fs::remove(InTarget(kRestoringName), error);
    SLUICE_RETURN_IF_ERROR(SyncFolder(to_));
    return std::move(result_);
  }

 private:
  std::string InTarget(absl::string_view name) const {
    return absl::StrCat(to_, "/", name);
  }
  std::string FolderOf(uint16_t partition) const {
    return InTarget(JournalFolder(partition));
  }
  JournalIdentity IdentityOf(uint16_t partition) const {
    JournalIdentity identity = identity_;
    identity.partition = partition;
    return identity;
  }

  absl::Status MakeTarget() {
    std::error_code error;
    if (fs::exists(InTarget(kRestoringName), error)) {
      return ErrorOf(
          absl::StatusCode::kFailedPrecondition,
          SayBoth("$0：上一次恢复到这里没有完成：请删除该文件夹，再恢复一次",
                  "$0: an earlier restore into this folder did not end: remove "
                  "the folder, and restore again",
                  to_));
    }
    if (fs::exists(to_, error) && !fs::is_empty(to_, error)) {
      return ErrorOf(
          absl::StatusCode::kFailedPrecondition,
          SayBoth("$0 不是空文件夹：恢复不会覆盖任何内容，请给出新文件夹",
                  "$0: this folder is not empty: a restore writes over "
                  "nothing; give a new folder",
                  to_));
    }
    SLUICE_RETURN_IF_ERROR(MakeFolderOf(InTarget("x")));
    SLUICE_RETURN_IF_ERROR(
        ReplaceFile(InTarget(kRestoringName), "sluicectl store restore\n"));
    return SyncFolder(to_);
  }

  // All files that are not what they were are named at once.
  absl::Status CopyFiles() {
    uint64_t all = 0;
    for (const BackupFile& file : result_.manifest.files) all += file.size;
    std::vector<std::string> bad;
    for (const BackupFile& file : result_.manifest.files) {
      const absl::Status copied = CopyFile(file, all);
      if (absl::IsDataLoss(copied) || absl::IsNotFound(copied)) {
        bad.push_back(absl::StrCat(file.stored, " (", file.path, ")"));
        continue;
      }
      SLUICE_RETURN_IF_ERROR(copied);
    }
    if (bad.empty()) return absl::OkStatus();
    return ErrorOf(
        absl::StatusCode::kDataLoss,
        SayBoth("$0：备份中的这些文件缺失或已改变：$1。请从备份的另一份副本取"
                "回，或加上 --verify 重新备份",
                "$0: these files of the backup are missing or are not what "
                "they were: $1. Take them from another copy of the backup, or "
                "back up again with --verify",
                folder_, absl::StrJoin(bad, ", ")));
  }

  absl::Status CopyFile(const BackupFile& file, uint64_t all) {
    const std::string from = absl::StrCat(folder_, "/", file.stored);
    const std::string to = InTarget(file.path);
    SLUICE_ASSIGN_OR_RETURN(const auto source, SourceFile::Open(from));
    SLUICE_RETURN_IF_ERROR(MakeFolderOf(to));
    uint64_t room = file.size;
    if (file.is_segment && !file.segment.closed) {
      SLUICE_ASSIGN_OR_RETURN(room, RoomOf(*source));
    }
    SLUICE_ASSIGN_OR_RETURN(
        const std::string sha256,
        CopyTo(*source, file.size, room, to, [this, all](uint64_t bytes) {
          result_.bytes += bytes;
          if (progress_) progress_(result_.bytes, all);
        }));
    if (sha256 != file.sha256) return absl::DataLossError("another digest");
    return SyncFolder(fs::path(to).parent_path().string());
  }

  // The last segment is as long as it was made: a shorter one would look cut
  // off.
  static absl::StatusOr<uint64_t> RoomOf(const SourceFile& segment) {
    std::string bytes(kSegmentHeaderSize, '\0');
    SLUICE_ASSIGN_OR_RETURN(const size_t got,
                            segment.Read(0, absl::MakeSpan(bytes)));
    bytes.resize(got);
    const auto header = DecodeSegmentHeader(bytes);
    return header.ok() ? uint64_t{header->room} : uint64_t{0};
  }

  absl::Status MakeMarks() {
    SLUICE_ASSIGN_OR_RETURN(root_, PosixJournalFiles::Open(to_));
    SLUICE_ASSIGN_OR_RETURN(
        const auto control,
        PosixJournalFiles::Open(FolderOf(kControlPartition),
                                PosixJournalFiles::Access::kRead));
    SLUICE_ASSIGN_OR_RETURN(identity_, ReadIdentity(*control));
    SLUICE_ASSIGN_OR_RETURN(marks_, DurableMarks::Create(*root_, identity_));
    for (const BackupJournal& journal : result_.manifest.journals) {
      if (journal.end == Position()) continue;
      SLUICE_RETURN_IF_ERROR(
          marks_->Set(journal.partition, {journal.end, journal.root}));
    }
    return marks_->Sync();
  }

  absl::Status Check() {
    SLUICE_ASSIGN_OR_RETURN(result_.check, CheckStore(to_));
    std::string first;
    for (const CheckedJournal& checked : result_.check.journals) {
      result_.damage += checked.report.damage_count;
      if (first.empty() && !checked.report.damage.empty()) {
        first = absl::StrCat(checked.folder, ", segment ",
                             checked.report.damage[0].segment, ": ",
                             checked.report.damage[0].what);
      }
    }
    if (result_.damage > 0 && result_.manifest.damage.empty()) {
      return ErrorOf(
          absl::StatusCode::kDataLoss,
          SayBoth("恢复的结果有损坏，而备份没有提到：$0",
                  "what was restored has damage that the backup does not "
                  "name: $0",
                  first));
    }
    const auto& newest = result_.check.history.newest;
    const std::string head = newest ? newest->text : std::string();
    // A damaged store could not say which is its newest.
    if (head == result_.manifest.head_text ||
        !result_.manifest.damage.empty()) {
      return absl::OkStatus();
    }
    return ErrorOf(
        absl::StatusCode::kDataLoss,
        SayBoth("恢复的结果中最新的签名校验点（$0）与备份所记的（$1）不同",
                "the newest head of what was restored ($0) is not the one that "
                "the backup names ($1)",
                newest ? newest->head.number : uint64_t{0},
                result_.manifest.head));
  }

  absl::Status FindNewest() {
    int64_t& newest_ms = result_.newest_ms;
    for (const BackupJournal& journal : result_.manifest.journals) {
      const auto files = PosixJournalFiles::Open(
          FolderOf(journal.partition), PosixJournalFiles::Access::kRead);
      if (!files.ok()) continue;
      SLUICE_ASSIGN_OR_RETURN(
          const int64_t one_ms,
          NewestTime(**files, IdentityOf(journal.partition)));
      newest_ms = std::max(newest_ms, one_ms);
      SLUICE_RETURN_IF_ERROR(AddSpeed(journal, **files, one_ms));
    }
    return absl::OkStatus();
  }

  // How many segments a millisecond the fastest partition has taken.
  absl::Status AddSpeed(const BackupJournal& journal, const JournalFiles& files,
                        int64_t newest_ms) {
    if (journal.partition == kControlPartition) return absl::OkStatus();
    const auto oldest_ms =
        FirstTime(files, IdentityOf(journal.partition), 0, journal.end);
    if (!oldest_ms.ok() || *oldest_ms <= 0) return absl::OkStatus();
    const double took_ms =
        static_cast<double>(std::max<int64_t>(newest_ms - *oldest_ms, 1));
    if (took_ms < absl::ToDoubleMilliseconds(absl::Hours(1))) {
      return absl::OkStatus();  // Too short to say anything.
    }
    speed_ = std::max(speed_, (journal.end.segment() + 1) / took_ms);
    return absl::OkStatus();
  }

  uint32_t Skip() const {
    if (options_.moved) return 0;
    if (options_.skip) return *options_.skip;
    const double passed_ms = static_cast<double>(
        std::max<int64_t>(restored_ms_ - result_.manifest.taken_ms, 0));
    return static_cast<uint32_t>(
        std::clamp<double>(kFaster * speed_ * passed_ms, kSkipMin, kSkipMax));
  }

  // Bears the newest time that the store has: a later time would look like a
  // step of its clock.
  v1::Record RestoredRecord(bool skipped) const {
    v1::Record record;
    record.set_at_ms(result_.newest_ms > 0 ? result_.newest_ms : restored_ms_);
    v1::StoreRestored& restored = *record.mutable_store_restored();
    restored.set_taken_ms(result_.manifest.taken_ms);
    restored.set_restored_ms(restored_ms_);
    restored.set_head(result_.manifest.head);
    restored.set_reason(options_.reason);
    restored.set_moved(options_.moved);
    restored.set_skipped(skipped);
    return record;
  }

  absl::Status Record() {
    restored_ms_ = absl::ToUnixMillis(absl::Now());
    result_.skipped = Skip();
    for (const BackupJournal& journal : result_.manifest.journals) {
      // A journal that the store had lost stays missing: a start says so.
      const bool is_lost = journal.end == Position();
      if (journal.partition == kControlPartition || options_.moved || is_lost) {
        continue;
      }
      SLUICE_RETURN_IF_ERROR(RecordIn(journal));
    }
    SLUICE_ASSIGN_OR_RETURN(
        const auto files, PosixJournalFiles::Open(FolderOf(kControlPartition)));
    SLUICE_ASSIGN_OR_RETURN(const auto before, LastHeads(*files, identity_));
    JournalOptions options;
    options.segment_bytes = kNewSegmentBytes;
    options.marks = marks_.get();
    SLUICE_ASSIGN_OR_RETURN(
        const auto control,
        ControlJournal::Open(*files, identity_, options, nullptr));
    v1::Record restored = RestoredRecord(/*skipped=*/false);
    v1::Record heads;
    heads.set_at_ms(restored.at_ms());
    SLUICE_RETURN_IF_ERROR(control->Append(std::move(restored)));
    *heads.mutable_journal_heads() =
        HeadsOf(*marks_, identity_.partition_count, /*clean_stop=*/false);
    KeepHeadsOfLost(before, *heads.mutable_journal_heads());
    SLUICE_RETURN_IF_ERROR(control->Append(std::move(heads)));
    return marks_->Sync();
  }

  // What the control journal said of partitions of which nothing is left.
  static void KeepHeadsOfLost(const std::optional<v1::JournalHeads>& before,
                              v1::JournalHeads& heads) {
    for (int i = 0; before && i < heads.heads_size(); ++i) {
      if (heads.heads(i).position() == 0 && i < before->heads_size()) {
        *heads.mutable_heads(i) = before->heads(i);
      }
    }
  }

  // Each skipped segment has one record: a segment without any would be read as
  // one that is older than all others.
  absl::Status RecordIn(const BackupJournal& of) {
    const JournalIdentity identity = IdentityOf(of.partition);
    SLUICE_ASSIGN_OR_RETURN(const auto files,
                            PosixJournalFiles::Open(FolderOf(of.partition)));
    GroupBuilder group(ChecksumSeed(identity));
    SaltSource salts;
    const auto fill = [&](bool skipped) {
      v1::Record record = RestoredRecord(skipped);
      const absl::string_view salt = salts.Next();
      record.set_salt(salt.data(), salt.size());
      group.Clear();
      group.Add(record.SerializeAsString());
    };
    fill(/*skipped=*/true);
    JournalOptions options;
    // So small that a segment ends behind one group.
    options.segment_bytes = static_cast<uint32_t>(
        group.Size() + kSegmentHeaderSize + kSegmentEndSize + kRoomUnit);
    options.marks = marks_.get();
    // It was checked up to here.
    if (of.end != Position()) options.from = JournalPoint{of.end, of.root};
    SLUICE_ASSIGN_OR_RETURN(const auto journal,
                            Journal::Open(*files, identity, options, nullptr));
    for (uint32_t i = 0; i < result_.skipped; ++i) {
      fill(/*skipped=*/true);
      SLUICE_RETURN_IF_ERROR(journal->Append(group).status());
      SLUICE_RETURN_IF_ERROR(journal->Sync());
    }
    fill(/*skipped=*/false);
    SLUICE_RETURN_IF_ERROR(journal->Append(group).status());
    return journal->Sync();
  }

  const std::string folder_;
  const std::string to_;
  const RestoreOptions options_;
  const BackupProgress& progress_;
  JournalIdentity identity_;  // Of the control journal.
  std::unique_ptr<PosixJournalFiles> root_;
  std::unique_ptr<DurableMarks> marks_;
  double speed_ = 0;  // Segments a millisecond.
  int64_t restored_ms_ = 0;
  RestoreResult result_;
};

}  // namespace

absl::StatusOr<RestoreResult> RestoreStore(const std::string& folder,
                                           const std::string& to,
                                           const RestoreOptions& options,
                                           const BackupProgress& progress) {
  return Restorer(folder, to, options, progress).Restore();
}

}  // namespace sluice::store
