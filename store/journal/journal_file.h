#pragma once

// The bytes under the journal: append-only files in one directory.
//
// A seam because there are several implementations. PosixJournalFiles keeps
// files on a disk; LossyJournalFiles (tests/fakes/) forgets at Crash() what was
// not synced, which is how promise P2 is tested; FailingJournalFiles
// (tests/fakes/) fails the Nth call.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sluice::store {

// One thread at a time appends, syncs, truncates and trims. Any thread may read
// what has been synced, at any time.
class JournalFile {
 public:
  virtual ~JournalFile() = default;

  // Appends all of `bytes` and returns the offset of the first. They are
  // copied: the caller may reuse its buffer. Durable only after Sync().
  // Errors: kResourceExhausted (no room left in the file, nothing was written);
  // kUnavailable (the disk failed, any part of `bytes` may have been written).
  virtual absl::StatusOr<uint64_t> Append(absl::string_view bytes) = 0;

  // Writes `bytes`, which the file already holds at `offset`, once more in
  // place: at no time does the file hold less than before. Durable only after
  // Sync().
  // Errors: kUnavailable.
  virtual absl::Status WriteAgain(uint64_t offset, absl::string_view bytes) = 0;

  // Returns OK once everything done so far survives a power cut.
  // Errors: kUnavailable. Never try again after one: the kernel may have
  // dropped the pages and would now report success. Reopen, read the real tail.
  virtual absl::Status Sync() = 0;

  // Fills `out` with the bytes from `offset` on and returns how many were read:
  // fewer than the size of `out` only at the end of the file. Room that was
  // never written reads as zeros.
  // Errors: kUnavailable.
  virtual absl::StatusOr<size_t> Read(uint64_t offset,
                                      absl::Span<char> out) const = 0;

  // Removes everything from `end` on: it reads as zeros, and the next Append()
  // writes there. Reserves room up to `room`; with at least the room that the
  // file has, the file is at no time shorter. Durable only after Sync().
  // Errors: kUnavailable; kResourceExhausted (the room cannot be reserved).
  virtual absl::Status Truncate(uint64_t end, uint64_t room) = 0;

  // Frees the room behind the last appended byte, so that the file is as long
  // as its contents. Durable only after Sync(). No Append() afterwards.
  // Errors: kUnavailable.
  virtual absl::Status Trim() = 0;

  // Tells the system that the file will not be read again soon: its pages need
  // not stay in memory. Changes nothing else.
  virtual void DropCached() const {}

  // How long the file is, reserved room included.
  // Errors: kUnavailable.
  virtual absl::StatusOr<uint64_t> Size() const = 0;
};

// Fills all of `out`.
// Errors: kOutOfRange (the file ends before that); those of file.Read().
absl::Status ReadExactly(const JournalFile& file, uint64_t offset,
                         absl::Span<char> out);

// The files of one directory, by name. Names are plain, without slashes. Any
// thread. Must outlive the files it has opened.
class JournalFiles {
 public:
  virtual ~JournalFiles() = default;

  // All file names, sorted.
  // Errors: kUnavailable.
  virtual absl::StatusOr<std::vector<std::string>> List() const = 0;

  // Makes a file of `room` zero bytes, reserved on the disk; the first Append
  // goes to offset 0. File and name are durable on return. A file of that name
  // is emptied.
  // Errors: kResourceExhausted (the disk is full; no file is left behind);
  // kUnavailable.
  virtual absl::StatusOr<std::unique_ptr<JournalFile>> Create(
      absl::string_view name, uint64_t room) = 0;

  // Opens an existing file. Call Truncate() before the first Append().
  // Errors: kNotFound; kUnavailable.
  virtual absl::StatusOr<std::unique_ptr<JournalFile>> Open(
      absl::string_view name) const = 0;

  // Renames file `from` to `to`, in one step with removing an older file `to`:
  // after a power cut `to` is the old file or the new one. Durable on return. A
  // reader that has the old file open goes on reading the old bytes.
  // Errors: kNotFound; kUnavailable.
  virtual absl::Status Replace(absl::string_view from,
                               absl::string_view to) = 0;

  // Durable on return. Errors: kNotFound; kUnavailable.
  virtual absl::Status Delete(absl::string_view name) = 0;
};

}  // namespace sluice::store
