#pragma once

// Whether one message may go to its recipient now, and what that costs.
//
// Plain values in, plain values out: no clock, I/O, lock or logging. So it is
// tested as a table, and an officer can ask "what would happen if" without
// touching anything. The partition's writer calls it and applies the effects.

#include <cstdint>
#include <optional>
#include <vector>

#include "filter/examine/examine.h"
#include "filter/examine/snapshot.h"
#include "filter/policy/ids.h"
#include "filter/policy/reason.h"
#include "filter/recipient_state.h"
#include "sluice/v1/message.pb.h"

namespace sluice::filter {

// What Admit decided. Reused: Admit sets every field.
struct Admission {
  v1::Decision decision = v1::DECISION_REJECTED;
  // The time it is charged at and goes: now or later. Set unless REJECTED.
  int64_t planned_ms = 0;
  // Counts for limits at planned_ms. HELD messages are charged at release.
  bool charged = false;
  // All reasons as SortByRank() orders them, observed ones (would_reasons)
  // included. A DEFERRED message that waits for its send hours has SEND_HOURS,
  // which does not reject it.
  std::vector<Finding> findings;
  // Index into RecipientState::sends of the entry that is the same message
  // under the same key in the key window (recipient, content, class, content
  // provider and times): answer with that message's verdict, record
  // nothing (P6). Then nothing else here is set.
  std::optional<size_t> same_key;
  // Index of the REJECTED entry under the same key, which this redecision
  // follows.
  std::optional<size_t> retry_of;
};

// Runs every check even when one already rejects: a sender fixes all reasons at
// once, and the record shows them all. A message that cannot be charged in
// every window that contains its planned time is REJECTED.
void Admit(const Snapshot& snapshot, const RecipientState& state,
           const MessageFacts& facts, int64_t now_ms, Admission& admission);

// The ledger's entry of a message that was decided at `now_ms`. `message` is
// its store::RecordRef.
Send MakeSend(const MessageFacts& facts, const Admission& admission,
              int64_t now_ms, uint64_t message);

// A message that was accepted earlier and waits.
struct QueuedMessage {
  // Whose local time counts for send hours; none: the pack's.
  Phone recipient;
  MessageClass message_class = MessageClass::kUnspecified;
  LicenseeId licensee;
  AccountId account;
  ContentProviderId content_provider;
  SignatureId signature;
  PortId port;
  Carrier carrier = Carrier::kUnknown;
  int64_t expire_at_ms = 0;
};

// The last look, as the hand-over is appended: opt-outs, complaint blocks,
// suspended parties, send hours, expiry. nullopt: it may go. kExpired (also
// when it fell out of the send hours) ends it EXPIRED; anything else CANCELLED.
std::optional<Finding> LastLook(const Snapshot& snapshot,
                                const RecipientState& state,
                                const QueuedMessage& message, int64_t now_ms);

}  // namespace sluice::filter
