#include "gateway/submit/watch_events.h"

#include <utility>

#include "gateway/wire/record_view.h"
#include "gateway/wire/timestamp.h"
#include "gateway/wire/utf8.h"
#include "gateway/wire/verdict_writer.h"
#include "rules/base/fmix64.h"
#include "rules/base/status_macros.h"
#include "store/memory/slot.h"

namespace sluice::gateway {
namespace {

constexpr size_t kOwners = 1 << 16;

void FillOutcome(const store::v1::Record& record, filter::Language language,
                 v1::Outcome& outcome) {
  outcome.set_state(StateAfter(v1::MESSAGE_STATE_UNSPECIFIED, record));
  if (record.has_given_back()) {
    outcome.set_carrier_code(record.given_back().carrier_code());
  } else if (record.has_answered()) {
    outcome.set_carrier_code(record.answered().carrier_code());
  } else if (record.has_reported()) {
    outcome.set_carrier_code(record.reported().carrier_code());
    if (record.reported().done_ms() != 0) {
      SetTimestamp(record.reported().done_ms(), *outcome.mutable_done_time());
    }
  } else if (record.has_redecided()) {
    for (const auto& reason : record.redecided().decided().reasons()) {
      if (reason.observed()) continue;
      WriteReason(reason, language, *outcome.add_reasons());
    }
  } else if (record.ended().has_reason()) {
    WriteReason(record.ended().reason(), language, *outcome.add_reasons());
  }
}

void FillPartOutcome(const store::v1::Reported& reported,
                     v1::PartOutcome& outcome) {
  outcome.set_part(reported.part());
  outcome.set_state(reported.part_failed() ? v1::MESSAGE_STATE_UNDELIVERED
                                           : v1::MESSAGE_STATE_DELIVERED);
  outcome.set_carrier_code(reported.carrier_code());
  if (reported.done_ms() != 0) {
    SetTimestamp(reported.done_ms(), *outcome.mutable_done_time());
  }
}

// Whether an account sees the replies to a content provider. The current
// registry decides, not the record: an account gets replies from numbers that
// it never sent to, and an account that no longer sends for the content
// provider gets none.
bool Reads(const filter::Registry& registry, AccountId account,
           ContentProviderId content_provider) {
  const filter::Account* found = registry.Find(account);
  return content_provider && found != nullptr &&
         found->MaySendFor(content_provider);
}

}  // namespace

absl::Status WatchEvents::Read(int partition, store::RecordRef ref,
                               absl::string_view bytes, AccountId account,
                               filter::Language language,
                               std::vector<v1::WatchResponse>& events) {
  events.clear();
  if (!record_.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("a journal record does not parse");
  }
  if (record_.has_decided()) {
    Remember(partition, ref.value(), record_);
    return absl::OkStatus();
  }
  const auto at = static_cast<uint16_t>(partition);
  if (record_.has_reply()) {
    return ReadReply({at, ref}, account, language, events);
  }
  const uint64_t message = store::MessageOf(record_);
  if (message == 0) return absl::OkStatus();
  SLUICE_ASSIGN_OR_RETURN(const Owner* owner, OwnerOf(partition, message));
  if (owner == nullptr || owner->account != account) return absl::OkStatus();
  ReadOutcome({at, store::RecordRef::FromValue(message)}, *owner, language,
              events);
  return absl::OkStatus();
}

absl::Status WatchEvents::ReadReply(const store::MessageId& id,
                                    AccountId account,
                                    filter::Language language,
                                    std::vector<v1::WatchResponse>& events) {
  const store::SnapshotPtr snapshot = store_.snapshot();
  const store::v1::ReplyReceived& received = record_.reply();
  if (!Reads(*snapshot->registry, account,
             ContentProviderId{received.content_provider()})) {
    return absl::OkStatus();
  }
  // The event does not name another account's message.
  bool own = false;
  if (received.message() != 0) {
    SLUICE_ASSIGN_OR_RETURN(const Owner* owner,
                            OwnerOf(id.partition, received.message()));
    own = owner != nullptr && owner->account == account;
  }
  v1::WatchResponse& event = events.emplace_back();
  SetTimestamp(record_.at_ms(), *event.mutable_time());
  *event.mutable_reply() =
      RecordView(*snapshot->registry, language).Reply(id, record_);
  if (!own) event.mutable_reply()->clear_message_id();
  return absl::OkStatus();
}

// A report on one of several parts is an event of the part; the report that
// settles the message is an event of the message too.
void WatchEvents::ReadOutcome(const store::MessageId& id, const Owner& owner,
                              filter::Language language,
                              std::vector<v1::WatchResponse>& events) const {
  const std::string message_id = store::ToString(id);
  if (record_.has_reported() && owner.parts > 1) {
    v1::WatchResponse& event = events.emplace_back();
    SetTimestamp(record_.at_ms(), *event.mutable_time());
    v1::PartOutcome& part = *event.mutable_part_outcome();
    part.set_message_id(message_id);
    part.set_client_ref(owner.client_ref);
    part.set_key(owner.key);
    part.set_parts(owner.parts);
    FillPartOutcome(record_.reported(), part);
    if (!record_.reported().settled()) return;
  }
  v1::WatchResponse& event = events.emplace_back();
  SetTimestamp(record_.at_ms(), *event.mutable_time());
  v1::Outcome& outcome = *event.mutable_outcome();
  outcome.set_message_id(message_id);
  outcome.set_client_ref(owner.client_ref);
  outcome.set_key(owner.key);
  outcome.set_recipient(ToE164(owner.recipient));
  outcome.set_parts(owner.parts);
  const store::SnapshotPtr snapshot = store_.snapshot();
  if (const auto* provider = snapshot->registry->Find(owner.content_provider)) {
    outcome.set_content_provider_id(std::string(provider->id));
  }
  FillOutcome(record_, language, outcome);
}

WatchEvents::Owner& WatchEvents::Place(int partition, uint64_t message) {
  if (owners_.empty()) owners_.resize(kOwners);
  return owners_[Fmix64(message + static_cast<uint64_t>(partition)) % kOwners];
}

void WatchEvents::Remember(int partition, uint64_t message,
                           const store::v1::Record& record) {
  const store::v1::Decided& decided = record.decided();
  Owner& owner = Place(partition, message);
  owner.partition = partition;
  owner.message = message;
  owner.account = AccountId{decided.account()};
  owner.content_provider = ContentProviderId{decided.content_provider()};
  owner.recipient = Phone{record.recipient()};
  owner.parts = decided.parts();
  owner.key = ToUtf8(decided.key());
  owner.client_ref = ToUtf8(decided.client_ref());
}

absl::StatusOr<const WatchEvents::Owner*> WatchEvents::OwnerOf(
    int partition, uint64_t message) {
  const Owner& owner = Place(partition, message);
  if (owner.partition == partition && owner.message == message) return &owner;
  const absl::StatusOr<store::v1::Record> record = store_.Read(
      {static_cast<uint16_t>(partition), store::RecordRef::FromValue(message)});
  if (absl::IsNotFound(record.status()) ||
      absl::IsFailedPrecondition(record.status())) {
    return nullptr;
  }
  if (!record.ok()) return record.status();
  Remember(partition, message, *record);
  return &owner;
}

}  // namespace sluice::gateway
