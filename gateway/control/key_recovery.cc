#include "gateway/control/key_recovery.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "rules/base/files.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

constexpr size_t kReasonBytesMax = 1000;

std::string PathOf(const std::string& folder) {
  return absl::StrCat(folder, "/", kRecoveryRequest);
}

}  // namespace

absl::StatusOr<std::optional<RecoveryRequest>> ReadRecoveryRequest(
    const std::string& folder) {
  const std::string path = PathOf(folder);
  struct stat file = {};
  struct stat parent = {};
  if (lstat(path.c_str(), &file) != 0) {
    if (errno == ENOENT) return std::nullopt;
    return absl::UnavailableError(
        absl::StrCat(path, ": ", std::strerror(errno)));
  }
  if (stat(folder.c_str(), &parent) != 0) {
    return absl::UnavailableError(
        absl::StrCat(folder, ": ", std::strerror(errno)));
  }
  const bool owner = file.st_uid == parent.st_uid || file.st_uid == 0;
  if (!S_ISREG(file.st_mode) || !owner ||
      (file.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return absl::PermissionDeniedError(absl::StrCat(
        path, ": is no file that the owner of the folder alone may write"));
  }
  SLUICE_ASSIGN_OR_RETURN(
      const std::string content,
      ReadFileIn(folder, kRecoveryRequest, kReasonBytesMax + 1));
  const std::string reason(absl::StripAsciiWhitespace(content));
  const bool control = std::any_of(reason.begin(), reason.end(), [](char c) {
    return absl::ascii_iscntrl(static_cast<unsigned char>(c));
  });
  if (reason.empty() || reason.size() > kReasonBytesMax || control) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": needs a reason of 1 to 1000 bytes in one line"));
  }
  return RecoveryRequest{file.st_uid, reason};
}

absl::Status RemoveRecoveryRequest(const std::string& folder) {
  const std::string path = PathOf(folder);
  if (unlink(path.c_str()) == 0 || errno == ENOENT) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(path, ": ", std::strerror(errno)));
}

}  // namespace sluice::gateway
