#pragma once

// Settles messages that were handed over and not answered when the state is
// loaded.

#include <cstddef>
#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "store/memory/outbox.h"
#include "store/writer/command_context.h"

namespace sluice::store {

// Messages that a link of this process has and will answer, and whether it has
// written them. No record has this: it is carried over from the previous state.
using LinkedMessages = absl::flat_hash_map<uint64_t, bool>;
LinkedMessages LinkedIn(const Outbox& outbox);
void SetLinked(const LinkedMessages& linked, Outbox& outbox);

// Settles the hand-overs that no link of this process has; returns how many. A
// fresh process cannot know whether they were sent: they become UNKNOWN. After
// a failed append they surely were not, because links get only durable
// hand-overs: they wait again.
size_t SettleHandOvers(CommandContext& context, bool fresh_process);

// After a person accepted that the end of the journal is lost: every message
// that waits for a link may have been handed over there. Records that it was,
// with the outcome UNKNOWN: it is reported and never sent again by itself. A
// message that waits for a person stays with them. Returns how many.
size_t SettleWaiting(CommandContext& context);

}  // namespace sluice::store
