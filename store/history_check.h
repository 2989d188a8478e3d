#pragma once

// Compares one journal, as it is read from its beginning, with what the control
// journal says of it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "store/journal/group_entry.h"
#include "store/journal/journal_check.h"
#include "store/journal/merkle.h"
#include "store/journal/position.h"
#include "store/journal/retention.h"
#include "store/signed_history.h"

namespace sluice::store {

// One thread. `history` must outlive it.
class HistoryCheck {
 public:
  HistoryCheck(const SignedHistory& history, uint16_t partition);

  // The next group, whose leaves are proven.
  void Take(Position at, const GroupView& group, absl::Span<const Hash> leaves);

  // Adds to a report, which is finished but for this, what differs.
  void End(JournalCheckReport& report);

  // Records behind the newest head.
  uint64_t records_unsigned() const;
  // Segments that an older version reduced without saying which records go.
  uint32_t reduced_unnamed() const { return reduced_unnamed_; }

 private:
  void Fault(std::string what);
  void CompareWithHead();
  void EndSegment();

  const SignedHistory& history_;
  const uint16_t partition_;
  absl::Span<const SignedHistory::State> expected_;  // Those not reached yet.
  uint64_t signed_ = 0;  // Records that the newest head covers.
  MerkleTree tree_;
  MerkleTree lasting_;
  uint32_t segment_ = 0;
  RemovedRecords removed_;  // Of the segment at hand.
  uint32_t reduced_unnamed_ = 0;
  std::vector<JournalDamage> faults_;  // Of segments.
  std::string differs_;                // From which head, and how.
  uint32_t differs_at_ = 0;            // Segment.
};

}  // namespace sluice::store
