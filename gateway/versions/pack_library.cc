#include "gateway/versions/pack_library.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

namespace fs = std::filesystem;

// A file name that is no digest.
constexpr char kInForce[] = "in_force";

absl::Status SyncFolder(const std::string& path) {
  const int folder = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = folder >= 0 && fsync(folder) == 0;
  if (folder >= 0) close(folder);
  if (synced) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat(path, ": cannot be synced: ", std::strerror(errno)));
}

}  // namespace

std::string PackLibrary::PathOf(absl::string_view digest) const {
  return absl::StrCat(folder_, "/", digest);
}

// Writes a new folder and renames it, so that PathOf() always has a whole pack.
absl::StatusOr<std::string> PackLibrary::Put(const PackFiles& files) const {
  static std::atomic<uint64_t> puts = 0;
  SLUICE_RETURN_IF_ERROR(rules::CheckPackFiles(files));
  std::string digest = rules::DigestOf(files);
  const absl::Status there = Get(digest).status();
  if (there.ok()) return digest;
  if (!absl::IsNotFound(there) && !absl::IsDataLoss(there)) return there;
  const std::string made = absl::StrCat(folder_, "/.", digest, ".", ++puts);
  std::error_code error;
  fs::remove_all(made, error);
  SLUICE_RETURN_IF_ERROR(rules::WritePackFiles(files, made));
  fs::remove_all(PathOf(digest), error);  // A damaged folder, or none.
  fs::rename(made, PathOf(digest), error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat(PathOf(digest), ": cannot be made: ", error.message()));
  }
  SLUICE_RETURN_IF_ERROR(SyncFolder(folder_));
  return digest;
}

void PackLibrary::Drop(absl::string_view digest) const {
  std::error_code error;
  fs::remove_all(PathOf(digest), error);  // A folder left over does no harm.
}

absl::StatusOr<PackFiles> PackLibrary::Get(absl::string_view digest) const {
  const std::string path = PathOf(digest);
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    return absl::NotFoundError(absl::StrCat(path, ": is not there"));
  }
  SLUICE_ASSIGN_OR_RETURN(PackFiles files, rules::ReadPackFiles(path));
  if (rules::DigestOf(files) != digest) {
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
