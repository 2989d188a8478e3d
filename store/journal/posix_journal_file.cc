#include "store/journal/posix_journal_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "rules/base/error_reason.h"
#include "rules/base/status_macros.h"

namespace sluice::store {
namespace {

constexpr size_t kBlankChunk = size_t{64} << 10;

// `error` is a value of errno. A full disk has its own code because it passes.
absl::Status ErrnoStatus(int error, absl::string_view what,
                         absl::string_view name) {
  const std::string message =
      absl::StrCat(what, " ", name, ": ", std::strerror(error));
  if (error == ENOENT) return absl::NotFoundError(message);
  if (error == ENOSPC || error == EDQUOT) {
    return WithReason(absl::ResourceExhaustedError(message),
                      ErrorReason::kDiskFull);
  }
  return absl::UnavailableError(message);
}

class PosixJournalFile final : public JournalFile {
 public:
  // Takes ownership of `fd`.
  PosixJournalFile(int fd, std::string name, uint64_t end, uint64_t room)
      : fd_(fd), name_(std::move(name)), end_(end), room_(room) {}
  ~PosixJournalFile() override { close(fd_); }

  absl::StatusOr<uint64_t> Append(absl::string_view bytes) override {
    if (bytes.size() > room_ - end_) {
      return absl::ResourceExhaustedError(absl::StrCat(name_, " is full"));
    }
    const uint64_t begin = end_;
    // Even after an error, because part of the bytes may be in the file.
    end_ += bytes.size();
    const absl::Status written = WriteAgain(begin, bytes);
    if (!written.ok()) return written;
    return begin;
  }

  absl::Status WriteAgain(uint64_t offset, absl::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t size =
          pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (size < 0 && errno == EINTR) continue;
      // Even a full disk is kUnavailable here: the room had been reserved.
      if (size < 0) return Unavailable("write");
      bytes.remove_prefix(static_cast<size_t>(size));
      offset += static_cast<uint64_t>(size);
    }
    return absl::OkStatus();
  }

  absl::Status Sync() override {
    if (fdatasync(fd_) != 0) return Unavailable("sync");
    return absl::OkStatus();
  }

  absl::StatusOr<size_t> Read(uint64_t offset,
                              absl::Span<char> out) const override {
    size_t done = 0;
    while (done < out.size()) {
      const ssize_t size = pread(fd_, out.data() + done, out.size() - done,
                                 static_cast<off_t>(offset + done));
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) return Unavailable("read");
      if (size == 0) break;
      done += static_cast<size_t>(size);
    }
    return done;
  }

  absl::Status Truncate(uint64_t end, uint64_t room) override {
    SLUICE_ASSIGN_OR_RETURN(const uint64_t size, Size());
    if (room >= size) {
      SLUICE_RETURN_IF_ERROR(Blank(end));
    } else if (ftruncate(fd_, static_cast<off_t>(end)) != 0) {
      return Unavailable("truncate");
    }
    end_ = end;
    room_ = end;
    if (end >= room) return absl::OkStatus();
    const int error = posix_fallocate(fd_, static_cast<off_t>(end),
                                      static_cast<off_t>(room - end));
    if (error != 0) return ErrnoStatus(error, "reserve", name_);
    room_ = room;
    return absl::OkStatus();
  }

  absl::Status Trim() override {
    if (ftruncate(fd_, static_cast<off_t>(end_)) != 0) {
      return Unavailable("trim");
    }
    room_ = end_;
    return absl::OkStatus();
  }

  void DropCached() const override {
    posix_fadvise(fd_, 0, 0, POSIX_FADV_DONTNEED);
  }

  absl::StatusOr<uint64_t> Size() const override {
    struct stat info;
    if (fstat(fd_, &info) != 0) return Unavailable("stat");
    return static_cast<uint64_t>(info.st_size);
  }

 private:
  // Writes zeros over everything from `from` on that is not zero.
  absl::Status Blank(uint64_t from) {
    std::string chunk(kBlankChunk, '\0');
    for (;; from += chunk.size()) {
      SLUICE_ASSIGN_OR_RETURN(const size_t size,
                              Read(from, absl::MakeSpan(chunk)));
      chunk.resize(size);
      if (chunk.find_first_not_of('\0') != chunk.npos) {
        SLUICE_RETURN_IF_ERROR(WriteAgain(from, std::string(size, '\0')));
      }
      if (size < kBlankChunk) return absl::OkStatus();
    }
  }

