#pragma once

// Files as a backup and a restore copy them: in pieces, with their SHA-256, and
// durable before they get their names.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace sluice::store {

// Called with the bytes that were copied since the last call.
using Copied = std::function<void(uint64_t bytes)>;

// A file that is read, and stays the same file when another takes its name. One
// thread.
class SourceFile {
 public:
  // Errors, with the path: kNotFound; kUnavailable.
  static absl::StatusOr<std::unique_ptr<SourceFile>> Open(
      const std::string& path);
  ~SourceFile();

  uint64_t size() const { return size_; }
  uint64_t inode() const { return inode_; }
  int64_t changed_ns() const { return changed_ns_; }

  // Tells the system that the file will not be read again soon: a backup must
  // not drive what sluiced uses out of memory.
  void DropCached() const;

  // How many bytes were read: fewer than there is room for only at the end.
  // What the disk cannot read is zeros: `unreadable` counts it.
  // Errors: kUnavailable.
  absl::StatusOr<size_t> Read(uint64_t offset, absl::Span<char> out) const;
  // Bytes that the disk could not read so far.
  uint64_t unreadable() const { return unreadable_; }

 private:
  SourceFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  size_t SkipUnreadable(uint64_t offset, absl::Span<char> out) const;

  const std::string path_;
  const int fd_;
  uint64_t size_ = 0;
  uint64_t inode_ = 0;
  int64_t changed_ns_ = 0;
  mutable uint64_t unreadable_ = 0;
};

// The SHA-256, in hex, of the first `size` bytes.
// Errors: kDataLoss (the file is shorter); kUnavailable.
absl::StatusOr<std::string> DigestOf(const SourceFile& file, uint64_t size);

// Writes the first `size` bytes to a new file at `to`, which only this user can
// read, and syncs it; returns their SHA-256 in hex. A longer `room` makes the
// file so long, with zeros that take no space.
// Errors: those of DigestOf(); kResourceExhausted (no room on the disk).
absl::StatusOr<std::string> CopyTo(const SourceFile& file, uint64_t size,
                                   uint64_t room, const std::string& to,
                                   const Copied& copied = {});

// Cuts the file at `path` and syncs it. Errors: kUnavailable.
absl::Status CutFile(const std::string& path, uint64_t size);

// Makes the folder that a file is to be in, with those above it.
// Errors: kUnavailable.
absl::Status MakeFolderOf(const std::string& file);

// Renames a file and syncs the folder. Errors: kUnavailable.
absl::Status RenameDurably(const std::string& from, const std::string& to);

// Makes the names in a folder durable. Errors: kUnavailable.
absl::Status SyncFolder(const std::string& folder);

}  // namespace sluice::store
