#include "filter/standing_facts.h"

#include "filter/examine/likeness.h"

namespace sluice::filter {
namespace {

bool IsAbout(const StandingFact& fact, const Subject& subject) {
  return (fact.content_provider == 0 ||
          fact.content_provider == subject.content_provider.value) &&
         (fact.signature == 0 || fact.signature == subject.signature.value);
}

}  // namespace

bool StopsByOptOut(const Policy& policy, MessageClass message_class) {
  if ((kOptOutClasses & MaskOf(message_class)) != 0) return true;
  return message_class != MessageClass::kVerification &&
         policy.of(message_class).stopped_by_opt_out;
}

bool IsOptedOut(const Policy& policy, const StandingFact& fact,
                const Subject& subject) {
  if (fact.kind != StandingFact::Kind::kOptOut || !IsAbout(fact, subject)) {
    return false;
  }
  if ((fact.classes & MaskOf(subject.message_class)) != 0) return true;
  const bool commercial =
      fact.classes == 0 ||
      (fact.classes & MaskOf(MessageClass::kCommercial)) != 0;
  return commercial && StopsByOptOut(policy, subject.message_class);
}

bool IsBlocked(const StandingFact& fact, const Subject& subject) {
  if (fact.kind != StandingFact::Kind::kComplaintBlock ||
      !IsAbout(fact, subject)) {
    return false;
  }
  const ClassMask classes =
      fact.classes != 0 ? fact.classes : MaskOf(MessageClass::kCommercial);
  return (classes & MaskOf(subject.message_class)) != 0;
}

void FindOptOutsAndBlocks(const Policy& policy,
                          absl::Span<const StandingFact> facts,
                          const Subject& subject, Findings& findings) {
  bool opted_out = false;
  bool blocked = false;
  for (const StandingFact& fact : facts) {
    opted_out = opted_out || IsOptedOut(policy, fact, subject);
    blocked = blocked || IsBlocked(fact, subject);
  }
  if (opted_out) findings.Add(ReasonCode::kRecipientOptedOut, "recipient");
  if (blocked) findings.Add(ReasonCode::kRecipientComplained, "recipient");
}

void FindMissingConsent(const Policy& policy,
                        absl::Span<const StandingFact> facts,
                        const Subject& subject, int64_t imported_ms,
                        Findings& findings) {
  if (!policy.of(subject.message_class).needs_consent) return;
  bool other_category = false;
  for (const StandingFact& fact : facts) {
    if (fact.kind != StandingFact::Kind::kConsent || !IsAbout(fact, subject)) {
      continue;
    }
    const bool for_class = fact.classes == 0 ||
                           (fact.classes & MaskOf(subject.message_class)) != 0;
    if (!for_class || fact.since_ms > findings.now_ms()) continue;
    if (fact.category_hash == 0 ||
        fact.category_hash == subject.category_hash) {
      return;
    }
    other_category = true;
  }
  Finding* finding =
      other_category ? findings.Add(ReasonCode::kConsentScope, "category")
                     : findings.Add(ReasonCode::kConsentMissing, "recipient");
  if (finding != nullptr && imported_ms > 0 &&
      findings.now_ms() < imported_ms + kImportedObservedMs) {
    finding->observed = true;
  }
}

void FindRepeatedRequest(absl::Span<const StandingFact> facts,
                         const Subject& subject, uint64_t likeness,
                         Findings& findings) {
  if (subject.message_class != MessageClass::kConsentRequest) return;
  for (const StandingFact& fact : facts) {
    if (fact.kind == StandingFact::Kind::kConsentRequest &&
        fact.content_provider == subject.content_provider.value &&
        Alike(LikenessOf(fact), likeness)) {
      findings.Add(ReasonCode::kConsentRequestRepeated, "text");
      return;
    }
  }
}

}  // namespace sluice::filter
