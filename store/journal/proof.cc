#include "store/journal/proof.h"

#include <algorithm>

#include "rules/base/bytes.h"
#include "rules/base/status_macros.h"
#include "store/journal/segment.h"
#include "store/journal/segment_reader.h"

namespace sluice::store {
namespace {

// From the previous root to the end of a group's frame.
constexpr uint64_t kTailSize = 2 * sizeof(Hash) + sizeof(uint64_t);

absl::Status OtherRoot() {
  return absl::DataLossError("the next frame names another root");
}

absl::Status CheckEnd(const JournalFile& file, uint64_t at, const Hash& root,
                      uint64_t checksum_seed) {
  std::string frame(kSegmentEndSize, '\0');
  SLUICE_ASSIGN_OR_RETURN(const size_t size,
                          file.Read(at, absl::MakeSpan(frame)));
  frame.resize(size);
  const absl::StatusOr<SegmentEnd> end = DecodeSegmentEnd(frame, checksum_seed);
  return end.ok() && end->root != root ? OtherRoot() : absl::OkStatus();
}

absl::Status CheckGroup(const JournalFile& file, uint64_t at, uint64_t size,
                        const Hash& root, uint64_t checksum_seed) {
  Hash previous = {};
  SLUICE_ASSIGN_OR_RETURN(
      size_t read,
      file.Read(at + size - kTailSize,
                absl::MakeSpan(reinterpret_cast<char*>(previous.data()),
                               previous.size())));
  if (read < previous.size() || previous == root) return absl::OkStatus();
  // Either `root` is forged or the next frame was not whole: it may be whole
  // by now, so only what is in the whole frame counts.
  std::string frame(size, '\0');
  SLUICE_ASSIGN_OR_RETURN(read, file.Read(at, absl::MakeSpan(frame)));
  frame.resize(read);
  const absl::StatusOr<GroupView> next =
      GroupView::Decode(frame, checksum_seed);
  return next.ok() && next->previous_root() != root ? OtherRoot()
                                                    : absl::OkStatus();
}

// Whether the frame at `at`, if it is whole, names `root` as the root before.
absl::Status CheckNext(const JournalFile& file, uint64_t at, const Hash& root,
                       uint64_t checksum_seed) {
  SLUICE_ASSIGN_OR_RETURN(const std::optional<FrameHead> head,
                          ReadFrameHead(file, at));
  if (!head) return absl::OkStatus();
  if (head->version == kSegmentEndVersion) {
    return CheckEnd(file, at, root, checksum_seed);
  }
  if (head->size < kGroupOverhead) return absl::OkStatus();
  return CheckGroup(file, at, head->size, root, checksum_seed);
}

}  // namespace

absl::StatusOr<std::optional<FrameHead>> ReadFrameHead(const JournalFile& file,
                                                       uint64_t at) {
  std::string bytes(kFrameHeaderSize + sizeof(uint32_t), '\0');
  SLUICE_ASSIGN_OR_RETURN(const size_t size,
                          file.Read(at, absl::MakeSpan(bytes)));
  if (size < bytes.size()) return std::optional<FrameHead>();
  ByteReader in(bytes);
  FrameHead head;
  SLUICE_ASSIGN_OR_RETURN(const auto length, in.TakeBigEndian<uint32_t>());
  SLUICE_ASSIGN_OR_RETURN(head.unsynced_or_offset,
                          in.TakeBigEndian<uint32_t>());
  SLUICE_ASSIGN_OR_RETURN(head.version, in.TakeBigEndian<uint32_t>());
  head.size = kFrameHeaderSize + uint64_t{length};
  if (head.size > kFrameBytesMax ||
      (head.version != kGroupVersion && head.version != kReducedGroupVersion &&
       head.version != kSegmentEndVersion)) {
    return std::optional<FrameHead>();
  }
  return std::optional<FrameHead>(head);
}

absl::Status Prove(const JournalFile& file, uint64_t at, const GroupView& group,
                   uint64_t checksum_seed, std::vector<Hash>* leaves) {
  SLUICE_RETURN_IF_ERROR(group.VerifyRoot(leaves));
  return CheckNext(file, at + group.frame_size(), group.root(), checksum_seed);
}

absl::Status ReadUnproven(const JournalFile& file, uint64_t at, bool reduced,
                          uint64_t checksum_seed, ProvenGroup& group) {
  group.group = GroupView();
  group.leaves.clear();
  SLUICE_ASSIGN_OR_RETURN(const std::optional<FrameHead> head,
                          ReadFrameHead(file, at));
  if (!head || head->version == kSegmentEndVersion) {
    return absl::DataLossError("no group there");
  }
  // Bytes behind the frame are an earlier group's: to resize would clear them.
  if (group.bytes.size() < head->size) group.bytes.resize(head->size);
  const auto frame = absl::MakeSpan(group.bytes).first(head->size);
  SLUICE_ASSIGN_OR_RETURN(const size_t size, file.Read(at, frame));
  if (size < frame.size()) {
    return absl::DataLossError("the file ends within the group");
  }
  SLUICE_ASSIGN_OR_RETURN(
      group.group,
      GroupView::Decode({frame.data(), frame.size()}, checksum_seed));
  if (group.group.reduced() != reduced) {
    return absl::DataLossError("a group of the wrong kind for its segment");
  }
  return absl::OkStatus();
}

absl::Status ReadProven(const JournalFile& file, uint64_t at, bool reduced,
                        uint64_t checksum_seed, ProvenGroup& group) {
  SLUICE_RETURN_IF_ERROR(ReadUnproven(file, at, reduced, checksum_seed, group));
  return Prove(file, at, group.group, checksum_seed, &group.leaves);
}

}  // namespace sluice::store
