#include "store/backup/backup.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "rules/base/both_error.h"
#include "rules/base/files.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "store/backup/backup_files.h"
#include "store/backup/backup_folder.h"
#include "store/backup/copied_segment.h"
#include "store/backup/store_cut.h"
#include "store/journal/posix_journal_file.h"
#include "store/journal/segment_reader.h"
#include "store/known_ends.h"
#include "store/proofs/head.h"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

constexpr auto kReadOnly = PosixJournalFiles::Access::kRead;
constexpr char kKeyInBackup[] = "signing.key";
// Retention reduces a journal once an hour at most: a second look is enough.
constexpr int kLooksAtStoreMax = 5;

// What a start makes anew, and secrets, which belong elsewhere.
bool IsLeftOut(const std::string& path) {
  static constexpr absl::string_view kLeftOut[] = {
      "durable",       "control.checkpoint", "admin.key",
      "recovered.key", "recover-admin-key",  kKeyInBackup};
  for (const absl::string_view name : kLeftOut) {
    if (path == name) return true;
  }
  return absl::StartsWith(path, "proofs/") ||
         absl::StartsWith(path, "rules/.compiled") ||
         absl::EndsWith(path, kTemporarySuffix);
}

std::string IdOf(const JournalIdentity& identity) {
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(identity.store_id.data()),
                        identity.store_id.size()));
}

// A journal as it is copied, segment by segment.
struct JournalCopy {
  std::string folder;  // In the store's.
  JournalIdentity identity;
  const JournalFiles* files = nullptr;  // Null: the folder is missing.
  // How far it is durable; none: to its end.
  std::optional<JournalPoint> end;
  uint32_t last = 0;         // The last segment that is there.
  std::optional<Hash> root;  // Before the next segment, if it is known.
  BackupJournal copied;

  std::string PathOf(uint32_t segment) const {
    return absl::StrCat(folder, "/", SegmentName(segment));
  }
  // Whether the segment is copied up to `end`, and not as a whole.
  bool EndsIn(uint32_t segment) const {
    return end && segment == last && end->position.segment() == segment;
  }
  // What follows of a segment for the next one and for the journal's end.
  void Take(uint32_t segment, const BackupFile& file) {
    root = file.segment.root;
    if (file.segment.damaged) root.reset();
    copied.root = file.segment.root;
    copied.end = file.segment.closed
                     ? Position(segment + 1, 0)
                     : Position(segment, static_cast<uint32_t>(file.size));
  }
};

class BackupRun {
 public:
  BackupRun(std::string store, std::string folder, BackupOptions options,
            const BackupProgress& progress)
      : store_(std::move(store)),
        folder_(std::move(folder)),
        options_(std::move(options)),
        progress_(progress) {}

  absl::StatusOr<BackupResult> Run() {
    manifest_.taken_ms = absl::ToUnixMillis(absl::Now());
    SLUICE_ASSIGN_OR_RETURN(cut_, TakeCut(store_));
    SLUICE_ASSIGN_OR_RETURN(
        to_, BackupFolder::Open(folder_, store_, IdOf(cut_.identity),
                                options_.verify));
    manifest_.newest_ms = to_->newest_ms_before();
    for (int look = 1;; ++look) {
      was_reduced_ = false;
      SLUICE_RETURN_IF_ERROR(CopyAll());
      if (!was_reduced_) break;
      if (look == kLooksAtStoreMax) {
        return absl::UnavailableError(
            "retention reduces segments all the time: try again");
      }
    }
    SLUICE_RETURN_IF_ERROR(NameHead());
    SLUICE_RETURN_IF_ERROR(to_->End(manifest_));
    return BackupResult{.manifest = std::move(manifest_),
                        .bytes_copied = to_->bytes_copied(),
                        .bytes_there = to_->bytes_there(),
                        .files_copied = to_->files_copied(),
                        .files_there = to_->files_there()};
  }

 private:
  std::string InStore(absl::string_view path) const {
    return absl::StrCat(store_, "/", path);
  }

