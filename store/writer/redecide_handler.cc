#include "store/writer/redecide_handler.h"

#include <algorithm>
#include <string>
#include <utility>

#include "store/partition/decided_record.h"
#include "store/partition/ledger_bounds.h"

namespace sluice::store {

using filter::Finding;
using filter::MessageFacts;
using filter::RecipientState;
using filter::Send;
using filter::StandingFact;

namespace {

constexpr absl::string_view kWaitsForHours =
    "SEND_HOURS";  // In a DEFERRED message: no rejection.

// Whether a finding is among recorded reasons, at any place in the text.
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

// Whether decision and reasons are those of `last`. For a message that waits
// for its time, only a later time is another decision.
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

// Whether only later messages reject it, through a limit or as a duplicate.
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

void RedecideHandler::Do(RedecideCommand& command) {
  RedecideBatch& batch = *command.batch;
  const std::vector<uint32_t>& part = batch.parts[context_.partition];
  if (!context_.space.ok() && !batch.check_only) {
    return FinishPart(batch, context_.space);
  }
  numbers_.clear();
  for (const uint32_t i : part) numbers_.push_back(batch.facts[i].recipient);
  const absl::Status recalled = context_.RecallAndPin(numbers_);
  if (!recalled.ok()) return FinishPart(batch, recalled);
  for (const uint32_t i : part) Redecide(batch, i);
  if (batch.check_only) return FinishPart(batch, absl::OkStatus());
  AnswerAfterDurable(batch);
}

void RedecideHandler::Redecide(RedecideBatch& batch, uint32_t index) {
  Redecision& result = batch.results[index];
  LiveMessage* const live =
      context_.state->outbox.Find(batch.items[index].message.value());
  if (const auto obstacle = Obstacle(batch, index, live)) {
    result.outcome = *obstacle;
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
  Admit(batch, index);
  if (admission_.same_key.has_value()) {
    result.outcome = Outcome::kGone;
    return;
  }
  result.decision = admission_.decision;
  result.findings = admission_.findings;
  result.outcome = OutcomeOf(batch, index, live);
  if (result.outcome == Outcome::kDecided && !batch.check_only) {
    Record(batch, index);
  }
}

// Why the message must not be redecided; nullopt: it is as the caller read it.
std::optional<Redecision::Outcome> RedecideHandler::Obstacle(
    const RedecideBatch& batch, uint32_t index, const LiveMessage* live) const {
  if (batch.cause == store::v1::Redecided::CAUSE_REJUDGED) {
    if (MayBeRejudged(batch, index, live)) return std::nullopt;
    return Outcome::kGone;
  }
  const bool held_only =
      batch.reject || batch.cause == store::v1::Redecided::CAUSE_RELEASED;
  if (live == nullptr ||
      (held_only ? live->state != sluice::v1::MESSAGE_STATE_HELD
                 : !IsWaiting(live->state) ||
                       live->state == sluice::v1::MESSAGE_STATE_STOPPED)) {
    return Outcome::kGone;
  }
  if (!batch.cancel && live->decision != batch.items[index].decision.value()) {
    return Outcome::kChanged;
  }
  // The message has expired; the writer's tick ends it in a moment.
  if (context_.now_ms >= live->about.expire_at_ms) return Outcome::kExpired;
  return std::nullopt;
}

// Whether the message is still rejected: a retry with its key may have replaced
// it, or it may be live already.
bool RedecideHandler::MayBeRejudged(const RedecideBatch& batch, uint32_t index,
                                    const LiveMessage* live) const {
  const uint64_t message = batch.items[index].message.value();
  const MessageFacts& facts = batch.facts[index];
  const auto sends = context_.state->recipients.Find(facts.recipient).sends;
  const auto send = std::find_if(
      sends.begin(), sends.end(),
      [message](const Send& one) { return one.message == message; });
  if (live != nullptr) return false;
  // Without a key, a rejected message need not be in the ledger.
  if (send == sends.end()) return facts.key == 0;
  return (send->flags & filter::kSendRejected) != 0;
}

// Admits the message as if it came now, without its own charge, key and consent
// request.
void RedecideHandler::Admit(const RedecideBatch& batch, uint32_t index) {
  const MessageFacts& facts = batch.facts[index];
  const uint64_t message = batch.items[index].message.value();
  const RecipientState state = context_.state->recipients.Find(facts.recipient);
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
  filter::Admit(*batch.snapshot, {other_sends_, standing}, facts,
                context_.now_ms, admission_);
  if (IsLedgerFull({other_sends_, {}}, facts.account, admission_.decision)) {
    RejectForFullLedger(admission_);
  }
}

// The outcome that `admission_` means.
Redecision::Outcome RedecideHandler::OutcomeOf(const RedecideBatch& batch,
                                               uint32_t index,
                                               const LiveMessage* live) const {
  if (batch.cause == store::v1::Redecided::CAUSE_REJUDGED) {
    if (admission_.decision != sluice::v1::DECISION_REJECTED) {
      return Outcome::kDecided;
    }
    // The message stays rejected, even if another rule rejects it now.
    return HasExpired(admission_) ? Outcome::kExpired : Outcome::kUnchanged;
  }
  // A person's release is recorded whatever the decision.
  if (batch.cause != store::v1::Redecided::CAUSE_RECHECKED) {
    return Outcome::kDecided;
  }
  // A message keeps the charge of its first decision: publishing rules drops
  // only messages that the rules reject.
  if (live->state != sluice::v1::MESSAGE_STATE_HELD &&
      IsOnlyOverLimits(admission_)) {
    return Outcome::kUnchanged;
  }
  return SameVerdict(admission_, *batch.items[index].last, live,
                     context_.now_ms)
             ? Outcome::kUnchanged
             : Outcome::kDecided;
}

// Records `admission_` and applies it.
void RedecideHandler::Record(const RedecideBatch& batch, uint32_t index) {
  const RedecisionItem& item = batch.items[index];
  const MessageFacts& facts = batch.facts[index];
  const int64_t now_ms = context_.now_ms;
  store::v1::Record& record = context_.records.New(facts.recipient, now_ms);
  store::v1::Redecided& out = *record.mutable_redecided();
  out.set_message(item.message.value());
  out.set_cause(batch.cause);
  out.set_actor(batch.actor);
  out.set_reason(batch.reason);
  FillRedecided(facts, admission_, batch.snapshot->rules->id(),
                *out.mutable_decided());
  const RecordRef ref = context_.records.Append(record);
  LiveMessage now;
  const bool under_way =
      LiveOf(facts, admission_, item.message, ref, now_ms, now);
  if (under_way && now.state == sluice::v1::MESSAGE_STATE_QUEUED &&
      context_.state->outbox.KeepsText(facts.carrier, facts.message_class)) {
    now.text =
        facts.sent_text.empty() ? std::string(item.text) : facts.sent_text;
  }
  Send send = filter::MakeSend(facts, admission_, now_ms, item.message.value());
  send.flags |= filter::kSendRedecided;
  context_.state->Redecided(facts.recipient, send, under_way ? &now : nullptr,
                            now_ms, RequestOf(facts));
}

void RedecideHandler::Cancel(const RedecideBatch& batch, LiveMessage& live) {
  constexpr auto kState = sluice::v1::MESSAGE_STATE_CANCELLED;
  constexpr bool kRefunded = true;  // No part of it was sent.
  store::v1::Record& record =
      context_.records.New(live.about.recipient, context_.now_ms);
  store::v1::Ended& ended = *record.mutable_ended();
  ended.set_message(live.message);
  ended.set_state(kState);
  ended.set_refunded(kRefunded);
  ended.set_actor(batch.actor);
  ended.set_explanation(batch.reason);
  context_.records.Append(record);
  context_.state->Ended(live, kState, kRefunded);
}

void RedecideHandler::RejectHeld(const RedecideBatch& batch, uint32_t index,
                                 LiveMessage& live) {
  store::v1::Record& record =
      context_.records.New(live.about.recipient, context_.now_ms);
  store::v1::Ended& ended = *record.mutable_ended();
  ended.set_message(live.message);
  ended.set_state(sluice::v1::MESSAGE_STATE_REJECTED);
  // The first enforced reason, with which the person has agreed.
  for (const store::v1::RecordedReason& reason :
       batch.items[index].last->reasons()) {
    if (reason.observed()) continue;
    *ended.mutable_reason() = reason;
    break;
  }
  ended.set_actor(batch.actor);
  ended.set_explanation(batch.reason);
  context_.records.Append(record);
  context_.state->Ended(live, sluice::v1::MESSAGE_STATE_REJECTED,
                        /*refunded=*/false);
}

void RedecideHandler::AnswerAfterDurable(RedecideBatch& batch) {
  RedecideBatch* const borrowed = &batch;
  const uint16_t partition = context_.partition;
  context_.records.AfterDurable(
      [borrowed, partition](const absl::Status& status) {
        if (!status.ok()) {
          // Outcome unknown: do not return the decisions.
          for (const uint32_t i : borrowed->parts[partition]) {
            borrowed->results[i] = {};
          }
        }
        FinishPart(*borrowed, status);
      });
}

}  // namespace sluice::store
