#include "gateway/submit/own_messages.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "filter/policy/number_table.h"
#include "gateway/wire/message_events.h"
#include "gateway/wire/record_view.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

// Decisions about a number among which a key is looked for: 0.2 s.
constexpr size_t kDecisionsMax = 100'000;

absl::Status NotFound() {
  return absl::NotFoundError(
      "the account has no such message, or it is no longer kept, or it was "
      "rejected like many before it and only counted");
}

absl::StatusOr<store::MessageId> FindById(const store::Store& store,
                                          AccountId account,
                                          const std::string& text,
                                          absl::string_view field) {
  const absl::StatusOr<store::MessageId> id = store::DecodeMessageId(text);
  if (!id.ok()) {
    return InvalidField(absl::StrCat(field, ".message_id"),
                        BothOf(id.status()));
  }
  if (id->partition >= store.partitions()) return NotFound();
  const absl::StatusOr<store::v1::Record> record = store.Read(*id);
  if (absl::IsNotFound(record.status()) ||
      absl::IsFailedPrecondition(record.status())) {
    return NotFound();
  }
  if (!record.ok()) return record.status();
  const bool own = record->has_decided() &&
                   AccountId{record->decided().account()} == account;
  if (!own) return NotFound();
  return *id;
}

// Finds the newest message under the key.
absl::StatusOr<store::MessageId> FindByKey(const store::Store& store,
                                           AccountId account,
                                           const v1::MessageName& name,
                                           absl::string_view field,
                                           const StopAsked& stop) {
  const absl::StatusOr<Phone> recipient = ParsePhone(name.recipient());
  if (!recipient.ok()) {
    return InvalidField(absl::StrCat(field, ".recipient"),
                        recipient.status().message());
  }
  store::RecordRef newest;
  size_t read = 0;
  SLUICE_RETURN_IF_ERROR(store.VisitNewestFirst(
      *recipient, {}, MaskOf(store::RecordKind::kFirst),
      [&](store::RecordRef ref, const store::v1::Record& record) {
        if (record.has_decided() &&
            AccountId{record.decided().account()} == account &&
            record.decided().key() == name.key()) {
          newest = ref;
        }
        return newest == store::RecordRef() && ++read < kDecisionsMax;
      },
      stop));
  if (newest != store::RecordRef()) {
    return store::MessageId{
        static_cast<uint16_t>(store.PartitionOf(*recipient)), newest};
  }
  if (read < kDecisionsMax) return NotFound();
  return absl::NotFoundError(
      absl::StrCat("the account has no message with this key among the newest ",
                   kDecisionsMax, " to this number: name it by message_id"));
}

void CopyVerdict(const admin::v1::MessageRecord& from, v1::Verdict& to) {
  to.set_message_id(from.message_id());
  to.set_decision(from.decision());
  *to.mutable_reasons() = from.reasons();
  *to.mutable_would_reasons() = from.would_reasons();
  if (from.decision() == v1::DECISION_DEFERRED) {
    *to.mutable_not_before() = from.not_before_time();
  }
  to.set_parts(from.parts());
  to.set_rule_set(from.rule_set());
  to.set_access_number(from.access_number());
  to.set_carrier(
      std::string(filter::Name(static_cast<Carrier>(from.carrier()))));
}

// The part of a message's record that its sender may see.
v1::GetMessageResponse Shown(const admin::v1::MessageRecord& from) {
  v1::GetMessageResponse to;
  to.set_key(from.key());
  to.set_client_ref(from.client_ref());
  to.set_recipient(from.recipient());
  to.set_content_provider_id(from.content_provider_id());
  to.set_state(from.state());
  *to.mutable_submit_time() = from.decide_time();
  CopyVerdict(from, *to.mutable_verdict());
  for (const admin::v1::MessageEvent& event : from.events()) {
    v1::OwnMessageEvent& shown = *to.add_events();
    *shown.mutable_time() = event.time();
    shown.set_state(event.state());
    shown.set_carrier_code(event.carrier_code());
    shown.set_part(event.part());
    *shown.mutable_reasons() = event.reasons();
  }
  return to;
}

}  // namespace

absl::StatusOr<store::MessageId> FindOwnMessage(const store::Store& store,
                                                AccountId account,
                                                const v1::MessageName& name,
                                                absl::string_view field,
                                                const StopAsked& stop) {
  const bool by_id = !name.message_id().empty();
  const bool by_key = !name.key().empty() || !name.recipient().empty();
  if (by_id == by_key) {
    return InvalidField(field, "either message_id, or key and recipient");
  }
  if (by_id) return FindById(store, account, name.message_id(), field);
  if (name.key().empty()) {
    return InvalidField(absl::StrCat(field, ".key"), "needed with a recipient");
  }
  return FindByKey(store, account, name, field, stop);
}

absl::StatusOr<v1::GetMessageResponse> ShowOwnMessage(
    const store::Store& store, const store::MessageId& id,
    filter::Language language, const StopAsked& stop) {
  SLUICE_ASSIGN_OR_RETURN(const store::v1::Record first, store.Read(id));
  const store::SnapshotPtr snapshot = store.snapshot();
  const RecordView view(*snapshot->registry, language);
  admin::v1::MessageRecord message = view.Message(id, first);
  MessageEvents events(view);
  events.Add(id, message);
  SLUICE_RETURN_IF_ERROR(events.Read(store, stop));
  return Shown(message);
}

}  // namespace sluice::gateway
