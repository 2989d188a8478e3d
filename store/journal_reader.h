#pragma once

// Reads a journal's groups in order: replay after a start, the views' appliers,
// Watch. Reads closed, open and reduced segments alike.

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "store/group_entry.h"
#include "store/journal_file.h"
#include "store/position.h"
#include "store/segment.h"

namespace sluice::store {

// One thread, any; several readers may read while the writer appends. Needs the
// files, which must outlive it, and not the Journal.
class JournalReader {
 public:
  // Begins at `from`: the position of a group or the journal's tail. Position()
  // begins at the first segment there is.
  JournalReader(const JournalFiles& files, const JournalIdentity& identity,
                Position from = Position());

  // Moves to the next group that begins before `end`, which is
  // Journal::durable_end() or anything before. Returns false when there is none
  // (yet); call again with a later `end`. Checks checksums and previous roots;
  // the records' hashes are for JournalCheck.
  // Errors: kDataLoss, with the position; kOutOfRange (`from` is in a segment
  // that was dropped); kUnavailable. The reader stays where it was.
  absl::StatusOr<bool> Next(Position end);

  // The group Next() moved to; its bytes are valid until the next call.
  const GroupView& group() const { return group_; }
  Position position() const { return position_; }

  // Where the next group begins: a reader made with it goes on from here.
  Position next_position() const { return next_; }

 private:
  absl::Status OpenSegment(uint32_t segment);
  absl::Status Seek();
  absl::StatusOr<absl::string_view> Fetch(uint64_t at, size_t size,
                                          uint64_t limit);
  absl::StatusOr<absl::string_view> FetchFrame(uint64_t limit);
  absl::Status TakeGroup(absl::string_view frame);
  absl::Status TakeEnd(absl::string_view frame);
  absl::Status Damaged(const absl::Status& why) const;

  const JournalFiles& files_;
  const JournalIdentity identity_;
  const uint64_t checksum_seed_;

  std::unique_ptr<JournalFile> file_;  // Of next_.segment(), or none yet.
  bool reduced_ = false;               // file_ is a reduced segment.
  uint64_t file_size_ = 0;             // Of a reduced segment.
  uint64_t at_ = 0;                    // Of the next frame in file_.
  bool root_known_ = false;            // root_ is the root before next_.
  Hash root_ = {};

  std::string buffer_;  // Bytes of file_ from buffer_at_ on.
  uint64_t buffer_at_ = 0;
  size_t buffer_size_ = 0;

  GroupView group_;
  Position position_;
  Position next_;
};

}  // namespace sluice::store
