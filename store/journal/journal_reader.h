#pragma once

// Reads a journal's groups in order, for the replay after a start and for
// scans. Reads closed, open and reduced segments alike.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "store/journal/group_entry.h"
#include "store/journal/journal_file.h"
#include "store/journal/position.h"
#include "store/journal/segment.h"
#include "store/journal/segment_reader.h"

namespace sluice::store {

// What a reader proves of each group before it returns it.
enum class Proof : uint8_t {
  kChecksum,  // The checksum and the previous root.
  kHashes,  // Also every record's hash and the root that the next frame names.
};

// Used by one thread at a time; several readers may read while the writer
// appends. Needs the files, which must outlive it, and not the Journal.
class JournalReader {
 public:
  // Begins at `from`: the position of a group or the journal's tail. Position()
  // begins at the oldest segment.
  JournalReader(const JournalFiles& files, const JournalIdentity& identity,
                Position from = Position(), Proof proof = Proof::kChecksum);

  // Moves to the next group before `end`, which must be a durable position
  // between two groups, such as Journal::durable_end(). Returns false when
  // there is no such group yet; call again with a later `end`.
  // Errors: kDataLoss, with the position; kOutOfRange (`from` is in a segment
  // that was dropped); kUnavailable. The reader stays where it was.
  absl::StatusOr<bool> Next(Position end);

  // Continues at `from`, as a reader made with it.
  // Errors: those of SegmentReader::Seek().
  absl::Status Seek(Position from);

  // The group Next() moved to; its bytes are valid until the next call.
  const GroupView& group() const { return group_; }
  // The hashes of its records, which Proof::kHashes has proven.
  const std::vector<Hash>& leaves() const { return leaves_; }
  Position position() const { return position_; }

  // Where the next group begins: a reader made with this position continues
  // there.
  Position next_position() const { return next_; }

 private:
  absl::Status Damaged(Position where, absl::string_view what) const;
  absl::Status OpenSegment();
  absl::Status TakeGroup(const SegmentItem& item);
  absl::Status TakeEnd(const SegmentItem& item);

  const JournalFiles& files_;
  const JournalIdentity identity_;
  const Proof proof_;

  std::unique_ptr<SegmentReader> segment_;  // Of next_, once it is opened.
  std::optional<Hash> root_;  // Of the group before next_, once it is known.

  GroupView group_;
  std::vector<Hash> leaves_;
  Position position_;
  Position next_;
};

}  // namespace sluice::store
