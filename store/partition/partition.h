#pragma once

// One partition: the journal, ledger, standing facts and outbox of the numbers
// whose slot is its own. One thread, the writer, owns the state; everybody else
// hands it commands and is answered when their effects are durable.
//
// Callbacks run on the partition's threads: they must be quick and must not
// block. They run once each, also when the partition stops or is poisoned
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
  // Where its record is; of the first record when `same_key`.
  RecordRef record;
  uint16_t partition = 0;
  // The key had been used for the same message: the verdict is the one in
  // `record`; read it with Partition::ReadRecord.
  bool same_key = false;
  // `same_key`, and that verdict no longer holds: a later record of the number
  // says what does.
  bool redecided = false;
  // A message of this key was refused before, and that no longer binds.
  bool retry = false;
  int64_t planned_ms = 0;
  // All reasons by rank, observed ones too. Refer to the batch's snapshot.
  std::vector<filter::Finding> findings;
};

// What batches on their way through the partitions have in common. The caller
// owns a batch and may use it again; it leaves it and what it borrows alone
// until `done` is called.
struct BatchParts {
  // Called once, when every part is durable or has failed; with the first error
  // then. It is gone after the call: set it for every use.
  std::function<void(absl::Status)> done;

  // Used by the store and its partitions.
  std::vector<std::vector<uint32_t>> parts;  // By partition: indexes of items.
  std::atomic<int> parts_open = 0;
  Mutex mutex;
  absl::Status status SLUICE_GUARDED_BY(mutex);
};

// Messages to decide. A part that failed leaves its answers UNDECIDED.
struct SubmitBatch : BatchParts {
  SnapshotPtr snapshot;
  AccountId account;
  // Parallel: as submitted (borrowed), as examined, and the answers.
  std::vector<filter::Message> messages;
  std::vector<filter::MessageFacts> facts;
  std::vector<Answer> answers;
};

// A message that waits in the outbox.
struct WaitingMessage {
  RecordRef message;
  // By which it waits: its own record, or a Redecided.
  RecordRef decision;
  Phone recipient;
  MessageClass message_class = MessageClass::kUnspecified;
  AccountId account;
  ContentProviderId content_provider;
  // QUEUED, DEFERRED or HELD.
  sluice::v1::MessageState state = sluice::v1::MESSAGE_STATE_QUEUED;
  int64_t since_ms = 0;     // In this state.
  int64_t deadline_ms = 0;  // When it expires, or has been held too long.
};

// A message to be decided anew: as it was recorded, examined by the batch's
// snapshot. Borrowed until the batch is done.
struct RedecisionItem {
  RecordRef message;
  // The record of the decision that is to be replaced, and that decision: what
  // has been decided anew since stays so.
  RecordRef decision;
  const store::v1::Decided* last = nullptr;
  absl::string_view text;  // As submitted.
};

// What became of one.
struct Redecision {
  enum class Outcome : uint8_t {
    kUndecided,  // The batch failed.
    kDecided,    // Anew, and on record; or refused by a person, or cancelled.
    kUnchanged,  // The decision and its reasons are what they were.
    kExpired,    // Its time is over.
    kGone,       // It no longer waits, or its key has been used again.
    kChanged,    // It was decided anew by somebody else: look again.
  };
  Outcome outcome = Outcome::kUndecided;
  // kDecided, kUnchanged: what holds now.
  sluice::v1::Decision decision = sluice::v1::DECISION_UNDECIDED;
  // Enforced and observed ones, by rank. Refer to the batch's snapshot.
  std::vector<filter::Finding> findings;
};

// Messages to decide anew: those that wait (for one cause held ones only), or
// REJECTED ones. The writer decides by what it finds: a message that is with a
// link, or at its end, is left alone.
struct RedecideBatch : BatchParts {
  SnapshotPtr snapshot;
  store::v1::Redecided::Cause cause = store::v1::Redecided::CAUSE_UNSPECIFIED;
  // Held messages are refused by a person; nothing is decided.
  bool reject = false;
  // Messages that wait, whatever was decided about them since, are taken back
  // by their sender; nothing is decided.
  bool cancel = false;
  // Only tells what would be decided.
  bool check_only = false;
  std::string actor;
  std::string reason;
  // Parallel. `facts` are not looked at with `reject` or `cancel`, but for the
  // recipient.
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
  std::string text;  // What goes out.
  uint8_t parts = 1;
  Carrier carrier = Carrier::kUnknown;
  MessageClass message_class = MessageClass::kUnspecified;
  int64_t expire_at_ms = 0;
};

