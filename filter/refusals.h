#pragma once

// What a recipient has said about messages to it: opt-outs, complaint blocks,
// consents. Admit and the last look read the same facts the same way.

#include <cstdint>

#include "absl/types/span.h"
#include "filter/policy/findings.h"
#include "filter/policy/ids.h"
#include "filter/policy/policy.h"
#include "filter/recipient_state.h"

namespace sluice::filter {

// The message that the facts are held against.
struct Subject {
  MessageClass message_class = MessageClass::kUnspecified;
  ContentProviderId content_provider;
  SignatureId signature;
  uint32_t category_hash = 0;
};

// An opt-out of this content provider (or of everybody), under this signature
// (or all), for this class. One of COMMERCIAL, or that names no class, reaches
// every class that the pack stops by it, but never VERIFICATION. Order 31,
// article 18: stop when refused.
bool IsOptedOut(const Policy& policy, const StandingFact& fact,
                const Subject& subject);

// A block after a complaint; one that names no class is about COMMERCIAL.
bool IsBlocked(const StandingFact& fact, const Subject& subject);

// Adds what stands against the message: RECIPIENT_OPTED_OUT and
// RECIPIENT_COMPLAINED, each once.
void FindRefusals(const Policy& policy, absl::Span<const StandingFact> facts,
                  const Subject& subject, Findings& findings);

// How long the consents of a content provider that was imported are observed.
inline constexpr int64_t kImportedObservedMs = int64_t{90} * 24 * 3'600'000;

// Adds CONSENT_MISSING or CONSENT_SCOPE (there is one, for another category)
// where the class needs a consent. `imported_ms`: when the content provider was
// taken over from another system, or 0; for kImportedObservedMs from then on it
// is observed.
void FindMissingConsent(const Policy& policy,
                        absl::Span<const StandingFact> facts,
                        const Subject& subject, int64_t imported_ms,
                        Findings& findings);

// Adds CONSENT_REQUEST_REPEATED for a message that asks for consent as one of
// the same content provider has asked this number before: their likeness
// hashes are alike. One without a hash (it is refused already) repeats nothing.
void FindRepeatedRequest(absl::Span<const StandingFact> facts,
                         const Subject& subject, uint64_t likeness,
                         Findings& findings);

}  // namespace sluice::filter
