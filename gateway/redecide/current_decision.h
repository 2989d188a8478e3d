#pragma once

// A message as it stands: its first record, and the decision that holds now.
// From that it is examined anew, as if it came now.

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
  // Where the decision is that holds now, and what it is.
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

// The same to be looked at only: first record, decision and nothing else, which
// are read however much is on record about the number.
absl::StatusOr<CurrentDecision> ReadToShow(const store::Store& store,
                                           const store::MessageId& id,
                                           store::RecordRef decision);

// The same as ReadCurrentDecision() for one whose later records are to be
// looked for.
absl::StatusOr<CurrentDecision> FindCurrentDecision(const store::Store& store,
                                                    const store::MessageId& id);

// What the reasons that hold it come to when a person lets it go.
void AnswerHolds(CurrentDecision& current);

// Examines it by `snapshot`, with its own account as caller, and with the
// template and the expiry that it has.
void ExamineAnew(const filter::Snapshot& snapshot,
                 const CurrentDecision& current, int64_t now_ms,
                 filter::ExamineScratch& scratch, filter::MessageFacts& facts);

// Afterwards, and when the campaign book was asked about it: what a person has
// answered (CurrentDecision::answered) is noted as observed where it would hold
// it again, nothing else is; and a campaign that held it holds it still.
// `current` must outlive the findings.
void ApplyAnswers(const CurrentDecision& current, filter::MessageFacts& facts);

}  // namespace sluice::gateway
