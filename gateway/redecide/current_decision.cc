#include "gateway/redecide/current_decision.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "filter/policy/hash.h"
#include "filter/policy/number_table.h"
#include "gateway/wire/record_view.h"
#include "rules/base/status_macros.h"
#include "store/partition/decided_record.h"

namespace sluice::gateway {
namespace {

// The message's first decision, without any later record.
absl::StatusOr<CurrentDecision> ReadFirst(const store::Store& store,
                                          const store::MessageId& id) {
  CurrentDecision current;
  current.id = id;
  current.decision = id.record;
  SLUICE_ASSIGN_OR_RETURN(current.first, store.Read(id));
  if (!current.first.has_decided()) {
    return absl::NotFoundError("no such message");
  }
  current.last = current.first.decided();
  current.state = StateOf(current.last.decision());
  current.since_ms = current.first.at_ms();
  return current;
}

// Every enforced reason of a HELD message holds it: a reason that rejects would
// have made it REJECTED.
void NoteHolds(const store::v1::Decided& last,
               std::vector<std::pair<std::string, std::string>>& holds) {
  if (last.decision() != v1::DECISION_HELD) return;
  for (const store::v1::RecordedReason& reason : last.reasons()) {
    if (!reason.observed()) holds.emplace_back(reason.code(), reason.rule());
  }
}

// Applies a later record of the message.
void Apply(store::RecordRef ref, const store::v1::Record& record,
           CurrentDecision& current) {
  const v1::MessageState before =
      std::exchange(current.state, StateAfter(current.state, record));
  const bool held_again = before == v1::MESSAGE_STATE_HELD &&
                          current.state == v1::MESSAGE_STATE_HELD;
  if (!held_again) current.since_ms = record.at_ms();
  if (!record.has_redecided()) return;
  const store::v1::Redecided& redecided = record.redecided();
  NoteHolds(current.last, current.held_for);
  if (redecided.cause() == store::v1::Redecided::CAUSE_RELEASED) {
    AnswerHolds(current);
  }
  current.decision = ref;
  current.last = redecided.decided();
}

// Applies the later records of the message, oldest first.
absl::Status ReadLater(const store::Store& store, CurrentDecision& current,
                       const StopAsked& stop) {
  return store.VisitEvents(
      current.id.partition, {current.id.record},
      [&](store::RecordRef ref, const store::v1::Record& record) {
        Apply(ref, record, current);
        return true;
      },
      stop);
}

// A message that was held with its campaign stays held until an officer
// decides. The campaign book may no longer know the campaign: it forgets counts
// after a while.
void KeepCampaignHold(const store::v1::Decided& last,
                      std::vector<filter::Finding>& findings) {
  constexpr auto kCode = filter::ReasonCode::kCampaignUnreviewed;
  const bool found = std::any_of(
      findings.begin(), findings.end(), [](const filter::Finding& finding) {
        return finding.code == kCode ||
               finding.code == filter::ReasonCode::kCampaignSuspended;
      });
  if (found) return;
  for (const store::v1::RecordedReason& reason : last.reasons()) {
    if (reason.observed() || reason.code() != filter::Name(kCode)) continue;
    filter::Finding& kept = findings.emplace_back();
    kept.code = kCode;
    kept.basis = reason.basis();
    kept.hold = true;
    kept.rule = reason.rule();
    kept.field = "text";
    return;
  }
}

// A message that a block held stays held when the block is over, until an
// officer decides: `block.proto`.
void KeepBlockHolds(const store::v1::Decided& last,
                    std::vector<filter::Finding>& findings) {
  if (last.decision() != v1::DECISION_HELD) return;
  constexpr auto kCode = filter::ReasonCode::kStopped;
  for (const store::v1::RecordedReason& reason : last.reasons()) {
    if (reason.observed() || reason.code() != filter::Name(kCode)) continue;
    const bool found = std::any_of(
        findings.begin(), findings.end(), [&](const filter::Finding& one) {
          return one.code == kCode && one.rule == reason.rule();
        });
    if (found) continue;
    filter::Finding& kept = findings.emplace_back();
    kept.code = kCode;
    kept.basis = reason.basis();
    kept.hold = true;
    kept.rule = reason.rule();
    kept.field = "text";
  }
}

// The id of the content provider's template with this hash, even if the
// template is suspended or closed.
absl::string_view TemplateIdOf(const filter::Registry& registry,
                               uint32_t content_provider, uint32_t hash) {
  for (const filter::Template& one : registry.templates()) {
    if (one.content_provider != nullptr &&
        one.content_provider->number.value == content_provider &&
        filter::TemplateHash(one.id) == hash) {
      return one.id;
    }
  }
  return "?";  // No party has this id: rejected as unknown.
}

std::string IdOf(const store::v1::Party* party) {
  return party == nullptr ? std::string() : party->id();
}

}  // namespace

void AnswerHolds(CurrentDecision& current) {
  NoteHolds(current.last, current.answered);
}

absl::StatusOr<CurrentDecision> ReadCurrentDecision(const store::Store& store,
                                                    const store::MessageId& id,
                                                    store::RecordRef decision,
                                                    const StopAsked& stop) {
  SLUICE_ASSIGN_OR_RETURN(CurrentDecision current, ReadFirst(store, id));
  if (decision == id.record) return current;
  SLUICE_RETURN_IF_ERROR(ReadLater(store, current, stop));
  return current;
}

absl::StatusOr<CurrentDecision> ReadForDisplay(const store::Store& store,
                                               const store::MessageId& id,
                                               store::RecordRef decision) {
  SLUICE_ASSIGN_OR_RETURN(CurrentDecision current, ReadFirst(store, id));
  if (decision == id.record) return current;
  SLUICE_ASSIGN_OR_RETURN(const store::v1::Record last,
                          store.Read({id.partition, decision}));
  if (!last.has_redecided()) return absl::NotFoundError("no such decision");
  // An officer's release has answered what it was held for.
  if (last.redecided().cause() != store::v1::Redecided::CAUSE_RELEASED) {
    NoteHolds(current.last, current.held_for);
  }
  current.decision = decision;
  current.last = last.redecided().decided();
  return current;
}

absl::StatusOr<CurrentDecision> FindCurrentDecision(const store::Store& store,
                                                    const store::MessageId& id,
                                                    const StopAsked& stop) {
  SLUICE_ASSIGN_OR_RETURN(CurrentDecision current, ReadFirst(store, id));
  if (current.recipient()) {
    SLUICE_RETURN_IF_ERROR(ReadLater(store, current, stop));
  }
  return current;
}

bool IsBlocked(const filter::Snapshot& snapshot, const CurrentDecision& current,
               int64_t now_ms, BlockedScratch& scratch) {
  const std::string& text = current.first.decided().text();
  if (snapshot.blocks == nullptr ||
      !rules::FoldTable::Shared().Fold(text, scratch.folded)) {
    return false;
  }
  scratch.contacts.Begin(scratch.folded, text);
  const auto* provider = snapshot.registry->Find(
      ContentProviderId{current.last.content_provider()});
  return !snapshot.blocks
              ->Find(text, scratch.folded, scratch.contacts,
                     provider == nullptr ? absl::string_view() : provider->id,
                     now_ms, scratch.blocks)
              .empty();
}

void ExamineAgain(const filter::Snapshot& snapshot,
                  const CurrentDecision& current, int64_t now_ms,
                  filter::ExamineScratch& scratch,
                  filter::MessageFacts& facts) {
  const filter::Registry& registry = *snapshot.registry;
  const store::v1::Decided& first = current.first.decided();
  const store::v1::Decided& last = current.last;
  const std::string recipient = ToE164(current.recipient());
  const std::string content_provider = IdOf(registry.FindParty(
      store::v1::PARTY_KIND_CONTENT_PROVIDER, last.content_provider()));
  const std::string signature = IdOf(
      registry.FindParty(store::v1::PARTY_KIND_SIGNATURE, last.signature()));
  filter::Message message;
  message.key = first.key();
  message.recipient = recipient;
  // Its access number, so that the recipient sees no other.
  message.sender = last.access_number();
  message.text = first.text();
  // A text that Sluice made from a template has its signature and opt-out
  // wording only in sent_text.
  message.made = absl::StartsWith(first.sent_text(), "【") &&
                 !absl::StartsWith(first.text(), "【");
  message.message_class = static_cast<MessageClass>(first.message_class());
  message.signature_id = signature;
  message.on_behalf_of = content_provider;
  message.campaign_id = first.campaign_id();
  message.category = first.category();
  message.client_ref = first.client_ref();
  message.send_after_ms = first.send_after_ms();
  message.expire_at_ms = last.expire_at_ms();
  const filter::Caller caller = {AccountId{first.account()}};
  filter::Examine(snapshot, caller, message, now_ms, scratch, facts);
  // The key hash of the submitted times, not of the defaults that replaced
  // them.
  facts.key = first.key_hash();
  if (last.template_hash() == 0 ||
      last.template_hash() == facts.template_hash) {
    return;
  }
  // The text alone does not lead to the template: the caller named it, or it
  // has changed. The search for the template is only for this rare case.
  message.template_id =
      TemplateIdOf(registry, last.content_provider(), last.template_hash());
  filter::Examine(snapshot, caller, message, now_ms, scratch, facts);
  facts.key = first.key_hash();
  // Limits count by the template even if it is no longer active.
  facts.template_hash = last.template_hash();
}

void ApplyAnswers(const CurrentDecision& current, filter::MessageFacts& facts) {
  KeepCampaignHold(current.last, facts.findings);
  KeepBlockHolds(current.last, facts.findings);
  for (filter::Finding& finding : facts.findings) {
    if (!finding.hold) continue;
    finding.observed |=
        std::any_of(current.answered.begin(), current.answered.end(),
                    [&finding](const auto& answered) {
                      return answered.first == filter::Name(finding.code) &&
                             answered.second == finding.rule;
                    });
  }
}

}  // namespace sluice::gateway
