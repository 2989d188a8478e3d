#pragma once

// The current decision about a message: its first record, and the last
// decision. For a redecision the message is examined again, as if submitted
// now.

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "filter/examine/examine.h"
#include "filter/examine/snapshot.h"
#include "filter/policy/blocks.h"
#include "filter/registry/registry.h"
#include "rules/contacts/text_contacts.h"
#include "rules/fold/fold.h"
#include "sluice/store/v1/record.pb.h"
#include "store/journal/message_id.h"
#include "store/store.h"

namespace sluice::gateway {

struct CurrentDecision {
  store::MessageId id;
  store::v1::Record first;  // Has a Decided.
  // The record of the last decision, and the decision.
  store::RecordRef decision;
  store::v1::Decided last;
  // By code and rule: the reasons that have held the message, and those that an
  // officer has answered by releasing it.
  std::vector<std::pair<std::string, std::string>> held_for;
  std::vector<std::pair<std::string, std::string>> answered;

  // The state of the message and since when; set by FindCurrentDecision() only.
  v1::MessageState state = v1::MESSAGE_STATE_UNSPECIFIED;
  int64_t since_ms = 0;

  Phone recipient() const { return Phone{first.recipient()}; }
};

// Reads a message whose last decision is the record `decision`.
// Reads the message's events. Errors: kNotFound and kFailedPrecondition (not
// kept), kDataLoss, kUnavailable, kCancelled (`stop`).
absl::StatusOr<CurrentDecision> ReadCurrentDecision(const store::Store& store,
                                                    const store::MessageId& id,
                                                    store::RecordRef decision,
                                                    const StopAsked& stop = {});

// The same without answered, and with held_for of the first decision only, to
// show the message: reads only two records, however many the number has.
absl::StatusOr<CurrentDecision> ReadForDisplay(const store::Store& store,
                                               const store::MessageId& id,
                                               store::RecordRef decision);

// As ReadCurrentDecision(), for a message whose last decision is not known:
// its events tell. Errors: kCancelled (`stop`), too.
absl::StatusOr<CurrentDecision> FindCurrentDecision(const store::Store& store,
                                                    const store::MessageId& id,
                                                    const StopAsked& stop = {});

// What one thread needs for IsBlocked(); reuse it.
struct BlockedScratch {
  rules::FoldedText folded;
  rules::TextContacts contacts;
  filter::BlockScratch blocks;
};
// Whether a block in force covers the message's text or content provider.
bool IsBlocked(const filter::Snapshot& snapshot, const CurrentDecision& current,
               int64_t now_ms, BlockedScratch& scratch);

// Marks the reasons that hold the message as answered: an officer releases it.
void AnswerHolds(CurrentDecision& current);

// Examines the message by `snapshot`, with its own account as the caller and
// with its own template and expiry.
void ExamineAgain(const filter::Snapshot& snapshot,
                  const CurrentDecision& current, int64_t now_ms,
                  filter::ExamineScratch& scratch, filter::MessageFacts& facts);

// Call it after ExamineAgain() and CampaignBook::Look(). Findings that would
// hold the message for an answered reason become observed; a campaign or block
// that held the message still holds it. `current` must outlive the findings.
void ApplyAnswers(const CurrentDecision& current, filter::MessageFacts& facts);

}  // namespace sluice::gateway