// What a link gets.
struct Work {
  std::vector<WorkItem> items;
  // The next message has more parts than there was room for: ask again when
  // there is more.
  bool more = false;
};

// What a link asks for.
struct WorkRequest {
  std::string link;
  // Carriers it serves, by Carrier.
  std::array<bool, kCarriers> carriers = {};
  // Never more segments than this in all; the whole window is
  // `segments_window`: a message of more parts is given to an empty window.
  uint32_t segments_max = 0;
  uint32_t segments_window = 16;
  // Called when the hand-over is durable. Every item must be followed by
  // Written, GiveBack or Answered.
  std::function<void(absl::StatusOr<Work>)> done;
};

// The carrier's answer to a message, or that none will come.
struct CarrierAnswer {
  RecordRef message;
  Phone recipient;
  std::string link;
  // TAKEN, REFUSED or UNKNOWN.
  sluice::v1::MessageState state = sluice::v1::MESSAGE_STATE_UNKNOWN;
  std::string carrier_code;
  // One for each part.
  std::vector<std::string> carrier_message_ids;
};

// A status report on one part.
struct CarrierReport {
  Phone recipient;
  std::string link;
  std::string carrier_message_id;
  std::string carrier_code;  // DELIVRD, MK:0012
  int64_t done_ms = 0;       // When, as the carrier says; 0: it does not.
  // DELIVERED or UNDELIVERED.
  sluice::v1::MessageState state = sluice::v1::MESSAGE_STATE_UNDELIVERED;
  // Called when it is durable or known to be about nothing of ours; then the
  // link acknowledges it. Not acknowledged on an error: the carrier repeats it.
  absl::AnyInvocable<void(const absl::Status&)> done;
};

// What one read or write of a link brought about messages of one partition, in
// the order of these fields.
struct LinkRun {
  // Every octet of these has been given to the kernel.
  std::vector<RecordRef> written;
  std::vector<CarrierAnswer> answers;
  std::vector<CarrierReport> reports;

  bool empty() const {
    return written.empty() && answers.empty() && reports.empty();
  }
};

// A reply of a recipient (MO).
struct CarrierReply {
  Phone recipient;
  std::string link;
  std::string access_number;
  std::string text;
  std::string carrier_message_id;
  absl::AnyInvocable<void(const absl::Status&)> done;  // As for reports.
};

// Scope and origin of a refusal, resolved to numbers.
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
  // What is in force: the scope that was asked for, or everybody (see
  // kFactsPerRecipientMax).
  ContentProviderId content_provider;
  SignatureId signature;
  uint32_t cancelled = 0;  // Waiting messages.
};

// Refusals to record. `done` is called once nothing in their scopes can reach a
// carrier any more (P3). After an error some may have been recorded: adding
// them again is safe.
struct OptOutBatch : BatchParts {
  // Parallel. Results hold when `done` says OK.
  std::vector<OptOutEntry> entries;
  std::vector<OptOutResult> results;
};

// A record as stored, and where.
struct FoundRecord {
  RecordRef ref;
  std::string bytes;  // A store::v1::Record.
};

// Numbers for metrics and `sluicectl store`.
struct PartitionStats {
  // Numbers in memory, and their sends and refusals.
  uint64_t recipients = 0;
  uint64_t sends = 0;
  uint64_t opt_outs = 0;
  // Of memory, for these and to tell which numbers are idle.
  uint64_t state_bytes = 0;
  // Numbers that are known and not in memory.
  uint64_t idle = 0;
  // Since the partition was opened: idle numbers brought back, and times that
  // could not be done.
  uint64_t recalled = 0;
  uint64_t failed_recalls = 0;
  uint64_t queued = 0;
  uint64_t deferred = 0;
  uint64_t held = 0;
  // Since when the one waits that has waited longest; 0: none is held.
  int64_t held_since_ms = 0;
  uint64_t handed_over = 0;
  uint64_t awaiting_report = 0;
  uint64_t groups = 0;
  uint64_t records = 0;
  uint64_t journal_bytes = 0;
  // Status reports about nothing we know.
  uint64_t unmatched_reports = 0;
  bool poisoned = false;
};

}  // namespace sluice::store
