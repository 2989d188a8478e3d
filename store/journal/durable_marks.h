#pragma once

// How far each journal of a store is durable, in one small file beside their
// folders. A journal cannot tell by itself that its last groups are missing: a
// start compares it with its mark.
//
//   file   := header | slot * 2 * journals          `durable`
//   header := "SLUICEDM" | version: u32 | store_id: 16 bytes
//             | partition_count: u16 | boot: 16 bytes | zeros: 10
//             | checksum: u64
//   slot   := turn: u64 | position: u64 | root: 32 bytes | zeros: 8
//             | checksum: u64
//
// Header and slots are 64 bytes. The journals are the partitions in order, then
// the control journal. Each has two slots, written in turn, so that a torn
// write leaves the older one. `boot` names the run of the operating system
// that wrote the marks; zeros: none.
//
// A mark is written after every sync, without a sync of its own: it is never
// ahead of its journal, and the same run of the system still shows the newest
// one after the process was killed. After a power cut it may be behind.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rules/base/mutex.h"
#include "store/journal/journal_file.h"
#include "store/journal/journal_tail.h"
#include "store/journal/segment.h"

namespace sluice::store {

inline constexpr absl::string_view kMarksName = "durable";

// Any thread; for one journal, one thread at a time.
class DurableMarks {
 public:
  // Reads the marks in the store's folder `files`, which must outlive them.
  // `identity` is that of any journal of the store.
  // Errors: kNotFound (no marks); kDataLoss (damaged); kFailedPrecondition
  // (another store's); kUnavailable.
  static absl::StatusOr<std::unique_ptr<DurableMarks>> Open(
      JournalFiles& files, const JournalIdentity& identity);
  // Makes empty marks, in place of any there are. Errors: kUnavailable,
  // kResourceExhausted.
  static absl::StatusOr<std::unique_ptr<DurableMarks>> Create(
      JournalFiles& files, const JournalIdentity& identity);

  // The mark of a journal (kControlPartition: the control journal); none: its
  // journal was never made.
  std::optional<JournalPoint> Of(uint16_t partition) const;

  // Whether Of() is all that was acknowledged, because the same run of the
  // operating system wrote it and acknowledged only what was durable.
  bool exact() const { return exact_.load(std::memory_order_relaxed); }

  // Says that marks from now on are by this run of the system; `exact` is false
  // when answers do not wait for the disk. Errors: kUnavailable.
  absl::Status Begin(bool exact);

  // Everything of the journal before `point` is durable. Errors: kUnavailable.
  absl::Status Set(uint16_t partition, const JournalPoint& point);

  // Makes the marks survive a power cut. Errors: kUnavailable.
  absl::Status Sync();

 private:
  struct Mark {
    uint64_t turn = 0;
    JournalPoint point;
  };

  DurableMarks(std::unique_ptr<JournalFile> file,
               const JournalIdentity& identity);
  absl::Status Load();
  size_t IndexOf(uint16_t partition) const;

  const std::unique_ptr<JournalFile> file_;
  const JournalIdentity identity_;
  std::atomic<bool> exact_ = false;
  mutable Mutex mutex_;
  std::vector<Mark> marks_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::store
