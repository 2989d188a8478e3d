#pragma once

// Lists the messages of a partition that wait, or that are held, in pages.

#include "store/writer/command_context.h"
#include "store/writer/commands.h"

namespace sluice::store {

// Answers at once, with durable messages only. The writer's thread.
void TellWaiting(const CommandContext& context, WaitingCommand& command);

}  // namespace sluice::store
