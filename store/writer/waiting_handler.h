#pragma once

// Tells which messages of a partition wait, or are held, in pages.

#include "store/writer/command_context.h"
#include "store/writer/commands.h"

namespace sluice::store {

// Answers at once, with what is durable. The writer's thread.
void TellWaiting(const CommandContext& context, WaitingCommand& command);

}  // namespace sluice::store
