#pragma once

// Reads single records by reference: an audit, a dossier, a message id.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "rules/base/mutex.h"
#include "store/journal/journal_file.h"
#include "store/journal/position.h"
#include "store/journal/segment.h"

namespace sluice::store {

// Any thread. Keeps a bounded number of files open. Needs the files, which must
// outlive it, and not the Journal.
class RecordReader {
 public:
  RecordReader(const JournalFiles& files, const JournalIdentity& identity);

  // Returns one record, reading neither the other records of its group nor the
  // checksum. Only for references from our own views: a made-up reference may
  // return any bytes of the journal.
  // Errors: kNotFound (no such segment or record); kFailedPrecondition (removed
  // by retention); kDataLoss; kUnavailable.
  absl::StatusOr<std::string> Read(RecordRef ref) const;

  // Read() for references from outside, such as a message id: reads the whole
  // group and checks it.
  // Errors: as Read(); kNotFound when no group begins there.
  absl::StatusOr<std::string> ReadChecked(RecordRef ref) const;

  // Closes the file of a segment. Call it after retention has replaced the
  // file: the old file would still show the removed records.
  void Forget(uint32_t segment) const;

 private:
  struct Segment {
    std::unique_ptr<JournalFile> file;
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

  const JournalFiles& files_;
  const JournalIdentity identity_;
  const uint64_t checksum_seed_;

  mutable Mutex mutex_;
  mutable std::map<uint32_t, std::shared_ptr<const Segment>> open_
      SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::store
