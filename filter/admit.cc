#include "filter/admit.h"

#include <algorithm>

#include "filter/ledger.h"
#include "filter/policy/decision.h"
#include "filter/policy/findings.h"
#include "filter/policy/hash.h"
#include "filter/policy/hours.h"
#include "filter/standing_facts.h"

namespace sluice::filter {
namespace {

// The earlier sends under the message's key.
struct KeyLookup {
  std::optional<size_t> same;      // Went through, and is the same message.
  bool other_message = false;      // Went through, and is another one.
  std::optional<size_t> rejected;  // The latest that was REJECTED.
};

// Whether what went through under the message's key is this message. Class and
// content provider that cannot be told any more contradict nothing: a retry is
// answered whatever happened to the parties since.
bool IsSameMessage(const Send& send, const MessageFacts& facts) {
  const bool same_class = facts.message_class == MessageClass::kUnspecified ||
                          facts.message_class == send.message_class;
  const bool same_content_provider =
      !facts.content_provider ||
      facts.content_provider.value == send.content_provider;
  return facts.key == send.key && facts.content == send.content && same_class &&
         same_content_provider;
}

KeyLookup LookUpKey(const Policy& policy, absl::Span<const Send> sends,
                    const MessageFacts& facts, int64_t now_ms) {
  KeyLookup found;
  if (facts.key == 0) return found;
  for (size_t i = 0; i < sends.size(); ++i) {
    const Send& send = sends[i];
    if (!IsSameKey(send.key, facts.key)) continue;
    if (send.decided_ms <= now_ms - policy.key_window_ms()) continue;
    if ((send.flags & kSendRejected) != 0) {
      // A REJECTED verdict binds nobody: nothing was charged and nothing was
      // sent.
      if (!found.rejected ||
          sends[*found.rejected].decided_ms <= send.decided_ms) {
        found.rejected = i;
      }
    } else if (IsSameMessage(send, facts)) {
      found.same = i;
    } else {
      found.other_message = true;
    }
  }
  return found;
}

// Plans the message, and says what is wrong with that plan. Examine has planned
// it as well, but time has passed since and the hours may have closed.
Plan PlanMessage(const Policy& policy, const MessageFacts& facts,
                 int64_t now_ms, Findings& findings) {
  Plan plan =
      PlanInHours(policy, facts.message_class, facts.recipient, facts.content,
                  std::max(now_ms, facts.not_before_ms), now_ms);
  plan.deferred = plan.deferred || facts.deferred_by_hours;
  if (plan.never) findings.Add(ReasonCode::kSendHours, {}, "never");
  if (plan.outside) findings.Add(ReasonCode::kSendHours);
  if (plan.at_ms - now_ms > policy.defer_max_ms()) {
    findings.Add(ReasonCode::kExpired, "send_after", "defer_days_max");
  } else if (plan.at_ms >= facts.expire_at_ms) {
    findings.Add(ReasonCode::kExpired, "expire_at");
  }
  return plan;
}

// The ledger's entry if it went at `at_ms`; nothing is charged yet.
Send SendAt(const MessageFacts& facts, int64_t at_ms) {
  Send send;
  send.at_ms = at_ms;
  send.content = facts.content;
  send.key = facts.key;
  send.content_provider = facts.content_provider.value;
  send.signature = facts.signature.value;
  send.account = facts.account.value;
  send.port = facts.port.value;
  send.template_hash = facts.template_hash;
  send.campaign_hash = facts.campaign_hash;
  send.message_class = facts.message_class;
  return send;
}

void CheckLimits(const Policy& policy, const RecipientState& state,
                 const Send& send, int64_t now_ms, std::vector<Finding>& out) {
  for (const uint16_t index : policy.of(send.message_class).limits) {
    const Limit& limit = policy.limits()[index];
    if (Allows(limit, policy.local_time(), state.sends, send)) continue;
    Finding& finding = out.emplace_back();
    finding.code = limit.code;
    finding.basis = limit.basis;
    finding.observed = limit.mode.observed(now_ms);
    finding.rule = limit.id;
  }
}

int64_t ImportedMs(const Snapshot& snapshot, const MessageFacts& facts) {
  if (!snapshot.policy->of(facts.message_class).needs_consent) return 0;
  const ContentProvider* provider =
      snapshot.registry->Find(facts.content_provider);
  return provider == nullptr ? 0 : provider->imported_ms;
}

void Reset(Admission& admission) {
  admission.decision = v1::DECISION_REJECTED;
  admission.planned_ms = 0;
  admission.charged = false;
  admission.findings.clear();
  admission.same_key.reset();
  admission.retry_of.reset();
}

}  // namespace

Send MakeSend(const MessageFacts& facts, const Admission& admission,
              int64_t now_ms, uint64_t message) {
  const bool rejected = admission.decision == v1::DECISION_REJECTED;
  Send send = SendAt(facts, rejected ? now_ms : admission.planned_ms);
  send.decided_ms = now_ms;
  send.message = message;
  if (admission.charged) send.flags |= kSendCharged;
  if (rejected) send.flags |= kSendRejected;
  if (admission.decision == v1::DECISION_DEFERRED) send.flags |= kSendDeferred;
  if (admission.decision == v1::DECISION_HELD) send.flags |= kSendHeld;
  return send;
}

void Admit(const Snapshot& snapshot, const RecipientState& state,
           const MessageFacts& facts, int64_t now_ms, Admission& admission) {
  Reset(admission);
  const Policy& policy = *snapshot.policy;
  const KeyLookup key = LookUpKey(policy, state.sends, facts, now_ms);
  if (key.same) {
    admission.same_key = key.same;
    return;
  }
  admission.retry_of = key.rejected;

  std::vector<Finding>& found = admission.findings;
  found.insert(found.end(), facts.findings.begin(), facts.findings.end());
  Findings findings(policy, facts.message_class, now_ms, found);
  if (key.other_message) findings.Add(ReasonCode::kMessageDuplicateKey, "key");
  const Subject subject = {facts.message_class, facts.content_provider,
                           facts.signature, facts.category_hash};
  FindOptOutsAndBlocks(policy, state.facts, subject, findings);
  FindMissingConsent(policy, state.facts, subject, ImportedMs(snapshot, facts),
                     findings);
  FindRepeatedRequest(state.facts, subject, facts.likeness, findings);
  const Plan plan = PlanMessage(policy, facts, now_ms, findings);
  CheckLimits(policy, state, SendAt(facts, plan.at_ms), now_ms, found);

  admission.decision = DecisionOf(found);
  if (admission.decision == v1::DECISION_ACCEPTED && plan.at_ms > now_ms) {
    admission.decision = v1::DECISION_DEFERRED;
  }
  if (admission.decision != v1::DECISION_REJECTED) {
    admission.planned_ms = plan.at_ms;
    admission.charged = admission.decision != v1::DECISION_HELD;
  }
  if (admission.decision == v1::DECISION_DEFERRED && plan.deferred) {
    // This rejects nothing: it tells the sender what the message waits for.
    findings.Add(ReasonCode::kSendHours);
  }
  SortByRank(found);
}

}  // namespace sluice::filter
