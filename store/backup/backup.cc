#include "store/backup/backup.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
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
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "rules/base/both_error.h"
#include "rules/base/files.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "store/backup/backup_files.h"
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
constexpr char kUnfinishedName[] = "unfinished.jsonl";
constexpr char kFilesName[] = "files";
constexpr char kCopyingName[] = "copying";
constexpr char kKeyInBackup[] = "signing.key";
// Retention reduces a journal once an hour at most: a second look is enough.
constexpr int kPassesMax = 5;

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

class BackupRun {
 public:
  BackupRun(std::string store, std::string folder, BackupOptions options,
            const BackupProgress& progress)
      : store_(std::move(store)),
        folder_(std::move(folder)),
        options_(std::move(options)),
        progress_(progress) {}

  absl::StatusOr<BackupResult> Run() {
    result_.manifest.taken_ms = absl::ToUnixMillis(absl::Now());
    SLUICE_ASSIGN_OR_RETURN(cut_, TakeCut(store_));
    SLUICE_RETURN_IF_ERROR(OpenFolder());
    SLUICE_RETURN_IF_ERROR(LoadBefore());
    for (int pass = 1;; ++pass) {
      was_reduced_ = false;
      SLUICE_RETURN_IF_ERROR(CopyAll());
      if (!was_reduced_) break;
      if (pass == kPassesMax) {
        return absl::UnavailableError(
            "retention reduces segments all the time: try again");
      }
    }
    SLUICE_RETURN_IF_ERROR(End());
    return std::move(result_);
  }

 private:
  std::string InFolder(absl::string_view name) const {
    return absl::StrCat(folder_, "/", name);
  }

  absl::Status OpenFolder() {
    std::error_code error;
    const fs::path inside = fs::weakly_canonical(folder_, error);
    const fs::path store = fs::weakly_canonical(store_, error);
    const auto [end, unused] =
        std::mismatch(store.begin(), store.end(), inside.begin(), inside.end());
    if (end == store.end() || fs::exists(InFolder("control"), error)) {
      return ErrorOf(absl::StatusCode::kInvalidArgument,
                     SayBoth("$0：备份须放在数据存储之外的单独文件夹",
                             "$0: a backup needs a folder of its own, outside "
                             "of the store",
                             folder_));
    }
    const bool is_backup = fs::exists(InFolder(kManifestName), error) ||
                           fs::exists(InFolder(kCopyingName), error);
    if (!is_backup && fs::exists(folder_, error) &&
        !fs::is_empty(folder_, error)) {
      return ErrorOf(absl::StatusCode::kInvalidArgument,
                     SayBoth("$0：文件夹中有其他文件；请给出空文件夹，或已有备"
                             "份的文件夹",
                             "$0: this folder has other files; give an empty "
                             "one, or one with an earlier backup",
                             folder_));
    }
    SLUICE_RETURN_IF_ERROR(MakeFolderOf(InFolder(kFilesName) + "/x"));
    SLUICE_RETURN_IF_ERROR(MakeFolderOf(InFolder(kCopyingName) + "/x"));
    auto locked = PosixJournalFiles::Open(folder_);
    if (absl::IsFailedPrecondition(locked.status())) {
      return ErrorOf(absl::StatusCode::kFailedPrecondition,
                     SayBoth("$0：另一个备份正在写入这里",
                             "$0: another backup is at work here", folder_));
    }
    SLUICE_ASSIGN_OR_RETURN(lock_, std::move(locked));
    SLUICE_ASSIGN_OR_RETURN(copying_,
                            PosixJournalFiles::Open(InFolder(kCopyingName)));
    return absl::OkStatus();
  }

  // What earlier runs have copied, those that did not end included.
  absl::Status LoadBefore() {
    const auto manifest = ReadManifest(folder_);
    if (manifest.ok()) {
      if (manifest->store != StoreId()) {
        return ErrorOf(
            absl::StatusCode::kFailedPrecondition,
            SayBoth("$0 是另一个数据存储的备份：请给出别的文件夹",
                    "$0 has the backup of another store: give another folder",
                    folder_));
      }
      result_.manifest.newest_ms = manifest->newest_ms;
      for (const BackupFile& file : manifest->files) before_[file.path] = file;
    } else if (!absl::IsNotFound(manifest.status())) {
      return manifest.status();
    }
    const auto lines = ReadFile(InFolder(kUnfinishedName));
    if (!lines.ok()) return absl::OkStatus();
    for (const absl::string_view line :
         absl::StrSplit(*lines, '\n', absl::SkipEmpty())) {
      auto file = DecodeLine(line);
      // The last line may be torn.
      if (file.ok()) before_[file->path] = *std::move(file);
    }
    return absl::OkStatus();
  }

