#include "store/backup/backup_folder.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "rules/base/both_error.h"
#include "rules/base/files.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "store/backup/backup.h"
#include "store/backup/backup_files.h"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

constexpr char kUnfinishedName[] = "unfinished.jsonl";
constexpr char kFilesName[] = "files";
constexpr char kCopyingName[] = "copying";

std::string StoredName(const BackupFile& file) {
  return absl::StrCat(kFilesName, "/", file.path, ".",
                      file.sha256.substr(0, 16));
}

}  // namespace

absl::StatusOr<std::unique_ptr<BackupFolder>> BackupFolder::Open(
    const std::string& folder, const std::string& store,
    const std::string& store_id, bool verify) {
  std::unique_ptr<BackupFolder> made(new BackupFolder(folder, verify));
  SLUICE_RETURN_IF_ERROR(made->CheckPlace(store));
  SLUICE_RETURN_IF_ERROR(MakeFolderOf(made->In(kFilesName) + "/x"));
  SLUICE_RETURN_IF_ERROR(MakeFolderOf(made->CopyingPath("x")));
  auto locked = PosixJournalFiles::Open(folder);
  if (absl::IsFailedPrecondition(locked.status())) {
    return ErrorOf(absl::StatusCode::kFailedPrecondition,
                   SayBoth("$0：另一个备份正在写入这里",
                           "$0: another backup is at work here", folder));
  }
  SLUICE_ASSIGN_OR_RETURN(made->lock_, std::move(locked));
  SLUICE_ASSIGN_OR_RETURN(made->copying_,
                          PosixJournalFiles::Open(made->In(kCopyingName)));
  SLUICE_RETURN_IF_ERROR(made->LoadBefore(store_id));
  return made;
}

std::string BackupFolder::In(absl::string_view name) const {
  return absl::StrCat(folder_, "/", name);
}

std::string BackupFolder::CopyingPath(absl::string_view name) const {
  return absl::StrCat(folder_, "/", kCopyingName, "/", name);
}

absl::Status BackupFolder::CheckPlace(const std::string& store) const {
  std::error_code error;
  const fs::path inside = fs::weakly_canonical(folder_, error);
  const fs::path outside = fs::weakly_canonical(store, error);
  const auto [end, unused] = std::mismatch(outside.begin(), outside.end(),
                                           inside.begin(), inside.end());
  if (end == outside.end() || fs::exists(In("control"), error)) {
    return ErrorOf(absl::StatusCode::kInvalidArgument,
                   SayBoth("$0：备份须放在数据存储之外的单独文件夹",
                           "$0: a backup needs a folder of its own, outside "
                           "of the store",
                           folder_));
  }
  const bool is_backup = fs::exists(In(kManifestName), error) ||
                         fs::exists(In(kCopyingName), error);
  if (!is_backup && fs::exists(folder_, error) &&
      !fs::is_empty(folder_, error)) {
    return ErrorOf(absl::StatusCode::kInvalidArgument,
                   SayBoth("$0：文件夹中有其他文件；请给出空文件夹，或已有备"
                           "份的文件夹",
                           "$0: this folder has other files; give an empty "
                           "one, or one with an earlier backup",
                           folder_));
  }
  return absl::OkStatus();
}

// What earlier runs have copied, those that did not end included.
absl::Status BackupFolder::LoadBefore(const std::string& store_id) {
  const auto manifest = ReadManifest(folder_);
  if (!manifest.ok() && !absl::IsNotFound(manifest.status())) {
    return manifest.status();
  }
  if (manifest.ok()) {
    if (manifest->store != store_id) {
      return ErrorOf(
          absl::StatusCode::kFailedPrecondition,
          SayBoth("$0 是另一个数据存储的备份：请给出别的文件夹",
                  "$0 has the backup of another store: give another folder",
                  folder_));
    }
    newest_ms_before_ = manifest->newest_ms;
    for (const BackupFile& file : manifest->files) before_[file.path] = file;
  }
  const auto lines = ReadFile(In(kUnfinishedName));
  if (!lines.ok()) return absl::OkStatus();
  for (const absl::string_view line :
       absl::StrSplit(*lines, '\n', absl::SkipEmpty())) {
    auto file = DecodeLine(line);
    // The last line may be torn.
    if (file.ok()) before_[file->path] = *std::move(file);
  }
  return absl::OkStatus();
}

