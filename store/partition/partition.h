#pragma once

// The values that go into a partition and come out of it. A partition has the
// journal, ledger, standing facts and outbox of the numbers in its slots. One
// thread, the writer, owns the state; other threads send it commands and are
// answered when the effects are durable.
//
// Callbacks run on the partition's threads: they must be quick and must not
// block. Each runs exactly once, also when the partition stops or is poisoned
// (then with kUnavailable).

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "filter/examine/examine.h"
#include "filter/examine/snapshot.h"
#include "filter/policy/ids.h"
#include "filter/policy/reason.h"
#include "rules/base/mutex.h"
#include "rules/base/phone.h"
#include "sluice/admin/v1/opt_outs.pb.h"
#include "sluice/store/v1/record.pb.h"
#include "sluice/v1/message.pb.h"
#include "store/journal/message_id.h"
#include "store/journal/position.h"

namespace sluice::store {

using SnapshotPtr = std::shared_ptr<const filter::Snapshot>;

// The verdict on one message, as the API answers it.
struct Answer {
  sluice::v1::Decision decision = sluice::v1::DECISION_UNDECIDED;
  // Where the message's record is; of the first record when `same_key`. None:
  // the refusal has no record of its own, it is counted (see
  // store/writer/refusal_bound.h).
  RecordRef record;
  uint16_t partition = 0;
  // The key was used before for the same message: the verdict is the one in the
  // record at `record`.
  bool same_key = false;
  // `same_key`, and the verdict in `record` was replaced: a later record of the
  // number has the verdict in force.
  bool redecided = false;
  // A message with this key was rejected before: this one was decided afresh.
  bool retry = false;
  int64_t planned_ms = 0;
  // All reasons, the primary one first, observed ones too. They refer to the
  // batch's snapshot.
  std::vector<filter::Finding> findings;
};

// What all batches have in common. The caller owns a batch and may reuse it;
// until `done` is called it must change neither the batch nor anything the
// batch borrows.
struct BatchParts {
  // Called once, when every part is durable or has failed; then with the first
  // error. Empty after the call: set it for every use.
  std::function<void(absl::Status)> done;

