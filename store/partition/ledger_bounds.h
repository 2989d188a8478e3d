#pragma once

// Keeps the ledger of one number small: removes entries that no rule can need
// any more, and rejects messages to a number with a full ledger.

#include <cstdint>

#include "filter/admit.h"
#include "filter/policy/policy.h"
#include "rules/base/phone.h"
#include "store/partition/partition_state.h"

namespace sluice::store {

// Removes the old entries of a number that is about to get one more. Cheap,
// because it looks only each time their count has doubled. A replay calls it
// for each decision too; otherwise the number could exceed its limit.
void TrimLedger(Phone recipient, const filter::Policy& policy, int64_t now_ms,
                PartitionState& state);

// Removes the old entries of all numbers of a bucket: TrimLedger() never sees
// numbers that get no messages.
void TrimBucket(uint32_t bucket, const filter::Policy& policy, int64_t now_ms,
                PartitionState& state);

// Rejects a message to a number that has kSendsPerRecipientMax entries, more
// than any rule's limit: it bounds the cost of one number. A repeated key is
// still answered as before.
void RejectForFullLedger(filter::Admission& admission);

}  // namespace sluice::store
