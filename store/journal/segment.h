#pragma once

// The parts of a journal's files that are not groups: the identity file, names
// of segments, and the header and end of a segment.
//
//   identity := "SLUICEID" | version: u32 | store_id: 16 bytes
//               | partition: u16 | partition_count: u16 | checksum: u64
//   segment  := header | frame * | end          (closed)
//             | header | frame * | zeros        (the last one)
//             | header | frame * | end | index  (reduced by retention)
//   header   := "SLUICESG" | version: u32 | room: u24 | kind: u8
//               | store_id: 16 bytes | partition: u16 | partition_count: u16
//               | segment: u32 | previous_root: 32 bytes | checksum: u64
//   end      := length: u32 | unsynced: u32 | version: u32 | root: 32 bytes
//               | checksum: u64
//   index    := (offset: u32 | at: u32) * frames | frames: u32 | checksum: u64
//
// Integers are big-endian. `kind` is 0, or 1 in a reduced segment. `room` is
// the size with which the file was made, in units of 256 bytes: until it is
// closed a segment is never shorter, so a file that was cut off shows it. An
// end is a frame (group_entry.h) of another version. In a reduced segment the
// frames have moved: the index gives for each first `offset`, in order, where
// the frame is `at` now. Every checksum is XXH3-64 of the bytes before it.
// Checksums of frames are seeded with the store id; those of identity, header
// and index are not, because they are read before the store id is known or
// contain it.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/journal/journal_file.h"
#include "store/journal/sha256.h"

namespace sluice::store {

inline constexpr uint32_t kFormatVersion = 1;
inline constexpr uint32_t kSegmentBytes = 256u << 20;
inline constexpr size_t kSegmentHeaderSize = 80;
inline constexpr uint32_t kRoomUnit = 256;  // Bytes; see SegmentHeader::room.
inline constexpr size_t kSegmentEndSize = 52;
inline constexpr uint32_t kSegmentEndVersion = 0x534c4501;  // "SLE", 1.

// Which store and partition a journal belongs to, so that a lost or swapped
// file is found.
struct JournalIdentity {
  std::array<uint8_t, 16> store_id = {};  // Random, made with the store.
  uint16_t partition = 0;                 // kControlPartition, or 0..1023.
  uint16_t partition_count = 1;           // Fixed when the store is made.

  bool operator==(const JournalIdentity&) const = default;
};
inline constexpr uint16_t kControlPartition = 0xffff;  // The control journal.
// "partition 3" or "control".
std::string NameOf(const JournalIdentity& identity);

// The seed of the frames' checksums: the first 8 bytes of the store id.
uint64_t ChecksumSeed(const JournalIdentity& identity);

inline constexpr absl::string_view kIdentityName = "identity";
// The suffix of a file that is being written; Journal::Open() deletes
// leftovers.
inline constexpr absl::string_view kTemporarySuffix = ".tmp";
std::string EncodeIdentity(const JournalIdentity& identity);
// Errors: kDataLoss.
absl::StatusOr<JournalIdentity> DecodeIdentity(absl::string_view bytes);
// Errors: kNotFound (no journal has been made here); kDataLoss; kUnavailable.
absl::StatusOr<JournalIdentity> ReadIdentity(const JournalFiles& files);
// Errors: those of JournalFiles.
absl::Status WriteIdentity(const JournalIdentity& identity,
                           JournalFiles& files);

// "0000012.segment"; SegmentOfName() returns nullopt for other names.
std::string SegmentName(uint32_t segment);
// "0000012.spare": room for a segment that has not begun. It becomes a segment,
// by renaming, when its header is durable; until then it is no journal.
std::string SpareName(uint32_t segment);
inline constexpr absl::string_view kSpareSuffix = ".spare";
std::optional<uint32_t> SegmentOfName(absl::string_view name);
// The numbers of all segments, ascending.
// Errors: those of JournalFiles.
absl::StatusOr<std::vector<uint32_t>> ListSegments(const JournalFiles& files);

struct SegmentHeader {
  JournalIdentity identity;
  uint32_t segment = 0;
  bool reduced = false;
  // The file's size when it was made, rounded down to kRoomUnit; 0: not known,
  // as in segments of older versions.
  uint32_t room = 0;
  Hash previous_root =
      {};  // Of the group before the first; zeros in the first.

  bool operator==(const SegmentHeader&) const = default;
};
std::string Encode(const SegmentHeader& header);
// Errors: kDataLoss.
absl::StatusOr<SegmentHeader> DecodeSegmentHeader(absl::string_view bytes);

struct SegmentEnd {
  uint32_t unsynced_or_offset = 0;  // As in a group's frame.
  Hash root = {};  // Of the last group; the next segment's previous_root.

  bool operator==(const SegmentEnd&) const = default;
};
std::string Encode(const SegmentEnd& end, uint64_t checksum_seed);
// Errors: kDataLoss.
absl::StatusOr<SegmentEnd> DecodeSegmentEnd(absl::string_view frame,
                                            uint64_t checksum_seed);

// Where a frame of a reduced segment is.
struct ReducedFrame {
  uint32_t offset = 0;  // Where the frame was first written.
  uint32_t at = 0;      // Where it is in the reduced file.

  bool operator==(const ReducedFrame&) const = default;
};
std::string EncodeIndex(const std::vector<ReducedFrame>& frames);
// Reads the index from the end of the file.
// Errors: kDataLoss; those of file.Read().
absl::StatusOr<std::vector<ReducedFrame>> ReadIndex(const JournalFile& file);

}  // namespace sluice::store
