#pragma once

// One journal: a directory of segments that together are one append-only
// sequence of groups. Everything that a partition promises is here first.
//
// Open() finds the real tail, as journal_tail.h says, cuts the half-written
// bytes that a power cut left behind it, and continues from there.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/journal/durable_marks.h"
#include "store/journal/group_entry.h"
#include "store/journal/journal_file.h"
#include "store/journal/journal_tail.h"
#include "store/journal/position.h"
#include "store/journal/segment.h"
#include "store/journal/spare_segment.h"

namespace sluice::store {

struct JournalOptions {
  // The size of a segment, at most kSegmentBytes. Only tests make it smaller
  // than a header, a full group and an end: a group that fits no segment is
  // refused.
  uint32_t segment_bytes = kSegmentBytes;
  // Where checking begins; the journal before this point is trusted. A
  // checkpoint with its root, so that a start need not read everything. None:
  // checking begins at the oldest segment.
  std::optional<JournalPoint> from;
  // Told how far the journal is durable, and compared with it when the journal
  // is opened. Null: the journal alone says where it ends. Outlives the
  // journal.
  DurableMarks* marks = nullptr;
  // Where the journal was durable with which root, as the control journal says.
  std::optional<JournalPoint> head;
  // Everything before this was durable: the views have seen it.
  Position seen;
  // A person accepts the loss of durable groups at the end.
  bool accept_loss = false;
  // Called when a segment has begun, on the thread that appends, before
  // anything in it is durable.
  std::function<void()> began = nullptr;
};

// What Open() found and did, for the log.
struct JournalOpened {
  bool created = false;    // There was no journal; Open() made one.
  uint64_t groups = 0;     // Checked, from JournalOptions::from on.
  uint64_t records = 0;    // In the checked groups.
  uint64_t bytes = 0;      // Of the checked groups.
  uint64_t bytes_cut = 0;  // Of a half-written tail; 0: it was clean.
  std::string cut_reason;  // Why the bytes at the tail are no frame.
  // What JournalOptions::accept_loss accepted; OK: nothing was lost.
  absl::Status loss;
};

// Only one thread at a time opens, appends, syncs and reserves: the partition's
// writer. Any thread may call durable_end(). Readers run on any thread and need
// no Journal: JournalReader, RecordReader.
class Journal {
 public:
  // Opens the journal in `files`, which must outlive it, or makes an empty
  // journal when there are no files. Everything in the journal is durable on
  // return.
  // Errors: kFailedPrecondition (the journal of another store or partition);
  // kDataLoss (damage or loss, as journal_tail.h says, with segment, offset and
  // what to do; nothing was changed); kResourceExhausted (disk full);
  // kUnavailable.
  static absl::StatusOr<std::unique_ptr<Journal>> Open(
      JournalFiles& files, const JournalIdentity& identity,
      const JournalOptions& options, JournalOpened* opened);
  ~Journal();

  // Returns OK when groups of `bytes` together are sure to fit. Call it before
  // deciding the messages that those groups record. Makes the next segment
  // ahead of need, in the background, and waits for it only at the very end of
  // the last one.
  // Errors: kResourceExhausted (the disk is full: refuse, ask again later);
  // kUnavailable.
  absl::Status ReserveSpace(size_t bytes = 2 * kGroupBytesMax);

  // Seals `group`, which holds at least one record, with the root before it,
  // appends it and returns its position. Begins the next segment when it does
  // not fit, which syncs all before it. Durable only after Sync(). The caller
  // clears the group.
  // Errors: kResourceExhausted (no room: nothing was written, the journal is as
  // before); kUnavailable (poisoned: outcome unknown; every later Append and
  // Sync fails too; drop the journal and Open() again to read the real tail).
  absl::StatusOr<Position> Append(GroupBuilder& group);

  // Returns OK once everything appended survives a power cut.
  // Errors: kUnavailable, as above.
  absl::Status Sync();

  // The position of the group that follows a group of `frame_size` bytes at
  // `at`, or, with nothing appended since, tail(). A segment ends as soon as a
  // full group might not fit, so the position is known before the next group is
  // filled, and records get their ids while they are decided. Any thread.
  Position GroupAfter(Position at, size_t frame_size) const;
  Position next_group() const { return GroupAfter(tail_.position, 0); }

  // Where the next group goes, and the root of all groups appended.
  const JournalPoint& tail() const { return tail_; }

  // Everything before this is durable. Any thread.
  Position durable_end() const {
    return Position::FromValue(durable_end_.load(std::memory_order_acquire));
  }

  const JournalIdentity& identity() const { return identity_; }

 private:
  Journal(JournalFiles& files, const JournalIdentity& identity,
          const JournalOptions& options);

  absl::Status OpenTail(const JournalTail& tail);
  absl::Status Mark();
  absl::Status BeginSegment(std::unique_ptr<JournalFile> file,
                            uint32_t segment);
  absl::Status Roll();
  absl::Status Write(absl::string_view bytes);
  absl::Status Poison(const absl::Status& why);
  uint32_t RoomFrom(uint32_t offset) const;
  uint32_t Room() const { return RoomFrom(tail_.position.offset()); }
  bool Ends(uint32_t room) const;
  uint32_t Unsynced() const;

  JournalFiles& files_;
  const JournalIdentity identity_;
  const uint32_t segment_bytes_;
  DurableMarks* const marks_;
  const std::function<void()> began_;
  SpareSegment spare_;

  std::unique_ptr<JournalFile> file_;  // The last segment.
  JournalPoint tail_;
  bool poisoned_ = false;
  std::atomic<uint64_t> durable_end_ = 0;
};

}  // namespace sluice::store
