#pragma once

// Applies what comes back from carriers about handed-over messages: written
// octets, answers, status reports, and messages given back.

#include <cstdint>

#include "store/memory/outbox.h"
#include "store/writer/command_context.h"
#include "store/writer/commands.h"
#include "store/writer/early_reports.h"
#include "store/writer/opt_out_waiters.h"
#include "store/writer/redo_commands.h"

namespace sluice::store {

// One thread, the partition's writer.
class LinkHandler {
 public:
  // All must outlive the handler. Events that links report once go to `redo`,
  // and `waiters` learns which hand-overs are settled.
  LinkHandler(CommandContext& context, RedoCommands& redo,
              OptOutWaiters& waiters)
      : context_(context), redo_(redo), waiters_(waiters) {}

  void Do(LinkRunCommand& command);
  void Do(GiveBackCommand& command);
  // Only after a recovery: no link got these messages.
  void Do(HandingOverCommand& command);

  // Drops reports that have waited long enough for their answer.
  void ExpireEarlyReports() { early_.Expire(context_.now_ms); }

  // The clock was set back.
  void RestartWaitOfReports() { early_.RestartWait(context_.now_ms); }

  // Status reports about unknown messages, since the start.
  uint64_t unmatched_reports() const { return early_.unmatched(); }

 private:
  void Answered(const CarrierAnswer& answer);
  void Reported(CarrierReport report);
  void ReportedEarly(CarrierReport report);
  void Apply(CarrierReport report, Outbox::Part part);

  CommandContext& context_;
  RedoCommands& redo_;
  OptOutWaiters& waiters_;
  EarlyReports early_;
};

}  // namespace sluice::store
