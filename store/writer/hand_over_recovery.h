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

}  // namespace sluice::store
