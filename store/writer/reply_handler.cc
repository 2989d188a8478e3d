#include "store/writer/reply_handler.h"

#include <algorithm>
#include <utility>

#include "filter/reply.h"

namespace sluice::store {

namespace {

// Classes that a reply opts out of (regulation: commercial messages, and
// requests for consent to them).
constexpr ClassMask kOptOutClasses =
    MaskOf(MessageClass::kCommercial) | MaskOf(MessageClass::kConsentRequest);

}  // namespace

void ReplyHandler::Do(ReplyCommand& command) {
  CarrierReply& reply = command.reply;
  const absl::Status recalled = context_.RecallAndPin({&reply.recipient, 1});
  if (!recalled.ok()) return reply.done(recalled);  // The carrier repeats it.
  if (!reply.carrier_message_id.empty() &&
      !seen_.Add(ReportKey(reply.recipient, reply.carrier_message_id))) {
    // The carrier repeats an unacknowledged reply. The first copy may still be
    // on its way to the disk, so this acknowledgement waits as well.
    return context_.records.AfterDurable(std::move(reply.done));
  }
  const filter::Port* const port =
      context_.snapshot->registry->PortByDigits(reply.access_number);
  const filter::ReplyMeaning meaning =
      filter::ReadReply(*context_.snapshot->policy, reply.text);
  store::v1::Record& record =
      context_.records.New(reply.recipient, context_.now_ms);
  store::v1::ReplyReceived& out = *record.mutable_reply();
  const uint64_t answers_message = Fill(reply, port, out);
  const bool opts_out = meaning.refuses();
  out.set_message(answers_message);
  out.set_opted_out(opts_out);
  out.set_complaint(meaning.complains);
  context_.records.Append(record);
  if (!opts_out) {
    return context_.records.AfterDurable(std::move(reply.done));
  }
  OptOut(reply, port, answers_message);
}

// Fills in `out` and returns the message that the reply answers: the newest of
// the content provider that owns `port`; 0: none.
uint64_t ReplyHandler::Fill(const CarrierReply& reply, const filter::Port* port,
                            store::v1::ReplyReceived& out) const {
  out.set_access_number(reply.access_number);
  out.set_text(reply.text);
  out.set_link(reply.link);
  out.set_carrier_message_id(reply.carrier_message_id);
  if (port == nullptr || port->content_provider == nullptr) return 0;
  const uint32_t owner = port->content_provider->number.value;
  out.set_port(port->number.value);
  out.set_content_provider(owner);
  uint64_t answers_message = 0;
  for (const filter::Send& send :
       context_.state->recipients.Find(reply.recipient).sends) {
    const bool rejected = (send.flags & filter::kSendRejected) != 0;
    if (send.content_provider != owner || rejected) continue;
    answers_message = std::max(answers_message, send.message);
  }
  return answers_message;
}

// A reply to an access number without an owner names no content provider: take
// it as an opt-out from everybody's advertising.
void ReplyHandler::OptOut(CarrierReply& reply, const filter::Port* port,
                          uint64_t answers_message) {
  OptOutEntry entry;
  entry.recipient = reply.recipient;
  if (port != nullptr && port->content_provider != nullptr) {
    entry.content_provider = port->content_provider->number;
  }
  entry.classes = kOptOutClasses;
  entry.source = admin::v1::OPT_OUT_SOURCE_REPLY;
  entry.raw_reply = reply.text;
  entry.actor = reply.link;
  opt_outs_.Add(entry, answers_message);
  opt_outs_.AnswerWhenSettled({&entry.recipient, 1}, std::move(reply.done));
}

}  // namespace sluice::store
