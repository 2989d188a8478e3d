#include "store/writer/waiting_handler.h"

#include <utility>
#include <vector>

namespace sluice::store {

namespace {

// A caller's slot is the outbox's slot plus kSlotsMax for every reopening of
// the journal, which invalidates slots.
constexpr size_t kSlotsMax = size_t{1} << 40;

// Adds the message if its decision is durable. Otherwise it cannot be read yet,
// and may be lost.
void Add(const CommandContext& context, const LiveMessage& live,
         std::vector<WaitingMessage>& found) {
  if (RecordRef::FromValue(live.decision).position() >= context.durable_end()) {
    return;
  }
  found.push_back({.message = RecordRef::FromValue(live.message),
                   .decision = RecordRef::FromValue(live.decision),
                   .recipient = live.about.recipient,
                   .message_class = live.about.message_class,
                   .account = live.about.account,
                   .content_provider = live.about.content_provider,
                   .state = live.state,
                   .since_ms = live.since_ms,
                   .deadline_ms = context.state->outbox.DeadlineOf(live)});
}

}  // namespace

void TellWaiting(const CommandContext& context, WaitingCommand& command) {
  if (command.slot != 0 && command.slot / kSlotsMax != context.reopened) {
    return command.done(
        absl::UnavailableError("the journal was reopened: begin again"), 0);
  }
  std::vector<WaitingMessage> found;
  const Outbox& outbox = context.state->outbox;
  size_t next = 0;
  if (command.held) {
    for (auto it = outbox.held().upper_bound(command.after);
         it != outbox.held().end() && found.size() < command.limit; ++it) {
      Add(context, *outbox.Find(it->second), found);
    }
  } else {
    next = outbox.VisitSlots(
        command.slot % kSlotsMax, command.limit, [&](const LiveMessage& live) {
          if (IsWaiting(live.state) &&
              live.state != sluice::v1::MESSAGE_STATE_STOPPED) {
            Add(context, live, found);
          }
        });
  }
  if (next != 0) next += context.reopened * kSlotsMax;
  command.done(std::move(found), next);
}

}  // namespace sluice::store
