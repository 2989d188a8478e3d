#include "gateway/wire/record_view.h"

#include <algorithm>
#include <string>
#include <utility>

#include "filter/message_state.h"
#include "gateway/wire/timestamp.h"
#include "gateway/wire/utf8.h"
#include "gateway/wire/verdict_writer.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

std::string IdOr(const store::v1::Party* party) {
  return party != nullptr ? party->id() : std::string();
}

// The state that a record states, whatever the state before.
v1::MessageState Says(const store::v1::Record& record) {
  switch (record.body_case()) {
    case store::v1::Record::kHandedOver:
      return v1::MESSAGE_STATE_HANDED_OVER;
    case store::v1::Record::kGivenBack:
      return v1::MESSAGE_STATE_QUEUED;
    case store::v1::Record::kAnswered:
      return record.answered().state();
    case store::v1::Record::kReported:
      return record.reported().state();
    case store::v1::Record::kEnded:
      return record.ended().state();
    case store::v1::Record::kRedecided:
      return StateOf(record.redecided().decided().decision());
    default:
      return v1::MESSAGE_STATE_UNSPECIFIED;
  }
}

}  // namespace

v1::MessageState StateOf(v1::Decision decision) {
  switch (decision) {
    case v1::DECISION_ACCEPTED:
      return v1::MESSAGE_STATE_QUEUED;
    case v1::DECISION_DEFERRED:
      return v1::MESSAGE_STATE_DEFERRED;
    case v1::DECISION_HELD:
      return v1::MESSAGE_STATE_HELD;
    case v1::DECISION_REJECTED:
      return v1::MESSAGE_STATE_REJECTED;
    default:
      return v1::MESSAGE_STATE_UNSPECIFIED;
  }
}

v1::MessageState StateAfter(v1::MessageState state,
                            const store::v1::Record& record) {
  const v1::MessageState next = Says(record);
  const bool known = state != v1::MESSAGE_STATE_UNSPECIFIED;
  return known && !filter::MayMove(state, next) ? state : next;
}

admin::v1::MessageRecord RecordView::Message(
    const store::MessageId& id, const store::v1::Record& record) const {
  const store::v1::Decided& decided = record.decided();
  admin::v1::MessageRecord message;
  message.set_message_id(store::ToString(id));
  SetTimestamp(record.at_ms(), *message.mutable_decide_time());
  message.set_recipient(record.recipient() != 0
                            ? ToE164(Phone{record.recipient()})
                            : ToUtf8(decided.recipient_as_submitted()));
  message.set_text(ToUtf8(decided.text()));
  message.set_sent_text(ToUtf8(decided.sent_text()));
  message.set_message_class(decided.message_class());
  message.set_account_id(IdOr(
      registry_.FindParty(store::v1::PARTY_KIND_ACCOUNT, decided.account())));
  message.set_licensee_id(IdOr(
      registry_.FindParty(store::v1::PARTY_KIND_LICENSEE, decided.licensee())));
  message.set_content_provider_id(IdOr(registry_.FindParty(
      store::v1::PARTY_KIND_CONTENT_PROVIDER, decided.content_provider())));
  message.set_signature_id(IdOr(registry_.FindParty(
      store::v1::PARTY_KIND_SIGNATURE, decided.signature())));
  message.set_port_id(
      IdOr(registry_.FindParty(store::v1::PARTY_KIND_PORT, decided.port())));
  message.set_access_number(ToUtf8(decided.access_number()));
  message.set_carrier(ShownCarrier(static_cast<Carrier>(decided.carrier())));
  message.set_key(ToUtf8(decided.key()));
  message.set_client_ref(ToUtf8(decided.client_ref()));
  message.set_campaign_id(ToUtf8(decided.campaign_id()));
  message.set_category(ToUtf8(decided.category()));
  message.set_decision(decided.decision());
  for (const store::v1::RecordedReason& reason : decided.reasons()) {
    WriteReason(reason, language_,
                reason.observed() ? *message.add_would_reasons()
                                  : *message.add_reasons());
  }
  message.set_rule_set(decided.rule_set());
  if (decided.planned_ms() != 0) {
    SetTimestamp(decided.planned_ms(), *message.mutable_not_before_time());
  }
  if (decided.expire_at_ms() != 0) {
    SetTimestamp(decided.expire_at_ms(), *message.mutable_expire_time());
  }
  message.set_parts(decided.parts());
  message.set_state(StateOf(decided.decision()));
  if (decided.retry_of() != 0) {
    message.set_retry_of(store::ToString(
        {id.partition, store::RecordRef::FromValue(decided.retry_of())}));
  }
  return message;
}

