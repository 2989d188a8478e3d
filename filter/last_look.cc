#include "filter/admit.h"
#include "filter/policy/hours.h"
#include "filter/standing_facts.h"

namespace sluice::filter {
namespace {

// Parties that were suspended, or whose licence ended, while the message
// waited.
void FindSuspended(const Registry& registry, const QueuedMessage& message,
                   Findings& findings) {
  const Account* account = registry.Find(message.account);
  if (account == nullptr || !account->active) {
    findings.Add(ReasonCode::kProviderSuspended, {}, "account");
  }
  const ContentProvider* provider = registry.Find(message.content_provider);
  if (provider == nullptr || !provider->active ||
      provider->relationship_ends_ms <= findings.now_ms()) {
    findings.Add(ReasonCode::kProviderSuspended, {}, "content_provider");
  }
  const Licensee* licensee = registry.Find(message.licensee);
  if (licensee == nullptr || !licensee->active) {
    findings.Add(ReasonCode::kProviderSuspended, {}, "licensee");
  } else if (licensee->until_ms <= findings.now_ms()) {
    findings.Add(ReasonCode::kProviderLicenseExpired);
  }
  const Port* port = registry.Find(message.port);
  if (port == nullptr || !port->active) {
    findings.Add(ReasonCode::kPortSuspended, "sender");
  }
  if (!message.signature) return;
  const Signature* signature = registry.Find(message.signature);
  if (signature == nullptr || !signature->active) {
    findings.Add(ReasonCode::kSignatureLapsed);
  }
}

}  // namespace

std::optional<Finding> LastLook(const Snapshot& snapshot,
                                const RecipientState& state,
                                const QueuedMessage& message, int64_t now_ms) {
  const Policy& policy = *snapshot.policy;
  std::vector<Finding> found;
  Findings findings(policy, message.message_class, now_ms, found);
  FindSuspended(*snapshot.registry, message, findings);
  FindOptOutsAndBlocks(
      policy, state.facts,
      {message.message_class, message.content_provider, message.signature},
      findings);
  // It was planned into the hours; that it is out of them now means it waited
  // too long for a link.
  const bool hours_hold =
      policy.ModeOf(ReasonCode::kSendHours, message.message_class)
          .enforced(now_ms);
  if (hours_hold &&
      !InSendHours(policy, message.message_class, message.recipient, now_ms)) {
    findings.Add(ReasonCode::kExpired, {}, "send_hours");
  } else if (now_ms >= message.expire_at_ms) {
    findings.Add(ReasonCode::kExpired, "expire_at");
  }
  SortByRank(found);
  for (Finding& finding : found) {
    if (!finding.observed) return std::move(finding);
  }
  return std::nullopt;
}

}  // namespace sluice::filter