  std::string StoreId() const {
    const auto& id = cut_.identity.store_id;
    return absl::BytesToHexString(
        absl::string_view(reinterpret_cast<const char*>(id.data()), id.size()));
  }

  // One look at the store. A segment that retention reduces afterwards is one
  // of which the control journal, up to the cut, may not say so: then another
  // look is needed.
  absl::Status CopyAll() {
    BackupManifest& manifest = result_.manifest;
    manifest.journals.clear();
    manifest.damage.clear();
    manifest.files.clear();
    result_.bytes_there = result_.files_there = done_ = 0;
    inodes_.clear();
    SLUICE_RETURN_IF_ERROR(LookAtSegments());
    SLUICE_ASSIGN_OR_RETURN(cut_, TakeCut(store_));
    manifest.store = StoreId();
    manifest.partitions = cut_.identity.partition_count;
    manifest.running = cut_.running;
    for (size_t i = 0; i < cut_.ends.size(); ++i) {
      SLUICE_RETURN_IF_ERROR(CopyJournal(cut_.PartitionAt(i), cut_.ends[i]));
    }
    SLUICE_RETURN_IF_ERROR(CopyOthers());
    return CopyKey();
  }

  absl::Status LookAtSegments() {
    all_ = 0;
    for (size_t i = 0; i <= cut_.identity.partition_count; ++i) {
      const std::string journal = JournalFolder(cut_.PartitionAt(i));
      const auto files = PosixJournalFiles::Open(
          absl::StrCat(store_, "/", journal), kReadOnly);
      if (!files.ok()) continue;
      SLUICE_ASSIGN_OR_RETURN(const auto segments, ListSegments(**files));
      for (const uint32_t segment : segments) {
        const std::string path =
            absl::StrCat(journal, "/", SegmentName(segment));
        const auto file = SourceFile::Open(absl::StrCat(store_, "/", path));
        if (!file.ok()) continue;
        inodes_[path] = (*file)->inode();
        all_ += (*file)->size();
      }
    }
    return absl::OkStatus();
  }

  absl::Status CopyJournal(uint16_t partition,
                           const std::optional<JournalPoint>& end) {
    const std::string journal = JournalFolder(partition);
    const std::string folder = absl::StrCat(store_, "/", journal);
    const auto files = PosixJournalFiles::Open(folder, kReadOnly);
    BackupJournal copied = {partition};
    if (!files.ok()) {
      Report(journal, {0, 0, "the journal is missing"});
      result_.manifest.journals.push_back(copied);
      return absl::OkStatus();
    }
    SLUICE_RETURN_IF_ERROR(
        CopyPlain(absl::StrCat(journal, "/", kIdentityName)));
    JournalIdentity identity = cut_.identity;
    identity.partition = partition;
    SLUICE_ASSIGN_OR_RETURN(auto segments, ListSegments(**files));
    // Those that began later.
    while (end && !segments.empty() &&
           segments.back() > end->position.segment()) {
      segments.pop_back();
    }
    std::optional<Hash> root = Hash{};
    uint32_t expected = 0;
    for (const uint32_t segment : segments) {
      if (segment > expected) {
        Report(journal, {expected, 0,
                         absl::StrCat("segments ", expected, " to ",
                                      segment - 1, " are missing")});
        root.reset();
      }
      expected = segment + 1;
      SLUICE_RETURN_IF_ERROR(CopySegment({journal, identity, **files}, segment,
                                         segment == segments.back(), end, root,
                                         copied));
    }
    if (end && (copied.end != end->position || copied.root != end->root)) {
      Report(journal, {copied.end.segment(), copied.end.offset(),
                       absl::StrCat("the journal ends here and was durable up "
                                    "to ",
                                    ToString(end->position))});
    }
    result_.manifest.journals.push_back(copied);
    return absl::OkStatus();
  }

  struct Source {
    std::string journal;  // Its folder in the store's.
    JournalIdentity identity;
    const JournalFiles& files;
  };

  absl::Status CopySegment(const Source& source, uint32_t segment, bool last,
                           const std::optional<JournalPoint>& end,
                           std::optional<Hash>& root, BackupJournal& journal) {
    const std::string path =
        absl::StrCat(source.journal, "/", SegmentName(segment));
    SLUICE_ASSIGN_OR_RETURN(const auto file,
                            SourceFile::Open(absl::StrCat(store_, "/", path)));
    const auto before = before_.find(path);
    const bool has_before = before != before_.end();
    if (has_before) {
      SLUICE_ASSIGN_OR_RETURN(
          const bool same,
          IsThere(source, segment, *file, last, end, before->second));
      if (same) {
        BackupFile entry = before->second;
        Take(entry, entry.segment, segment, root, journal);
        return Keep(std::move(entry), file->size());
      }
    }
    BackupFile entry = {.path = path, .is_segment = true};
    SLUICE_ASSIGN_OR_RETURN(
        const CopiedSegment copied,
        Copy(source, segment, *file, last, end, root, entry));
    if (copied.reduced && inodes_[path] != file->inode()) was_reduced_ = true;
    for (const JournalDamage& damage : copied.damage) {
      Report(source.journal, damage);
    }
    result_.manifest.newest_ms =
        std::max(result_.manifest.newest_ms, copied.newest_ms);
    // A whole copy from before is better than a damaged one.
    if (!copied.damage.empty() && has_before && before->second.segment.closed &&
        !before->second.segment.damaged) {
      BackupFile kept = before->second;
      Take(kept, kept.segment, segment, root, journal);
      return Keep(std::move(kept), 0);
    }
    Take(entry, entry.segment, segment, root, journal);
    if (!entry.segment.closed) journal.end = copied.end;
    return Place(std::move(entry),
                 absl::StrCat(kCopyingName, "/", SegmentName(segment)));
  }