std::vector<admin::v1::MessageEvent> RecordView::Events(
    const store::v1::Record& record) const {
  if (store::MessageOf(record) == 0) return {};
  admin::v1::MessageEvent event;
  SetTimestamp(record.at_ms(), *event.mutable_time());
  event.set_state(StateAfter(v1::MESSAGE_STATE_UNSPECIFIED, record));
  switch (record.body_case()) {
    case store::v1::Record::kHandedOver:
      event.set_link(record.handed_over().link());
      break;
    case store::v1::Record::kGivenBack:
      event.set_carrier_code(record.given_back().carrier_code());
      break;
    case store::v1::Record::kAnswered: {
      const store::v1::Answered& answered = record.answered();
      event.set_link(answered.link());
      event.set_carrier_code(answered.carrier_code());
      const int ids = answered.carrier_message_ids_size();
      if (ids == 1) {
        event.set_carrier_message_id(ToUtf8(answered.carrier_message_ids(0)));
      } else if (ids > 1) {
        std::vector<admin::v1::MessageEvent> events(ids, event);
        for (int i = 0; i < ids; ++i) {
          events[i].set_part(i + 1);
          events[i].set_carrier_message_id(
              ToUtf8(answered.carrier_message_ids(i)));
        }
        return events;
      }
      break;
    }
    case store::v1::Record::kReported:
      event.set_link(record.reported().link());
      event.set_carrier_code(record.reported().carrier_code());
      event.set_carrier_message_id(
          ToUtf8(record.reported().carrier_message_id()));
      event.set_part(record.reported().part());
      break;
    case store::v1::Record::kEnded:
      event.set_actor(record.ended().actor());
      event.set_explanation(record.ended().explanation());
      if (record.ended().has_reason()) {
        WriteReason(record.ended().reason(), language_, *event.add_reasons());
      }
      break;
    case store::v1::Record::kRedecided:
      event.set_actor(record.redecided().actor());
      event.set_explanation(record.redecided().reason());
      event.set_redecision(static_cast<admin::v1::Redecision>(
          static_cast<int>(record.redecided().cause())));
      for (const auto& reason : record.redecided().decided().reasons()) {
        if (reason.observed()) continue;
        WriteReason(reason, language_, *event.add_reasons());
      }
      break;
    default:
      break;
  }
  return {std::move(event)};
}

v1::Reply RecordView::Reply(const store::MessageId& id,
                            const store::v1::Record& record) const {
  const store::v1::ReplyReceived& received = record.reply();
  v1::Reply reply;
  reply.set_reply_id(store::ToString(id));
  reply.set_recipient(ToE164(Phone{record.recipient()}));
  reply.set_access_number(ToUtf8(received.access_number()));
  reply.set_text(ToUtf8(received.text()));
  reply.set_content_provider_id(IdOr(registry_.FindParty(
      store::v1::PARTY_KIND_CONTENT_PROVIDER, received.content_provider())));
  reply.set_port_id(
      IdOr(registry_.FindParty(store::v1::PARTY_KIND_PORT, received.port())));
  if (received.message() != 0) {
    reply.set_message_id(store::ToString(
        {id.partition, store::RecordRef::FromValue(received.message())}));
  }
  reply.set_opted_out(received.opted_out());
  reply.set_complaint(received.complaint());
  return reply;
}

admin::v1::OptOutScope RecordView::Scope(uint32_t content_provider,
                                         uint32_t signature,
                                         uint32_t classes) const {
  admin::v1::OptOutScope scope;
  scope.set_content_provider_id(IdOr(registry_.FindParty(
      store::v1::PARTY_KIND_CONTENT_PROVIDER, content_provider)));
  scope.set_signature_id(
      IdOr(registry_.FindParty(store::v1::PARTY_KIND_SIGNATURE, signature)));
  for (int c = 1; c < kMessageClasses; ++c) {
    if ((classes >> c & 1) != 0) {
      scope.add_classes(static_cast<v1::MessageClass>(c));
    }
  }
  return scope;
}

admin::v1::OptOut RecordView::OptOut(const store::MessageId& id,
                                     const store::v1::Record& record) const {
  const store::v1::OptOutAdded& added = record.opt_out_added();
  admin::v1::OptOut opt_out;
  opt_out.set_id(store::ToString(id));
  opt_out.set_recipient(ToE164(Phone{record.recipient()}));
  *opt_out.mutable_scope() =
      Scope(added.content_provider(), added.signature(), added.classes());
  opt_out.set_source(added.source());
  opt_out.set_raw_reply(ToUtf8(added.raw_reply()));
  if (added.message() != 0) {
    opt_out.set_message_id(store::ToString(
        {id.partition, store::RecordRef::FromValue(added.message())}));
  }
  opt_out.set_evidence(added.evidence());
  opt_out.set_actor(added.actor());
  opt_out.set_import_id(added.import_id());
  SetTimestamp(record.at_ms(), *opt_out.mutable_create_time());
  return opt_out;
}

void ShowRemoval(const store::v1::OptOutRemoved& removed, int64_t at_ms,
                 admin::v1::OptOut& opt_out) {
  SetTimestamp(at_ms, *opt_out.mutable_remove_time());
  opt_out.set_removal_proof(removed.proof());
  opt_out.set_remover(removed.actor());
  opt_out.set_correction_id(removed.correction_id());
  if (removed.consented_ms() != 0) {
    SetTimestamp(removed.consented_ms(), *opt_out.mutable_consent_time());
  }
}

admin::v1::RefusalsCounted RecordView::Refusals(
    const store::v1::Record& record) const {
  const store::v1::RefusalsCounted& counted = record.refusals_counted();
  admin::v1::RefusalsCounted shown;
  shown.set_account_id(IdOr(
      registry_.FindParty(store::v1::PARTY_KIND_ACCOUNT, counted.account())));
  if (record.recipient() != 0) {
    shown.set_recipient(ToE164(Phone{record.recipient()}));
  }
  SetTimestamp(counted.first_ms(), *shown.mutable_first_time());
  SetTimestamp(counted.last_ms(), *shown.mutable_last_time());
  shown.set_count(counted.count());
  if (counted.has_reason()) {
    WriteReason(counted.reason(), language_, *shown.mutable_reason());
  }
  shown.set_rule_set(counted.rule_set());
  return shown;
}

void AddEvent(const RecordView& view, const store::v1::Record& record,
              admin::v1::MessageRecord& message) {
  message.set_state(StateAfter(message.state(), record));
  for (admin::v1::MessageEvent& event : view.Events(record)) {
    *message.add_events() = std::move(event);
  }
}

}  // namespace sluice::gateway
