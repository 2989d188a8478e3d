#pragma once

// From what the inside knows about a decision to what the API answers. Reasons
// get their sentence here, in the caller's language: it is never stored.

#include "absl/strings/string_view.h"
#include "filter/examine/examine.h"
#include "filter/examine/snapshot.h"
#include "filter/policy/reason.h"
#include "filter/sentence.h"
#include "sluice/store/v1/record.pb.h"
#include "sluice/v1/message.pb.h"
#include "sluice/wire/v1/gateway.pb.h"
#include "store/journal/message_id.h"
#include "store/partition/partition.h"

namespace sluice::gateway {

// Fills `verdict`, which is empty, in memory it may have used before. Check's
// answers have no id.
void WriteVerdict(const filter::Snapshot& snapshot,
                  const filter::MessageFacts& facts,
                  const store::Answer& answer, bool with_id,
                  filter::Language language, wire::v1::Verdict& verdict);

// The same from the record of an earlier decision, for a key that comes again.
void WriteRecordedVerdict(const store::v1::Decided& decided,
                          const store::MessageId& id, bool with_id,
                          filter::Language language,
                          wire::v1::Verdict& verdict);

// A reason out of a record.
void WriteReason(const store::v1::RecordedReason& recorded,
                 filter::Language language, v1::Reason& reason);

}  // namespace sluice::gateway
