#pragma once

// A decision as a record, and back: the entries of ledger and outbox are made
// from the facts when the message is decided, and from the record when it is
// replayed. A test compares the two.

#include <cstdint>
#include <string>

#include "filter/admit.h"
#include "filter/examine/examine.h"
#include "filter/recipient_state.h"
#include "sluice/store/v1/record.pb.h"
#include "store/journal/position.h"
#include "store/journal/salt.h"
#include "store/memory/outbox.h"

namespace sluice::store {

// Turns decisions into bytes. Keeps one record and overwrites it, so that a
// decision allocates nothing once its strings have grown. One thread.
class DecidedEncoder {
 public:
  // Takes the decision; returns the size of the record. `rule_set` is the id of
  // the rule set that decided.
  size_t Fill(const filter::Message& message, const filter::MessageFacts& facts,
              const filter::Admission& admission, absl::string_view rule_set,
              absl::string_view salt, uint64_t retry_of, int64_t now_ms);
  // The record of the last Fill().
  const store::v1::Record& record() const { return record_; }
  // Writes its bytes.
  void Write(char* out) const;

 private:
  store::v1::Record record_;
};

// Fills Redecided.decided with a redecision, without the caller's fields. `out`
// must be empty.
void FillRedecided(const filter::MessageFacts& facts,
                   const filter::Admission& admission,
                   absl::string_view rule_set, store::v1::Decided& out);

// The decision in `record`, a Decided or a Redecided.
const store::v1::Decided& DecisionIn(const store::v1::Record& record);

// The ledger entry of the decision in `record` about the message at `ref`;
// equals what filter::MakeSend() made.
filter::Send SendOf(const store::v1::Record& record, RecordRef ref);

// The likeness hash of a message that asks for consent; 0 for others.
uint64_t RequestOf(const filter::MessageFacts& facts);
uint64_t RequestOf(const store::v1::Decided& decided);

// Makes the outbox entry of the message; false when it is not live. `decision`
// is where the decision is recorded: `ref`, or a Redecided. Leaves the text
// out: see SentText().
bool LiveOf(const filter::MessageFacts& facts,
            const filter::Admission& admission, RecordRef ref,
            RecordRef decision, int64_t now_ms, LiveMessage& live);
bool LiveOf(const store::v1::Record& record, RecordRef ref, RecordRef decision,
            LiveMessage& live);

// The text that goes to the carrier: shortened as the record shortens it.
absl::string_view SentText(const filter::Message& message,
                           const filter::MessageFacts& facts);

// Encodes a reason for a record, and decodes it for the API.
void RecordReason(const filter::Finding& finding,
                  store::v1::RecordedReason& reason);

}  // namespace sluice::store
