#include "gateway/versions/pack_library.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

namespace fs = std::filesystem;

// File names that are no digests.
constexpr char kInForce[] = "in_force";
// Begins that of the empty file that says that a pack is pending.
constexpr absl::string_view kPending = ".pending.";
// Begins that of a folder that is being written.
constexpr absl::string_view kMade = ".made.";
constexpr size_t kDigestSize = 64;

absl::Status SyncFolder(const std::string& path) {
  const int folder = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = folder >= 0 && fsync(folder) == 0;
  if (folder >= 0) close(folder);
  if (synced) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat(path, ": cannot be synced: ", std::strerror(errno)));
}

// As versions before kMade named such a folder: ".<digest>.<number>".
bool IsHalfOfOld(absl::string_view name) {
  return name.size() > kDigestSize + 1 && name[0] == '.' &&
         absl::c_all_of(name.substr(1, kDigestSize), absl::ascii_isxdigit);
}

}  // namespace

std::string PackLibrary::PathOf(absl::string_view digest) const {
  return absl::StrCat(folder_, "/", digest);
}

std::string PackLibrary::MarkOf(absl::string_view digest) const {
  return PathOf(absl::StrCat(kPending, digest));
}

// Writes a new folder and renames it, so that PathOf() always has a whole pack.
absl::StatusOr<std::string> PackLibrary::Put(const PackFiles& files) const {
  static std::atomic<uint64_t> puts = 0;
  SLUICE_RETURN_IF_ERROR(rules::CheckPackFiles(files));
  std::string digest = rules::DigestOf(files);
  const absl::Status there = Get(digest).status();
  if (there.ok()) return digest;
  if (!absl::IsNotFound(there) && !absl::IsDataLoss(there)) return there;
  const std::string made = PathOf(absl::StrCat(kMade, digest, ".", ++puts));
  std::error_code error;
  fs::remove_all(made, error);
  const absl::Status written = rules::WritePackFiles(files, made);
  if (!written.ok()) {
    fs::remove_all(made, error);
    return written;
  }
  // A damaged pack belongs to a version: it is replaced and never pending.
  if (absl::IsNotFound(there)) std::ofstream(MarkOf(digest)).close();
  fs::remove_all(PathOf(digest), error);  // A damaged folder, or none.
  fs::rename(made, PathOf(digest), error);
  if (error) {
    std::error_code ignored;
    fs::remove_all(made, ignored);
    fs::remove(MarkOf(digest), ignored);
    return absl::UnavailableError(
        absl::StrCat(PathOf(digest), ": cannot be made: ", error.message()));
  }
  SLUICE_RETURN_IF_ERROR(SyncFolder(folder_));
  return digest;
}

// A mark that stays does no harm: its pack is then one of a version.
void PackLibrary::Keep(absl::string_view digest) const {
  std::error_code error;
  fs::remove(MarkOf(digest), error);
}

void PackLibrary::Drop(absl::string_view digest) const {
  std::error_code error;
  if (!fs::exists(MarkOf(digest), error)) return;
  fs::remove_all(PathOf(digest), error);
  fs::remove(MarkOf(digest), error);
}

void PackLibrary::Clean(const std::set<std::string>& known) const {
  std::error_code error;
  std::vector<fs::path> left;
  for (auto it = fs::directory_iterator(folder_, error);
       !error && it != fs::directory_iterator(); it.increment(error)) {
    left.push_back(it->path());
  }
  for (const fs::path& path : left) {
    const std::string name = path.filename().string();
    std::error_code ignored;
    if (absl::StartsWith(name, kMade) || IsHalfOfOld(name)) {
      fs::remove_all(path, ignored);
    }
    if (!absl::StartsWith(name, kPending)) continue;
    const std::string digest = name.substr(kPending.size());
    if (known.contains(digest)) {
      Keep(digest);
    } else {
      Drop(digest);
    }
  }
}

absl::StatusOr<PackFiles> PackLibrary::Get(absl::string_view digest) const {
  const std::string path = PathOf(digest);
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    return absl::NotFoundError(absl::StrCat(path, ": is not there"));
  }
  absl::StatusOr<PackFiles> files = rules::ReadPackFiles(path);
  if (!files.ok() && !absl::IsInvalidArgument(files.status())) {
    return files.status();
  }
  if (!files.ok() || rules::DigestOf(*files) != digest) {
    return absl::DataLossError(absl::StrCat(
        path, ": a file of this version was changed; restore it from a copy"));
  }
  return files;
}

std::string PackLibrary::InForce() const {
  std::ifstream in(PathOf(kInForce));
  std::string digest;
  in >> digest;
  return digest;
}

void PackLibrary::NoteInForce(absl::string_view digest) const {
  if (InForce() == digest) return;
  const std::string made = PathOf(absl::StrCat(".", kInForce));
  std::error_code error;
  {
    std::ofstream out(made, std::ios::trunc);
    out << digest << "\n";
    out.close();
    if (!out) return;
  }
  fs::rename(made, PathOf(kInForce), error);
}

}  // namespace sluice::gateway
