#include "store/partition/ledger_bounds.h"

#include <vector>

#include "filter/ledger.h"
#include "filter/policy/reason.h"

namespace sluice::store {

using filter::Send;

namespace {

void DropOldSends(Phone recipient, const filter::Forgetting& forgetting,
                  PartitionState& state) {
  state.recipients.DropSends(recipient, [&](const Send& send) {
    return forgetting.CanForget(send) &&
           state.outbox.Find(send.message) == nullptr;
  });
}

}  // namespace

void TrimLedger(Phone recipient, const filter::Policy& policy, int64_t now_ms,
                PartitionState& state) {
  if (!recipient) return;
  const size_t sends = state.recipients.Find(recipient).sends.size();
  if (sends < 8 || (sends & (sends - 1)) != 0) return;
  DropOldSends(recipient, filter::Forgetting(policy, now_ms), state);
}

void TrimBucket(uint32_t bucket, const filter::Policy& policy, int64_t now_ms,
                PartitionState& state) {
  const filter::Forgetting forgetting(policy, now_ms);
  std::vector<Phone> old;
  state.recipients.ForEach(
      bucket, [&](Phone recipient, const filter::RecipientState& known) {
        for (const Send& send : known.sends) {
          if (!forgetting.CanForget(send)) continue;
          old.push_back(recipient);
          break;
        }
      });
  for (const Phone recipient : old) {
    DropOldSends(recipient, forgetting, state);
    state.changed.Add(recipient);
  }
}

bool IsLedgerFull(const filter::RecipientState& state, AccountId account,
                  sluice::v1::Decision decision) {
  if (state.sends.size() < kHeldPerAccountMax) return false;
  if (state.sends.size() >= kSendsPerRecipientMax) return true;
  size_t own = 0;
  size_t held = 0;
  for (const Send& send : state.sends) {
    if (send.account != account.value) continue;
    ++own;
    const bool charged = (send.flags & filter::kSendCharged) != 0;
    held += !charged && (send.flags & filter::kSendHeld) != 0;
  }
  return own >= kSendsPerAccountMax ||
         (decision == sluice::v1::DECISION_HELD && held >= kHeldPerAccountMax);
}

void RejectForFullLedger(filter::Admission& admission) {
  if (admission.same_key) return;
  admission.decision = sluice::v1::DECISION_REJECTED;
  admission.charged = false;
  filter::Finding& full = admission.findings.emplace_back();
  full.code = filter::ReasonCode::kFrequencyLimit;
  full.rule = "ledger-full";
  filter::SortByRank(admission.findings);
}

}  // namespace sluice::store
