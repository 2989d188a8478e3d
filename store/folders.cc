#include "store/folders.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rules/base/error_reason.h"
#include "rules/base/status_macros.h"
#include "store/views/views.h"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

constexpr int kFolder = R_OK | W_OK | X_OK;

absl::Status Fault(const std::string& path, int error) {
  const std::string what = absl::StrCat(path, ": ", std::strerror(error));
  switch (error) {
    case ENOTDIR:
    case EEXIST:
      return absl::FailedPreconditionError(absl::StrCat(
          path, ": is a file where a folder must be: move it away"));
    case EACCES:
    case EPERM:
      return absl::FailedPreconditionError(absl::StrCat(
          what, ": user ", geteuid(),
          ", as which sluiced runs, must be able to read and write it: change "
          "its owner or mode"));
    case EROFS:
      return absl::FailedPreconditionError(absl::StrCat(
          what, ": mount it writable, or give another store.path"));
    case ENOSPC:
    case EDQUOT:
      return WithReason(
          absl::ResourceExhaustedError(absl::StrCat("no room: ", what)),
          ErrorReason::kDiskFull);
    default:
      return absl::UnavailableError(what);
  }
}

// Whether this process has the permissions `mode` for `path`. What has gone
// meanwhile needs none.
absl::Status CheckAccess(const std::string& path, int mode) {
  if (faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0 ||
      errno == ENOENT) {
    return absl::OkStatus();
  }
  return Fault(path, errno);
}

// CheckFolder(), and that this process can read and write every file in it.
absl::Status CheckFiles(const std::string& path) {
  SLUICE_RETURN_IF_ERROR(CheckFolder(path));
  std::error_code error;
  if (!fs::exists(path, error)) return absl::OkStatus();
  for (fs::directory_iterator it(path, error), end; !error && it != end;
       it.increment(error)) {
    SLUICE_RETURN_IF_ERROR(CheckAccess(it->path().string(), R_OK | W_OK));
  }
  return error ? Fault(path, error.value()) : absl::OkStatus();
}

// The bytes of the files in a folder whose names end in `suffix`; 0 if there
// are none.
uint64_t BytesOf(const std::string& folder, absl::string_view suffix) {
  uint64_t bytes = 0;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    std::error_code none;
    if (!absl::EndsWith(it->path().string(), suffix)) continue;
    const uint64_t size = it->file_size(none);
    if (!none) bytes += size;
  }
  return bytes;
}

absl::Status CheckRoom(fs::path path, uint64_t bytes) {
  const std::string named = path.string();
  std::error_code error;
  while (!fs::exists(path, error) && path.has_relative_path()) {
    path = path.parent_path();
  }
  const fs::space_info space = fs::space(path.empty() ? "." : path, error);
  if (error || space.available >= bytes) return absl::OkStatus();
  constexpr uint64_t kMiB = 1 << 20;
  return WithReason(
      absl::ResourceExhaustedError(absl::StrCat(
          "no room: ", (bytes + kMiB - 1) / kMiB, " MiB needed on ", named,
          ", ", space.available / kMiB, " MiB free")),
      ErrorReason::kDiskFull);
}

std::string PartitionFolder(const StoreOptions& options, int index) {
  return absl::StrFormat("%s/partition-%03d", options.path, index);
}

// That the disk has room for what a start writes: the first segments of new
// journals, and the views, whose library ends the process when it has no room.
// New views need the room that they are saved with; of older ones, a start
// writes the log as files, and a few small files.
absl::Status CheckRoomToStart(const StoreOptions& options) {
  constexpr uint64_t kOpenViews = 32u << 20;
  constexpr uint64_t kControlSegment = 8u << 20;
  uint64_t bytes = 0;
  bool fresh = false;
  const auto add_segment = [&](const std::string& folder, uint64_t size) {
    if (BytesOf(folder, ".segment") > 0) return;
    bytes += size;
    fresh = true;
  };
  add_segment(options.path + "/control",
              std::min(options.segment_bytes, kControlSegment));
  for (int i = 0; i < options.partitions; ++i) {
    const std::string folder = PartitionFolder(options, i);
    add_segment(folder + "/journal", options.segment_bytes);
    bytes += kOpenViews + 2 * BytesOf(folder + "/views", ".log");
  }
  if (fresh) bytes += Views::kRoomMin;
  return CheckRoom(options.path, bytes);
}

}  // namespace

absl::Status CheckFolder(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) == 0) {
    if (!S_ISDIR(info.st_mode)) return Fault(path, ENOTDIR);
    return CheckAccess(path, kFolder);
  }
  const int error = errno;
  if (error != ENOENT && error != ENOTDIR) return Fault(path, error);
  const std::string parent = fs::path(path).parent_path().string();
  if (parent == path) return Fault(path, error);
  return CheckFolder(parent.empty() ? "." : parent);
}

absl::Status CheckTree(const std::string& path) {
  SLUICE_RETURN_IF_ERROR(CheckFolder(path));
  std::error_code error;
  if (!fs::exists(path, error)) return absl::OkStatus();
  for (fs::recursive_directory_iterator it(path, error), end;
       !error && it != end; it.increment(error)) {
    std::error_code none;
    SLUICE_RETURN_IF_ERROR(CheckAccess(
        it->path().string(), it->is_directory(none) ? kFolder : R_OK));
  }
  return error ? Fault(path, error.value()) : absl::OkStatus();
}

absl::Status CheckStart(const StoreOptions& options) {
  SLUICE_RETURN_IF_ERROR(CheckFolder(options.path));
  std::error_code error;
  if (fs::exists(fs::path(options.path) / kRestoringName, error)) {
    return absl::FailedPreconditionError(absl::StrCat(
        options.path,
        ": a backup was being restored into this folder, and not all of it is "
        "here: remove the folder and run `sluicectl store restore` again"));
  }
  SLUICE_RETURN_IF_ERROR(CheckFiles(options.path + "/control"));
  for (int i = 0; i < options.partitions; ++i) {
    const std::string folder = PartitionFolder(options, i);
    SLUICE_RETURN_IF_ERROR(CheckFolder(folder));
    SLUICE_RETURN_IF_ERROR(CheckFiles(folder + "/journal"));
    SLUICE_RETURN_IF_ERROR(CheckFiles(folder + "/views"));
  }
  return CheckRoomToStart(options);
}

}  // namespace sluice::store