  // What follows of a segment for the next one and for the journal's end.
  static void Take(const BackupFile& file, const BackupSegment& entry,
                   uint32_t segment, std::optional<Hash>& root,
                   BackupJournal& journal) {
    root = entry.root;
    if (entry.damaged) root.reset();
    journal.root = entry.root;
    journal.end = entry.closed
                      ? Position(segment + 1, 0)
                      : Position(segment, static_cast<uint32_t>(file.size));
  }

  // Whether the backup has this segment as it is now.
  absl::StatusOr<bool> IsThere(const Source& source, uint32_t segment,
                               const SourceFile& file, bool last,
                               const std::optional<JournalPoint>& end,
                               const BackupFile& before) {
    const BackupSegment& was = before.segment;
    if (was.damaged) return false;
    if (last && end && end->position.segment() == segment) {
      if (was.closed || before.size != end->position.offset() ||
          was.root != end->root) {
        return false;
      }
    } else {
      if (!was.closed || was.source_size != file.size() ||
          was.inode != file.inode() || was.changed_ns != file.changed_ns()) {
        return false;
      }
      SLUICE_ASSIGN_OR_RETURN(
          const auto root, RootAtEnd(source.files, source.identity, segment));
      if (root != was.root) return false;
    }
    return IsStored(before);
  }

  // Whether the file of an earlier run is still what it was.
  absl::StatusOr<bool> IsStored(const BackupFile& file) const {
    const auto stored = SourceFile::Open(InFolder(file.stored));
    if (!stored.ok() || (*stored)->size() != file.size) return false;
    if (!options_.verify) return true;
    SLUICE_ASSIGN_OR_RETURN(const std::string sha256,
                            DigestOf(**stored, file.size));
    return sha256 == file.sha256;
  }

