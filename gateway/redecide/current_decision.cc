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

// Records about one number that are gone through for a message's own.
constexpr size_t kRecordsMax = 50'000;

// What stands at first, before any later record.
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

// All that is enforced holds a held one, or it would have been refused.
void NoteHolds(const store::v1::Decided& last,
               std::vector<std::pair<std::string, std::string>>& holds) {
  if (last.decision() != v1::DECISION_HELD) return;
  for (const store::v1::RecordedReason& reason : last.reasons()) {
    if (!reason.observed()) holds.emplace_back(reason.code(), reason.rule());
  }
}

// Applies the later records of the message, oldest first.
absl::Status ReadLater(const store::Store& store, CurrentDecision& current) {
  const uint64_t message = current.id.record.value();
  SLUICE_ASSIGN_OR_RETURN(const std::vector<NumberRecord> records,
                          ReadNumber(store, current.recipient(), kRecordsMax,
                                     [&](const NumberRecord& found) {
                                       return found.ref <= current.id.record;
                                     }));
  for (const NumberRecord& found : records) {
    if (MessageOf(found.record) != message) continue;
    const v1::MessageState before =
        std::exchange(current.state, StateAfter(current.state, found.record));
    const bool held_again = before == v1::MESSAGE_STATE_HELD &&
                            current.state == v1::MESSAGE_STATE_HELD;
    if (!held_again) current.since_ms = found.record.at_ms();
    if (found.record.has_redecided()) {
      const store::v1::Redecided& redecided = found.record.redecided();
      NoteHolds(current.last, current.held_for);
      if (redecided.cause() == store::v1::Redecided::CAUSE_RELEASED) {
        AnswerHolds(current);
      }
      current.decision = found.ref;
      current.last = redecided.decided();
    }
  }
  return absl::OkStatus();
}

// How many got nearly the same text is counted as messages arrive, and
// forgotten after a while: then the campaign book has no answer. A message that
// was held for it stays so until a person says otherwise.
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

// The template that is meant by a hash on record: of this content provider,
// also one that is suspended or closed.
absl::string_view TemplateIdOf(const filter::Registry& registry,
                               uint32_t content_provider, uint32_t hash) {
  for (const filter::Template& one : registry.templates()) {
    if (one.content_provider != nullptr &&
        one.content_provider->number.value == content_provider &&
        filter::TemplateHash(one.id) == hash) {
      return one.id;
    }
  }
  return "?";  // No party has this id: it is refused as one that is unknown.
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
                                                    store::RecordRef decision) {
  SLUICE_ASSIGN_OR_RETURN(CurrentDecision current, ReadFirst(store, id));
  if (decision == id.record) return current;
  SLUICE_RETURN_IF_ERROR(ReadLater(store, current));
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
  current.decision = decision;
  current.last = last.redecided().decided();
  return current;
}

absl::StatusOr<CurrentDecision> FindCurrentDecision(
    const store::Store& store, const store::MessageId& id) {
  SLUICE_ASSIGN_OR_RETURN(CurrentDecision current, ReadFirst(store, id));
  if (current.recipient()) {
    SLUICE_RETURN_IF_ERROR(ReadLater(store, current));
  }
  return current;
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
  // The whole number that it was given: the recipient sees no other.
  message.sender = last.access_number();
  message.text = first.text();
  // Of a text that Sluice made, signature and wording are in the sent one only.
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
  // Under the times that were asked for, not those it has been given.
  facts.key = first.key_hash();
  if (last.template_hash() == 0 ||
      last.template_hash() == facts.template_hash) {
    return;
  }
  // Its text alone does not lead to its template: it was named, or it is not
  // what it was. The rare case, so that nobody else pays for the search.
  message.template_id =
      TemplateIdOf(registry, last.content_provider(), last.template_hash());
  filter::Examine(snapshot, caller, message, now_ms, scratch, facts);
  facts.key = first.key_hash();
  // Limits go by it, whatever became of it.
  facts.template_hash = last.template_hash();
}

void ApplyAnswers(const CurrentDecision& current, filter::MessageFacts& facts) {
  KeepCampaignHold(current.last, facts.findings);
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
