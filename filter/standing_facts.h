#pragma once

// The standing facts about a recipient: opt-outs, complaint blocks, consents,
// requests for consent. Admit and the last look read them with the same
// functions.

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

// The classes of an opt-out that names none, and of a reply that refuses.
inline constexpr ClassMask kOptOutClasses =
    MaskOf(MessageClass::kCommercial) | MaskOf(MessageClass::kConsentRequest);

// Whether an opt-out of COMMERCIAL stops messages of this class: those of
// kOptOutClasses whatever the pack says, since Order 31, article 18, leaves no
// choice; VERIFICATION never; others where the pack says so.
bool StopsByOptOut(const Policy& policy, MessageClass message_class);

// An opt-out of this content provider (or of everybody), under this signature
// (or all), for this class: it names the class, or it is of COMMERCIAL (or
// names no class) and StopsByOptOut().
bool IsOptedOut(const Policy& policy, const StandingFact& fact,
                const Subject& subject);

// A block after a complaint; one that names no class is about COMMERCIAL.
bool IsBlocked(const StandingFact& fact, const Subject& subject);

// Adds RECIPIENT_OPTED_OUT and RECIPIENT_COMPLAINED, each at most once.
void FindOptOutsAndBlocks(const Policy& policy,
                          absl::Span<const StandingFact> facts,
                          const Subject& subject, Findings& findings);

// How long missing consents of an imported content provider are only observed.
inline constexpr int64_t kImportedObservedMs = int64_t{90} * 24 * 3'600'000;

// Adds CONSENT_MISSING or CONSENT_SCOPE (there is one, for another category)
// where the class needs a consent. `imported_ms`: when the content provider was
// taken over from another system, or 0; for kImportedObservedMs from then on
// the finding is only observed.
void FindMissingConsent(const Policy& policy,
                        absl::Span<const StandingFact> facts,
                        const Subject& subject, int64_t imported_ms,
                        Findings& findings);

// Adds CONSENT_REQUEST_REPEATED for a message that asks for consent as one of
// the same content provider has asked this number before: their likeness hashes
// are alike. A message without a hash (it is rejected already) repeats nothing.
void FindRepeatedRequest(absl::Span<const StandingFact> facts,
                         const Subject& subject, uint64_t likeness,
                         Findings& findings);

}  // namespace sluice::filter
