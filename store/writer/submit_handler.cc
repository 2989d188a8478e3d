#include "store/writer/submit_handler.h"

#include <string>
#include <utility>

#include "store/partition/decided_record.h"
#include "store/partition/ledger_bounds.h"

namespace sluice::store {

using filter::MessageFacts;
using filter::RecipientState;
using filter::Send;

void SubmitHandler::Do(SubmitCommand& command) {
  SubmitBatch& batch = *command.batch;
  command.LeaveInbox(context_.partition);
  if (!context_.space.ok() && !command.check_only) {
    return FinishPart(batch, context_.space);
  }
  const absl::Status ready = BringIntoMemory(batch);
  if (!ready.ok()) return FinishPart(batch, ready);
  for (const uint32_t i : batch.parts[context_.partition]) {
    if (command.check_only) {
      Admit(batch, i);
    } else {
      Decide(batch, i);
    }
  }
  if (command.check_only) return FinishPart(batch, absl::OkStatus());
  AnswerAfterDurable(batch);
}

absl::Status SubmitHandler::BringIntoMemory(const SubmitBatch& batch) {
  const std::vector<uint32_t>& part = batch.parts[context_.partition];
  const Recipients& recipients = context_.state->recipients;
  // Prefetches the table entries for the whole part.
  for (const uint32_t i : part) recipients.Prefetch(batch.facts[i].recipient);
  if (recalls_) {
    numbers_.clear();
    for (const uint32_t i : part) numbers_.push_back(batch.facts[i].recipient);
    const absl::Status recalled = context_.RecallAndPin(numbers_);
    if (!recalled.ok()) return recalled;
  }
  for (const uint32_t i : part) {
    recipients.PrefetchSends(batch.facts[i].recipient);
  }
  return absl::OkStatus();
}

// Decides without effect, and fills in the answer.
void SubmitHandler::Admit(SubmitBatch& batch, uint32_t index) {
  const MessageFacts& facts = batch.facts[index];
  const RecipientState state =
      facts.recipient ? context_.state->recipients.Find(facts.recipient)
                      : RecipientState();
  filter::Admit(*batch.snapshot, state, facts, context_.now_ms, admission_);
  if (IsLedgerFull(state, facts.account, admission_.decision)) {
    RejectForFullLedger(admission_);
  }
  Answer& answer = batch.answers[index];
  answer.partition = context_.partition;
  answer.record = {};  // The batch is reused.
  answer.decision = admission_.decision;
  answer.planned_ms = admission_.planned_ms;
  answer.findings.assign(admission_.findings.begin(),
                         admission_.findings.end());
  answer.same_key = admission_.same_key.has_value();
  answer.retry = admission_.retry_of.has_value();
  if (answer.same_key) {
    const Send& first = state.sends[*admission_.same_key];
    answer.record = RecordRef::FromValue(first.message);
    answer.redecided = (first.flags & filter::kSendRedecided) != 0;
  }
}

void SubmitHandler::Decide(SubmitBatch& batch, uint32_t index) {
  const MessageFacts& facts = batch.facts[index];
  const filter::Message& message = batch.messages[index];
  PartitionState& state = *context_.state;
  const int64_t now_ms = context_.now_ms;
  TrimLedger(facts.recipient, *batch.snapshot->policy, now_ms, state);
  Admit(batch, index);
  Answer& answer = batch.answers[index];
  if (answer.same_key) return;
  if (admission_.decision == sluice::v1::DECISION_REJECTED &&
      !refusals_.RecordsSingly(batch.account, facts.recipient, now_ms,
                               admission_.findings,
                               batch.snapshot->rules->id())) {
    return;
  }

  uint64_t retry_of = 0;
  if (admission_.retry_of.has_value()) {
    retry_of = state.recipients.Find(facts.recipient)
                   .sends[*admission_.retry_of]
                   .message;
  }
  const RecordRef ref = context_.records.AppendDecided(
      message, facts, admission_, batch.snapshot->rules->id(), retry_of,
      now_ms);
  answer.record = ref;

  LiveMessage live;
  const bool under_way = LiveOf(facts, admission_, ref, ref, now_ms, live);
  // The text of a deferred message is read from the journal at its time.
  if (under_way && live.state == sluice::v1::MESSAGE_STATE_QUEUED &&
      state.outbox.KeepsText(facts.carrier, facts.message_class)) {
    live.text = std::string(SentText(message, facts));
  }
  state.Decided(
      facts.recipient, filter::MakeSend(facts, admission_, now_ms, ref.value()),
      under_way ? &live : nullptr, retry_of, now_ms, RequestOf(facts));
}

void SubmitHandler::RecordRefusals(bool all) {
  if (!context_.space.ok()) return;
  refusals_.TakeDue(
      context_.now_ms, all,
      [this](Phone recipient, const store::v1::RefusalsCounted& counted) {
        store::v1::Record& record =
            context_.records.New(recipient, context_.now_ms);
        *record.mutable_refusals_counted() = counted;
        context_.records.Append(record);
      });
}

void SubmitHandler::AnswerAfterDurable(SubmitBatch& batch) {
  SubmitBatch* const borrowed = &batch;
  const uint16_t partition = context_.partition;
  context_.records.AfterDurable(
      [borrowed, partition](const absl::Status& status) {
        if (!status.ok()) {
          // Outcome unknown: do not return the decisions.
          for (const uint32_t i : borrowed->parts[partition]) {
            borrowed->answers[i] = {};
          }
        }
        FinishPart(*borrowed, status);
      });
}

}  // namespace sluice::store