  // One look at the store. A segment that retention reduces afterwards is one
  // of which the control journal, up to the cut, may not say so: then another
  // look is needed.
  absl::Status CopyAll() {
    to_->BeginAgain();
    manifest_.journals.clear();
    manifest_.damage.clear();
    done_ = 0;
    LookAtSegments();
    SLUICE_ASSIGN_OR_RETURN(cut_, TakeCut(store_));
    manifest_.store = IdOf(cut_.identity);
    manifest_.partitions = cut_.identity.partition_count;
    manifest_.running = cut_.running;
    for (size_t i = 0; i < cut_.ends.size(); ++i) {
      SLUICE_RETURN_IF_ERROR(CopyJournal(cut_.PartitionAt(i), cut_.ends[i]));
    }
    SLUICE_RETURN_IF_ERROR(CopyOthers());
    manifest_.has_signing_key = !options_.signing_key.empty();
    if (!manifest_.has_signing_key) return absl::OkStatus();
    return to_->Copy(options_.signing_key, kKeyInBackup).status();
  }

  std::vector<uint32_t> SegmentsOf(const std::string& journal) const {
    const auto files = PosixJournalFiles::Open(InStore(journal), kReadOnly);
    if (!files.ok()) return {};
    return ListSegments(**files).value_or(std::vector<uint32_t>());
  }

  void LookAtSegments() {
    all_ = 0;
    inodes_.clear();
    for (size_t i = 0; i <= cut_.identity.partition_count; ++i) {
      const std::string journal = JournalFolder(cut_.PartitionAt(i));
      for (const uint32_t segment : SegmentsOf(journal)) {
        const std::string path =
            absl::StrCat(journal, "/", SegmentName(segment));
        const auto file = SourceFile::Open(InStore(path));
        if (!file.ok()) continue;
        inodes_[path] = (*file)->inode();
        all_ += (*file)->size();
      }
    }
  }

  absl::Status CopyJournal(uint16_t partition,
                           const std::optional<JournalPoint>& end) {
    JournalCopy journal = {.folder = JournalFolder(partition),
                           .identity = cut_.identity,
                           .end = end,
                           .root = Hash{},
                           .copied = {partition}};
    journal.identity.partition = partition;
    const auto files =
        PosixJournalFiles::Open(InStore(journal.folder), kReadOnly);
    if (files.ok()) {
      journal.files = files->get();
    } else {
      Report(journal, {0, 0, "the journal is missing"});
    }
    SLUICE_RETURN_IF_ERROR(CopyIdentity(journal));
    SLUICE_RETURN_IF_ERROR(CopySegments(journal));
    if (end && (journal.copied.end != end->position ||
                journal.copied.root != end->root)) {
      const Position at = journal.copied.end;
      Report(journal, {at.segment(), at.offset(),
                       absl::StrCat("the journal ends here and was durable up "
                                    "to ",
                                    ToString(end->position))});
    }
    manifest_.journals.push_back(journal.copied);
    return absl::OkStatus();
  }

  absl::Status CopyIdentity(const JournalCopy& journal) {
    const std::string path = absl::StrCat(journal.folder, "/", kIdentityName);
    const auto copied = to_->Copy(InStore(path), path);
    if (copied.ok() && *copied == 0) return absl::OkStatus();
    if (!copied.ok() && !absl::IsNotFound(copied.status())) {
      return copied.status();
    }
    if (!copied.ok()) {
      if (const BackupFile* const before = to_->Before(path)) {
        to_->Keep(*before);
      }
    }
    if (journal.files != nullptr) {
      Report(journal,
             {0, 0,
              absl::StrCat("the journal has segments and no file ",
                           kIdentityName, ": restore it from a copy")});
    }
    return absl::OkStatus();
  }

  // Segments that are missing, and that an earlier run has whole, stay.
  absl::Status CopySegments(JournalCopy& journal) {
    std::set<uint32_t> there;
    for (const uint32_t segment : SegmentsOf(journal.folder)) {
      // Others began later.
      if (!journal.end || segment <= journal.end->position.segment()) {
        there.insert(segment);
      }
    }
    if (!there.empty()) journal.last = *there.rbegin();
    std::set<uint32_t> all = there;
    for (const BackupFile& file : to_->BeforeIn(journal.folder)) {
      const auto segment =
          SegmentOfName(fs::path(file.path).filename().string());
      if (!segment || file.segment.damaged) continue;
      const uint32_t last =
          journal.end ? journal.end->position.segment() : journal.last;
      if (*segment <= last || there.empty()) all.insert(*segment);
    }
    uint32_t expected = 0;
    for (const uint32_t segment : all) {
      if (segment > expected) {
        Report(journal, {expected, 0,
                         absl::StrCat("segments ", expected, " to ",
                                      segment - 1, " are missing")});
        journal.root.reset();
      }
      expected = segment + 1;
      if (there.contains(segment)) {
        SLUICE_RETURN_IF_ERROR(CopySegment(journal, segment));
      } else {
        Report(journal, {segment, 0, "the segment is missing"});
        KeepSegment(journal, segment, *to_->Before(journal.PathOf(segment)));
      }
    }
    return absl::OkStatus();
  }

