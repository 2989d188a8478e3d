#include "store/partition_state.h"

#include <utility>

#include "store/decided_record.h"

namespace sluice::store {

using filter::Send;
using filter::StandingFact;

void PartitionState::Decided(uint64_t message, Phone recipient,
                             const Send& send, LiveMessage* live,
                             uint64_t retry_of, int64_t now_ms) {
  if (!recipient) return;  // Refused, and about nobody.
  Touch(recipient);
  if (retry_of != 0) recipients.RemoveSend(recipient, retry_of);
  const bool charged = (send.flags & filter::kSendCharged) != 0;
  const bool wanted = charged || live != nullptr || send.key != 0;
  const size_t known = recipients.Find(recipient).sends.size();
  if (wanted && known < kSendsPerRecipientMax) {
    recipients.AddSend(recipient, send);
  }
  if (live != nullptr) outbox.Add(message, std::move(*live), now_ms);
}

void PartitionState::HandedOver(uint64_t message, absl::string_view link,
                                int64_t now_ms) {
  LiveMessage* const live = outbox.Find(message);
  if (live == nullptr) return;
  Touch(live->recipient);
  live->link.assign(link.data(), link.size());
  live->written = false;
  outbox.Move(message, v1::MESSAGE_STATE_HANDED_OVER, now_ms);
}

void PartitionState::GivenBack(uint64_t message, int64_t again_ms,
                               int64_t now_ms) {
  LiveMessage* const live = outbox.Find(message);
  if (live == nullptr) return;
  Touch(live->recipient);
  outbox.Requeue(message, again_ms, now_ms);
}

void PartitionState::Answered(uint64_t message, Phone recipient,
                              v1::MessageState state,
                              const std::vector<uint64_t>& report_keys,
                              bool refunded, int64_t now_ms) {
  Touch(recipient);
  if (refunded) Refund(message, recipient);
  if (outbox.Find(message) == nullptr) return;
  outbox.Move(message, state, now_ms);
  // Parts that were taken report even when the message as a whole failed, and
  // what is UNKNOWN may still be answered.
  bool stays = state == v1::MESSAGE_STATE_UNKNOWN;
  for (const uint64_t key : report_keys) stays = stays || key != 0;
  if (!stays) {
    outbox.Remove(message);
    return;
  }
  LiveMessage* const live = outbox.Find(message);
  live->written = true;
  live->text = std::string();
  outbox.AddReportKeys(message, report_keys);
}

void PartitionState::Reported(uint64_t message, Phone recipient, uint32_t part,
                              v1::MessageState state, bool part_failed,
                              int64_t now_ms) {
  Touch(recipient);
  if (state == v1::MESSAGE_STATE_UNDELIVERED) {
    Send* const send = recipients.FindSend(recipient, message);
    if (send != nullptr) send->flags |= filter::kSendFailed;
  }
  LiveMessage* const live = outbox.Find(message);
  if (live == nullptr) return;
  outbox.ForgetPart(message, part);  // A carrier may repeat its report.
  ++live->parts_reported;
  live->part_failed = live->part_failed || part_failed;
  if (AllReported(*live)) {
    outbox.Remove(message);
  } else if (live->state != state) {
    outbox.Move(message, state, now_ms);
  }
}

void PartitionState::Ended(uint64_t message, Phone recipient, bool refunded) {
  Touch(recipient);
  if (refunded) Refund(message, recipient);
  outbox.Remove(message);
}

void PartitionState::Refund(uint64_t message, Phone recipient) {
  Send* const send = recipients.FindSend(recipient, message);
  if (send == nullptr) return;
  send->flags &= static_cast<uint8_t>(~filter::kSendCharged);
  // Without a key nothing will ask for it again.
  if (send->key == 0) recipients.RemoveSend(recipient, message);
}

void PartitionState::OptOutAdded(uint64_t record, Phone recipient,
                                 const v1::OptOutAdded& added, int64_t at_ms) {
  Touch(recipient);
  recipients.AddFact(recipient,
                     {.since_ms = at_ms,
                      .record = record,
                      .content_provider = added.content_provider(),
                      .signature = added.signature(),
                      .classes = static_cast<ClassMask>(added.classes()),
                      .kind = StandingFact::Kind::kOptOut});
}

void PartitionState::OptOutRemoved(Phone recipient,
                                   const v1::OptOutRemoved& removed) {
  Touch(recipient);
  for (const uint64_t record : removed.removed()) {
    recipients.RemoveFact(recipient, record);
  }
}

bool AllReported(const LiveMessage& live) {
  return live.parts_reported >= live.parts;
}

v1::MessageState AfterReport(const LiveMessage& live, bool delivered) {
  // One failed part makes the message undelivered, whatever the others say.
  if (!delivered || live.part_failed) return v1::MESSAGE_STATE_UNDELIVERED;
  if (live.parts_reported + 1 >= live.parts) {
    return v1::MESSAGE_STATE_DELIVERED;
  }
  return live.state;
}

absl::Status PartitionState::Replay(RecordRef ref, const v1::Record& record) {
  const Phone recipient{record.recipient()};
  const int64_t at_ms = record.at_ms();
  switch (record.body_case()) {
    case v1::Record::kDecided: {
      const Send send = SendOf(record, ref);
      LiveMessage live;
      const bool under_way = LiveOf(record, live);
      Decided(ref.value(), recipient, send, under_way ? &live : nullptr,
              record.decided().retry_of(), at_ms);
      break;
    }
    case v1::Record::kHandedOver:
      HandedOver(record.handed_over().message(), record.handed_over().link(),
                 at_ms);
      break;
    case v1::Record::kGivenBack:
      GivenBack(record.given_back().message(), record.given_back().again_ms(),
                at_ms);
      break;
    case v1::Record::kAnswered: {
      const v1::Answered& answered = record.answered();
      std::vector<uint64_t> keys;
      for (const std::string& id : answered.carrier_message_ids()) {
        keys.push_back(id.empty() ? 0 : ReportKey(recipient, id));
      }
      Answered(answered.message(), recipient, answered.state(), std::move(keys),
               answered.refunded(), at_ms);
      break;
    }
    case v1::Record::kReported: {
      const v1::Reported& reported = record.reported();
      Reported(reported.message(), recipient, reported.part(), reported.state(),
               reported.part_failed(), at_ms);
      break;
    }
    case v1::Record::kEnded:
      Ended(record.ended().message(), recipient, record.ended().refunded());
      break;
    case v1::Record::kOptOutAdded:
      OptOutAdded(ref.value(), recipient, record.opt_out_added(), at_ms);
      break;
    case v1::Record::kOptOutRemoved:
      OptOutRemoved(recipient, record.opt_out_removed());
      break;
    case v1::Record::BODY_NOT_SET:
      return absl::DataLossError("a record without a body");
    default:
      break;
  }
  return absl::OkStatus();
}

}  // namespace sluice::store
