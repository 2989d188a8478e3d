#pragma once

// Records replies of recipients (MO); a reply that asks for no more messages is
// an opt-out.

#include "filter/registry/registry.h"
#include "store/writer/command_context.h"
#include "store/writer/commands.h"
#include "store/writer/opt_out_handler.h"
#include "store/writer/seen_replies.h"

namespace sluice::store {

// One thread, the partition's writer.
class ReplyHandler {
 public:
  // Both must outlive the handler.
  ReplyHandler(CommandContext& context, OptOutHandler& opt_outs)
      : context_(context), opt_outs_(opt_outs) {}

  void Do(ReplyCommand& command);

  // After a failed append, carriers repeat replies, which must be recorded
  // again.
  void ForgetSeen() { seen_.Clear(); }

 private:
  uint64_t Fill(const CarrierReply& reply, const filter::Port* port,
                store::v1::ReplyReceived& out) const;
  void OptOut(CarrierReply& reply, const filter::Port* port,
              uint64_t answers_message);

  CommandContext& context_;
  OptOutHandler& opt_outs_;
  SeenReplies seen_;
};

}  // namespace sluice::store
