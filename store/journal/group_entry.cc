#include "store/journal/group_entry.h"

#include <xxhash.h>

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/bytes.h"
#include "rules/base/check.h"
#include "rules/base/status_macros.h"

namespace sluice::store {
namespace {

constexpr uint32_t kRemovedBit = uint32_t{1} << 31;
constexpr size_t kHeadSize = kFrameHeaderSize + 8;  // Up to and with `count`.
constexpr size_t kTailSize = 2 * sizeof(Hash) + sizeof(uint64_t);
constexpr size_t kHeadRoom = kHeadSize + sizeof(uint32_t) * kGroupRecordsMax;

// Writes `value` big-endian and returns where the next bytes go.
template <typename T>
char* Put(char* out, T value) {
  for (int shift = 8 * (sizeof(T) - 1); shift >= 0; shift -= 8) {
    *out++ = static_cast<char>(value >> shift);
  }
  return out;
}

char* Put(char* out, const Hash& hash) {
  std::memcpy(out, hash.data(), hash.size());
  return out + hash.size();
}

uint32_t LoadU32(const char* bytes) {
  uint32_t value;
  std::memcpy(&value, bytes, sizeof(value));
  return __builtin_bswap32(value);
}
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

Hash LoadHash(absl::string_view bytes) {
  Hash hash;
  std::memcpy(hash.data(), bytes.data(), hash.size());
  return hash;
}

// The four integers before the ends.
char* PutHead(char* out, size_t frame_size, uint32_t unsynced_or_offset,
              uint32_t version, uint32_t count) {
  out = Put(out, static_cast<uint32_t>(frame_size - kFrameHeaderSize));
  out = Put(out, unsynced_or_offset);
  out = Put(out, version);
  return Put(out, count);
}

// Checks that ends never decrease, that they stay within the bodies, and that a
// removed record's body has the size of a hash.
absl::Status CheckEnds(absl::string_view ends, size_t bodies_size,
                       bool reduced) {
  uint32_t begin = 0;
  for (size_t at = 0; at < ends.size(); at += sizeof(uint32_t)) {
    const uint32_t word = LoadU32(ends.data() + at);
    const uint32_t end = word & ~kRemovedBit;
    const bool removed = end != word;
    if (removed && !reduced) {
      return absl::DataLossError("a record removed, in a group not reduced");
    }
    if (end < begin || end > bodies_size) {
      return absl::DataLossError("a record ends outside of the group");
    }
    if (removed && end - begin != sizeof(Hash)) {
      return absl::DataLossError("a removed record's body is no hash");
    }
    begin = end;
  }
  if (begin != bodies_size) return absl::DataLossError("bytes left over");
  return absl::OkStatus();
}

}  // namespace

uint64_t Checksum(absl::string_view bytes, uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

GroupBuilder::GroupBuilder(uint64_t checksum_seed)
    : checksum_seed_(checksum_seed),
      buffer_(new char[kHeadRoom + kGroupBytesMax]) {
  ends_.reserve(kGroupRecordsMax);
}

char* GroupBuilder::Grow(size_t record_size) {
  SLUICE_CHECK(Fits(record_size));
  return buffer_.get() + kHeadRoom + bodies_size_;
}

uint32_t GroupBuilder::Finish(const char* record, size_t record_size) {
  tree_.Add(LeafHash({record, record_size}));
  bodies_size_ += record_size;
  ends_.push_back(static_cast<uint32_t>(bodies_size_));
  return count() - 1;
}

uint32_t GroupBuilder::Add(absl::string_view record) {
  return AddWith(record.size(), [&](char* out) {
    if (!record.empty()) std::memcpy(out, record.data(), record.size());
  });
}

absl::string_view GroupBuilder::Record(uint32_t index) const {
  SLUICE_CHECK(index < count());
  const uint32_t begin = index == 0 ? 0 : ends_[index - 1];
  return {buffer_.get() + kHeadRoom + begin, ends_[index] - begin};
}

absl::string_view GroupBuilder::Seal(const Hash& previous_root,
                                     uint32_t unsynced) {
  SLUICE_CHECK(count() > 0);
  root_ = LinkHash(previous_root, tree_.Root());
  // Head and ends are set right before the bodies, which never move.
  char* const frame =
      buffer_.get() + kHeadRoom - kHeadSize - sizeof(uint32_t) * ends_.size();
  char* out = PutHead(frame, Size(), unsynced, kGroupVersion, count());
  for (const uint32_t end : ends_) out = Put(out, end);
  out = Put(out + bodies_size_, previous_root);
  out = Put(out, root_);
  const size_t summed = static_cast<size_t>(out - frame);
  Put(out, Checksum({frame, summed}, checksum_seed_));
  return {frame, Size()};
}

void GroupBuilder::Clear() {
  bodies_size_ = 0;
  ends_.clear();
  tree_.Clear();
}

absl::StatusOr<GroupView> GroupView::Decode(absl::string_view frame,
                                            uint64_t checksum_seed) {
  if (frame.size() < kGroupOverhead) {
    return absl::DataLossError("shorter than the shortest group");
  }
  ByteReader in(frame);
  SLUICE_ASSIGN_OR_RETURN(const auto length, in.TakeBigEndian<uint32_t>());
  if (length != frame.size() - kFrameHeaderSize) {
    return absl::DataLossError("length differs from the frame's");
  }
  const size_t summed = frame.size() - sizeof(uint64_t);
  ByteReader last(frame.substr(summed));
  SLUICE_ASSIGN_OR_RETURN(const auto checksum, last.TakeBigEndian<uint64_t>());
  if (checksum != Checksum(frame.substr(0, summed), checksum_seed)) {
    return absl::DataLossError("checksum differs");
  }

  GroupView view;
  view.frame_ = frame;
  SLUICE_ASSIGN_OR_RETURN(view.unsynced_or_offset_,
                          in.TakeBigEndian<uint32_t>());
  SLUICE_ASSIGN_OR_RETURN(const auto version, in.TakeBigEndian<uint32_t>());
  if (version != kGroupVersion && version != kReducedGroupVersion) {
    return absl::DataLossError("unknown version");
  }
  view.reduced_ = version == kReducedGroupVersion;
  SLUICE_ASSIGN_OR_RETURN(view.count_, in.TakeBigEndian<uint32_t>());
  if (view.count_ == 0 || view.count_ > kGroupRecordsMax) {
    return absl::DataLossError(
        absl::StrCat("a group of ", view.count_, " records"));
  }
  const size_t ends_size = sizeof(uint32_t) * view.count_;
  if (frame.size() < kGroupOverhead + ends_size) {
    return absl::DataLossError("too short for its records");
  }
  view.ends_ = frame.substr(kHeadSize, ends_size);
  const size_t bodies_size = frame.size() - kGroupOverhead - ends_size;
  view.bodies_ = frame.substr(kHeadSize + ends_size, bodies_size);
  SLUICE_RETURN_IF_ERROR(CheckEnds(view.ends_, bodies_size, view.reduced_));
  return view;
}

absl::string_view GroupView::Body(uint32_t index) const {
  SLUICE_CHECK(index < count_);
  const char* const end = ends_.data() + sizeof(uint32_t) * index;
  const uint32_t from =
      index == 0 ? 0 : LoadU32(end - sizeof(uint32_t)) & ~kRemovedBit;
  return bodies_.substr(from, (LoadU32(end) & ~kRemovedBit) - from);
}

bool GroupView::Removed(uint32_t index) const {
  SLUICE_CHECK(index < count_);
  const uint32_t word = LoadU32(ends_.data() + sizeof(uint32_t) * index);
  return (word & kRemovedBit) != 0;
}

absl::string_view GroupView::Record(uint32_t index) const {
  return Removed(index) ? absl::string_view() : Body(index);
}

Hash GroupView::Leaf(uint32_t index) const {
  return Removed(index) ? LoadHash(Body(index)) : LeafHash(Body(index));
}

Hash GroupView::previous_root() const {
  return LoadHash(frame_.substr(frame_.size() - kTailSize));
}

Hash GroupView::root() const {
  return LoadHash(frame_.substr(frame_.size() - kTailSize + sizeof(Hash)));
}

absl::Status GroupView::VerifyRoot(std::vector<Hash>* leaves) const {
  if (leaves != nullptr) leaves->reserve(count_);
  MerkleTree tree;
  for (uint32_t i = 0; i < count_; ++i) {
    const Hash leaf = Leaf(i);
    tree.Add(leaf);
    if (leaves != nullptr) leaves->push_back(leaf);
  }
  if (LinkHash(previous_root(), tree.Root()) != root()) {
    return absl::DataLossError("the root is not that of the records");
  }
  return absl::OkStatus();
}

std::string EncodeReduced(const GroupView& group, const std::vector<bool>& keep,
                          uint32_t offset, uint64_t checksum_seed) {
  SLUICE_CHECK(keep.size() == group.count());
  std::string ends;
  std::string bodies;
  for (uint32_t i = 0; i < group.count(); ++i) {
    const bool removed = group.Removed(i) || !keep[i];
    const absl::string_view record = group.Record(i);
    if (removed) {
      const Hash leaf = group.Leaf(i);
      bodies.append(leaf.begin(), leaf.end());
    } else {
      bodies.append(record.data(), record.size());
    }
    AppendBigEndian(
        static_cast<uint32_t>(bodies.size()) | (removed ? kRemovedBit : 0),
        ends);
  }
  std::string frame(kHeadSize, '\0');
  PutHead(frame.data(), kGroupOverhead + ends.size() + bodies.size(), offset,
          kReducedGroupVersion, group.count());
  absl::StrAppend(&frame, ends, bodies, AsBytes(group.previous_root()),
                  AsBytes(group.root()));
  AppendBigEndian(Checksum(frame, checksum_seed), frame);
  return frame;
}

absl::StatusOr<RecordPlace> ReadRecordPlace(const JournalFile& file,
                                            uint64_t frame_at, uint32_t index) {
  std::array<char, kHeadSize> head;
  SLUICE_ASSIGN_OR_RETURN(size_t size,
                          file.Read(frame_at, absl::MakeSpan(head)));
  if (size < head.size()) return absl::DataLossError("the file ends");
  const uint32_t length = LoadU32(&head[0]);
  const uint32_t version = LoadU32(&head[8]);
  const uint32_t count = LoadU32(&head[12]);
  const uint64_t around = kGroupOverhead - kFrameHeaderSize;
  if ((version != kGroupVersion && version != kReducedGroupVersion) ||
      count > kGroupRecordsMax ||
      length < around + sizeof(uint32_t) * uint64_t{count}) {
    return absl::DataLossError("no group there");
  }
  if (index >= count) return absl::OutOfRangeError("no such record");

  // The end of the previous record, and this record's.
  std::array<char, 2 * sizeof(uint32_t)> ends = {};
  const size_t skipped = index == 0 ? sizeof(uint32_t) : 0;
  const auto out = absl::MakeSpan(ends).subspan(skipped);
  const uint64_t ends_at = frame_at + kHeadSize;
  SLUICE_ASSIGN_OR_RETURN(size, file.Read(ends_at + sizeof(uint32_t) * index +
                                              skipped - sizeof(uint32_t),
                                          out));
  if (size < out.size()) return absl::DataLossError("the file ends");
  const uint32_t begin = LoadU32(&ends[0]) & ~kRemovedBit;
  const uint32_t end = LoadU32(&ends[4]) & ~kRemovedBit;
  const uint64_t ends_size = sizeof(uint32_t) * uint64_t{count};
  if (begin > end || end > length - around - ends_size) {
    return absl::DataLossError("a record ends outside of the group");
  }
  return RecordPlace{ends_at + ends_size + begin, end - begin,
                     (LoadU32(&ends[4]) & kRemovedBit) != 0};
}

}  // namespace sluice::store
