#pragma once

// Puts sends back into the ledger that it dropped too early. In a mistaken
// future a send looks old long before it is: when the clock goes back, limits
// and keys need it again. The journal still has it.

#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "filter/policy/policy.h"
#include "store/journal/journal_file.h"
#include "store/journal/position.h"
#include "store/journal/segment.h"
#include "store/partition/number_recall.h"
#include "store/partition/partition_state.h"

namespace sluice::store {

// What a search borrows. Everything must outlive it.
struct ForgottenParts {
  const JournalFiles& files;
  const JournalIdentity identity;
  NumberRecall& recall;
  const filter::Policy& policy;
};

// Reads the journal before `end`, which must be durable, from the oldest send
// on that still counts at `now_ms`, and puts back what is missing for numbers
// in the buckets that `in` names. Reads about a million records a second. A
// message planned more than 31 days ahead is not found.
// Errors: kDataLoss, kUnavailable.
absl::Status RestoreForgotten(const ForgottenParts& parts, Position end,
                              int64_t now_ms,
                              const std::function<bool(uint32_t bucket)>& in,
                              PartitionState& state);

}  // namespace sluice::store
