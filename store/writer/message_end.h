#pragma once

// Ends live messages: the record, the state, and whether the recipient's limits
// get the charge back.

#include <cstdint>

#include "filter/policy/reason.h"
#include "sluice/v1/message.pb.h"
#include "store/memory/outbox.h"
#include "store/writer/command_context.h"

namespace sluice::store {

// Messages that the carrier refused, expired ones and cancelled ones give their
// charge back. UNKNOWN and undelivered ones keep it; each limit decides whether
// an undelivered one counts (filter::kSendFailed).
bool Refunds(sluice::v1::MessageState state);

// Ends a message that was not handed over, or whose report never came. Removes
// `live`.
void EndMessage(CommandContext& context, LiveMessage& live,
                sluice::v1::MessageState state, const filter::Finding& reason);

// Ends a message that is past its deadline: EXPIRED while it waits, NO_REPORT
// when the carrier has it. Does nothing when the message is no longer live.
void EndOverdue(CommandContext& context, uint64_t message);

}  // namespace sluice::store