  // For the store and its partitions only.
  std::vector<std::vector<uint32_t>> parts;  // By partition: indexes of items.
  std::atomic<int> parts_open = 0;
  Mutex mutex;
  absl::Status status SLUICE_GUARDED_BY(mutex);
};

// Messages to decide. A failed part leaves its answers UNDECIDED.
struct SubmitBatch : BatchParts {
  SnapshotPtr snapshot;
  AccountId account;
  // Parallel: messages as submitted (borrowed), as examined, and the answers.
  std::vector<filter::Message> messages;
  std::vector<filter::MessageFacts> facts;
  std::vector<Answer> answers;
};

// A message that waits in the outbox.
struct WaitingMessage {
  RecordRef message;
  // The decision in force: the message's own record, or a Redecided.
  RecordRef decision;
  Phone recipient;
  MessageClass message_class = MessageClass::kUnspecified;
  AccountId account;
  ContentProviderId content_provider;
  // QUEUED, DEFERRED or HELD.
  sluice::v1::MessageState state = sluice::v1::MESSAGE_STATE_QUEUED;
  int64_t since_ms = 0;     // When it entered this state.
  int64_t deadline_ms = 0;  // When it expires, or has been held too long.
};

// A message to redecide: as it was recorded, and examined with the batch's
// snapshot. Borrowed until the batch is done.
struct RedecisionItem {
  RecordRef message;
  // The record of the decision to replace, and that decision. A message that
  // was redecided since keeps its newer decision.
  RecordRef decision;
  const store::v1::Decided* last = nullptr;
  absl::string_view text;  // As submitted.
};

// The outcome of one redecision.
struct Redecision {
  enum class Outcome : uint8_t {
    kUndecided,  // The batch failed.
    kDecided,    // Redecided and recorded; rejected by a person; or cancelled.
    kUnchanged,  // The decision and its reasons are what they were.
    kExpired,    // Its time is over.
    kGone,       // It no longer waits, or its key has been used again.
    kChanged,    // Another caller has redecided it: read it again.
  };
  Outcome outcome = Outcome::kUndecided;
  // kDecided, kUnchanged: the decision in force.
  sluice::v1::Decision decision = sluice::v1::DECISION_UNDECIDED;
  // Enforced and observed findings, the primary one first. They refer to the
  // batch's snapshot.
  std::vector<filter::Finding> findings;
};

// Messages to redecide: waiting ones (for CAUSE_RELEASED and `reject` held ones
// only), or REJECTED ones for CAUSE_REJUDGED. The writer checks the state
// again: it leaves alone a message that a link has or that has ended.
struct RedecideBatch : BatchParts {
  SnapshotPtr snapshot;
  store::v1::Redecided::Cause cause = store::v1::Redecided::CAUSE_UNSPECIFIED;
  // A person rejects held messages; the rules are not applied.
  bool reject = false;
  // The sender cancels waiting messages, whatever was decided about them since;
  // the rules are not applied.
  bool cancel = false;
  // Only reports the decision that would be made.
  bool check_only = false;
  std::string actor;
  std::string reason;
  // Parallel. `reject` and `cancel` use only the recipient of `facts`.
  std::vector<RedecisionItem> items;
  std::vector<filter::MessageFacts> facts;
  std::vector<Redecision> results;
};

// One message given to a link: what the link needs to send it.
struct WorkItem {
  RecordRef message;
  uint16_t partition = 0;
  Phone recipient;
  std::string access_number;
  std::string text;  // The text to send.
  uint8_t parts = 1;
  Carrier carrier = Carrier::kUnknown;
  MessageClass message_class = MessageClass::kUnspecified;
  int64_t expire_at_ms = 0;
};

// The messages that a link gets.
struct Work {
  std::vector<WorkItem> items;
  // The next message has more parts than `segments_max` allowed: ask again when
  // the window has room.
  bool more = false;
  // Many messages of paused access numbers were due before it, and the writer
  // has other commands to do: ask again for what is behind them.
  bool cut_short = false;
};

// An access number whose messages wait, but for one if it is a probe.
struct PausedNumber {
  std::string access_number;
  bool probe = false;
};

// A link's request for messages.
struct WorkRequest {
  std::string link;
  // The carriers that the link serves, by Carrier.
  std::array<bool, kCarriers> carriers = {};
  // The most segments in all. `segments_window` is the whole window: a message
  // with more parts than fit is given to an empty window.
  uint32_t segments_max = 0;
  uint32_t segments_window = 16;
  // The least urgent messages first: one that the carrier refuses is lost.
  bool least_urgent = false;
  // The link does not send from these. There are few.
  std::vector<PausedNumber> paused;
  // Called when the hand-over is durable. Every item must then be followed by
  // Written, GiveBack or Answered.
  std::function<void(absl::StatusOr<Work>)> done;
};

// The carrier's answer to a message, or that no answer will come.
struct CarrierAnswer {
  RecordRef message;
  Phone recipient;
  std::string link;
  // TAKEN, REFUSED or UNKNOWN.
  sluice::v1::MessageState state = sluice::v1::MESSAGE_STATE_UNKNOWN;
  std::string carrier_code;
  // One id for each part.
  std::vector<std::string> carrier_message_ids;
};

// A status report on one part.
struct CarrierReport {
  Phone recipient;
  std::string link;
  std::string carrier_message_id;
  std::string carrier_code;  // DELIVRD, MK:0012
  int64_t done_ms = 0;       // The carrier's time; 0: none.
  // DELIVERED or UNDELIVERED.
  sluice::v1::MessageState state = sluice::v1::MESSAGE_STATE_UNDELIVERED;
  // Called when the report is durable, or at once when no message is known for
  // it (see store/writer/early_reports.h); then the link acknowledges it. On an
  // error it does not, and the carrier repeats the report. May be empty.
  absl::AnyInvocable<void(const absl::Status&)> done;
  // Called when no message has turned up for a report after all. May be empty.
  std::function<void()> unmatched;
};

// The news about messages of one partition from one read or write of a link, in
// the order of these fields.
struct LinkRun {
  // The kernel has every octet of these messages.
  std::vector<RecordRef> written;
  std::vector<CarrierAnswer> answers;
  std::vector<CarrierReport> reports;

