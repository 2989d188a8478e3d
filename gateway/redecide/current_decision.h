#pragma once

// The current decision about a message: its first record, and the decision that
// holds now. For a redecision it is examined again, as if it came now.

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "filter/examine/examine.h"
#include "filter/examine/snapshot.h"
#include "filter/registry/registry.h"
#include "sluice/store/v1/record.pb.h"
#include "store/journal/message_id.h"
#include "store/store.h"

namespace sluice::gateway {

struct CurrentDecision {
  store::MessageId id;
  store::v1::Record first;  // Has a Decided.
  // The decision that holds now, and its record.
  store::RecordRef decision;
  store::v1::Decided last;
  // By code and rule: reasons that have held it, and those of them that a
  // person has answered by releasing it.
  std::vector<std::pair<std::string, std::string>> held_for;
  std::vector<std::pair<std::string, std::string>> answered;

  // Where it is in its life, and when it came there; only FindCurrentDecision()
  // looks.
  v1::MessageState state = v1::MESSAGE_STATE_UNSPECIFIED;
  int64_t since_ms = 0;

  Phone recipient() const { return Phone{first.recipient()}; }
};

// Reads a message whose last decision is known to be `decision`.
// Errors: kNotFound and kFailedPrecondition (not kept), kResourceExhausted (too
// much is on record about its number), kDataLoss, kUnavailable.
absl::StatusOr<CurrentDecision> ReadCurrentDecision(const store::Store& store,
                                                    const store::MessageId& id,
                                                    store::RecordRef decision);

// The same without held_for and answered, to show the message: reads two
// records only, however many there are about the number.
absl::StatusOr<CurrentDecision> ReadForDisplay(const store::Store& store,
                                               const store::MessageId& id,
                                               store::RecordRef decision);

// The same as ReadCurrentDecision() for a message whose last decision is not
// known: searches the later records about its number.
absl::StatusOr<CurrentDecision> FindCurrentDecision(const store::Store& store,
                                                    const store::MessageId& id);

// Notes the reasons that hold the message as answered: a person releases it.
void AnswerHolds(CurrentDecision& current);

// Examines the message by `snapshot`, with its own account as caller, and with
// the template and the expiry that it has.
void ExamineAgain(const filter::Snapshot& snapshot,
                  const CurrentDecision& current, int64_t now_ms,
                  filter::ExamineScratch& scratch, filter::MessageFacts& facts);

// Call it after ExamineAgain() and the campaign book: findings that a person
// has answered (CurrentDecision::answered) and that would hold the message
// again become observed, no others do; and a campaign that held the message
// holds it still. `current` must outlive the findings.
void ApplyAnswers(const CurrentDecision& current, filter::MessageFacts& facts);

}  // namespace sluice::gateway
