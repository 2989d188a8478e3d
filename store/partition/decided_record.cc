#include "store/partition/decided_record.h"

#include <algorithm>

namespace sluice::store {

using filter::Admission;
using filter::Finding;
using filter::Message;
using filter::MessageFacts;
using filter::Send;

namespace {

// How much is kept of a field that is rejected for its length: enough to
// recognise it, and little enough that a record always fits into a group.
constexpr size_t kTextMax = 8192;
constexpr size_t kFieldMax = 256;

void Assign(absl::string_view from, std::string* to) {
  to->assign(from.data(), std::min(from.size(), kFieldMax));
}

void AssignText(absl::string_view from, std::string* to) {
  to->assign(from.data(), std::min(from.size(), kTextMax));
}

uint8_t FlagsOf(sluice::v1::Decision decision, bool charged) {
  uint8_t flags = charged ? filter::kSendCharged : 0;
  if (decision == sluice::v1::DECISION_REJECTED) flags |= filter::kSendRejected;
  if (decision == sluice::v1::DECISION_DEFERRED) flags |= filter::kSendDeferred;
  if (decision == sluice::v1::DECISION_HELD) flags |= filter::kSendHeld;
  return flags;
}

bool StateOf(sluice::v1::Decision decision, sluice::v1::MessageState& state) {
  switch (decision) {
    case sluice::v1::DECISION_ACCEPTED:
      state = sluice::v1::MESSAGE_STATE_QUEUED;
      return true;
    case sluice::v1::DECISION_DEFERRED:
      state = sluice::v1::MESSAGE_STATE_DEFERRED;
      return true;
    case sluice::v1::DECISION_HELD:
      state = sluice::v1::MESSAGE_STATE_HELD;
      return true;
    default:
      return false;
  }
}

}  // namespace

void RecordReason(const Finding& finding, store::v1::RecordedReason& reason) {
  Assign(filter::Name(finding.code), reason.mutable_code());
  reason.set_basis(finding.basis);
  Assign(finding.rule, reason.mutable_rule());
  Assign(finding.field, reason.mutable_field());
  reason.set_observed(finding.observed);
  reason.clear_spans();
  for (const filter::TextSpan& span : finding.spans) {
    sluice::v1::Span* const out = reason.add_spans();
    out->set_begin(span.begin);
    out->set_end(span.end);
  }
}

namespace {

// Fills in everything but the fields that the caller wrote.
void FillDecision(const MessageFacts& facts, const Admission& admission,
                  absl::string_view rule_set, store::v1::Decided& out) {
  AssignText(facts.sent_text, out.mutable_sent_text());
  out.set_account(facts.account.value);
  out.set_licensee(facts.licensee.value);
  out.set_content_provider(facts.content_provider.value);
  out.set_signature(facts.signature.value);
  out.set_port(facts.port.value);
  Assign(facts.access_number.view(), out.mutable_access_number());
  out.set_carrier(static_cast<uint32_t>(facts.carrier));
  out.set_message_class(
      static_cast<sluice::v1::MessageClass>(facts.message_class));
  out.set_decision(admission.decision);
  out.mutable_reasons()->Clear();
  for (const Finding& finding : admission.findings) {
    RecordReason(finding, *out.add_reasons());
  }
  Assign(rule_set, out.mutable_rule_set());
  out.set_planned_ms(admission.planned_ms);
  out.set_expire_at_ms(facts.expire_at_ms);
  out.set_parts(facts.parts);
  out.set_charged(admission.charged);
  out.set_content_hash(facts.content);
  out.set_key_hash(facts.key);
  out.set_template_hash(facts.template_hash);
  out.set_campaign_hash(facts.campaign_hash);
  out.set_likeness(facts.likeness);
}

}  // namespace

size_t DecidedEncoder::Fill(const Message& message, const MessageFacts& facts,
                            const Admission& admission,
                            absl::string_view rule_set, absl::string_view salt,
                            uint64_t retry_of, int64_t now_ms) {
  Assign(salt, record_.mutable_salt());
  record_.set_at_ms(now_ms);
  record_.set_recipient(facts.recipient.e164);
  store::v1::Decided& out = *record_.mutable_decided();
  FillDecision(facts, admission, rule_set, out);
  AssignText(message.text, out.mutable_text());
  Assign(message.key, out.mutable_key());
  Assign(message.client_ref, out.mutable_client_ref());
  Assign(message.campaign_id, out.mutable_campaign_id());
  Assign(message.category, out.mutable_category());
  if (facts.recipient) {
    out.clear_recipient_as_submitted();
  } else {
    Assign(message.recipient, out.mutable_recipient_as_submitted());
  }
  out.set_send_after_ms(message.send_after_ms);
  out.set_retry_of(retry_of);
  return record_.ByteSizeLong();
}

void DecidedEncoder::Write(char* out) const {
  record_.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(out));
}

