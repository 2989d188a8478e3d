#include "gateway/submit/watch_events.h"

#include <algorithm>
#include <utility>

#include "gateway/wire/record_view.h"
#include "gateway/wire/timestamp.h"
#include "gateway/wire/utf8.h"
#include "gateway/wire/verdict_writer.h"
#include "rules/base/fmix64.h"
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
    outcome.set_part(record.reported().part());
  } else if (record.has_redecided()) {
    for (const auto& reason : record.redecided().decided().reasons()) {
      if (reason.observed()) continue;
      WriteReason(reason, language, *outcome.add_reasons());
    }
  } else if (record.ended().has_reason()) {
    WriteReason(record.ended().reason(), language, *outcome.add_reasons());
  }
}

void FillReply(const store::v1::Record& record, v1::Reply& reply) {
  reply.set_recipient(ToE164(Phone{record.recipient()}));
  reply.set_access_number(ToUtf8(record.reply().access_number()));
  reply.set_text(ToUtf8(record.reply().text()));
  reply.set_opted_out(record.reply().opted_out());
}

}  // namespace

absl::StatusOr<bool> WatchEvents::Read(int partition, store::RecordRef ref,
                                       absl::string_view bytes,
                                       AccountId account,
                                       filter::Language language,
                                       v1::WatchResponse& event) {
  if (!record_.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("a journal record does not parse");
  }
  if (record_.has_decided()) {
    Remember(partition, ref.value(), record_.decided());
    return false;
  }
  if (record_.has_reply()) {
    const auto& accounts = record_.reply().accounts();
    if (std::find(accounts.begin(), accounts.end(), account.value) ==
        accounts.end()) {
      return false;
    }
    SetTimestamp(record_.at_ms(), *event.mutable_time());
    FillReply(record_, *event.mutable_reply());
    return true;
  }
  const uint64_t message = MessageOf(record_);
  if (message == 0) return false;
  const absl::StatusOr<const Owner*> owner = OwnerOf(partition, message);
  if (!owner.ok()) return owner.status();
  if (*owner == nullptr || (*owner)->account != account) return false;
  SetTimestamp(record_.at_ms(), *event.mutable_time());
  v1::Outcome& outcome = *event.mutable_outcome();
  outcome.set_message_id(
      store::ToString({static_cast<uint16_t>(partition),
                       store::RecordRef::FromValue(message)}));
  outcome.set_client_ref((*owner)->client_ref);
  FillOutcome(record_, language, outcome);
  return true;
}

WatchEvents::Owner& WatchEvents::Place(int partition, uint64_t message) {
  if (owners_.empty()) owners_.resize(kOwners);
  return owners_[Fmix64(message + static_cast<uint64_t>(partition)) % kOwners];
}

void WatchEvents::Remember(int partition, uint64_t message,
                           const store::v1::Decided& decided) {
  Owner& owner = Place(partition, message);
  owner.partition = partition;
  owner.message = message;
  owner.account = AccountId{decided.account()};
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
  Remember(partition, message, record->decided());
  return &owner;
}

}  // namespace sluice::gateway
