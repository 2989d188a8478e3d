#include "store/writer/message_end.h"

#include "store/partition/decided_record.h"

namespace sluice::store {

bool Refunds(sluice::v1::MessageState state) {
  return state == sluice::v1::MESSAGE_STATE_REFUSED ||
         state == sluice::v1::MESSAGE_STATE_CANCELLED ||
         state == sluice::v1::MESSAGE_STATE_EXPIRED;
}

void EndMessage(CommandContext& context, LiveMessage& live,
                sluice::v1::MessageState state, const filter::Finding& reason) {
  const bool refunded = Refunds(state);
  store::v1::Record& record =
      context.records.New(live.about.recipient, context.now_ms);
  store::v1::Ended& ended = *record.mutable_ended();
  ended.set_message(live.message);
  ended.set_state(state);
  RecordReason(reason, *ended.mutable_reason());
  ended.set_refunded(refunded);
  context.records.Append(record);
  context.state->Ended(live, state, refunded);
}

void EndOverdue(CommandContext& context, uint64_t message) {
  LiveMessage* const live = context.state->outbox.Find(message);
  if (live == nullptr) return;
  if (IsWaiting(live->state)) {
    filter::Finding expired = {.code = filter::ReasonCode::kExpired,
                               .basis = sluice::v1::BASIS_POLICY};
    if (context.now_ms < live->about.expire_at_ms) {
      expired.rule = "hold_hours";
    } else {
      expired.field = "expire_at";
    }
    EndMessage(context, *live, sluice::v1::MESSAGE_STATE_EXPIRED, expired);
  } else if (live->state == sluice::v1::MESSAGE_STATE_TAKEN) {
    EndMessage(context, *live, sluice::v1::MESSAGE_STATE_NO_REPORT,
               {.code = filter::ReasonCode::kExpired,
                .basis = sluice::v1::BASIS_CARRIER,
                .rule = "report-wait"});
  } else {
    // The end is already recorded; the message only waited for late reports.
    context.state->outbox.Remove(*live);
  }
}

}  // namespace sluice::store
