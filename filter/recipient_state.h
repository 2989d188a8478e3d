#pragma once

// What is known about one number when a message to it is decided: its sends in
// the ledger and the standing facts. Plain fixed-size values; the store keeps
// them packed by number, and Admit reads them where they lie.

#include <cstdint>

#include "absl/types/span.h"
#include "filter/policy/ids.h"

namespace sluice::filter {

// One message of the ledger. 64 bytes: one cache line.
struct Send {
  // Planned time, milliseconds since the epoch. Limits count this one.
  int64_t at_ms = 0;
  // When it was decided; the key window counts from here.
  int64_t decided_ms = 0;
  // The message: its store::RecordRef.
  uint64_t message = 0;
  // Hash of the content (folded text); 0: none.
  uint64_t content = 0;
  // Of (account, key) and the times asked for, see KeyHash; 0: the caller gave
  // no key.
  uint64_t key = 0;
  uint32_t content_provider = 0;
  uint32_t signature = 0;
  uint32_t account = 0;
  uint32_t port = 0;
  // Low bits of the hashes of template_id and campaign_id; 0: none.
  uint32_t template_hash = 0;
  uint16_t campaign_hash = 0;
  MessageClass message_class = MessageClass::kUnspecified;
  // Bits of SendFlag.
  uint8_t flags = 0;
};

enum SendFlag : uint8_t {
  // Counts for limits. Cleared by a refund; the entry stays for its key.
  kSendCharged = 1,
  // The verdict was REJECTED: the entry only answers its key.
  kSendRejected = 2,
  // The verdict was DEFERRED or HELD at first (for answering the key).
  kSendDeferred = 4,
  kSendHeld = 8,
  // It finally failed at the carrier: limits that refund undelivered messages
  // do not count it, the others do.
  kSendFailed = 16,
  // Its message was redecided, or rejected by a person: its key is answered
  // with the current decision, not with the verdict in its record.
  kSendRedecided = 32,
};

static_assert(sizeof(Send) == 64);

// An opt-out, a complaint block, a consent or a request for consent that is in
// force. 32 bytes.
struct StandingFact {
  enum class Kind : uint8_t {
    kOptOut = 1,
    kComplaintBlock = 2,
    kConsent = 3,
    // A message that asked for consent went to this number, or waits to: the
    // same or a similar one never goes again (order 31, article 18).
    kConsentRequest = 4,
  };
  // Since when, milliseconds since the epoch.
  int64_t since_ms = 0;
  // The journal record that says it: its store::RecordRef.
  uint64_t record = 0;
  // Whose messages; 0: everybody's.
  uint32_t content_provider = 0;
  // Only under this signature; 0: all. Of a request for consent: the high bits
  // of its likeness hash, which has no room of its own.
  uint32_t signature = 0;
  // Consent: low 32 bits of the category's hash; 0: any. Request: the low bits.
  // Opt-out: how it came (store/partition/opt_out_origin.h); 0: not known.
  uint32_t category_hash = 0;
  // Which classes it is about.
  ClassMask classes = 0;
  Kind kind = Kind::kOptOut;
  uint16_t flags = 0;
};
static_assert(sizeof(StandingFact) == 32);

// That `message` (its store::RecordRef) asks for consent.
inline StandingFact ConsentRequest(int64_t since_ms, uint64_t message,
                                   uint32_t content_provider,
                                   uint64_t likeness) {
  return {.since_ms = since_ms,
          .record = message,
          .content_provider = content_provider,
          .signature = static_cast<uint32_t>(likeness >> 32),
          .category_hash = static_cast<uint32_t>(likeness),
          .kind = StandingFact::Kind::kConsentRequest};
}
inline uint32_t OriginOf(const StandingFact& opt_out) {
  return opt_out.category_hash;
}
inline uint64_t LikenessOf(const StandingFact& request) {
  return uint64_t{request.signature} << 32 | request.category_hash;
}

// Borrowed from the store for the length of one call.
struct RecipientState {
  absl::Span<const Send> sends;  // In no order.
  absl::Span<const StandingFact> facts;
};

}  // namespace sluice::filter