  absl::Status Unavailable(absl::string_view what) const {
    const int error = errno;
    return absl::UnavailableError(
        absl::StrCat(what, " ", name_, ": ", std::strerror(error)));
  }

  const int fd_;
  const std::string name_;
  uint64_t end_;   // Where the next append goes.
  uint64_t room_;  // How far appends may go.
};

}  // namespace

PosixJournalFiles::PosixJournalFiles(std::string directory, int fd)
    : directory_(std::move(directory)), fd_(fd) {}

bool PosixJournalFiles::IsInUse(const std::string& directory) {
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool in_use = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  close(fd);
  return in_use;
}

PosixJournalFiles::~PosixJournalFiles() { close(fd_); }

absl::StatusOr<std::unique_ptr<PosixJournalFiles>> PosixJournalFiles::Open(
    const std::string& directory, Access access) {
  if (access == Access::kWrite && mkdir(directory.c_str(), 0700) != 0 &&
      errno != EEXIST) {
    return ErrnoStatus(errno, "make directory", directory);
  }
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return ErrnoStatus(errno, "open directory", directory);
  std::unique_ptr<PosixJournalFiles> files(
      new PosixJournalFiles(directory, fd));
  // A tool that asks IsInUse() holds the lock for a moment.
  for (int tries = 3;
       access == Access::kWrite && flock(fd, LOCK_EX | LOCK_NB) != 0;
       usleep(10'000)) {
    if (--tries > 0) continue;
    return absl::FailedPreconditionError(
        absl::StrCat("directory ", directory,
                     " is in use by another process: stop the other sluiced, "
                     "or give this one another store.path"));
  }
  return files;
}

absl::StatusOr<std::vector<std::string>> PosixJournalFiles::List() const {
  DIR* const directory = opendir(directory_.c_str());
  if (directory == nullptr) return ErrnoStatus(errno, "list", directory_);
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* const entry = readdir(directory)) {
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  }
  const int error = errno;
  closedir(directory);
  if (error != 0) return ErrnoStatus(error, "list", directory_);
  std::sort(names.begin(), names.end());
  return names;
}

absl::StatusOr<std::unique_ptr<JournalFile>> PosixJournalFiles::Create(
    absl::string_view name, uint64_t room) {
  const std::string path(name);
  const int fd =
      openat(fd_, path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return ErrnoStatus(errno, "create", path);
  std::unique_ptr<JournalFile> file(new PosixJournalFile(fd, path, 0, room));
  // posix_fallocate refuses to reserve nothing.
  const int error =
      room == 0 ? 0 : posix_fallocate(fd, 0, static_cast<off_t>(room));
  absl::Status made =
      error == 0 ? absl::OkStatus() : ErrnoStatus(error, "reserve", path);
  if (made.ok()) made = file->Sync();
  if (made.ok()) made = SyncDirectory();
  if (made.ok()) return file;
  unlinkat(fd_, path.c_str(), 0);
  return made;
}

absl::StatusOr<std::unique_ptr<JournalFile>> PosixJournalFiles::Open(
    absl::string_view name) const {
  const std::string path(name);
  // A read-only tool may not have permission to write.
  int fd = openat(fd_, path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0 && (errno == EACCES || errno == EROFS || errno == EPERM)) {
    fd = openat(fd_, path.c_str(), O_RDONLY | O_CLOEXEC);
  }
  if (fd < 0) return ErrnoStatus(errno, "open", path);
  struct stat info;
  if (fstat(fd, &info) != 0) {
    const absl::Status status = ErrnoStatus(errno, "stat", path);
    close(fd);
    return status;
  }
  const auto size = static_cast<uint64_t>(info.st_size);
  return std::unique_ptr<JournalFile>(
      new PosixJournalFile(fd, path, size, size));
}

absl::Status PosixJournalFiles::Replace(absl::string_view from,
                                        absl::string_view to) {
  if (renameat(fd_, std::string(from).c_str(), fd_, std::string(to).c_str()) !=
      0) {
    return ErrnoStatus(errno, "rename", from);
  }
  return SyncDirectory();
}

absl::Status PosixJournalFiles::Delete(absl::string_view name) {
  if (unlinkat(fd_, std::string(name).c_str(), 0) != 0) {
    return ErrnoStatus(errno, "delete", name);
  }
  return SyncDirectory();
}

absl::Status PosixJournalFiles::SyncDirectory() const {
  if (fsync(fd_) != 0) return ErrnoStatus(errno, "sync", directory_);
  return absl::OkStatus();
}

}  // namespace sluice::store
