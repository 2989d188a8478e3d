// Deciding anew: held messages that a person releases or refuses, waiting ones
// under newer rules, refused ones that a mistaken rule had refused.
//
// Who asks has examined them with a snapshot of its own; what has happened to
// them since is seen here. Only the writer moves a message, so that one is
// either handed over or decided anew, never both.

#include <algorithm>
#include <utility>

#include "store/writer/partition_writer.h"

namespace sluice::store {

using filter::Finding;
using filter::MessageFacts;
using filter::RecipientState;
using filter::Send;
using filter::StandingFact;

namespace {

using Outcome = Redecision::Outcome;

constexpr absl::string_view kWaitsForHours =
    "SEND_HOURS";  // Of a DEFERRED message: says when, refuses nothing.

// Whether a finding is among recorded reasons. Where in the text it was found
// makes it no other reason.
bool IsRecorded(const Finding& finding, const store::v1::Decided& last) {
  return std::any_of(last.reasons().begin(), last.reasons().end(),
                     [&](const store::v1::RecordedReason& reason) {
                       return reason.code() == filter::Name(finding.code) &&
                              reason.rule() == finding.rule &&
                              reason.field() == finding.field &&
                              reason.observed() == finding.observed;
                     });
}

size_t ReasonsIn(const store::v1::Decided& last) {
  return static_cast<size_t>(std::count_if(
      last.reasons().begin(), last.reasons().end(),
      [](const store::v1::RecordedReason& reason) {
        return reason.code() != kWaitsForHours || reason.observed();
      }));
}

bool Goes(sluice::v1::Decision decision) {
  return decision == sluice::v1::DECISION_ACCEPTED ||
         decision == sluice::v1::DECISION_DEFERRED;
}

// The decision and its reasons are those of `last`. A message that has waited
// for its time goes when it goes: only a later time is another decision.
bool SameVerdict(const filter::Admission& now, const store::v1::Decided& last,
                 const LiveMessage* live, int64_t now_ms) {
  const bool both_go = Goes(now.decision) && Goes(last.decision());
  if (!both_go && now.decision != last.decision()) return false;
  if (both_go && live != nullptr) {
    const bool waits = live->state == sluice::v1::MESSAGE_STATE_DEFERRED;
    const bool later = now.decision == sluice::v1::DECISION_DEFERRED &&
                       (!waits || now.planned_ms > live->due_ms);
    const bool sooner = waits && live->due_ms > now_ms &&
                        now.decision == sluice::v1::DECISION_ACCEPTED &&
                        last.decision() == sluice::v1::DECISION_DEFERRED;
    if (later || sooner) return false;
  }
  size_t reasons = 0;
  for (const Finding& finding : now.findings) {
    if (!finding.observed && filter::Name(finding.code) == kWaitsForHours &&
        Goes(now.decision)) {
      continue;
    }
    if (!IsRecorded(finding, last)) return false;
    ++reasons;
  }
  return reasons == ReasonsIn(last);
}

// Only other messages stand in its way, which came after it.
bool IsOnlyOverLimits(const filter::Admission& admission) {
  return admission.decision == sluice::v1::DECISION_REJECTED &&
         std::all_of(
             admission.findings.begin(), admission.findings.end(),
             [](const Finding& finding) {
               return finding.observed ||
                      finding.code == filter::ReasonCode::kFrequencyLimit ||
                      finding.code == filter::ReasonCode::kDuplicateContent;
             });
}

bool HasExpired(const filter::Admission& admission) {
  return std::any_of(admission.findings.begin(), admission.findings.end(),
                     [](const Finding& finding) {
                       return finding.code == filter::ReasonCode::kExpired &&
                              !finding.observed;
                     });
}

}  // namespace

void PartitionWriter::Do(RedecideCommand& command) {
  RedecideBatch& batch = *command.batch;
  const std::vector<uint32_t>& part = batch.parts[options_.identity.partition];
  if (disk_full_ && !batch.check_only) {
    FinishPart(batch, commit_->space());
    return;
  }
  numbers_.clear();
  for (const uint32_t i : part) numbers_.push_back(batch.facts[i].recipient);
  const absl::Status recalled = RecallAndPin(numbers_);
  if (!recalled.ok()) return FinishPart(batch, recalled);
  for (const uint32_t i : part) Redecide(batch, i);
  if (batch.check_only) return FinishPart(batch, absl::OkStatus());
  RedecideBatch* const borrowed = &batch;
  const uint16_t partition = options_.identity.partition;
  AfterDurable([borrowed, partition](const absl::Status& status) {
    if (!status.ok()) {
      // Outcome unknown: what was decided must not be believed.
      for (const uint32_t i : borrowed->parts[partition]) {
        borrowed->results[i] = {};
      }
    }
    FinishPart(*borrowed, status);
  });
}

// Whether it is still what was read; else `result` says what it is.
bool PartitionWriter::MayRedecide(const RedecideBatch& batch, uint32_t index,
                                  const LiveMessage* live,
                                  Redecision& result) const {
  const RedecisionItem& item = batch.items[index];
  if (batch.cause == store::v1::Redecided::CAUSE_REJUDGED) {
    const auto sends =
        state_->recipients.Find(batch.facts[index].recipient).sends;
    const auto send =
        std::find_if(sends.begin(), sends.end(), [&item](const Send& one) {
          return one.message == item.message.value();
        });
    const bool known = send != sends.end();
    // A retry under its key has taken its place, or it goes already.
    if (live != nullptr || (!known && batch.facts[index].key != 0) ||
        (known && (send->flags & filter::kSendRejected) == 0)) {
      result.outcome = Outcome::kGone;
      return false;
    }
    return true;
  }
  const bool held_only =
      batch.reject || batch.cause == store::v1::Redecided::CAUSE_RELEASED;
  if (live == nullptr ||
      (held_only ? live->state != sluice::v1::MESSAGE_STATE_HELD
                 : !IsWaiting(live->state) ||
                       live->state == sluice::v1::MESSAGE_STATE_STOPPED)) {
    result.outcome = Outcome::kGone;
    return false;
  }
  if (!batch.cancel && live->decision != item.decision.value()) {
    result.outcome = Outcome::kChanged;
    return false;
  }
  return true;
}

void PartitionWriter::Redecide(RedecideBatch& batch, uint32_t index) {
  const RedecisionItem& item = batch.items[index];
  const MessageFacts& facts = batch.facts[index];
  Redecision& result = batch.results[index];
  LiveMessage* const live = state_->outbox.Find(item.message.value());
  if (!MayRedecide(batch, index, live, result)) return;
  // The clockwork ends it in a moment, if it has not.
  if (live != nullptr && now_ms_ >= live->about.expire_at_ms) {
    result.outcome = Outcome::kExpired;
    return;
  }
  if (batch.cancel) {
    Cancel(batch, *live);
    result.outcome = Outcome::kDecided;
    return;
  }
  if (batch.reject) {
    if (!batch.check_only) RejectHeld(batch, index, *live);
    result.outcome = Outcome::kDecided;
    result.decision = sluice::v1::DECISION_REJECTED;
    return;
  }
  AdmitAnew(batch, index);
  if (admission_.same_key.has_value()) {
    result.outcome = Outcome::kGone;
    return;
  }
  result.decision = admission_.decision;
  result.findings = admission_.findings;
  const bool rejudged = batch.cause == store::v1::Redecided::CAUSE_REJUDGED;
  if (rejudged && admission_.decision == sluice::v1::DECISION_REJECTED) {
    // It stays refused: what refuses it now is no other decision.
    result.outcome =
        HasExpired(admission_) ? Outcome::kExpired : Outcome::kUnchanged;
    return;
  }
  // What was charged when it came keeps its place: publishing drops nothing
  // that the rules do not refuse.
  const bool keeps_place =
      batch.cause == store::v1::Redecided::CAUSE_RECHECKED &&
      live->state != sluice::v1::MESSAGE_STATE_HELD;
  if (keeps_place && IsOnlyOverLimits(admission_)) {
    result.outcome = Outcome::kUnchanged;
    return;
  }
  // What a person has released is on record, whatever came of it.
  if (batch.cause == store::v1::Redecided::CAUSE_RECHECKED &&
      SameVerdict(admission_, *item.last, live, now_ms_)) {
    result.outcome = Outcome::kUnchanged;
    return;
  }
  result.outcome = Outcome::kDecided;
  if (batch.check_only) return;

  store::v1::Record& record = NewRecord(facts.recipient);
  store::v1::Redecided& out = *record.mutable_redecided();
  out.set_message(item.message.value());
  out.set_cause(batch.cause);
  out.set_actor(batch.actor);
  out.set_reason(batch.reason);
  FillRedecided(facts, admission_, batch.snapshot->rules->id(),
                *out.mutable_decided());
  const RecordRef ref = Append(record);
  LiveMessage now;
  const bool under_way =
      LiveOf(facts, admission_, item.message, ref, now_ms_, now);
  if (under_way && now.state == sluice::v1::MESSAGE_STATE_QUEUED &&
      state_->outbox.KeepsText(facts.carrier, facts.message_class)) {
    now.text =
        facts.sent_text.empty() ? std::string(item.text) : facts.sent_text;
  }
  Send send =
      filter::MakeSend(facts, admission_, now_ms_, item.message.value());
  send.flags |= filter::kSendRedecided;
  state_->Redecided(facts.recipient, send, under_way ? &now : nullptr, now_ms_,
                    RequestOf(facts));
}

// Admits it as if it came now: what it was charged, its key, and what it asks
// for are its own.
void PartitionWriter::AdmitAnew(const RedecideBatch& batch, uint32_t index) {
  const MessageFacts& facts = batch.facts[index];
  const uint64_t message = batch.items[index].message.value();
  const RecipientState state = state_->recipients.Find(facts.recipient);
  other_sends_.clear();
  for (const Send& send : state.sends) {
    if (send.message != message) other_sends_.push_back(send);
  }
  absl::Span<const StandingFact> standing = state.facts;
  if (facts.message_class == MessageClass::kConsentRequest) {
    other_facts_.clear();
    for (const StandingFact& fact : state.facts) {
      if (fact.record != message) other_facts_.push_back(fact);
    }
    standing = other_facts_;
  }
  filter::Admit(*batch.snapshot, {other_sends_, standing}, facts, now_ms_,
                admission_);
  if (other_sends_.size() >= kSendsPerRecipientMax) RefuseFullLedger();
}

void PartitionWriter::Cancel(const RedecideBatch& batch, LiveMessage& live) {
  constexpr auto kState = sluice::v1::MESSAGE_STATE_CANCELLED;
  constexpr bool kRefunded = true;  // Nothing of it has gone out.
  store::v1::Record& record = NewRecord(live.about.recipient);
  store::v1::Ended& ended = *record.mutable_ended();
  ended.set_message(live.message);
  ended.set_state(kState);
  ended.set_refunded(kRefunded);
  ended.set_actor(batch.actor);
  ended.set_explanation(batch.reason);
  Append(record);
  state_->Ended(live, kState, kRefunded);
}

void PartitionWriter::RejectHeld(const RedecideBatch& batch, uint32_t index,
                                 LiveMessage& live) {
  store::v1::Record& record = NewRecord(live.about.recipient);
  store::v1::Ended& ended = *record.mutable_ended();
  ended.set_message(live.message);
  ended.set_state(sluice::v1::MESSAGE_STATE_REJECTED);
  // The reason that the person has agreed with.
  for (const store::v1::RecordedReason& reason :
       batch.items[index].last->reasons()) {
    if (reason.observed()) continue;
    *ended.mutable_reason() = reason;
    break;
  }
  ended.set_actor(batch.actor);
  ended.set_explanation(batch.reason);
  Append(record);
  state_->Ended(live, sluice::v1::MESSAGE_STATE_REJECTED, /*refunded=*/false);
}

void PartitionWriter::Do(WaitingCommand& command) {
  // With a place it is told of which time between two reopenings it is.
  constexpr size_t kPlaces = size_t{1} << 40;
  if (command.place != 0 && command.place / kPlaces != reopened_) {
    return command.done(
        absl::UnavailableError("the journal was reopened: begin again"), 0);
  }
  std::vector<WaitingMessage> found;
  const Outbox& outbox = state_->outbox;
  const auto add = [&](const LiveMessage& live) {
    // What is not durable yet cannot be read, and may never have been.
    if (RecordRef::FromValue(live.decision).position() >= durable_end()) {
      return;
    }
    found.push_back({.message = RecordRef::FromValue(live.message),
                     .decision = RecordRef::FromValue(live.decision),
                     .recipient = live.about.recipient,
                     .message_class = live.about.message_class,
                     .account = live.about.account,
                     .content_provider = live.about.content_provider,
                     .state = live.state,
                     .since_ms = live.since_ms,
                     .deadline_ms = outbox.DeadlineOf(live)});
  };
  size_t next = 0;
  if (command.held) {
    for (auto it = outbox.held().upper_bound(command.after);
         it != outbox.held().end() && found.size() < command.limit; ++it) {
      add(*outbox.Find(it->second));
    }
  } else {
    next = outbox.VisitPlaces(
        command.place % kPlaces, command.limit, [&](const LiveMessage& live) {
          if (IsWaiting(live.state) &&
              live.state != sluice::v1::MESSAGE_STATE_STOPPED) {
            add(live);
          }
        });
  }
  if (next != 0) next += reopened_ * kPlaces;
  command.done(std::move(found), next);
}

}  // namespace sluice::store
