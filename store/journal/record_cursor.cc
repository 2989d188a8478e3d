#include "store/journal/record_cursor.h"

#include <optional>

#include "rules/base/status_macros.h"
#include "store/journal/merkle.h"
#include "store/journal/proven_leaves.h"

namespace sluice::store {
namespace {

// To read a record alone takes three short reads; after so many of a group, its
// other records are probably wanted too.
constexpr size_t kSinglyMax = 8;

}  // namespace

absl::StatusOr<absl::string_view> RecordCursor::Read(RecordRef ref) {
  const absl::StatusOr<RecordReader::Frame> frame =
      reader_.Find(ref.position());
  absl::StatusOr<absl::string_view> record =
      frame.ok() ? ReadFrom(*frame, ref)
                 : absl::StatusOr<absl::string_view>(frame.status());
  if (!RecordReader::IsDamage(record.status())) return record;
  segment_ = nullptr;
  return reader_.Damaged(ref.position(), record.status().message());
}

absl::StatusOr<absl::string_view> RecordCursor::ReadFrom(
    const RecordReader::Frame& frame, RecordRef ref) {
  if (frame.segment != segment_ || ref.position() != position_) {
    segment_ = frame.segment;
    position_ = ref.position();
    held_ = Held::kNothing;
    singly_ = 0;
  }
  if (held_ != Held::kProven) {
    absl::StatusOr<absl::string_view> known = ByLeaf(frame, ref);
    if (known.ok()) return known;
    held_ = Held::kNothing;
    SLUICE_RETURN_IF_ERROR(reader_.ReadGroup(frame, position_, group_));
    held_ = Held::kProven;
  }
  return RecordReader::RecordOf(group_.group, ref);
}

// Reads a record whose leaf is known. Any error means: read the group.
absl::StatusOr<absl::string_view> RecordCursor::ByLeaf(
    const RecordReader::Frame& frame, RecordRef ref) {
  if (held_ == Held::kNothing && singly_++ < kSinglyMax) {
    SLUICE_ASSIGN_OR_RETURN(record_, reader_.ReadByLeaf(frame, ref));
    return absl::string_view(record_);
  }
  const std::optional<ProvenLeaves::Half> leaf = reader_.LeafOf(frame, ref);
  if (!leaf) return absl::NotFoundError("");
  if (held_ == Held::kNothing) {
    SLUICE_RETURN_IF_ERROR(reader_.ReadBytes(frame, group_));
    held_ = Held::kBytes;
  }
  SLUICE_ASSIGN_OR_RETURN(const absl::string_view record,
                          RecordReader::RecordOf(group_.group, ref));
  if (ProvenLeaves::HalfOf(LeafHash(record)) != *leaf) {
    return absl::DataLossError("");
  }
  return record;
}

}  // namespace sluice::store
