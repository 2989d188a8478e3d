#pragma once

// Ends messages under way: the record, the state, and whether the recipient's
// limits get the charge back.

#include <cstdint>

#include "filter/policy/reason.h"
#include "sluice/v1/message.pb.h"
#include "store/memory/outbox.h"
#include "store/writer/command_context.h"

namespace sluice::store {

// Refused, expired and cancelled messages give their charge back. UNKNOWN and
// undelivered ones keep it; what a limit makes of an undelivered one is its own
// business (filter::kSendFailed).
bool Refunds(sluice::v1::MessageState state);

// Ends a message that was not handed over, or whose report never came. `live`
// is gone after it.
void EndMessage(CommandContext& context, LiveMessage& live,
                sluice::v1::MessageState state, const filter::Finding& reason);

// Ends a message that is over its deadline: EXPIRED while it waits, NO_REPORT
// when the carrier has it. Does nothing when it is no longer under way.
void EndOverdue(CommandContext& context, uint64_t message);

}  // namespace sluice::store
