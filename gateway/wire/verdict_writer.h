#pragma once

// Writes decisions as the API's verdicts. Reasons get their sentence here, in
// the caller's language: sentences are never stored.

#include "absl/status/status.h"
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

// Fills an empty `verdict`, whose memory may be reused. Verdicts of Check have
// no id.
void WriteVerdict(const filter::Snapshot& snapshot,
                  const filter::MessageFacts& facts,
                  const store::Answer& answer, bool with_id,
                  filter::Language language, wire::v1::Verdict& verdict);

// The same from the record of an earlier decision, for a message submitted
// again under its key.
void WriteRecordedVerdict(const store::v1::Decided& decided,
                          const store::MessageId& id, bool with_id,
                          filter::Language language,
                          wire::v1::Verdict& verdict);

// UNDECIDED for a message submitted again under its key, whose record cannot be
// read for the reason `why`: one reason with the name of the status, such as
// DATA_LOSS, which lasts until a person restores the record.
void WriteUnreadableVerdict(const absl::Status& why, const store::MessageId& id,
                            filter::Language language,
                            wire::v1::Verdict& verdict);

// A reason in a record.
void WriteReason(const store::v1::RecordedReason& recorded,
                 filter::Language language, v1::Reason& reason);

}  // namespace sluice::gateway
