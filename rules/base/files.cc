#include "rules/base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"

namespace sluice {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(Descriptor&& from) noexcept
      : number_(std::exchange(from.number_, -1)) {}
  Descriptor& operator=(Descriptor&& from) noexcept {
    std::swap(number_, from.number_);
    return *this;
  }

  int get() const { return number_; }

 private:
  int number_;
};

absl::Status TooLarge(size_t bytes_max) {
  return ErrorOf(absl::StatusCode::kOutOfRange,
                 SayBoth("超过可读取的 $0 字节",
                         "larger than the $0 bytes that are read", bytes_max));
}

// Reads to the end. `size` is only a hint: a file may grow, and what the kernel
// makes up has none.
absl::StatusOr<std::string> ReadAll(int file, size_t size, size_t bytes_max) {
  constexpr size_t kStep = 64 << 10;
  if (size > bytes_max) return TooLarge(bytes_max);
  std::string content;
  size_t filled = 0;
  for (;;) {
    // One byte more than is there, to see the end.
    content.resize(std::max(filled + kStep, size + 1));
    const ssize_t got =
        read(file, content.data() + filled, content.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return absl::UnavailableError("cannot be read");
    if (got == 0) break;
    filled += static_cast<size_t>(got);
    if (filled > bytes_max) return TooLarge(bytes_max);
  }
  content.resize(filled);
  return content;
}

absl::Status OpenFault(int error) {
  if (error == ENOENT || error == ENOTDIR) {
    return absl::NotFoundError("no such file");
  }
  if (error == ELOOP || error == EMLINK) {
    return ErrorOf(
        absl::StatusCode::kInvalidArgument,
        SayBoth("是链接，或在链接的文件夹中：请把文件本身放在这里",
                "a link, or in a folder that is one: put the file itself "
                "here"));
  }
  return absl::UnavailableError(
      absl::StrCat("cannot be read: ", std::strerror(error)));
}

absl::Status NotPlain() {
  return ErrorOf(absl::StatusCode::kInvalidArgument,
                 SayBoth("不是普通的文件", "not a plain file"));
}

// With O_NOFOLLOW a folder that is a link gives ENOTDIR.
bool IsLink(int folder, const std::string& name) {
  struct stat found = {};
  return fstatat(folder, name.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISLNK(found.st_mode);
}

absl::Status Failed(const std::string& path, absl::string_view what) {
  return absl::UnavailableError(
      absl::StrCat(path, ": ", what, ": ", std::strerror(errno)));
}

absl::Status SyncAndClose(int file, const std::string& path) {
  const bool synced = ::fsync(file) == 0;
  const absl::Status status =
      synced ? absl::OkStatus() : Failed(path, "cannot be synced");
  ::close(file);
  return status;
}

absl::Status WriteAndSync(const std::string& path, absl::string_view bytes) {
  const int file =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return Failed(path, "cannot be written");
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0) {
      const absl::Status status = Failed(path, "cannot be written");
      ::close(file);
      return status;
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return SyncAndClose(file, path);
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path,
                                     size_t bytes_max) {
  const auto fault = [&path](absl::string_view what) {
    return absl::UnavailableError(absl::StrCat(path, ": ", what));
  };
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 && (errno == ENOENT || errno == ENOTDIR)) {
    return absl::NotFoundError(absl::StrCat(path, ": no such file"));
  }
  struct stat found = {};
  if (file.get() < 0 || fstat(file.get(), &found) != 0 ||
      S_ISDIR(found.st_mode)) {
    return fault("cannot be read");
  }
  const size_t size =
      S_ISREG(found.st_mode) ? static_cast<size_t>(found.st_size) : 0;
  absl::StatusOr<std::string> content = ReadAll(file.get(), size, bytes_max);
  if (!content.ok()) return fault(content.status().message());
  return content;
}

absl::StatusOr<std::string> ReadFileIn(const std::string& folder,
                                       absl::string_view name,
                                       size_t bytes_max) {
  constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
  Descriptor at(open(folder.c_str(), kFlags | O_DIRECTORY));
  if (at.get() < 0) return OpenFault(errno);
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  for (size_t i = 0; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    Descriptor next(openat(at.get(), parts[i].c_str(),
                           kFlags | O_NOFOLLOW | (last ? 0 : O_DIRECTORY)));
    if (next.get() < 0) {
      const int error = errno;
      // A socket cannot be opened.
      if (error == ENXIO) {
        return NotPlain();
      }
      return OpenFault(IsLink(at.get(), parts[i]) ? ELOOP : error);
    }
    at = std::move(next);
  }
  struct stat found = {};
  if (fstat(at.get(), &found) != 0) return OpenFault(errno);
  if (!S_ISREG(found.st_mode)) {
    return NotPlain();
  }
  absl::StatusOr<std::string> content =
      ReadAll(at.get(), static_cast<size_t>(found.st_size), bytes_max);
  if (absl::IsOutOfRange(content.status())) {
    return ErrorOf(absl::StatusCode::kInvalidArgument,
                   BothOf(content.status()));
  }
  return content;
}

absl::Status ReplaceFile(const std::string& path, absl::string_view bytes) {
  const std::string made = path + ".new";
  SLUICE_RETURN_IF_ERROR(WriteAndSync(made, bytes));
  if (std::rename(made.c_str(), path.c_str()) != 0) {
    return Failed(path, "cannot be replaced");
  }
  const std::string folder = path.substr(0, path.rfind('/'));
  const int opened = ::open(folder.c_str(), O_RDONLY | O_CLOEXEC);
  if (opened < 0) return Failed(folder, "cannot be opened");
  return SyncAndClose(opened, folder);
}

}  // namespace sluice
