#pragma once

// Records replies of recipients (MO); a reply that asks for no more messages is
// an opt-out.

#include <functional>
#include <string>
#include <vector>

#include "filter/reply.h"
#include "store/writer/command_context.h"
#include "store/writer/commands.h"
#include "store/writer/opt_out_handler.h"
#include "store/writer/reply_parts.h"
#include "store/writer/reply_sender.h"
#include "store/writer/seen_replies.h"

namespace sluice::store {

// One thread, the partition's writer.
class ReplyHandler {
 public:
  // Reads a durable record.
  using ReadRecord = std::function<absl::StatusOr<std::string>(RecordRef)>;
  // The newest durable records about a number that are about no earlier
  // message, at most `limit`, the newest first.
  using FindRecords =
      std::function<absl::StatusOr<std::vector<RecordRef>>(Phone, size_t)>;

  // Both must outlive the handler.
  ReplyHandler(CommandContext& context, OptOutHandler& opt_outs,
               ReadRecord read_record, FindRecords find_records)
      : context_(context),
        opt_outs_(opt_outs),
        read_record_(std::move(read_record)),
        find_records_(std::move(find_records)) {}

  void Do(ReplyCommand& command);

  // After a failed append, carriers repeat replies, which must be recorded
  // again.
  void ForgetSeen();

 private:
  // A reply, as it is read.
  struct Reading {
    std::string text;             // Of all parts.
    std::vector<uint64_t> parts;  // The records of the other parts.
    filter::ReplyMeaning meaning;
    ReplySender sender;
  };

  Reading Read(const CarrierReply& reply);
  void RecallParts(const CarrierReply& reply);
  filter::ReplyMeaning AnswerOr(filter::ReplyMeaning refusal,
                                const Reading& reading) const;
  std::string TextOf(const filter::Send& send) const;
  void Fill(const CarrierReply& reply, const Reading& reading,
            store::v1::ReplyReceived& out) const;
  void OptOut(CarrierReply& reply, const Reading& reading);

  CommandContext& context_;
  OptOutHandler& opt_outs_;
  const ReadRecord read_record_;
  const FindRecords find_records_;
  SeenReplies seen_;
  ReplyParts parts_;
  // The first reply since the start: until a while after it, the other parts of
  // a reply may be in the journal only.
  int64_t first_ms_ = 0;
};

}  // namespace sluice::store
