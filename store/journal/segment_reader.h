#pragma once

// Walks the frames of one segment's file. Every reader of a journal is built on
// it: recovery, JournalReader, retention, the offline check.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/journal/group_entry.h"
#include "store/journal/journal_file.h"
#include "store/journal/position.h"
#include "store/journal/segment.h"

namespace sluice::store {

inline constexpr uint64_t kWholeFile = ~uint64_t{0};

// One frame, or why there is none.
struct SegmentItem {
  enum class Kind {
    kNothing,  // Zeros, the limit or the end of the file.
    kGroup,
    kEnd,
  };
  Kind kind = Kind::kNothing;
  uint64_t at = 0;      // Of the frame in this file.
  uint64_t size = 0;    // Of the frame.
  uint32_t offset = 0;  // Of the frame in the segment as first written.
  GroupView group;      // kGroup. Valid until the next call.
  SegmentEnd end;       // kEnd.
};

// One thread.
class SegmentReader {
 public:
  // Opens a segment and checks its header.
  // Errors: kNotFound (no such file); kDataLoss (the header is damaged, or
  // zeros: HeaderIsBlank()); kFailedPrecondition (the header of another journal
  // or segment); kUnavailable.
  static absl::StatusOr<std::unique_ptr<SegmentReader>> Open(
      const JournalFiles& files, const JournalIdentity& identity,
      uint32_t segment);

  // Opens a segment as if it had `header`, whatever its real header is: for
  // reading the rest of a damaged segment.
  // Errors: those of JournalFiles.
  static absl::StatusOr<std::unique_ptr<SegmentReader>> OpenAs(
      const JournalFiles& files, const SegmentHeader& header);

  const SegmentHeader& header() const { return header_; }
  const JournalFile& file() const { return *file_; }

  // Goes to the frame first written at `offset`, where a frame must begin or
  // the next will; in a reduced segment to the first frame at or after it.
  // Errors: kNotFound (no such frame in a reduced segment); those of
  // ReadIndex().
  absl::Status Seek(uint32_t offset);

  // Goes to `at` in this file, whether or not a frame begins there.
  void SeekInFile(uint64_t at) { at_ = at; }
  uint64_t at() const { return at_; }

  // Reads the frame at at(), if it begins before `limit` in this file, and
  // moves behind it. Never reads at or after `limit`: a writer may be at work
  // there. Checks all but the root.
  // Errors: kDataLoss (not a whole frame); kUnavailable; at() is unchanged
  // then.
  absl::StatusOr<SegmentItem> Next(uint64_t limit = kWholeFile);

 private:
  SegmentReader(std::unique_ptr<JournalFile> file, SegmentHeader header);
  absl::StatusOr<absl::string_view> Fetch(size_t size, uint64_t limit);
  absl::Status Fill(uint64_t want);

  const std::unique_ptr<JournalFile> file_;
  const SegmentHeader header_;
  const uint64_t checksum_seed_;
  uint64_t at_ = kSegmentHeaderSize;

  std::unique_ptr<char[]> buffer_;  // Bytes of the file from buffer_at_ on.
  size_t buffer_room_ = 0;
  uint64_t buffer_at_ = 0;
  size_t buffer_size_ = 0;
};

// Errors: kNotFound; kDataLoss; kUnavailable.
absl::StatusOr<SegmentHeader> ReadSegmentHeader(const JournalFile& file);

// Whether the segment's header is all zeros: a spare that has not begun.
// Errors: those of JournalFiles.
absl::StatusOr<bool> HeaderIsBlank(const JournalFiles& files, uint32_t segment);

// What follows a segment's last good frame.

// The offset behind the last byte from `from` on that is not zero; `from` if
// there is no such byte. Errors: those of file.Read().
absl::StatusOr<uint64_t> EndOfBytes(const JournalFile& file, uint64_t from);

struct FoundFrame {
  uint64_t at = 0;
  uint32_t unsynced_or_offset = 0;
  bool reduced = false;
};
// The first whole frame that begins at or after `from`. For damaged files:
// tries every byte.
// Errors: those of file.Read().
absl::StatusOr<std::optional<FoundFrame>> FindFrame(const JournalFile& file,
                                                    uint64_t from,
                                                    uint64_t checksum_seed);

// The first frame after `from` that was written when the byte at `from` was
// already durable. If there is one, the bytes at `from` are damaged and not a
// torn tail.
// Errors: those of file.Read().
absl::StatusOr<std::optional<FoundFrame>> FindProofOfLoss(
    const JournalFile& file, uint64_t from, uint64_t checksum_seed);

}  // namespace sluice::store
