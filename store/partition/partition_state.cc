#include "store/partition/partition_state.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "filter/message_state.h"
#include "store/partition/checkpoint.h"
#include "store/partition/decided_record.h"
#include "store/partition/opt_out_origin.h"

namespace sluice::store {

using filter::Send;
using filter::StandingFact;

namespace {

// The least bytes of later parts, of a bucket and in all, for which the first
// part is rewritten: a small or quiet store does not need it.
constexpr uint64_t kLaterBytesMin = 64u << 10;
constexpr uint32_t kPartsMax = 64;

// Entries of rejected messages of one account to one number; the oldest goes.
constexpr size_t kRejectedPerAccountMax = 64;

}  // namespace

void PartitionState::Decided(Phone recipient, const Send& send,
                             LiveMessage* live, uint64_t retry_of,
                             int64_t now_ms, uint64_t request) {
  if (!recipient) return;  // Rejected: it has no recipient.
  changed.Add(recipient);
  if (retry_of != 0) recipients.RemoveSend(recipient, retry_of);
  Enter(recipient, send, live != nullptr);
  if (live == nullptr) return;
  if (request != 0) Asked(*live, request, now_ms);
  outbox.Add(std::move(*live), now_ms);
}

// Adds a message to the ledger if a later decision can need its entry there.
void PartitionState::Enter(Phone recipient, const Send& send, bool under_way) {
  const bool charged = (send.flags & filter::kSendCharged) != 0;
  const bool wanted = charged || under_way || send.key != 0;
  if (!wanted) return;
  const bool rejected = !charged && !under_way;
  if (rejected && !MakeRoomForRejected(recipient, send.account)) return;
  recipients.AddSend(recipient, send);
}

// The entry of a rejected message only links a later message under its key to
// it. It must never take the room of messages that are sent.
bool PartitionState::MakeRoomForRejected(Phone recipient, uint32_t account) {
  const auto sends = recipients.Find(recipient).sends;
  if (sends.size() >= kSendsPerRecipientMax / 2) return false;
  if (sends.size() < kRejectedPerAccountMax) return true;
  size_t count = 0;
  const Send* oldest = nullptr;
  for (const Send& send : sends) {
    if (send.account != account || (send.flags & filter::kSendRejected) == 0) {
      continue;
    }
    ++count;
    if (oldest == nullptr || send.decided_ms < oldest->decided_ms) {
      oldest = &send;
    }
  }
  if (count >= kRejectedPerAccountMax) {
    recipients.RemoveSend(recipient, oldest->message);
  }
  return true;
}

void PartitionState::Redecided(Phone recipient, const Send& send,
                               LiveMessage* live, int64_t now_ms,
                               uint64_t request) {
  changed.Add(recipient);
  recipients.RemoveSend(recipient, send.message);
  Enter(recipient, send, live != nullptr);
  if (send.message_class == MessageClass::kConsentRequest) {
    recipients.RemoveFact(recipient, send.message);
    if (live != nullptr && request != 0) Asked(*live, request, now_ms);
  }
  LiveMessage* const was = outbox.Find(send.message);
  if (live == nullptr) {
    if (was != nullptr) outbox.Remove(*was);
  } else if (was != nullptr) {
    // A message held again has waited for a person since its first hold.
    const auto held = sluice::v1::MESSAGE_STATE_HELD;
    if (was->state == held && live->state == held) {
      live->since_ms = was->since_ms;
    }
    outbox.Replace(*was, std::move(*live), now_ms);
  } else {
    outbox.Add(std::move(*live), now_ms);
  }
}

// A consent request counts from its decision, even if it is sent later: two
// that wait are one too many.
void PartitionState::Asked(const LiveMessage& live, uint64_t request,
                           int64_t now_ms) {
  const Phone recipient = live.about.recipient;
  if (recipients.Find(recipient).facts.size() >= kFactsPerRecipientMax) return;
  recipients.AddFact(
      recipient,
      filter::ConsentRequest(now_ms, live.message,
                             live.about.content_provider.value, request));
}

// The consent request was never sent.
void PartitionState::NotAsked(const LiveMessage& live) {
  if (live.about.message_class != MessageClass::kConsentRequest) return;
  recipients.RemoveFact(live.about.recipient, live.message);
}

// Marks the message's number as changed, once between two saves.
void PartitionState::Changed(LiveMessage& live) {
  if (!live.saved) return;
  live.saved = false;
  changed.Add(live.about.recipient);
}

void PartitionState::HandedOver(LiveMessage& live, absl::string_view link,
                                int64_t now_ms) {
  Changed(live);
  live.link = outbox.LinkNumber(link);
  live.written = live.with_link = false;
  outbox.Move(live, sluice::v1::MESSAGE_STATE_HANDED_OVER, now_ms);
}

void PartitionState::GivenBack(LiveMessage& live, int64_t again_ms,
                               int64_t now_ms) {
  Changed(live);
  outbox.Requeue(live, again_ms, now_ms);
}

void PartitionState::Answered(LiveMessage& live, sluice::v1::MessageState state,
                              const std::vector<uint64_t>& report_keys,
                              bool refunded, int64_t now_ms) {
  Changed(live);
  outbox.Move(live, state, now_ms);
  // Reports on the parts that were taken come even when the message as a whole
  // failed, and an UNKNOWN message may still be answered.
  bool stays = state == sluice::v1::MESSAGE_STATE_UNKNOWN;
  for (const uint64_t key : report_keys) stays = stays || key != 0;
  if (refunded) Refund(live, stays);
  if (!stays) {
    outbox.Remove(live);
    return;
  }
  outbox.TakeText(live);
  outbox.AddReportKeys(live, report_keys);
}

void PartitionState::Reported(LiveMessage& live, uint32_t part,
                              sluice::v1::MessageState state, bool part_failed,
                              int64_t now_ms) {
  Changed(live);
  if (state == sluice::v1::MESSAGE_STATE_UNDELIVERED) {
    Send* const send = recipients.FindSend(live.about.recipient, live.message);
    if (send != nullptr) send->flags |= filter::kSendFailed;
  }
  live.parts_reported += static_cast<uint8_t>(Outbox::PartsLike(live, part));
  outbox.ForgetPart(live, part);  // A carrier may repeat its report.
  live.part_failed = live.part_failed || part_failed;
  if (AllReported(live)) {
    outbox.Remove(live);
  } else if (live.state != state) {
    outbox.Move(live, state, now_ms);
  }
}

void PartitionState::Ended(LiveMessage& live, sluice::v1::MessageState state,
                           bool refunded) {
  Changed(live);
  if (state == sluice::v1::MESSAGE_STATE_REJECTED) {
    Send* const send = recipients.FindSend(live.about.recipient, live.message);
    if (send != nullptr) send->flags |= filter::kSendRedecided;
  }
  if (IsWaiting(live.state)) NotAsked(live);
  if (refunded) Refund(live, /*stays=*/false);
  outbox.Remove(live);
}

// A message that stays in the outbox keeps its entry, by which checkpoints find
// it.
void PartitionState::Refund(const LiveMessage& live, bool stays) {
  NotAsked(live);
  const Phone recipient = live.about.recipient;
  Send* const send = recipients.FindSend(recipient, live.message);
  if (send == nullptr) return;
  send->flags &= static_cast<uint8_t>(~filter::kSendCharged);
  // Without a key no later message needs the entry.
  if (send->key == 0 && !stays) recipients.RemoveSend(recipient, live.message);
}

void PartitionState::OptOutAdded(uint64_t record, Phone recipient,
                                 const store::v1::OptOutAdded& added,
                                 int64_t at_ms) {
  changed.Add(recipient);
  recipients.AddFact(recipient,
                     {.since_ms = at_ms,
                      .record = record,
                      .content_provider = added.content_provider(),
                      .signature = added.signature(),
                      .category_hash = OriginOf(added),
                      .classes = static_cast<ClassMask>(added.classes()),
                      .kind = StandingFact::Kind::kOptOut});
}

void PartitionState::OptOutRemoved(Phone recipient,
                                   const store::v1::OptOutRemoved& removed) {
  changed.Add(recipient);
  for (const uint64_t record : removed.removed()) {
    recipients.RemoveFact(recipient, record);
  }
}

void PartitionState::Take(BucketSave& save) {
  for (const BucketSave::Idle& idle : save.evicted) changed.Add(idle.recipient);
  if (!changed.Any(save.bucket)) return;
  // Recalled numbers are in memory, or nothing is left of them: save either.
  idle.TakeReturned(save);
  for (const Phone recipient : save.returned) changed.Add(recipient);
  save.changed = changed.Take(save.bucket);
  Parts& has = parts[save.bucket];
  save.whole = has.first == has.next || has.next - has.first >= kPartsMax ||
               has.later_bytes > std::max(kLaterBytesMin, has.whole_bytes / 2);
  save.part = has.next++;
  save.replaces = save.whole ? has.first : save.part;
  save.content = EncodePart(save, *this);
}

void PartitionState::Saved(bool ok, absl::Span<const Phone> expired) {
  for (const BucketSave& save : *idle.saving()) {
    if (save.content.empty()) continue;
    Parts& has = parts[save.bucket];
    if (!ok) {
      // A save failed: the views are behind.
      for (const Phone recipient : save.changed) changed.Add(recipient);
    } else if (save.whole) {
      has.first = save.part;
      has.whole_bytes = save.content.size();
      has.later_bytes = 0;
    } else {
      has.later_bytes += save.content.size();
    }
  }
  idle.Saved(ok, expired, recipients);
}

bool AllReported(const LiveMessage& live) {
  return live.parts_reported >= live.parts;
}

sluice::v1::MessageState AfterReport(const LiveMessage& live, uint32_t part,
                                     bool delivered) {
  // The carrier refused another part: the message has ended and its charge is
  // refunded, whatever becomes of the parts that were taken.
  if (filter::IsFinal(live.state)) return live.state;
  // One failed part makes the message undelivered, whatever the other reports
  // say.
  if (!delivered || live.part_failed)
    return sluice::v1::MESSAGE_STATE_UNDELIVERED;
  if (live.parts_reported + Outbox::PartsLike(live, part) >= live.parts) {
    return sluice::v1::MESSAGE_STATE_DELIVERED;
  }
  return live.state;
}

void PartitionState::TurnBack(int64_t mistaken_ms, int64_t now_ms,
                              const std::function<bool(uint32_t bucket)>& in) {
  const TurnedBack back = {mistaken_ms, now_ms};
  for (uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
    if (in(bucket)) TurnBack(back, bucket);
  }
  // The sends were moved by the times of their messages: these go last.
  std::vector<uint64_t> later;
  outbox.ForEach([&](const LiveMessage& live) {
    if (IsMistaken(back, live) && in(BucketOf(live.about.recipient))) {
      later.push_back(live.message);
    }
  });
  absl::c_sort(later);
  for (const uint64_t message : later) {
    LiveMessage& live = *outbox.Find(message);
    Changed(live);
    outbox.Reschedule(live, TimesOf(back, live), now_ms);
  }
}

void PartitionState::TurnBack(const TurnedBack& back, uint32_t bucket) {
  std::vector<std::pair<Phone, uint64_t>> sends;
  std::vector<std::pair<Phone, StandingFact>> facts;
  recipients.ForEach(bucket,
                     [&](Phone recipient, const filter::RecipientState& known) {
                       for (const Send& send : known.sends) {
                         if (IsMistaken(back, send))
                           sends.emplace_back(recipient, send.message);
                       }
                       for (const StandingFact& fact : known.facts) {
                         if (IsMistaken(back, fact))
                           facts.emplace_back(recipient, fact);
                       }
                     });
  for (const auto& [recipient, message] : sends) {
    changed.Add(recipient);
    Move(back, outbox.Find(message), *recipients.FindSend(recipient, message));
  }
  for (auto& [recipient, fact] : facts) {
    changed.Add(recipient);
    recipients.RemoveFact(recipient, fact.record);
    fact.since_ms = back.now_ms;
    recipients.AddFact(recipient, fact);
  }
}

absl::Status PartitionState::Replay(RecordRef ref,
                                    const store::v1::Record& record) {
  const Phone recipient{record.recipient()};
  switch (record.body_case()) {
    case store::v1::Record::kDecided: {
      const Send send = SendOf(record, ref);
      LiveMessage live;
      const bool under_way = LiveOf(record, ref, ref, live);
      Decided(recipient, send, under_way ? &live : nullptr,
              record.decided().retry_of(), record.at_ms(),
              RequestOf(record.decided()));
      break;
    }
    case store::v1::Record::kRedecided: {
      const auto message = RecordRef::FromValue(record.redecided().message());
      LiveMessage live;
      const bool under_way = LiveOf(record, message, ref, live);
      Redecided(recipient, SendOf(record, message), under_way ? &live : nullptr,
                record.at_ms(), RequestOf(record.redecided().decided()));
      break;
    }
    case store::v1::Record::kOptOutAdded:
      OptOutAdded(ref.value(), recipient, record.opt_out_added(),
                  record.at_ms());
      break;
    case store::v1::Record::kOptOutRemoved:
      OptOutRemoved(recipient, record.opt_out_removed());
      break;
    case store::v1::Record::BODY_NOT_SET:
      return absl::DataLossError("a record without a body");
    default:
      ReplayEvent(record);
      break;
  }
  return absl::OkStatus();
}

// Replays what happened to a live message.
void PartitionState::ReplayEvent(const store::v1::Record& record) {
  const int64_t at_ms = record.at_ms();
  const auto live = [this](uint64_t message) { return outbox.Find(message); };
  if (record.has_handed_over()) {
    const store::v1::HandedOver& in = record.handed_over();
    if (auto* m = live(in.message())) HandedOver(*m, in.link(), at_ms);
  } else if (record.has_given_back()) {
    const store::v1::GivenBack& in = record.given_back();
    if (auto* m = live(in.message())) GivenBack(*m, in.again_ms(), at_ms);
  } else if (record.has_answered()) {
    const store::v1::Answered& in = record.answered();
    auto* const m = live(in.message());
    if (m == nullptr) return;
    std::vector<uint64_t> keys;
    for (const std::string& id : in.carrier_message_ids()) {
      keys.push_back(id.empty() ? 0 : ReportKey(m->about.recipient, id));
    }
    Answered(*m, in.state(), keys, in.refunded(), at_ms);
  } else if (record.has_reported()) {
    const store::v1::Reported& in = record.reported();
    if (auto* m = live(in.message())) {
      Reported(*m, in.part(), in.state(), in.part_failed(), at_ms);
    }
  } else if (record.has_ended()) {
    if (auto* m = live(record.ended().message())) {
      Ended(*m, record.ended().state(), record.ended().refunded());
    }
  }
}

}  // namespace sluice::store
