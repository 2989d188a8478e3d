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

// How many entries of a number one account may have at most, of all kinds and
// of messages that are held, which no limit bounds: so one account alone cannot
// fill the ledger and block the messages of others.
inline constexpr size_t kSendsPerAccountMax = kSendsPerRecipientMax / 4 * 3;
inline constexpr size_t kHeldPerAccountMax = 256;

// Whether a message of `account` with this decision finds no room among the
// entries of its number: there are kSendsPerRecipientMax of all accounts, or
// too many of this account. These are more than any rule's limit; they bound
// the cost of one number.
bool IsLedgerFull(const filter::RecipientState& state, AccountId account,
                  sluice::v1::Decision decision);

// Rejects a message whose ledger is full. A repeated key is still answered as
// before.
void RejectForFullLedger(filter::Admission& admission);

}  // namespace sluice::store
