#pragma once

// Keeps what is known of one number's sends small: entries that no rule can
// ask for any more go, and a number with a full ledger gets no more messages.

#include <cstdint>

#include "filter/admit.h"
#include "filter/policy/policy.h"
#include "rules/base/phone.h"
#include "store/partition/partition_state.h"

namespace sluice::store {

// Drops the old entries of a number that is about to get one more; cheap,
// because it looks only each time their count has doubled. A replay calls it
// for each decision too, or the number would have more entries than it ever
// had.
void TrimLedger(Phone recipient, const filter::Policy& policy, int64_t now_ms,
                PartitionState& state);

// Drops the old entries of all numbers of a bucket: numbers that get no
// messages are not looked at otherwise.
void TrimBucket(uint32_t bucket, const filter::Policy& policy, int64_t now_ms,
                PartitionState& state);

// Rejects a message to a number that has kSendsPerRecipientMax entries, which
// is beyond any rule's limit: it bounds what one number may cost us. A repeated
// key stays answered as before.
void RejectForFullLedger(filter::Admission& admission);

}  // namespace sluice::store
