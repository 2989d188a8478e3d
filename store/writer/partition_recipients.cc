// Refusals and replies of recipients.

#include <xxhash.h>

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "filter/reply.h"
#include "filter/standing_facts.h"
#include "store/writer/partition_writer.h"

namespace sluice::store {

using filter::Send;
using filter::StandingFact;

namespace {

// Classes that a reply refuses (regulation: commercial, and asking for it).
constexpr ClassMask kRefusable =
    MaskOf(MessageClass::kCommercial) | MaskOf(MessageClass::kConsentRequest);

struct Scope {
  uint32_t content_provider = 0;  // 0: everybody.
  uint32_t signature = 0;         // 0: all.
  ClassMask classes = 0;
};

Scope ScopeOf(const OptOutEntry& entry) {
  return {entry.content_provider.value, entry.signature.value, entry.classes};
}

bool IsRefusalOf(const StandingFact& fact, const Scope& scope) {
  return fact.kind == StandingFact::Kind::kOptOut &&
         fact.content_provider == scope.content_provider &&
         fact.signature == scope.signature && fact.classes == scope.classes;
}

// The refusal of just this scope that is in force; null: none.
const StandingFact* FindRefusal(absl::Span<const StandingFact> facts,
                                const Scope& scope) {
  const auto it = std::find_if(
      facts.begin(), facts.end(),
      [&scope](const StandingFact& fact) { return IsRefusalOf(fact, scope); });
  return it == facts.end() ? nullptr : &*it;
}

}  // namespace

void PartitionWriter::Do(AddOptOutsCommand& command) {
  OptOutBatch& batch = *command.batch;
  const std::vector<uint32_t>& part = batch.parts[options_.identity.partition];
  command.LeaveInbox(options_.identity.partition);
  if (disk_full_) return FinishPart(batch, commit_->space());
  // The table's lines are fetched some way ahead of their use.
  constexpr size_t kAhead = 16;
  std::vector<Phone> recipients;
  recipients.reserve(part.size());
  for (const uint32_t i : part) {
    recipients.push_back(batch.entries[i].recipient);
  }
  const absl::Status recalled = RecallAndPin(recipients);
  if (!recalled.ok()) return FinishPart(batch, recalled);
  for (size_t i = 0; i < part.size(); ++i) {
    if (i + kAhead < part.size()) {
      state_->recipients.Prefetch(recipients[i + kAhead]);
    }
    batch.results[part[i]] = AddRefusal(batch.entries[part[i]], 0);
  }
  AnswerRefusals(recipients, [&batch](const absl::Status& status) {
    FinishPart(batch, status);
  });
}

// Records the refusal and takes back what waits in its scope.
OptOutResult PartitionWriter::AddRefusal(const OptOutEntry& entry,
                                         uint64_t answers_message) {
  const auto facts = state_->recipients.Find(entry.recipient).facts;
  Scope scope = ScopeOf(entry);
  const StandingFact* known = FindRefusal(facts, scope);
  if (known == nullptr && facts.size() >= kFactsPerRecipientMax) {
    scope = {.classes = entry.classes};
    known = FindRefusal(facts, scope);
  }
  OptOutResult result;
  result.content_provider = {scope.content_provider};
  result.signature = {scope.signature};
  if (known != nullptr) {
    result.existed = true;
    result.record = RecordRef::FromValue(known->record);
    result.at_ms = known->since_ms;
    return result;
  }
  store::v1::Record& record = NewRecord(entry.recipient);
  store::v1::OptOutAdded& added = *record.mutable_opt_out_added();
  added.set_content_provider(scope.content_provider);
  added.set_signature(scope.signature);
  added.set_classes(scope.classes);
  added.set_source(entry.source);
  added.set_message(answers_message);
  // An empty field that is set costs an allocation.
  if (!entry.raw_reply.empty()) added.set_raw_reply(entry.raw_reply);
  if (!entry.evidence.empty()) added.set_evidence(entry.evidence);
  if (!entry.actor.empty()) added.set_actor(entry.actor);
  result.record = Append(record);
  result.at_ms = now_ms_;
  state_->OptOutAdded(result.record.value(), entry.recipient, added, now_ms_);
  result.cancelled = CancelRefused(entry.recipient);
  return result;
}

// Everything that waits for this number and that its refusals now stop.
uint32_t PartitionWriter::CancelRefused(Phone recipient) {
  std::vector<uint64_t> messages;
  for (const Send& send : state_->recipients.Find(recipient).sends) {
    messages.push_back(send.message);
  }
  uint32_t cancelled = 0;
  for (const uint64_t message : messages) {
    LiveMessage* const live = state_->outbox.Find(message);
    if (live == nullptr || !IsWaiting(live->state)) continue;
    const filter::Subject subject = {
        .message_class = live->about.message_class,
        .content_provider = live->about.content_provider,
        .signature = live->about.signature};
    bool refused = false;
    for (const StandingFact& fact : state_->recipients.Find(recipient).facts) {
      refused =
          refused || filter::IsOptedOut(*snapshot_->policy, fact, subject);
    }
    if (!refused) continue;
    EndMessage(*live, sluice::v1::MESSAGE_STATE_CANCELLED,
               {.code = filter::ReasonCode::kRecipientOptedOut,
                .basis = snapshot_->policy->BasisOf(
                    filter::ReasonCode::kRecipientOptedOut)});
    ++cancelled;
  }
  return cancelled;
}

// Answers once the refusals are durable and no earlier hand-over of their
// numbers is still on its way to a socket (P3). Hand-overs of other scopes are
// waited for too: they take a moment and telling them apart would buy nothing.
void PartitionWriter::AnswerRefusals(
    absl::Span<const Phone> recipients,
    absl::AnyInvocable<void(const absl::Status&)> done) {
  const uint64_t id = waiters_.Add(std::move(done));
  // While no link has anything, an import asks no further.
  if (state_->outbox.count(sluice::v1::MESSAGE_STATE_HANDED_OVER) > 0) {
    for (const Phone recipient : recipients) {
      for (const Send& send : state_->recipients.Find(recipient).sends) {
        const LiveMessage* const live = state_->outbox.Find(send.message);
        if (live == nullptr || !OnItsWay(*live)) continue;
        waiters_.WaitFor(id, send.message);
      }
    }
  }
  // The answer goes back to the writer, which knows what is still unwritten.
  AfterDurable([this, id](const absl::Status& status) {
    Push(OptOutDurableCommand{id, status});
  });
}

void PartitionWriter::Do(OptOutDurableCommand& command) {
  waiters_.Durable(command.waiter, command.status);
}

void PartitionWriter::Do(RemoveOptOutCommand& command) {
  const OptOutEntry& entry = command.entry;
  if (disk_full_) return command.done(commit_->space());
  const absl::Status recalled = RecallAndPin({&entry.recipient, 1});
  if (!recalled.ok()) return command.done(recalled);
  const Scope scope = ScopeOf(entry);
  std::vector<RecordRef> removed;
  for (const StandingFact& fact :
       state_->recipients.Find(entry.recipient).facts) {
    if (!IsRefusalOf(fact, scope)) continue;
    if (fact.since_ms > command.consented_ms) {
      command.done(absl::InvalidArgumentError(
          "consented: the consent is older than the refusal"));
      return;
    }
    removed.push_back(RecordRef::FromValue(fact.record));
  }
  if (removed.empty()) {
    const bool of_everybody =
        FindRefusal(state_->recipients.Find(entry.recipient).facts,
                    {.classes = entry.classes}) != nullptr;
    command.done(absl::NotFoundError(
        of_everybody ? "no refusal of this scope is in force; one of everybody "
                       "is, which holds for this sender too"
                     : "no refusal of this scope is in force"));
    return;
  }
  store::v1::Record& record = NewRecord(entry.recipient);
  store::v1::OptOutRemoved& out = *record.mutable_opt_out_removed();
  for (const RecordRef ref : removed) out.add_removed(ref.value());
  out.set_proof(command.proof);
  out.set_consented_ms(command.consented_ms);
  out.set_actor(entry.actor);
  Append(record);
  state_->OptOutRemoved(entry.recipient, out);
  AfterDurable(
      [removed, done = std::move(command.done)](const absl::Status& status) {
        if (status.ok()) {
          done(removed);
        } else {
          done(status);
        }
      });
}

void PartitionWriter::Do(ReplyCommand& command) {
  CarrierReply& reply = command.reply;
  const absl::Status recalled = RecallAndPin({&reply.recipient, 1});
  if (!recalled.ok()) return reply.done(recalled);  // The carrier repeats it.
  const uint64_t seen = ReportKey(reply.recipient, reply.carrier_message_id);
  if (!reply.carrier_message_id.empty()) {
    if (!seen_replies_.Add(seen)) {
      // The carrier repeats what it has not seen acknowledged; the first one
      // may still be on its way to the disk, so this answer waits in line too.
      AfterDurable(std::move(reply.done));
      return;
    }
  }
  const filter::Registry& registry = *snapshot_->registry;
  const filter::Port* const port = registry.PortByDigits(reply.access_number);
  const filter::ContentProvider* const owner =
      port == nullptr ? nullptr : port->content_provider;
  const filter::ReplyMeaning meaning =
      filter::ReadReply(*snapshot_->policy, reply.text);

  store::v1::Record& record = NewRecord(reply.recipient);
  store::v1::ReplyReceived& out = *record.mutable_reply();
  out.set_access_number(reply.access_number);
  out.set_text(reply.text);
  out.set_link(reply.link);
  out.set_carrier_message_id(reply.carrier_message_id);
  // The newest message of this content provider is what it answers.
  uint64_t answers = 0;
  if (owner != nullptr) {
    out.set_port(port->number.value);
    out.set_content_provider(owner->number.value);
    for (const Send& send : state_->recipients.Find(reply.recipient).sends) {
      const bool refused = (send.flags & filter::kSendRejected) != 0;
      if (send.content_provider != owner->number.value || refused) continue;
      answers = std::max(answers, send.message);
    }
  }
  // A reply to an access number that nobody owns cannot be told apart: it is
  // taken for what it most likely is, a refusal of everybody's advertising.
  const bool refuses = meaning.opt_out != filter::OptOutReply::kNone;
  out.set_message(answers);
  out.set_opted_out(refuses);
  out.set_complaint(meaning.complains);
  Append(record);
  if (!refuses) {
    AfterDurable(std::move(reply.done));
    return;
  }
  OptOutEntry entry;
  entry.recipient = reply.recipient;
  if (owner != nullptr) entry.content_provider = owner->number;
  entry.classes = kRefusable;
  entry.source = admin::v1::OPT_OUT_SOURCE_REPLY;
  entry.raw_reply = reply.text;
  entry.actor = reply.link;
  AddRefusal(entry, answers);
  AnswerRefusals({&entry.recipient, 1}, std::move(reply.done));
}

void PartitionWriter::Do(StatsCommand& command) {
  stats_.recipients = state_->recipients.recipients();
  stats_.sends = state_->recipients.sends();
  stats_.opt_outs = state_->recipients.facts();
  stats_.state_bytes = state_->recipients.bytes() + state_->idle.bytes();
  stats_.idle = state_->idle.count();
  stats_.recalled = state_->idle.recalled();
  const Outbox& outbox = state_->outbox;
  stats_.queued = outbox.count(sluice::v1::MESSAGE_STATE_QUEUED);
  stats_.deferred = outbox.count(sluice::v1::MESSAGE_STATE_DEFERRED);
  stats_.held = outbox.count(sluice::v1::MESSAGE_STATE_HELD);
  stats_.held_since_ms =
      outbox.held().empty() ? 0 : outbox.held().begin()->first;
  stats_.handed_over = outbox.count(sluice::v1::MESSAGE_STATE_HANDED_OVER);
  stats_.awaiting_report =
      outbox.size() - outbox.waiting() - stats_.handed_over;
  stats_.poisoned = poisoned_;
  command.done(stats_);
}

}  // namespace sluice::store
