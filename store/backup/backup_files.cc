#include "store/backup/backup_files.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "rules/base/check.h"
#include "rules/base/error_reason.h"
#include "rules/base/status_macros.h"
#include "store/journal/sha256.h"

namespace sluice::store {
namespace {

constexpr size_t kPiece = size_t{1} << 20;
// What a disk reads whole or not at all.
constexpr size_t kBlock = 4096;

absl::Status Failed(const std::string& path, absl::string_view what) {
  const int error = errno;
  const std::string message =
      absl::StrCat(path, ": ", what, ": ", std::strerror(error));
  if (error == ENOENT) return absl::NotFoundError(message);
  if (error == ENOSPC || error == EDQUOT) {
    return WithReason(absl::ResourceExhaustedError(message),
                      ErrorReason::kDiskFull);
  }
  return absl::UnavailableError(message);
}

class Digest {
 public:
  Digest() : context_(EVP_MD_CTX_new()) {
    SLUICE_CHECK(context_ != nullptr &&
                 EVP_DigestInit_ex(context_, EVP_sha256(), nullptr) == 1);
  }
  ~Digest() { EVP_MD_CTX_free(context_); }
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;

  void Add(absl::Span<const char> bytes) {
    SLUICE_CHECK(EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1);
  }
  std::string Hex() {
    Hash hash;
    SLUICE_CHECK(EVP_DigestFinal_ex(context_, hash.data(), nullptr) == 1);
    return absl::BytesToHexString(AsBytes(hash));
  }

 private:
  EVP_MD_CTX* const context_;
};

class NewFile {
 public:
  explicit NewFile(std::string path)
      : path_(std::move(path)),
        fd_(open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                 0600)) {}
  ~NewFile() {
    if (fd_ >= 0) close(fd_);
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  absl::Status Made() const {
    return fd_ >= 0 ? absl::OkStatus() : Failed(path_, "cannot be made");
  }
  absl::Status Append(absl::Span<const char> bytes) {
    while (!bytes.empty()) {
      const ssize_t written = write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return Failed(path_, "cannot be written");
      bytes.remove_prefix(static_cast<size_t>(written));
    }
    return absl::OkStatus();
  }
  absl::Status End(uint64_t room) {
    if (ftruncate(fd_, static_cast<off_t>(room)) != 0 || fsync(fd_) != 0) {
      return Failed(path_, "cannot be synced");
    }
    return absl::OkStatus();
  }

 private:
  const std::string path_;
  const int fd_;
};

// Reads the first `size` bytes, piece by piece.
absl::Status ReadPieces(
    const SourceFile& file, uint64_t size,
    const std::function<absl::Status(absl::Span<const char>)>& take) {
  std::string buffer(kPiece, '\0');
  for (uint64_t at = 0; at < size;) {
    const size_t want =
        static_cast<size_t>(std::min<uint64_t>(kPiece, size - at));
    SLUICE_ASSIGN_OR_RETURN(const size_t got,
                            file.Read(at, absl::MakeSpan(&buffer[0], want)));
    if (got < want) {
      return absl::DataLossError(
          absl::StrCat("it has ", at + got, " bytes and not ", size));
    }
    SLUICE_RETURN_IF_ERROR(take(absl::MakeConstSpan(buffer.data(), got)));
    at += got;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<SourceFile>> SourceFile::Open(
    const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Failed(path, "cannot be read");
  std::unique_ptr<SourceFile> file(new SourceFile(path, fd));
  struct stat info;
  if (fstat(fd, &info) != 0) return Failed(path, "cannot be read");
  file->size_ = static_cast<uint64_t>(info.st_size);
  file->inode_ = info.st_ino;
  file->changed_ns_ =
      int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
  return file;
}

SourceFile::~SourceFile() { close(fd_); }

void SourceFile::DropCached() const {
  posix_fadvise(fd_, 0, 0, POSIX_FADV_DONTNEED);
}

absl::StatusOr<size_t> SourceFile::Read(uint64_t offset,
                                        absl::Span<char> out) const {
  size_t done = 0;
  while (done < out.size()) {
    const ssize_t size = pread(fd_, out.data() + done, out.size() - done,
                               static_cast<off_t>(offset + done));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EIO) {
      done += SkipUnreadable(offset + done, out.subspan(done));
      continue;
    }
    if (size < 0) return Failed(path_, "cannot be read");
    if (size == 0) break;
    done += static_cast<size_t>(size);
  }
  return done;
}

// Reads the first block once more, alone; it is zeros when the disk cannot read
// it. Returns how far that was.
size_t SourceFile::SkipUnreadable(uint64_t offset, absl::Span<char> out) const {
  const size_t block = std::min<size_t>(out.size(), kBlock - offset % kBlock);
  const ssize_t size =
      pread(fd_, out.data(), block, static_cast<off_t>(offset));
  if (size > 0) return static_cast<size_t>(size);
  std::fill_n(out.begin(), block, '\0');
  unreadable_ += block;
  return block;
}

absl::StatusOr<std::string> DigestOf(const SourceFile& file, uint64_t size) {
  Digest digest;
  SLUICE_RETURN_IF_ERROR(
      ReadPieces(file, size, [&digest](absl::Span<const char> bytes) {
        digest.Add(bytes);
        return absl::OkStatus();
      }));
  return digest.Hex();
}

absl::StatusOr<std::string> CopyTo(const SourceFile& file, uint64_t size,
                                   uint64_t room, const std::string& to,
                                   const Copied& copied) {
  Digest digest;
  NewFile out(to);
  SLUICE_RETURN_IF_ERROR(out.Made());
  SLUICE_RETURN_IF_ERROR(
      ReadPieces(file, size, [&](absl::Span<const char> bytes) {
        digest.Add(bytes);
        if (copied) copied(bytes.size());
        return out.Append(bytes);
      }));
  SLUICE_RETURN_IF_ERROR(out.End(std::max(size, room)));
  return digest.Hex();
}

absl::Status CutFile(const std::string& path, uint64_t size) {
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return Failed(path, "cannot be opened");
  const bool done =
      ftruncate(fd, static_cast<off_t>(size)) == 0 && fsync(fd) == 0;
  const absl::Status status =
      done ? absl::OkStatus() : Failed(path, "cannot be cut");
  close(fd);
  return status;
}

absl::Status MakeFolderOf(const std::string& file) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(file).parent_path();
  std::error_code error;
  if (folder.empty() || fs::is_directory(folder, error)) {
    return absl::OkStatus();
  }
  SLUICE_RETURN_IF_ERROR(MakeFolderOf(folder.string()));
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return Failed(folder.string(), "cannot be made");
  }
  return SyncFolder(folder.parent_path().string());
}

absl::Status RenameDurably(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) {
    return Failed(from, "cannot be renamed");
  }
  return SyncFolder(std::filesystem::path(to).parent_path().string());
}

absl::Status SyncFolder(const std::string& folder) {
  const std::string path = folder.empty() ? "." : folder;
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return Failed(path, "cannot be opened");
  const absl::Status status =
      fsync(fd) == 0 ? absl::OkStatus() : Failed(path, "cannot be synced");
  close(fd);
  return status;
}

}  // namespace sluice::store
