#pragma once

// Reads single records by reference: an audit, a dossier, a message id. Every
// record that it returns is proven by its hash, and damage is told from a
// reference that names nothing.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rules/base/mutex.h"
#include "store/journal/damage.h"
#include "store/journal/frame_map.h"
#include "store/journal/journal_file.h"
#include "store/journal/position.h"
#include "store/journal/proof.h"
#include "store/journal/proven_leaves.h"
#include "store/journal/segment.h"

namespace sluice::store {

// Any thread. Keeps a bounded number of files open. Needs the files, which must
// outlive it, and not the Journal.
class RecordReader {
 public:
  // `alarm` gets all damage found; it may be null and must outlive the reader.
  RecordReader(const JournalFiles& files, const JournalIdentity& identity,
               DamageAlarm* alarm = nullptr);

  // Returns the record at `ref`, which comes from our own views or state:
  // whatever keeps it from being there is damage. Reads and hashes the group,
  // or only the record when the group was proven lately.
  // Errors: kFailedPrecondition (removed by retention); kDataLoss, with the
  // place; kUnavailable.
  absl::StatusOr<std::string> Read(RecordRef ref) const;

  // Read() for references from outside, such as a message id. `durable_end` is
  // where the journal's durable records end.
  // Errors: as Read(); kNotFound when surely no such record was written.
  absl::StatusOr<std::string> ReadChecked(RecordRef ref,
                                          Position durable_end) const;

  // Whether a JournalReader may begin at `position`, which comes from outside:
  // where a group or a segment's end begins, and anywhere in a reduced segment.
  // Errors: kNotFound (surely not); kDataLoss, with the place; kUnavailable.
  absl::Status CheckBegin(Position position, Position durable_end) const;

  // Closes the file of a segment. Call it after retention has replaced the
  // file: the old file would still show the removed records.
  void Forget(uint32_t segment) const;

 private:
  friend class RecordCursor;

  struct Segment {
    std::unique_ptr<JournalFile> file;
    std::unique_ptr<FrameMap> frames;
    uint64_t opened = 0;  // Counts openings.
    bool reduced = false;
    std::vector<ReducedFrame> index;  // Of a reduced segment.
  };
  struct Frame {
    std::shared_ptr<const Segment> segment;
    uint64_t at = 0;  // In the segment's file.
  };

  absl::StatusOr<std::shared_ptr<const Segment>> OpenSegment(
      uint32_t segment) const;
  absl::StatusOr<Frame> Find(Position position) const;
  absl::StatusOr<std::string> ReadProvenRecord(RecordRef ref) const;
  // Reads the group at `position`; with ReadGroup() it is proven, and its
  // leaves are kept.
  absl::Status ReadBytes(const Frame& frame, ProvenGroup& group) const;
  absl::Status ReadGroup(const Frame& frame, Position position,
                         ProvenGroup& group) const;
  static absl::StatusOr<absl::string_view> RecordOf(const GroupView& group,
                                                    RecordRef ref);
  static bool IsDamage(const absl::Status& status);
  // The leaf of a record in a group that was proven lately.
  std::optional<ProvenLeaves::Half> LeafOf(const Frame& frame,
                                           RecordRef ref) const;
  absl::StatusOr<std::string> ReadByLeaf(const Frame& frame,
                                         RecordRef ref) const;
  absl::Status NothingAt(Position position, Position durable_end) const;
  absl::Status Damaged(Position where, absl::string_view what) const;

  const JournalFiles& files_;
  const JournalIdentity identity_;
  const uint64_t checksum_seed_;
  DamageAlarm* const alarm_;

  mutable ProvenLeaves leaves_;
  mutable Mutex mutex_;
  mutable std::map<uint32_t, std::shared_ptr<const Segment>> open_
      SLUICE_GUARDED_BY(mutex_);
  mutable uint64_t opened_ SLUICE_GUARDED_BY(mutex_) = 0;
};

}  // namespace sluice::store
