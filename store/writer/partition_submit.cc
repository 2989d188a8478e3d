// Deciding batches: the partition writer's main work.

#include <utility>

#include "filter/ledger.h"
#include "store/writer/partition_writer.h"

namespace sluice::store {

using filter::MessageFacts;
using filter::RecipientState;
using filter::Send;

void PartitionWriter::Do(SubmitCommand& command) {
  SubmitBatch& batch = *command.batch;
  const std::vector<uint32_t>& part = batch.parts[options_.identity.partition];
  command.LeaveInbox(options_.identity.partition);
  if (disk_full_ && !command.check_only) {
    FinishPart(batch, commit_->space());
    return;
  }
  // The table's lines are fetched for the whole part before they are needed.
  for (const uint32_t i : part) {
    state_->recipients.Prefetch(batch.facts[i].recipient);
  }
  if (options_.recipient_memory_bytes > 0) {
    numbers_.clear();
    for (const uint32_t i : part) {
      numbers_.push_back(batch.facts[i].recipient);
    }
    const absl::Status recalled = RecallAndPin(numbers_);
    if (!recalled.ok()) {
      FinishPart(batch, recalled);
      return;
    }
  }
  for (const uint32_t i : part) {
    state_->recipients.PrefetchSends(batch.facts[i].recipient);
  }
  for (const uint32_t i : part) {
    if (command.check_only) {
      Admit(batch, i);
    } else {
      Decide(batch, i);
    }
  }
  if (command.check_only) {
    FinishPart(batch, absl::OkStatus());
    return;
  }
  SubmitBatch* const borrowed = &batch;
  const uint16_t partition = options_.identity.partition;
  AfterDurable([borrowed, partition](const absl::Status& status) {
    if (!status.ok()) {
      // Outcome unknown: what was decided must not be believed.
      for (const uint32_t i : borrowed->parts[partition]) {
        borrowed->answers[i] = {};
      }
    }
    FinishPart(*borrowed, status);
  });
}

// Decides without effect, and fills in the answer.
void PartitionWriter::Admit(SubmitBatch& batch, uint32_t index) {
  const MessageFacts& facts = batch.facts[index];
  const RecipientState state = facts.recipient
                                   ? state_->recipients.Find(facts.recipient)
                                   : RecipientState();
  filter::Admit(*batch.snapshot, state, facts, now_ms_, admission_);
  if (state.sends.size() >= kSendsPerRecipientMax) RefuseFullLedger();
  Answer& answer = batch.answers[index];
  answer.partition = options_.identity.partition;
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

// Beyond any rule's limit: what one number may cost us.
void PartitionWriter::RefuseFullLedger() {
  if (admission_.same_key) return;
  admission_.decision = sluice::v1::DECISION_REJECTED;
  admission_.charged = false;
  filter::Finding& full = admission_.findings.emplace_back();
  full.code = filter::ReasonCode::kFrequencyLimit;
  full.rule = "ledger-full";
  filter::SortByRank(admission_.findings);
}

void PartitionWriter::Decide(SubmitBatch& batch, uint32_t index) {
  const MessageFacts& facts = batch.facts[index];
  const filter::Message& message = batch.messages[index];
  TrimLedger(facts.recipient, *batch.snapshot->policy, now_ms_);
  Admit(batch, index);
  Answer& answer = batch.answers[index];
  if (answer.same_key) return;

  uint64_t retry_of = 0;
  if (admission_.retry_of.has_value()) {
    retry_of = state_->recipients.Find(facts.recipient)
                   .sends[*admission_.retry_of]
                   .message;
  }
  const size_t size =
      encoder_.Fill(message, facts, admission_, batch.snapshot->rules->id(),
                    salts_.Next(), retry_of, now_ms_);
  const RecordRef ref = NextRef(size);
  OpenGroup& group = commit_->group();
  group.builder.AddWith(size, [this](char* out) { encoder_.Write(out); });
  ++stats_.records;
  if (facts.recipient) {
    group.index.push_back({facts.recipient.e164, ref.value()});
  }
  answer.record = ref;

  LiveMessage live;
  const bool under_way = LiveOf(facts, admission_, ref, ref, now_ms_, live);
  // A deferred text is read from the journal when its time has come.
  if (under_way && live.state == sluice::v1::MESSAGE_STATE_QUEUED &&
      state_->outbox.KeepsText(facts.carrier, facts.message_class)) {
    live.text = std::string(SentText(message, facts));
  }
  state_->Decided(facts.recipient,
                  filter::MakeSend(facts, admission_, now_ms_, ref.value()),
                  under_way ? &live : nullptr, retry_of, now_ms_,
                  RequestOf(facts));
}

// Keeps a number's entries few: now and then the old ones go. In a replay too,
// or a number would have more of them than it ever had.
void PartitionWriter::TrimLedger(Phone recipient, const filter::Policy& policy,
                                 int64_t now_ms) {
  if (!recipient) return;
  const size_t sends = state_->recipients.Find(recipient).sends.size();
  if (sends < 8 || (sends & (sends - 1)) != 0) return;
  const filter::Forgetting forgetting(policy, now_ms);
  state_->recipients.DropSends(recipient, [&](const Send& send) {
    return forgetting.CanForget(send) &&
           state_->outbox.Find(send.message) == nullptr;
  });
}

}  // namespace sluice::store