const BackupFile* BackupFolder::Before(const std::string& path) const {
  const auto found = before_.find(path);
  return found == before_.end() ? nullptr : &found->second;
}

std::vector<BackupFile> BackupFolder::BeforeIn(
    const std::string& folder) const {
  std::vector<BackupFile> files;
  for (const auto& [path, file] : before_) {
    if (absl::StartsWith(path, folder + "/")) files.push_back(file);
  }
  return files;
}

absl::StatusOr<bool> BackupFolder::Has(const BackupFile& file) const {
  const auto stored = SourceFile::Open(In(file.stored));
  if (!stored.ok() || (*stored)->size() != file.size) return false;
  if (!verify_ || copied_.contains(file.path)) return true;
  SLUICE_ASSIGN_OR_RETURN(const std::string sha256,
                          DigestOf(**stored, file.size));
  return sha256 == file.sha256;
}

void BackupFolder::Keep(BackupFile file) {
  // An earlier look of this run may have copied it.
  if (!copied_.contains(file.path)) bytes_there_ += file.size;
  files_.push_back(std::move(file));
}

absl::Status BackupFolder::Place(BackupFile file, absl::string_view name) {
  file.stored = StoredName(file);
  const std::string to = In(file.stored);
  SLUICE_RETURN_IF_ERROR(MakeFolderOf(to));
  SLUICE_RETURN_IF_ERROR(RenameDurably(CopyingPath(name), to));
  std::ofstream unfinished(In(kUnfinishedName),
                           std::ios::app | std::ios::binary);
  unfinished << EncodeLine(file) << std::flush;
  bytes_copied_ += file.size;
  copied_.insert(file.path);
  before_[file.path] = file;
  files_.push_back(std::move(file));
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> BackupFolder::Copy(const std::string& from,
                                            const std::string& path) {
  SLUICE_ASSIGN_OR_RETURN(const auto file, SourceFile::Open(from));
  BackupFile entry = {.path = path, .size = file->size()};
  SLUICE_ASSIGN_OR_RETURN(entry.sha256, DigestOf(*file, entry.size));
  entry.stored = StoredName(entry);
  if (const uint64_t unreadable = file->unreadable(); unreadable > 0) {
    if (const BackupFile* const before = Before(path)) Keep(*before);
    return unreadable;
  }
  SLUICE_ASSIGN_OR_RETURN(const bool has, Has(entry));
  if (has) {
    Keep(std::move(entry));
    return 0;
  }
  constexpr absl::string_view kName = "file";
  SLUICE_ASSIGN_OR_RETURN(
      entry.sha256, CopyTo(*file, entry.size, entry.size, CopyingPath(kName)));
  SLUICE_RETURN_IF_ERROR(Place(std::move(entry), kName));
  return 0;
}

void BackupFolder::BeginAgain() {
  files_.clear();
  bytes_there_ = 0;
}

absl::Status BackupFolder::End(BackupManifest& manifest) {
  manifest.files = files_;
  std::sort(
      manifest.files.begin(), manifest.files.end(),
      [](const BackupFile& a, const BackupFile& b) { return a.path < b.path; });
  SLUICE_RETURN_IF_ERROR(ReplaceFile(In(kManifestName), Encode(manifest)));
  SLUICE_RETURN_IF_ERROR(SyncFolder(folder_));
  if (manifest.damage.empty()) DeleteOthers();
  std::error_code ignored;
  fs::remove(In(kUnfinishedName), ignored);
  fs::remove_all(In(kCopyingName), ignored);
  return absl::OkStatus();
}

// What is left over takes room and does no other harm.
void BackupFolder::DeleteOthers() {
  std::set<std::string> named;
  for (const BackupFile& file : files_) named.insert(In(file.stored));
  std::vector<fs::path> others;
  std::error_code error;
  for (fs::recursive_directory_iterator it(In(kFilesName), error), end;
       !error && it != end; it.increment(error)) {
    std::error_code gone;
    if (it->is_regular_file(gone) && !named.contains(it->path().string())) {
      others.push_back(it->path());
    }
  }
  for (const fs::path& path : others) fs::remove(path, error);
}

}  // namespace sluice::store
