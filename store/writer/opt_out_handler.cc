#include "store/writer/opt_out_handler.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "filter/standing_facts.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "store/partition/opt_out_origin.h"
#include "store/writer/message_end.h"
#include "store/writer/opt_out_scope.h"

namespace sluice::store {

using filter::Send;
using filter::StandingFact;

namespace {

// The opt-out in force that makes one of this scope and origin unnecessary;
// null: it is to be recorded.
const StandingFact* FindSame(absl::Span<const StandingFact> facts,
                             const OptOutScope& scope, uint32_t origin) {
  const StandingFact* first = nullptr;
  size_t count = 0;
  for (const StandingFact& fact : facts) {
    if (!IsOptOutOf(fact, scope)) continue;
    if (CameWith(fact, origin)) return &fact;
    if (++count == 1) first = &fact;
  }
  return count < kOptOutsPerScopeMax ? nullptr : first;
}

void Fill(const OptOutEntry& entry, const OptOutScope& scope,
          uint64_t answers_message, absl::string_view import_id,
          store::v1::OptOutAdded& added) {
  added.set_content_provider(scope.content_provider);
  added.set_signature(scope.signature);
  added.set_classes(scope.classes);
  added.set_source(entry.source);
  added.set_message(answers_message);
  // An empty field that is set costs an allocation.
  if (!entry.raw_reply.empty()) added.set_raw_reply(entry.raw_reply);
  if (!entry.evidence.empty()) added.set_evidence(entry.evidence);
  if (!entry.actor.empty()) added.set_actor(entry.actor);
  if (!import_id.empty()) {
    added.set_import_id(import_id.data(), import_id.size());
  }
}

// Why there is no opt-out to remove.
absl::Status NoneInForce(absl::Span<const StandingFact> facts,
                         ClassMask classes) {
  const bool of_everybody = CountOptOuts(facts, {.classes = classes}) > 0;
  return WithField(
      ErrorOf(absl::StatusCode::kNotFound,
              of_everybody
                  ? SayBoth("没有这一范围的生效退订；另有一条针对全部内容提供者"
                            "的退订，对该内容提供者同样有效",
                            "no opt-out of this scope is in force; one of "
                            "everybody is, which holds for this sender too")
                  : SayBoth("没有这一范围的生效退订",
                            "no opt-out of this scope is in force")),
      "scope");
}

}  // namespace

OptOutHandler::OptOutHandler(CommandContext& context, OptOutWaiters& waiters,
                             std::function<void(OptOutDurableCommand)> push)
    : context_(context), waiters_(waiters), push_(std::move(push)) {}

void OptOutHandler::Do(AddOptOutsCommand& command) {
  OptOutBatch& batch = *command.batch;
  const std::vector<uint32_t>& part = batch.parts[context_.partition];
  command.LeaveInbox(context_.partition);
  if (!context_.space.ok()) {
    return FinishPart(batch, context_.space);
  }
  // How many table entries ahead to prefetch.
  constexpr size_t kAhead = 16;
  std::vector<Phone> recipients;
  recipients.reserve(part.size());
  for (const uint32_t i : part) {
    recipients.push_back(batch.entries[i].recipient);
  }
  const absl::Status recalled = context_.RecallAndPin(recipients);
  if (!recalled.ok()) return FinishPart(batch, recalled);
  for (size_t i = 0; i < part.size(); ++i) {
    if (i + kAhead < part.size()) {
      context_.state->recipients.Prefetch(recipients[i + kAhead]);
    }
    batch.results[part[i]] = Add(batch.entries[part[i]], 0, batch.import_id);
  }
  AnswerWhenSettled(recipients, [&batch](const absl::Status& status) {
    FinishPart(batch, status);
  });
}

OptOutResult OptOutHandler::Add(const OptOutEntry& entry,
                                uint64_t answers_message,
                                absl::string_view import_id) {
  const auto facts = context_.state->recipients.Find(entry.recipient).facts;
  const uint32_t origin = OptOutOrigin({.source = entry.source,
                                        .import_id = import_id,
                                        .evidence = entry.evidence,
                                        .actor = entry.actor,
                                        .raw_reply = entry.raw_reply});
  OptOutScope scope = ScopeOf(entry);
  const StandingFact* known = FindSame(facts, scope, origin);
  if (known == nullptr && facts.size() >= kFactsPerRecipientMax) {
    scope = {.classes = entry.classes};
    known = FindSame(facts, scope, origin);
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
  store::v1::Record& record =
      context_.records.New(entry.recipient, context_.now_ms);
  store::v1::OptOutAdded& added = *record.mutable_opt_out_added();
  Fill(entry, scope, answers_message, import_id, added);
  result.record = context_.records.Append(record);
  result.at_ms = context_.now_ms;
  context_.state->OptOutAdded(result.record.value(), entry.recipient, added,
                              context_.now_ms);
  result.cancelled = CancelOptedOut(entry.recipient);
  return result;
}

// Cancels every waiting message of this number that its opt-outs now stop.
uint32_t OptOutHandler::CancelOptedOut(Phone recipient) {
  std::vector<uint64_t> messages;
  for (const Send& send : context_.state->recipients.Find(recipient).sends) {
    messages.push_back(send.message);
  }
  uint32_t cancelled = 0;
  for (const uint64_t message : messages) {
    LiveMessage* const live = context_.state->outbox.Find(message);
    if (live == nullptr || !IsWaiting(live->state) || !IsOptedOut(*live)) {
      continue;
    }
    EndMessage(context_, *live, sluice::v1::MESSAGE_STATE_CANCELLED,
               {.code = filter::ReasonCode::kRecipientOptedOut,
                .basis = context_.snapshot->policy->BasisOf(
                    filter::ReasonCode::kRecipientOptedOut)});
    ++cancelled;
  }
  return cancelled;
}

bool OptOutHandler::IsOptedOut(const LiveMessage& live) const {
  const filter::Subject subject = {
      .message_class = live.about.message_class,
      .content_provider = live.about.content_provider,
      .signature = live.about.signature};
  const auto facts =
      context_.state->recipients.Find(live.about.recipient).facts;
  return std::any_of(facts.begin(), facts.end(), [&](const StandingFact& fact) {
    return filter::IsOptedOut(*context_.snapshot->policy, fact, subject);
  });
}

void OptOutHandler::AnswerWhenSettled(absl::Span<const Phone> recipients,
                                      OptOutWaiters::Done done) {
  const uint64_t id = waiters_.Add(std::move(done));
  const PartitionState& state = *context_.state;
  // While no link has a message, an import need not look for hand-overs.
  if (state.outbox.count(sluice::v1::MESSAGE_STATE_HANDED_OVER) > 0) {
    for (const Phone recipient : recipients) {
      for (const Send& send : state.recipients.Find(recipient).sends) {
        const LiveMessage* const live = state.outbox.Find(send.message);
        if (live == nullptr || !OnItsWay(*live)) continue;
        waiters_.WaitFor(id, send.message);
      }
    }
  }
  // The answer goes through the writer, which knows which hand-overs are
  // unwritten.
  context_.records.AfterDurable([this, id](const absl::Status& status) {
    push_(OptOutDurableCommand{id, status});
  });
}

void OptOutHandler::Do(OptOutDurableCommand& command) {
  waiters_.Durable(command.waiter, command.status);
}

void OptOutHandler::Do(RemoveOptOutCommand& command) {
  const OptOutEntry& entry = command.entry;
  if (!context_.space.ok()) return command.done(context_.space);
  const absl::Status recalled = context_.RecallAndPin({&entry.recipient, 1});
  if (!recalled.ok()) return command.done(recalled);
  const OptOutScope scope = ScopeOf(entry);
  const auto facts = context_.state->recipients.Find(entry.recipient).facts;
  std::vector<RecordRef> removed;
  for (const StandingFact& fact : facts) {
    if (!IsOptOutOf(fact, scope)) continue;
    if (fact.since_ms > command.consented_ms) {
      return command.done(InvalidField(
          "consent_time",
          SayBoth("同意早于退订", "the consent is older than the opt-out")));
    }
    removed.push_back(RecordRef::FromValue(fact.record));
  }
  if (removed.empty()) {
    return command.done(NoneInForce(facts, entry.classes));
  }
  store::v1::Record& record =
      context_.records.New(entry.recipient, context_.now_ms);
  store::v1::OptOutRemoved& out = *record.mutable_opt_out_removed();
  for (const RecordRef ref : removed) out.add_removed(ref.value());
  out.set_proof(command.proof);
  out.set_consented_ms(command.consented_ms);
  out.set_actor(entry.actor);
  context_.records.Append(record);
  context_.state->OptOutRemoved(entry.recipient, out);
  context_.records.AfterDurable(
      [removed, done = std::move(command.done)](const absl::Status& status) {
        if (status.ok()) {
          done(removed);
        } else {
          done(status);
        }
      });
}

}  // namespace sluice::store
