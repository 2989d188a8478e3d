#include "store/writer/correction_handler.h"

#include <algorithm>
#include <vector>

#include "store/writer/opt_out_scope.h"

namespace sluice::store {

using filter::StandingFact;

namespace {

const StandingFact* FindFact(absl::Span<const StandingFact> facts,
                             RecordRef record) {
  for (const StandingFact& fact : facts) {
    if (fact.kind == StandingFact::Kind::kOptOut &&
        fact.record == record.value()) {
      return &fact;
    }
  }
  return nullptr;
}

// What a correction makes of one opt-out. Where no further opt-out of the scope
// would have been recorded, the subscriber may have refused since.
CorrectionOutcome OutcomeOf(absl::Span<const StandingFact> facts,
                            RecordRef record) {
  const StandingFact* fact = FindFact(facts, record);
  if (fact == nullptr) return CorrectionOutcome::kGone;
  const bool full = facts.size() >= kFactsPerRecipientMax ||
                    CountOptOuts(facts, ScopeOf(*fact)) >= kOptOutsPerScopeMax;
  return full ? CorrectionOutcome::kKept : CorrectionOutcome::kRemoved;
}

// `items` are about one number.
void CorrectNumber(CommandContext& context, CorrectionBatch& batch,
                   absl::Span<const uint32_t> items) {
  const Phone recipient = batch.items[items.front()].recipient;
  const auto facts = context.state->recipients.Find(recipient).facts;
  std::vector<uint64_t> removed;
  for (const uint32_t i : items) {
    const RecordRef record = batch.items[i].record;
    batch.outcomes[i] = OutcomeOf(facts, record);
    if (batch.outcomes[i] == CorrectionOutcome::kRemoved) {
      removed.push_back(record.value());
    }
  }
  if (batch.check_only || removed.empty()) return;
  store::v1::Record& record = context.records.New(recipient, context.now_ms);
  store::v1::OptOutRemoved& out = *record.mutable_opt_out_removed();
  for (const uint64_t ref : removed) out.add_removed(ref);
  out.set_proof(batch.reason);
  out.set_actor(batch.actor);
  out.set_correction_id(batch.correction_id);
  context.records.Append(record);
  context.state->OptOutRemoved(recipient, out);
}

}  // namespace

void CorrectOptOuts(CommandContext& context, CorrectOptOutsCommand& command) {
  CorrectionBatch& batch = *command.batch;
  if (!context.space.ok() && !batch.check_only) {
    return FinishPart(batch, context.space);
  }
  // The items of one number together: they make one record.
  std::vector<uint32_t>& part = batch.parts[context.partition];
  const auto number = [&batch](uint32_t i) {
    return batch.items[i].recipient.e164;
  };
  std::stable_sort(part.begin(), part.end(), [&](uint32_t a, uint32_t b) {
    return number(a) < number(b);
  });
  std::vector<Phone> recipients;
  recipients.reserve(part.size());
  for (const uint32_t i : part) recipients.push_back(batch.items[i].recipient);
  const absl::Status recalled = context.RecallAndPin(recipients);
  if (!recalled.ok()) return FinishPart(batch, recalled);
  for (size_t at = 0, end = 0; at < part.size(); at = end) {
    while (end < part.size() && number(part[end]) == number(part[at])) ++end;
    CorrectNumber(context, batch, absl::MakeSpan(part).subspan(at, end - at));
  }
  if (batch.check_only) return FinishPart(batch, absl::OkStatus());
  context.records.AfterDurable(
      [&batch](const absl::Status& status) { FinishPart(batch, status); });
}

}  // namespace sluice::store