  // Copies and checks a segment; fills `entry` but for where it is stored.
  absl::StatusOr<CopiedSegment> Copy(const Source& source, uint32_t segment,
                                     const SourceFile& file, bool last,
                                     const std::optional<JournalPoint>& end,
                                     const std::optional<Hash>& root,
                                     BackupFile& entry) {
    uint64_t limit = file.size();
    if (last && end && end->position.segment() == segment) {
      limit = std::min<uint64_t>(limit, end->position.offset());
    } else if (last && !end) {
      SLUICE_ASSIGN_OR_RETURN(const auto open,
                              source.files.Open(SegmentName(segment)));
      SLUICE_ASSIGN_OR_RETURN(limit, EndOfBytes(*open, 0));
    }
    const std::string to =
        absl::StrCat(InFolder(kCopyingName), "/", SegmentName(segment));
    SLUICE_ASSIGN_OR_RETURN(
        entry.sha256, CopyTo(file, limit, limit, to, [this](uint64_t bytes) {
          Done(bytes);
          KeepPace(bytes);
        }));
    // Nobody will copy the rest of its room.
    all_ -= std::min(all_, file.size() - limit);
    SLUICE_ASSIGN_OR_RETURN(
        CopiedSegment copied,
        CheckSegment(
            *copying_, source.identity, segment, root,
            /*closed=*/!last,
            last && !end ? SegmentRest::kTorn : SegmentRest::kNothing));
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

  // Gives a copied file the name by which the manifest will know it: another
  // one for each content, so that the backup before stays whole.
  absl::Status Place(BackupFile entry, const std::string& copied) {
    entry.stored = StoredName(entry);
    const std::string to = InFolder(entry.stored);
    SLUICE_RETURN_IF_ERROR(MakeFolderOf(to));
    SLUICE_RETURN_IF_ERROR(RenameDurably(InFolder(copied), to));
    std::ofstream unfinished(InFolder(kUnfinishedName),
                             std::ios::app | std::ios::binary);
    unfinished << EncodeLine(entry) << std::flush;
    result_.bytes_copied += entry.size;
    ++result_.files_copied;
    copied_.insert(entry.path);
    before_[entry.path] = entry;
    result_.manifest.files.push_back(std::move(entry));
    return absl::OkStatus();
  }

  static std::string StoredName(const BackupFile& entry) {
    return absl::StrCat(kFilesName, "/", entry.path, ".",
                        entry.sha256.substr(0, 16));
  }

  absl::Status Keep(BackupFile entry, uint64_t done) {
    // An earlier look of this run may have copied it.
    if (!copied_.contains(entry.path)) {
      result_.bytes_there += entry.size;
      ++result_.files_there;
    }
    Done(done);
    result_.manifest.files.push_back(std::move(entry));
    return absl::OkStatus();
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
    std::sort(paths.begin(), paths.end());
    for (const std::string& path : paths) {
      SLUICE_RETURN_IF_ERROR(CopyPlain(path));
    }
    return absl::OkStatus();
  }

  absl::Status CopyKey() {
    result_.manifest.has_signing_key = !options_.signing_key.empty();
    if (options_.signing_key.empty()) return absl::OkStatus();
    return CopyFile(options_.signing_key, kKeyInBackup);
  }

  // A file that is gone again was not needed.
  absl::Status CopyPlain(const std::string& path) {
    const absl::Status copied = CopyFile(absl::StrCat(store_, "/", path), path);
    return absl::IsNotFound(copied) ? absl::OkStatus() : copied;
  }

  absl::Status CopyFile(const std::string& from, const std::string& path) {
    SLUICE_ASSIGN_OR_RETURN(const auto file, SourceFile::Open(from));
    BackupFile entry = {.path = path, .size = file->size()};
    SLUICE_ASSIGN_OR_RETURN(entry.sha256, DigestOf(*file, entry.size));
    entry.stored = StoredName(entry);
    SLUICE_ASSIGN_OR_RETURN(const bool is_stored, IsStored(entry));
    if (is_stored) return Keep(std::move(entry), 0);
    const std::string copy = absl::StrCat(kCopyingName, "/file");
    SLUICE_ASSIGN_OR_RETURN(
        entry.sha256, CopyTo(*file, entry.size, entry.size, InFolder(copy)));
    return Place(std::move(entry), copy);
  }

  void Report(const std::string& journal, JournalDamage damage) {
    result_.manifest.damage.push_back({journal, std::move(damage)});
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

  // The backup is what the new manifest says from its rename on.
  absl::Status End() {
    BackupManifest& manifest = result_.manifest;
    const auto control =
        PosixJournalFiles::Open(absl::StrCat(store_, "/control"), kReadOnly);
    if (control.ok()) {
      SLUICE_ASSIGN_OR_RETURN(
          manifest.head_text,
          HeadBefore(**control, cut_.identity, manifest.journals.back().end));
      const auto head = ParseHead(manifest.head_text);
      if (head.ok()) manifest.head = head->head.number;
    }
    std::sort(manifest.files.begin(), manifest.files.end(),
              [](const BackupFile& a, const BackupFile& b) {
                return a.path < b.path;
              });
    SLUICE_RETURN_IF_ERROR(
        ReplaceFile(InFolder(kManifestName), Encode(manifest)));
    SLUICE_RETURN_IF_ERROR(SyncFolder(folder_));
    DeleteOthers();
    return absl::OkStatus();
  }

  // What is left over takes room and does no other harm.
  void DeleteOthers() {
    std::set<std::string> named;
    for (const BackupFile& file : result_.manifest.files) {
      named.insert(InFolder(file.stored));
    }
    std::vector<fs::path> others;
    std::error_code error;
    for (fs::recursive_directory_iterator it(InFolder(kFilesName), error), end;
         !error && it != end; it.increment(error)) {
      std::error_code gone;
      if (it->is_regular_file(gone) && !named.contains(it->path().string())) {
        others.push_back(it->path());
      }
    }
    for (const fs::path& path : others) fs::remove(path, error);
    fs::remove(InFolder(kUnfinishedName), error);
    fs::remove_all(InFolder(kCopyingName), error);
  }

  const std::string store_;
  const std::string folder_;
  const BackupOptions options_;
  const BackupProgress& progress_;
  StoreCut cut_;
  std::unique_ptr<PosixJournalFiles> lock_;     // Of the backup's folder.
  std::unique_ptr<PosixJournalFiles> copying_;  // Where files are copied to.
  std::map<std::string, BackupFile> before_;    // By path.
  std::map<std::string, uint64_t> inodes_;      // Of segments, before the cut.
  std::set<std::string> copied_;                // Paths, by this run.
  bool was_reduced_ = false;                    // A segment, after the cut.
  const absl::Time began_ = absl::Now();
  uint64_t paced_ = 0;  // Bytes copied since then.
  uint64_t done_ = 0;
  uint64_t all_ = 0;
  BackupResult result_;
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
