#include "store/statistics/record_counter.h"

#include <algorithm>
#include <utility>

#include "filter/policy/province.h"
#include "rules/base/phone.h"
#include "rules/base/status_macros.h"
#include "store/views/record_kind.h"

namespace sluice::store {
namespace {

constexpr size_t kRecentMax = 100'000;
constexpr int64_t kHourMs = 3'600'000;

absl::string_view PrimaryReason(const v1::Decided& decided) {
  for (const v1::RecordedReason& reason : decided.reasons()) {
    if (!reason.observed()) return reason.code();
  }
  return "";
}

bool IsAccepted(sluice::v1::Decision decision) {
  return decision == sluice::v1::DECISION_ACCEPTED ||
         decision == sluice::v1::DECISION_DEFERRED;
}

void CountDecision(const v1::Decided& decided, Tally& tally) {
  tally.Add(Metric::kSubmitted, 1);
  tally.Add(Metric::kSubmittedParts, decided.parts());
  if (IsAccepted(decided.decision())) {
    tally.Add(Metric::kAccepted, 1);
  } else if (decided.decision() == sluice::v1::DECISION_HELD) {
    tally.Add(Metric::kHeld, 1);
  } else {
    tally.Add(Metric::kRejected, 1);
    tally.AddRejected(PrimaryReason(decided), 1);
  }
}

void CountRedecision(const v1::Redecided& redecided, Tally& tally) {
  const v1::Decided& decided = redecided.decided();
  if (decided.decision() == sluice::v1::DECISION_REJECTED) {
    tally.Add(Metric::kRejectedLater, 1);
    tally.AddRejected(PrimaryReason(decided), 1);
  } else if (decided.decision() == sluice::v1::DECISION_HELD) {
    tally.Add(Metric::kHeldLater, 1);
  } else if (redecided.cause() != v1::Redecided::CAUSE_RECHECKED) {
    tally.Add(Metric::kReleased, 1);
  }
}

void CountAnswer(const v1::Answered& answered, uint32_t parts, Tally& tally) {
  switch (answered.state()) {
    case sluice::v1::MESSAGE_STATE_TAKEN:
      tally.Add(Metric::kTakenParts, parts);
      break;
    case sluice::v1::MESSAGE_STATE_REFUSED:
      tally.Add(Metric::kRefusedParts, parts);
      break;
    default:
      // A late answer has ids, and the parts have been counted.
      if (answered.carrier_message_ids().empty()) {
        tally.Add(Metric::kUnansweredParts, parts);
      }
      break;
  }
  if (answered.refunded()) tally.Add(Metric::kRefunded, 1);
}

void CountEnd(const v1::Ended& ended, Tally& tally) {
  switch (ended.state()) {
    case sluice::v1::MESSAGE_STATE_CANCELLED:
      tally.Add(Metric::kCancelled, 1);
      break;
    case sluice::v1::MESSAGE_STATE_EXPIRED:
      tally.Add(Metric::kExpired, 1);
      break;
    case sluice::v1::MESSAGE_STATE_NO_REPORT:
      tally.Add(Metric::kNoReport, 1);
      break;
    case sluice::v1::MESSAGE_STATE_REJECTED:
      tally.Add(Metric::kRejectedLater, 1);
      tally.AddRejected(ended.reason().code(), 1);
      break;
    default:
      break;
  }
  if (ended.refunded()) tally.Add(Metric::kRefunded, 1);
}

absl::string_view LinkOf(const v1::Record& record) {
  switch (record.body_case()) {
    case v1::Record::kAnswered:
      return record.answered().link();
    case v1::Record::kReported:
      return record.reported().link();
    default:
      return "";
  }
}

}  // namespace

void TraitsOf(const v1::Record& record, MessageTraits& traits) {
  const v1::Decided& decided = record.decided();
  traits.licensee = decided.licensee();
  traits.account = decided.account();
  traits.content_provider = decided.content_provider();
  traits.signature = decided.signature();
  traits.port = decided.port();
  traits.parts = decided.parts();
  traits.carrier = static_cast<uint8_t>(decided.carrier());
  traits.message_class = static_cast<uint8_t>(decided.message_class());
  traits.province = filter::ProvinceOf(Phone{record.recipient()});
  traits.campaign = decided.campaign_id();
}

absl::Status RecordCounter::Count(RecordRef ref, const v1::Record& record) {
  const auto hour =
      static_cast<uint32_t>(std::max<int64_t>(0, record.at_ms()) / kHourMs);
  if (MessageOf(record) != 0) return CountEvent(record, hour);
  switch (record.body_case()) {
    case v1::Record::kDecided: {
      TraitsOf(record, scratch_);
      const MessageTraits* const traits = Kept(scratch_);
      CountDecision(record.decided(), At(hour, traits));
      Remember(ref.value(), traits);
      return absl::OkStatus();
    }
    case v1::Record::kRefusalsCounted: {
      const v1::RefusalsCounted& counted = record.refusals_counted();
      MessageTraits traits;
      traits.account = counted.account();
      traits.province = filter::ProvinceOf(Phone{record.recipient()});
      Tally& tally = At(hour, Kept(traits));
      tally.Add(Metric::kSubmitted, counted.count());
      tally.Add(Metric::kRejected, counted.count());
      tally.AddRejected(counted.reason().code(), counted.count());
      return absl::OkStatus();
    }
    case v1::Record::kReply:
      return CountReply(record, hour);
    case v1::Record::kOptOutAdded:
      return CountOptOut(record, hour);
    default:
      return absl::OkStatus();
  }
}

absl::Status RecordCounter::CountEvent(const v1::Record& record,
                                       uint32_t hour) {
  // These say nothing that is counted.
  if (record.has_handed_over() || record.has_given_back()) {
    return absl::OkStatus();
  }
  SLUICE_ASSIGN_OR_RETURN(const MessageTraits* const traits,
                          Find(MessageOf(record)));
  Tally& tally = At(hour, traits, LinkOf(record));
  switch (record.body_case()) {
    case v1::Record::kRedecided:
      CountRedecision(record.redecided(), tally);
      break;
    case v1::Record::kAnswered:
      CountAnswer(record.answered(), traits->parts, tally);
      break;
    case v1::Record::kReported:
      tally.Add(record.reported().part_failed() ? Metric::kFailedParts
                                                : Metric::kDeliveredParts,
                1);
      break;
    case v1::Record::kEnded:
      CountEnd(record.ended(), tally);
      break;
    default:
      break;
  }
  return absl::OkStatus();
}

absl::Status RecordCounter::CountReply(const v1::Record& record,
                                       uint32_t hour) {
  const v1::ReplyReceived& reply = record.reply();
  // The part that completes a reply stands for all of its parts.
  if (reply.parts() > 1 && reply.joined().empty()) return absl::OkStatus();
  const MessageTraits* traits = nullptr;
  if (reply.message() != 0) {
    SLUICE_ASSIGN_OR_RETURN(traits, Find(reply.message()));
  } else {
    MessageTraits own;
    own.content_provider = reply.content_provider();
    own.port = reply.port();
    own.province = filter::ProvinceOf(Phone{record.recipient()});
    traits = Kept(own);
  }
  Tally& tally = At(hour, traits, reply.link());
  tally.Add(Metric::kReplies, 1);
  if (reply.complaint()) tally.Add(Metric::kComplaints, 1);
  return absl::OkStatus();
}

absl::Status RecordCounter::CountOptOut(const v1::Record& record,
                                        uint32_t hour) {
  const v1::OptOutAdded& added = record.opt_out_added();
  MessageTraits traits;
  if (added.message() != 0) {
    SLUICE_ASSIGN_OR_RETURN(const MessageTraits* const found,
                            Find(added.message()));
    traits = *found;
  }
  // What is refused, which may be another's than the message's.
  traits.content_provider = added.content_provider();
  traits.signature = added.signature();
  traits.province = filter::ProvinceOf(Phone{record.recipient()});
  At(hour, Kept(traits)).Add(Metric::kOptOuts, 1);
  return absl::OkStatus();
}

Tally& RecordCounter::At(uint32_t hour, const MessageTraits* traits,
                         absl::string_view link) {
  auto kept = links_.find(link);
  if (kept == links_.end()) kept = links_.emplace(link).first;
  return counts_[{hour, traits, &*kept}];
}

absl::StatusOr<const MessageTraits*> RecordCounter::Find(uint64_t message) {
  const auto recent = recent_.find(message);
  if (recent != recent_.end()) return recent->second;
  const absl::StatusOr<v1::Record> record =
      read_(RecordRef::FromValue(message));
  // Removed by retention, or damaged: told where it is read for its own sake.
  if (absl::IsFailedPrecondition(record.status()) ||
      absl::IsNotFound(record.status()) || absl::IsDataLoss(record.status())) {
    return Kept(MessageTraits());
  }
  if (!record.ok()) return record.status();
  MessageTraits traits;
  TraitsOf(*record, traits);
  const MessageTraits* const kept = Kept(traits);
  Remember(message, kept);
  return kept;
}

void RecordCounter::Remember(uint64_t message, const MessageTraits* traits) {
  if (!recent_.try_emplace(message, traits).second) return;
  order_.push_back(message);
  if (order_.size() <= kRecentMax) return;
  recent_.erase(order_.front());
  order_.pop_front();
}

// Callers make up campaigns: their traits must not pile up.
void RecordCounter::Clear() {
  counts_.clear();
  if (traits_.size() <= kRecentMax) return;
  recent_.clear();
  order_.clear();
  traits_.clear();
}

}  // namespace sluice::store