void FillRedecided(const MessageFacts& facts, const Admission& admission,
                   absl::string_view rule_set, store::v1::Decided& out) {
  FillDecision(facts, admission, rule_set, out);
}

const store::v1::Decided& DecisionIn(const store::v1::Record& record) {
  return record.has_redecided() ? record.redecided().decided()
                                : record.decided();
}

Send SendOf(const store::v1::Record& record, RecordRef ref) {
  const store::v1::Decided& in = DecisionIn(record);
  const bool rejected = in.decision() == sluice::v1::DECISION_REJECTED;
  return {.at_ms = rejected ? record.at_ms() : in.planned_ms(),
          .decided_ms = record.at_ms(),
          .message = ref.value(),
          .content = in.content_hash(),
          .key = in.key_hash(),
          .content_provider = in.content_provider(),
          .signature = in.signature(),
          .account = in.account(),
          .port = in.port(),
          .template_hash = in.template_hash(),
          .campaign_hash = static_cast<uint16_t>(in.campaign_hash()),
          .message_class = static_cast<MessageClass>(in.message_class()),
          .flags = static_cast<uint8_t>(
              FlagsOf(in.decision(), in.charged()) |
              (record.has_redecided() ? filter::kSendRedecided : 0))};
}

uint64_t RequestOf(const MessageFacts& facts) {
  return facts.message_class == MessageClass::kConsentRequest ? facts.likeness
                                                              : 0;
}
uint64_t RequestOf(const store::v1::Decided& decided) {
  return decided.message_class() == sluice::v1::MESSAGE_CLASS_CONSENT_REQUEST
             ? decided.likeness()
             : 0;
}

absl::string_view SentText(const Message& message, const MessageFacts& facts) {
  const absl::string_view text =
      facts.sent_text.empty() ? message.text : facts.sent_text;
  return text.substr(0, kTextMax);
}

bool LiveOf(const MessageFacts& facts, const Admission& admission,
            RecordRef ref, RecordRef decision, int64_t now_ms,
            LiveMessage& live) {
  if (!StateOf(admission.decision, live.state)) return false;
  live.message = ref.value();
  live.decision = decision.value();
  live.about = {.recipient = facts.recipient,
                .message_class = facts.message_class,
                .licensee = facts.licensee,
                .account = facts.account,
                .content_provider = facts.content_provider,
                .signature = facts.signature,
                .port = facts.port,
                .carrier = facts.carrier,
                .expire_at_ms = facts.expire_at_ms};
  live.access_number = facts.access_number;
  live.parts = facts.parts;
  live.due_ms = admission.planned_ms;
  live.since_ms = now_ms;
  return true;
}

bool LiveOf(const store::v1::Record& record, RecordRef ref, RecordRef decision,
            LiveMessage& live) {
  const store::v1::Decided& in = DecisionIn(record);
  if (!StateOf(in.decision(), live.state)) return false;
  live.message = ref.value();
  live.decision = decision.value();
  live.about = {.recipient = Phone{record.recipient()},
                .message_class = static_cast<MessageClass>(in.message_class()),
                .licensee = {in.licensee()},
                .account = {in.account()},
                .content_provider = {in.content_provider()},
                .signature = {in.signature()},
                .port = {in.port()},
                .carrier = static_cast<Carrier>(in.carrier()),
                .expire_at_ms = in.expire_at_ms()};
  live.access_number.Clear();
  live.access_number.Append(in.access_number());
  live.parts = static_cast<uint8_t>(in.parts());
  live.due_ms = in.planned_ms();
  live.since_ms = record.at_ms();
  return true;
}

}  // namespace sluice::store
