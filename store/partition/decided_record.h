#pragma once

// A decision as a record, and the way back: what the ledger and the outbox keep
// of a message, made from the facts when it is decided and from the record when
// it is replayed. A test compares the two.

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
  // Takes everything in; returns the size of the record. `rule_set` is the id
  // of the one that decided.
  size_t Fill(const filter::Message& message, const filter::MessageFacts& facts,
              const filter::Admission& admission, absl::string_view rule_set,
              absl::string_view salt, uint64_t retry_of, int64_t now_ms);
  // Writes the bytes of the last Fill().
  void Write(char* out) const;

 private:
  store::v1::Record record_;
};

// A redecision, for Redecided.decided: without what the caller wrote. `out` is
// empty.
void FillRedecided(const filter::MessageFacts& facts,
                   const filter::Admission& admission,
                   absl::string_view rule_set, store::v1::Decided& out);

// The decision in `record`, a Decided or a Redecided.
const store::v1::Decided& DecisionIn(const store::v1::Record& record);

// What the ledger keeps of the decision in `record` about the message at `ref`;
// the same as filter::MakeSend() made.
filter::Send SendOf(const store::v1::Record& record, RecordRef ref);

// The likeness hash of a message that asks for consent; 0: it does not.
uint64_t RequestOf(const filter::MessageFacts& facts);
uint64_t RequestOf(const store::v1::Decided& decided);

// What the outbox keeps of it; false when the message is not under way.
// `decision` is where the decision is recorded: `ref`, or a Redecided. The text
// is left out: see SentText().
bool LiveOf(const filter::MessageFacts& facts,
            const filter::Admission& admission, RecordRef ref,
            RecordRef decision, int64_t now_ms, LiveMessage& live);
bool LiveOf(const store::v1::Record& record, RecordRef ref, RecordRef decision,
            LiveMessage& live);

// What goes out: cut as the record cuts it.
absl::string_view SentText(const filter::Message& message,
                           const filter::MessageFacts& facts);

// A reason as it is recorded, and back into words for the API.
void RecordReason(const filter::Finding& finding,
                  store::v1::RecordedReason& reason);

}  // namespace sluice::store
