#pragma once

// Removes opt-outs that were recorded by mistake, by their records. A consent
// removes by scope instead: OptOutHandler.

#include "store/writer/command_context.h"
#include "store/writer/commands.h"

namespace sluice::store {

// Answers once the removals are durable; a check answers at once. The writer's
// thread.
void CorrectOptOuts(CommandContext& context, CorrectOptOutsCommand& command);

}  // namespace sluice::store