  bool empty() const {
    return written.empty() && answers.empty() && reports.empty();
  }
};

// A reply of a recipient (MO), or a part of one.
struct CarrierReply {
  Phone recipient;     // None: no rule makes a number of `sender`.
  std::string sender;  // As the carrier writes it.
  std::string link;
  std::string access_number;
  std::string text;     // UTF-8; U+FFFD for what could not be decoded.
  std::string raw;      // The octets as they came.
  uint32_t coding = 0;  // As the carrier said.
  std::string carrier_message_id;
  // Part `part` of `parts` with one `reference`; 1 of 1: a whole reply.
  uint32_t part = 1;
  uint32_t parts = 1;
  uint32_t reference = 0;
  absl::AnyInvocable<void(const absl::Status&)> done;  // As for reports.
};

// Scope and origin of an opt-out, resolved to numbers.
struct OptOutEntry {
  Phone recipient;
  ContentProviderId content_provider;
  SignatureId signature;
  ClassMask classes = 0;
  admin::v1::OptOutSource source = admin::v1::OPT_OUT_SOURCE_UNSPECIFIED;
  std::string evidence;
  std::string raw_reply;
  std::string actor;
};

struct OptOutResult {
  RecordRef record;
  int64_t at_ms = 0;
  bool existed = false;
  // The scope in force: the requested one, or everybody (see
  // kFactsPerRecipientMax).
  ContentProviderId content_provider;
  SignatureId signature;
  uint32_t cancelled = 0;  // Waiting messages.
};

// Opt-outs to record. `done` is called once no message in their scopes can
// reach a carrier any more (P3). After an error some may have been recorded:
// adding them again is safe.
struct OptOutBatch : BatchParts {
  // The import that they came with; empty: none.
  std::string import_id;
  // Parallel. Results are valid when `done` gets OK.
  std::vector<OptOutEntry> entries;
  std::vector<OptOutResult> results;
};

// What a correction makes of one opt-out.
enum class CorrectionOutcome : uint8_t {
  kRemoved,  // Of a check: it would be removed.
  // As many opt-outs of its scope are in force as are kept, so a further one,
  // the subscriber's own, may not have been recorded.
  kKept,
  kGone,  // It is no longer in force.
};

// Opt-outs that were recorded by mistake, to remove; a few hundred, because the
// writer does nothing else meanwhile. `done` is called once the removals are
// durable. After an error some may have been removed: removing them again is
// safe.
struct CorrectionBatch : BatchParts {
  struct Item {
    Phone recipient;
    RecordRef record;  // Of the opt-out.
  };

  // Only reports the outcomes that the batch would have.
  bool check_only = false;
  std::string correction_id;
  std::string actor;  // Who confirmed the correction.
  std::string reason;
  // Parallel. Outcomes are valid when `done` gets OK.
  std::vector<Item> items;
  std::vector<CorrectionOutcome> outcomes;
};

// Numbers for metrics and `sluicectl store`.
struct PartitionStats {
  // Numbers in memory, and their sends and opt-outs.
  uint64_t recipients = 0;
  uint64_t sends = 0;
  uint64_t opt_outs = 0;
  // Memory for these numbers and for the fingerprints of idle numbers.
  uint64_t state_bytes = 0;
  // Numbers that are known but not in memory.
  uint64_t idle = 0;
  // Since the partition was opened: numbers recalled, and failed recalls.
  uint64_t recalled = 0;
  uint64_t failed_recalls = 0;
  uint64_t queued = 0;
  // Queued messages by Carrier and MessageClass.
  std::array<std::array<uint64_t, kMessageClasses>, kCarriers> queued_by = {};
  uint64_t deferred = 0;
  uint64_t held = 0;
  // When the oldest hold began; 0: no message is held.
  int64_t held_since_ms = 0;
  uint64_t handed_over = 0;
  uint64_t awaiting_report = 0;
  uint64_t groups = 0;
  uint64_t records = 0;
  uint64_t journal_bytes = 0;
  // Status reports about unknown messages.
  uint64_t unmatched_reports = 0;
  bool poisoned = false;
};

}  // namespace sluice::store
