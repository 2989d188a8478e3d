#pragma once

// Records opt-outs and takes them back. An opt-out cancels what waits in its
// scope, and its answer is held back until promise P3 holds.

#include <cstdint>
#include <functional>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "rules/base/phone.h"
#include "store/writer/command_context.h"
#include "store/writer/commands.h"
#include "store/writer/opt_out_waiters.h"

namespace sluice::store {

// One thread, the partition's writer.
class OptOutHandler {
 public:
  // `context` and `waiters` must outlive it. `push` brings a command to the
  // writer; it is called on the journal thread.
  OptOutHandler(CommandContext& context, OptOutWaiters& waiters,
                std::function<void(OptOutDurableCommand)> push);

  void Do(AddOptOutsCommand& command);
  void Do(RemoveOptOutCommand& command);
  void Do(OptOutDurableCommand& command);

  // Records an opt-out of a number that is in memory, and cancels what waits in
  // its scope. `answers_message` is the message that the recipient replied to,
  // or 0.
  OptOutResult Add(const OptOutEntry& entry, uint64_t answers_message);

  // Calls `done` once what Add() recorded of these numbers is durable and
  // nothing that was handed over before is on its way to a socket (P3).
  // Hand-overs of other scopes are waited for too: they take a moment, and
  // telling them apart would buy nothing.
  void AnswerWhenSettled(absl::Span<const Phone> recipients,
                         OptOutWaiters::Done done);

 private:
  uint32_t CancelOptedOut(Phone recipient);
  bool IsOptedOut(const LiveMessage& live) const;

  CommandContext& context_;
  OptOutWaiters& waiters_;
  const std::function<void(OptOutDurableCommand)> push_;
};

}  // namespace sluice::store