  void KeepSegment(JournalCopy& journal, uint32_t segment,
                   const BackupFile& before) {
    journal.Take(segment, before);
    to_->Keep(before);
  }

  absl::Status CopySegment(JournalCopy& journal, uint32_t segment) {
    BackupFile entry = {.path = journal.PathOf(segment), .is_segment = true};
    const BackupFile* const before = to_->Before(entry.path);
    SLUICE_ASSIGN_OR_RETURN(const auto file,
                            SourceFile::Open(InStore(entry.path)));
    if (before != nullptr) {
      SLUICE_ASSIGN_OR_RETURN(const bool same,
                              IsThere(journal, segment, *file, *before));
      if (same) {
        KeepSegment(journal, segment, *before);
        Done(file->size());
        return absl::OkStatus();
      }
    }
    SLUICE_ASSIGN_OR_RETURN(const CopiedSegment copied,
                            Copy(journal, segment, *file, entry));
    if (copied.reduced && inodes_[entry.path] != file->inode()) {
      was_reduced_ = true;
    }
    for (const JournalDamage& damage : copied.damage) Report(journal, damage);
    manifest_.newest_ms = std::max(manifest_.newest_ms, copied.newest_ms);
    // A whole copy from before is better than a damaged one.
    if (!copied.damage.empty() && before != nullptr && before->segment.closed &&
        !before->segment.damaged) {
      KeepSegment(journal, segment, *before);
      return absl::OkStatus();
    }
    journal.Take(segment, entry);
    if (!entry.segment.closed) journal.copied.end = copied.end;
    return to_->Place(std::move(entry), SegmentName(segment));
  }

  // Whether the backup has this segment as it is now.
  absl::StatusOr<bool> IsThere(const JournalCopy& journal, uint32_t segment,
                               const SourceFile& file,
                               const BackupFile& before) const {
    const BackupSegment& was = before.segment;
    if (was.damaged) return false;
    if (journal.EndsIn(segment)) {
      if (was.closed || before.size != journal.end->position.offset() ||
          was.root != journal.end->root) {
        return false;
      }
    } else {
      if (!was.closed || was.source_size != file.size() ||
          was.inode != file.inode() || was.changed_ns != file.changed_ns()) {
        return false;
      }
      const auto root = RootAtEnd(*journal.files, journal.identity, segment);
      // To copy it tells what cannot be read.
      if (!root.ok() || *root != was.root) return false;
    }
    return to_->Has(before);
  }

  // Copies and checks a segment; fills `entry` but for where it is stored.
  absl::StatusOr<CopiedSegment> Copy(const JournalCopy& journal,
                                     uint32_t segment, const SourceFile& file,
                                     BackupFile& entry) {
    const bool last = segment == journal.last;
    const bool to_its_end = last && !journal.end;
    uint64_t limit = file.size();
    if (journal.EndsIn(segment)) {
      limit = std::min<uint64_t>(limit, journal.end->position.offset());
    } else if (to_its_end) {
      SLUICE_ASSIGN_OR_RETURN(const auto open,
                              journal.files->Open(SegmentName(segment)));
      limit = EndOfBytes(*open, 0).value_or(limit);
    }
    const std::string to = to_->CopyingPath(SegmentName(segment));
    SLUICE_ASSIGN_OR_RETURN(
        entry.sha256, CopyTo(file, limit, limit, to, [this](uint64_t bytes) {
          Done(bytes);
          KeepPace(bytes);
        }));
    // Nobody will copy the rest of its room.
    all_ -= std::min(all_, file.size() - limit);
    SLUICE_ASSIGN_OR_RETURN(
        CopiedSegment copied,
        CheckSegment(to_->copying(), journal.identity, segment, journal.root,
                     /*closed=*/!last,
                     to_its_end ? SegmentRest::kTorn : SegmentRest::kNothing));
    entry.size = limit;
    if (last && copied.damage.empty() && copied.size != limit) {
      entry.size = copied.size;
      SLUICE_RETURN_IF_ERROR(CutFile(to, entry.size));
      SLUICE_ASSIGN_OR_RETURN(const auto cut, SourceFile::Open(to));
      SLUICE_ASSIGN_OR_RETURN(entry.sha256, DigestOf(*cut, entry.size));
    }
    if (!last) {
      file.DropCached();
      SLUICE_ASSIGN_OR_RETURN(const auto copy, SourceFile::Open(to));
      copy->DropCached();
    }
    entry.segment = {.closed = copied.closed,
                     .reduced = copied.reduced,
                     .damaged = !copied.damage.empty(),
                     .root = copied.root,
                     .inode = file.inode(),
                     .changed_ns = file.changed_ns(),
                     .source_size = file.size()};
    return copied;
  }

