#include "store/writer/reply_handler.h"

#include <utility>

#include "filter/standing_facts.h"

namespace sluice::store {

namespace {

using filter::kOptOutClasses;

// How long a reply may answer the question of a message.
constexpr int64_t kAnswersWithin = int64_t{72} * 3600 * 1000;
// Messages that are looked through for a question.
constexpr size_t kQuestionsMax = 8;

// Records of a number that are looked through for the parts of a reply.
constexpr size_t kRecordsMax = 64;

constexpr char kUndecodable[] = "\xef\xbf\xbd";  // U+FFFD.

bool IsPart(const CarrierReply& reply) { return reply.parts > 1; }

}  // namespace

void ReplyHandler::Do(ReplyCommand& command) {
  CarrierReply& reply = command.reply;
  if (reply.recipient) {
    const absl::Status recalled = context_.RecallAndPin({&reply.recipient, 1});
    if (!recalled.ok()) return reply.done(recalled);  // The carrier repeats it.
  }
  if (!seen_.Add(reply, context_.now_ms)) {
    // The carrier repeats an unacknowledged reply. The first copy may be an
    // opt-out that is not settled, so this acknowledgement waits as that one's.
    return opt_outs_.AnswerWhenSettled({&reply.recipient, 1},
                                       std::move(reply.done));
  }
  const Reading reading = Read(reply);
  store::v1::Record& record =
      context_.records.New(reply.recipient, context_.now_ms);
  Fill(reply, reading, *record.mutable_reply());
  const RecordRef ref = context_.records.Append(record);
  if (IsPart(reply) && reading.parts.empty()) {
    parts_.Keep(reply, ref.value(), context_.now_ms);
  }
  if (!record.reply().opted_out()) {
    return context_.records.AfterDurable(std::move(reply.done));
  }
  OptOut(reply, reading);
}

void ReplyHandler::ForgetSeen() {
  seen_.Clear();
  parts_.Clear();
  first_ms_ = 0;
}

ReplyHandler::Reading ReplyHandler::Read(const CarrierReply& reply) {
  Reading reading;
  reading.text = reply.text;
  filter::ReplyContext context;
  if (IsPart(reply)) {
    RecallParts(reply);
    auto whole = parts_.Complete(reply, context_.now_ms);
    context.part = !whole.has_value();
    if (whole) {
      reading.text = std::move(whole->text);
      reading.parts = std::move(whole->others);
    }
  }
  context.unreadable = reading.text.find(kUndecodable) != std::string::npos;
  const filter::Policy& policy = *context_.snapshot->policy;
  reading.meaning = filter::ReadReply(policy, reading.text, context);
  absl::Span<const filter::Send> sends;
  if (reply.recipient) {
    sends = context_.state->recipients.Find(reply.recipient).sends;
  }
  reading.sender =
      SenderRepliedTo(*context_.snapshot->registry, reply.access_number, sends,
                      context_.state->outbox, context_.now_ms);
  if (reading.meaning.reading == filter::ReplyReading::kRefusal) {
    reading.meaning = AnswerOr(std::move(reading.meaning), reading);
  }
  return reading;
}

// A restart forgets the parts that came before it, which are in the journal.
void ReplyHandler::RecallParts(const CarrierReply& reply) {
  if (first_ms_ == 0) first_ms_ = context_.now_ms;
  if (!reply.recipient || parts_.Knows(reply) ||
      context_.now_ms - first_ms_ > ReplyParts::kTogetherMs) {
    return;
  }
  const auto refs = find_records_(reply.recipient, kRecordsMax);
  if (!refs.ok()) return;
  store::v1::Record record;
  // The oldest first, as they came.
  for (auto ref = refs->rbegin(); ref != refs->rend(); ++ref) {
    const absl::StatusOr<std::string> bytes = read_record_(*ref);
    if (!bytes.ok() || !record.ParseFromString(*bytes)) continue;
    const store::v1::ReplyReceived& was = record.reply();
    if (was.parts() < 2 || was.part() == reply.part ||
        context_.now_ms - record.at_ms() > ReplyParts::kTogetherMs) {
      continue;
    }
    CarrierReply part;
    part.recipient = reply.recipient;
    part.access_number = was.access_number();
    part.reference = was.reference();
    part.parts = was.parts();
    part.part = was.part();
    part.text = was.text();
    // A reply that was complete before the restart is complete again.
    if (!was.joined().empty()) {
      parts_.Complete(part, record.at_ms());
    } else {
      parts_.Keep(part, ref->value(), record.at_ms());
    }
  }
}

// A word that refuses may be the answer that a message asked for: N to
// 不满意请回复N. The newest message decides that asks for the word, or that
// tells how to refuse.
filter::ReplyMeaning ReplyHandler::AnswerOr(filter::ReplyMeaning refusal,
                                            const Reading& reading) const {
  const filter::Policy& policy = *context_.snapshot->policy;
  size_t looked = 0;
  for (const filter::Send& send : reading.sender.sends) {
    const bool late = context_.now_ms - send.at_ms > kAnswersWithin;
    if (late || (MaskOf(send.message_class) & kOptOutClasses) != 0 ||
        ++looked > kQuestionsMax) {
      break;
    }
    const std::vector<std::string> asked =
        filter::AskedWords(policy, TextOf(send));
    if (asked.empty()) continue;
    filter::ReplyContext context;
    context.asked = asked;
    filter::ReplyMeaning meaning =
        filter::ReadReply(policy, reading.text, context);
    if (meaning.reading == filter::ReplyReading::kAnswer) return meaning;
  }
  return refusal;
}

// The text that was sent; empty: not known any more.
std::string ReplyHandler::TextOf(const filter::Send& send) const {
  const absl::StatusOr<std::string> bytes =
      read_record_(RecordRef::FromValue(send.message));
  store::v1::Record record;
  if (!bytes.ok() || !record.ParseFromString(*bytes)) return {};
  const store::v1::Decided& decided = record.decided();
  return decided.sent_text().empty() ? decided.text() : decided.sent_text();
}

void ReplyHandler::Fill(const CarrierReply& reply, const Reading& reading,
                        store::v1::ReplyReceived& out) const {
  out.set_access_number(reply.access_number);
  out.set_text(reading.text);
  out.set_raw(reply.raw);
  out.set_coding(reply.coding);
  out.set_link(reply.link);
  out.set_carrier_message_id(reply.carrier_message_id);
  if (!reply.recipient) out.set_sender(reply.sender);
  if (IsPart(reply)) {
    out.set_part(reply.part);
    out.set_parts(reply.parts);
    out.set_reference(reply.reference);
    for (const uint64_t other : reading.parts) out.add_joined(other);
  }
  const ReplySender& sender = reading.sender;
  if (sender.port != nullptr) out.set_port(sender.port->number.value);
  if (!sender.content_providers.empty()) {
    out.set_content_provider(sender.content_providers.front());
  }
  if (sender.content_providers.size() > 1) {
    for (const uint32_t one : sender.content_providers) out.add_refused(one);
  }
  if (!sender.sends.empty()) out.set_message(sender.sends.front().message);
  const filter::ReplyMeaning& meaning = reading.meaning;
  out.set_reading(static_cast<admin::v1::ReplyReading>(meaning.reading));
  out.set_word(meaning.word);
  out.set_complaint(meaning.complains);
  // Without a number there is nobody to opt out.
  out.set_opted_out(meaning.refuses() && reply.recipient);
  out.set_review(meaning.review || !reply.recipient ||
                 (meaning.refuses() && sender.doubtful));
}

// A reply that is for no known content provider opts out of everybody's
// advertising.
void ReplyHandler::OptOut(CarrierReply& reply, const Reading& reading) {
  OptOutEntry entry;
  entry.recipient = reply.recipient;
  entry.classes = kOptOutClasses;
  entry.source = admin::v1::OPT_OUT_SOURCE_REPLY;
  entry.raw_reply = reading.text;
  entry.actor = reply.link;
  const ReplySender& sender = reading.sender;
  const uint64_t answers =
      sender.sends.empty() ? 0 : sender.sends.front().message;
  if (sender.content_providers.empty()) opt_outs_.Add(entry, answers);
  for (const uint32_t one : sender.content_providers) {
    entry.content_provider = ContentProviderId{one};
    opt_outs_.Add(entry, answers);
  }
  opt_outs_.AnswerWhenSettled({&entry.recipient, 1}, std::move(reply.done));
}

}  // namespace sluice::store
