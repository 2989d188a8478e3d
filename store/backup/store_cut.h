#pragma once

// A place in all journals of a store at one time, at which a copy of them fits
// together: everything acknowledged before is in it, no signed head and no
// record of the control journal says more of a partition than it has, and no
// record of a partition names a fact (a party, a rule version) that the control
// journal does not have yet.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "store/journal/journal_tail.h"
#include "store/journal/segment.h"

namespace sluice::store {

struct StoreCut {
  JournalIdentity identity;  // Of the control journal.
  // Whether sluiced has the store open.
  bool running = false;
  // How far each journal is durable: the partitions in order, then the control
  // journal. None: not known, or more may be: to the end of the journal.
  std::vector<std::optional<JournalPoint>> ends;

  uint16_t PartitionAt(size_t index) const {
    return index == identity.partition_count ? kControlPartition
                                             : static_cast<uint16_t>(index);
  }
};

// Reads the marks of the store in `path`, running or not.
// Errors: kNotFound (no store); kDataLoss (its identity or its marks are
// missing or damaged: what to do); kFailedPrecondition (marks of another
// store); kUnavailable (also: the control journal is written so fast that there
// is no such time).
absl::StatusOr<StoreCut> TakeCut(const std::string& path);

// The text of the newest signed head before `end` in a control journal; empty:
// there is none. Errors: kUnavailable.
absl::StatusOr<std::string> HeadBefore(const JournalFiles& control,
                                       const JournalIdentity& identity,
                                       Position end);

}  // namespace sluice::store
