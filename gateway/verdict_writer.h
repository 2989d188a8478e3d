#pragma once

// From what the inside knows about a decision to what the API answers. Reasons
// get their sentence here, in the caller's language: it is never stored.

#include "absl/strings/string_view.h"
#include "filter/examine.h"
#include "filter/reason.h"
#include "filter/sentence.h"
#include "filter/snapshot.h"
#include "sluice/v1/message.pb.h"
#include "sluice/v1/record.pb.h"
#include "sluice/wire/gateway.pb.h"
#include "store/message_id.h"
#include "store/partition.h"

namespace sluice::gateway {

// Fills `verdict`, which is empty, in memory it may have used before. Check's
// answers have no id.
void WriteVerdict(const filter::Snapshot& snapshot,
                  const filter::MessageFacts& facts,
                  const store::Answer& answer, bool with_id,
                  filter::Language language, wire::Verdict& verdict);

// The same from the record of an earlier decision, for a key that comes again.
void WriteRecordedVerdict(const v1::Decided& decided,
                          const store::MessageId& id, bool with_id,
                          filter::Language language, wire::Verdict& verdict);

// A reason as Examine finds it.
void WriteReason(const filter::Snapshot& snapshot,
                 const filter::Finding& finding, filter::Language language,
                 v1::Reason& reason);

// A reason out of a record.
void WriteReason(const v1::RecordedReason& recorded, filter::Language language,
                 v1::Reason& reason);

}  // namespace sluice::gateway