  // Everything else in the store's folder, also of later versions.
  absl::Status CopyOthers() {
    std::vector<std::string> paths;
    std::error_code error;
    const fs::path root(store_);
    // A folder may be a link to another disk.
    constexpr auto kFollow = fs::directory_options::follow_directory_symlink;
    for (fs::recursive_directory_iterator it(root, kFollow, error), end;
         !error && it != end; it.increment(error)) {
      const std::string path = it->path().lexically_relative(root).string();
      if (path == "control" || absl::StartsWith(path, "partition-")) {
        it.disable_recursion_pending();
        continue;
      }
      std::error_code gone;
      if (it->is_regular_file(gone) && !IsLeftOut(path)) paths.push_back(path);
    }
    if (error) {
      return absl::UnavailableError(
          absl::StrCat(store_, ": ", error.message()));
    }
    for (const std::string& path : paths) {
      const auto unreadable = to_->Copy(InStore(path), path);
      // A file that is gone again was not needed.
      if (absl::IsNotFound(unreadable.status())) continue;
      SLUICE_RETURN_IF_ERROR(unreadable.status());
      if (*unreadable > 0) {
        manifest_.damage.push_back({path, {0, 0, "the disk cannot read it"}});
      }
    }
    return absl::OkStatus();
  }

  void Report(const JournalCopy& journal, JournalDamage damage) {
    manifest_.damage.push_back({journal.folder, std::move(damage)});
  }

  void Done(uint64_t bytes) {
    done_ += bytes;
    if (progress_) progress_(done_, std::max(done_, all_));
  }

  void KeepPace(uint64_t bytes) {
    if (options_.bytes_per_second == 0) return;
    paced_ += bytes;
    const absl::Duration due =
        absl::Seconds(static_cast<double>(paced_) /
                      static_cast<double>(options_.bytes_per_second));
    absl::SleepFor(began_ + due - absl::Now());
  }

  absl::Status NameHead() {
    const auto control = PosixJournalFiles::Open(InStore("control"), kReadOnly);
    if (!control.ok()) return absl::OkStatus();
    SLUICE_ASSIGN_OR_RETURN(
        manifest_.head_text,
        HeadBefore(**control, cut_.identity, manifest_.journals.back().end));
    const auto head = ParseHead(manifest_.head_text);
    if (head.ok()) manifest_.head = head->head.number;
    return absl::OkStatus();
  }

  const std::string store_;
  const std::string folder_;
  const BackupOptions options_;
  const BackupProgress& progress_;
  const absl::Time began_ = absl::Now();
  StoreCut cut_;
  std::unique_ptr<BackupFolder> to_;
  BackupManifest manifest_;
  std::map<std::string, uint64_t> inodes_;  // Of segments, before the cut.
  bool was_reduced_ = false;                // A segment, after the cut.
  uint64_t paced_ = 0;                      // Bytes copied since `began_`.
  uint64_t done_ = 0;
  uint64_t all_ = 0;
};

}  // namespace

absl::StatusOr<BackupResult> BackUpStore(const std::string& store,
                                         const std::string& folder,
                                         const BackupOptions& options,
                                         const BackupProgress& progress) {
  return BackupRun(store, folder, options, progress).Run();
}

absl::StatusOr<BackupManifest> ReadManifest(const std::string& folder) {
  const auto text = ReadFile(absl::StrCat(folder, "/", kManifestName));
  if (absl::IsNotFound(text.status())) {
    return ErrorOf(
        absl::StatusCode::kNotFound,
        SayBoth("$0 中没有 $1：不是备份，或第一次备份尚未完成",
                "$0 has no $1: it is no backup, or the first run into it did "
                "not end",
                folder, kManifestName));
  }
  if (!text.ok()) return text.status();
  return DecodeManifest(*text);
}

}  // namespace sluice::store
