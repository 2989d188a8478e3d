#pragma once

// The bytes of one group: the records that one sync made durable.
//
//   frame := length: u32 | unsynced: u32 | entry
//   entry := version: u32 | count: u32 | end: u32 * count | body * count
//            | previous_root: 32 bytes | root: 32 bytes | checksum: u64
//
// Integers are big-endian. `length` is that of the entry. Body i is bytes
// [end i-1, end i) after the last `end` (end -1 is 0), so one record is read
// without the others. `unsynced` is how many bytes just before this frame were
// written and not yet known to be durable: it tells a tail torn by a power cut
// from rot in what was once durable (journal.h). `root` is link(previous root,
// tree root of the records), see merkle.h.
//
// In an entry that retention has reduced (another version), bit 31 of an `end`
// says that the record was removed and that its body is its 32-byte leaf, so
// the root still verifies; and in place of `unsynced` stands the offset at
// which the frame was first written, by which its Position names it.
//
// `checksum` is XXH3-64, seeded with the first 8 bytes of the store id, of the
// whole frame before it. It finds torn, rotten and foreign bytes. A message
// that imitates a frame fails it, because no caller knows the store id. The
// roots find forgery by a person who knows the store id.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/journal/journal_file.h"
#include "store/journal/merkle.h"

namespace sluice::store {

inline constexpr uint32_t kGroupVersion = 0x534c4701;         // "SLG", 1.
inline constexpr uint32_t kReducedGroupVersion = 0x534c5201;  // "SLR", 1.

inline constexpr size_t kGroupBytesMax = size_t{1} << 20;  // Size of a frame.
inline constexpr uint32_t kGroupRecordsMax = (1u << 14) - 1;
// A reduced group may be larger than the original: a hash may be longer than
// the record it replaces.
inline constexpr size_t kFrameBytesMax = size_t{2} << 20;
inline constexpr size_t kFrameHeaderSize = 8;
// The size of a frame without its ends and bodies.
inline constexpr size_t kGroupOverhead = kFrameHeaderSize + 8 + 2 * 32 + 8;

// XXH3-64 of `bytes`; `seed` is ChecksumSeed() of the store's identity.
uint64_t Checksum(absl::string_view bytes, uint64_t seed);

// Collects records and makes a frame of them. Meant to be reused: its buffer is
// allocated once, records are copied and hashed as they come, and Seal() writes
// around them without moving them. One thread.
class GroupBuilder {
 public:
  explicit GroupBuilder(uint64_t checksum_seed);

  // Whether a record of `record_size` bytes still fits.
  bool Fits(size_t record_size) const {
    return count() < kGroupRecordsMax &&
           Size() + sizeof(uint32_t) + record_size <= kGroupBytesMax;
  }

  // Adds a record and returns its index in the group. It must fit.
  uint32_t Add(absl::string_view record);

  // Add() without a copy: `fill(char*)` writes exactly `record_size` bytes.
  template <typename Fill>
  uint32_t AddWith(size_t record_size, Fill&& fill) {
    char* const record = Grow(record_size);
    fill(record);
    return Finish(record, record_size);
  }

  // The size of the frame that Seal() would make now.
  size_t Size() const {
    return kGroupOverhead + sizeof(uint32_t) * ends_.size() + bodies_size_;
  }
  uint32_t count() const { return static_cast<uint32_t>(ends_.size()); }

  // Record `index` as it was added. Valid until Clear().
  absl::string_view Record(uint32_t index) const;

  // Makes the frame of at least one record; valid until the next call of Add or
  // Clear. Journal::Append() calls this.
  absl::string_view Seal(const Hash& previous_root, uint32_t unsynced);

  // The root of the frame sealed last.
  const Hash& root() const { return root_; }

  // Removes the records and keeps the buffer.
  void Clear();

 private:
  char* Grow(size_t record_size);
  uint32_t Finish(const char* record, size_t record_size);

  const uint64_t checksum_seed_;
  // Room for header and ends, then bodies, then room for roots and checksum.
  std::unique_ptr<char[]> buffer_;
  size_t bodies_size_ = 0;
  std::vector<uint32_t> ends_;
  MerkleTree tree_;
  Hash root_ = {};
};

// A frame, decoded in place. Valid as long as the bytes it was decoded from.
class GroupView {
 public:
  GroupView() = default;

  // `frame` must be one whole frame and nothing else. Checks everything but the
  // root, which costs a hash for each record: see VerifyRoot().
  // Errors: kDataLoss, saying which part is wrong.
  static absl::StatusOr<GroupView> Decode(absl::string_view frame,
                                          uint64_t checksum_seed);

  uint32_t count() const { return count_; }
  // Whether record `index` was removed by retention.
  bool Removed(uint32_t index) const;
  // The record's bytes; empty when it was removed.
  absl::string_view Record(uint32_t index) const;
  Hash Leaf(uint32_t index) const;

  Hash previous_root() const;
  Hash root() const;
  // Whether retention has rewritten this group, even if it removed nothing.
  bool reduced() const { return reduced_; }
  // `unsynced` as written; in a reduced frame the offset of its first writing.
  uint32_t unsynced_or_offset() const { return unsynced_or_offset_; }
  size_t frame_size() const { return frame_.size(); }

  // Hashes every record again; puts the hashes into `leaves`, if given.
  // Errors: kDataLoss unless the root is that of the records.
  absl::Status VerifyRoot(std::vector<Hash>* leaves = nullptr) const;

 private:
  absl::string_view Body(uint32_t index) const;

  absl::string_view frame_;
  absl::string_view ends_;
  absl::string_view bodies_;
  uint32_t count_ = 0;
  uint32_t unsynced_or_offset_ = 0;
  bool reduced_ = false;
};

// The frame of a reduced group, built from a view of the group. Removes the
// records for which `keep[i]` is false; records removed earlier stay removed.
// `offset` is where the frame was first written.
std::string EncodeReduced(const GroupView& group, const std::vector<bool>& keep,
                          uint32_t offset, uint64_t checksum_seed);

// Where in its file one record's body is.
struct RecordPlace {
  uint64_t at = 0;
  uint32_t size = 0;
  bool removed = false;
};

// Finds record `index` of the group whose frame is at `frame_at`, reading
// neither the records nor the checksum: prove the record by its leaf.
// Errors: kOutOfRange (no such record); kDataLoss (no group there);
// kUnavailable.
absl::StatusOr<RecordPlace> ReadRecordPlace(const JournalFile& file,
                                            uint64_t frame_at, uint32_t index);

}  // namespace sluice::store
