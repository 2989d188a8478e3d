#pragma once

// Records and reverses opt-outs. An opt-out cancels the waiting messages in its
// scope, and its answer waits until promise P3 holds.

#include <cstdint>
#include <functional>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rules/base/phone.h"
#include "store/writer/command_context.h"
#include "store/writer/commands.h"
#include "store/writer/opt_out_waiters.h"

namespace sluice::store {

// One thread, the partition's writer.
class OptOutHandler {
 public:
  // `context` and `waiters` must outlive the handler. `push` gives a command to
  // the writer; it is called on the journal thread.
  OptOutHandler(CommandContext& context, OptOutWaiters& waiters,
                std::function<void(OptOutDurableCommand)> push);

  void Do(AddOptOutsCommand& command);
  void Do(RemoveOptOutCommand& command);
  void Do(OptOutDurableCommand& command);

  // Records an opt-out of a number that is in memory, and cancels the waiting
  // messages in its scope. `answers_message` is the message that the recipient
  // replied to, or 0; `import_id` the import that it comes with, or empty. The
  // same opt-out said again (see store/partition/opt_out_origin.h) changes
  // nothing.
  OptOutResult Add(const OptOutEntry& entry, uint64_t answers_message,
                   absl::string_view import_id = {});

  // Calls `done` once the opt-outs that Add() recorded for these numbers are
  // durable and no earlier hand-over is on its way to a socket (P3). It also
  // waits for hand-overs outside the scopes: these take a moment, and telling
  // them apart would gain nothing.
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
