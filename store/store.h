#pragma once

// The store: all partitions, the control journal, and the published snapshot.
// The gateway uses only this class.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rules/base/clock.h"
#include "rules/base/phone.h"
#include "rules/base/stop.h"
#include "sluice/store/v1/record.pb.h"
#include "store/erasure_outlook.h"
#include "store/journal/journal_file.h"
#include "store/partition/partition.h"
#include "store/proofs/key_change.h"
#include "store/proofs/record_proof.h"
#include "store/statistics/stat_query.h"
#include "store/views/record_kind.h"
#include "store/views/reply_lists.h"
#include "store/waiting_retention.h"

namespace sluice::store {

struct StoreOptions {
  std::string path;
  int partitions = 1;
  bool sync = true;
  uint64_t segment_bytes = 256u << 20;
  // The journal bytes in which every bucket of the views is saved once: bounds
  // the time of a replay.
  uint64_t checkpoint_cycle_bytes = 512ull << 20;
  // The most messages that wait for a decision; as many opt-outs may wait
  // besides.
  uint32_t inbox_messages_max = 65'536;
  uint32_t outbox_messages_max = 10'000'000;
  // Memory for the state of recipients, over all partitions; beyond it the
  // numbers least recently used move to the views. 0: no limit.
  uint64_t recipient_memory_bytes = 0;
  // Days after which retention removes the bodies of messages; 0: never.
  uint32_t retention_days = 0;
  // How fast closed segments are read to find damage; 0: never.
  uint64_t scrub_bytes_per_second = 0;
  // The file of the key that signs heads, made when there is none; empty: no
  // head is signed.
  std::string signing_key;
  // Gets one line for each damaged place found in a journal, and for each fault
  // that lasts when it begins: a person must act. Any thread calls it.
  std::function<void(const std::string&)> alarm;
  // Retention waits for a person before it removes a larger share of a journal
  // in one run.
  double retention_share_max = 0.2;
  // Opens a folder of journal files. Default: files on disk; tests set it to
  // lose or fail writes.
  std::function<absl::StatusOr<std::unique_ptr<JournalFiles>>(
      const std::string& folder)>
      open_files;
};

// The partition clock compared with the system clock.
struct ClockReading {
  int64_t now_ms = 0;     // The partition clock, milliseconds since the epoch.
  int64_t system_ms = 0;  // The system clock.
  // The clocks are more than a minute apart: nothing is decided.
  bool stepped = false;
  // `stepped` since the start, because the system clock was more than a day
  // away from the newest record or the last write: nothing is decided, handed
  // over, expired or removed.
  bool unconfirmed = false;
  // How far the system clock was ahead of the newest record at the start, when
  // that is worth an alarm (PartitionClock::kAlarmAfter); else 0.
  int64_t start_gap_ms = 0;
};

// Whether the disk has room for what a store writes.
enum class DiskRoom {
  kEnough,
  kNoViews,  // Nearly full: the views are not saved, a start replays more.
  kNone,     // A journal has no room: messages and opt-outs are refused.
};

class Store {
 public:
  // Opens or makes the store, replays the records that the views have not seen,
  // and starts the writers. `note` gets one line for each fact worth telling an
  // operator (a tail that was cut, how much was replayed). `clock` must outlive
  // the store. `snapshot` decides until the next Publish().
  // Errors: kDataLoss (a damaged journal: position and what to do),
  // kUnavailable (the disk), kInvalidArgument (the number of partitions differs
  // from that of the existing store), kFailedPrecondition (a folder that this
  // process cannot use), kResourceExhausted (no room on the disk).
  static absl::StatusOr<std::unique_ptr<Store>> Open(
      const StoreOptions& options, Clock& clock, SnapshotPtr snapshot,
      std::function<void(const std::string&)> note);

  // Stops accepting commands, makes accepted ones durable, saves the views.
  ~Store();

  // The snapshot that decides batches arriving now. Any thread.
  SnapshotPtr snapshot() const;
  // From now on. Batches in progress keep theirs; hand-overs use the newest.
  void Publish(SnapshotPtr snapshot);

  // Hands `batch` to its partitions; see SubmitBatch. Any thread.
  // Errors (then `done` is not called): kResourceExhausted (inbox or outbox
  // full), kUnavailable (a partition is poisoned or the clock has stepped).
  absl::Status Submit(SubmitBatch& batch);

  // Answers as Submit() would now; changes nothing. `done` as in Submit().
  absl::Status Check(SubmitBatch& batch);

  // Hands one or more opt-outs to their partitions; see OptOutBatch. An opt-out
  // that came the same way before changes nothing, so a batch may be added
  // again.
  // Any thread. Errors (then `done` is not called): kResourceExhausted (too
  // many wait, or the disk is full), kUnavailable (a partition is poisoned).
  absl::Status AddOptOuts(OptOutBatch& batch);
  // AddOptOuts() for one opt-out.
  void AddOptOut(OptOutEntry entry,
                 std::function<void(absl::StatusOr<OptOutResult>)> done);

  // Reverses the opt-outs of exactly this scope; `done` gets their records.
  void RemoveOptOut(
      OptOutEntry entry, std::string proof, int64_t consented_ms,
      std::function<void(absl::StatusOr<std::vector<RecordRef>>)> done);

  // Removes opt-outs that were recorded by mistake; see CorrectionBatch. Sizes
  // `outcomes`. Any thread. Errors (then `done` is not called): kUnavailable (a
  // partition is poisoned), kResourceExhausted (the disk is full).
  absl::Status CorrectOptOuts(CorrectionBatch& batch);

  // Hands messages to redecide to their partitions; see RedecideBatch. Sizes
  // `results`. Any thread. Errors (then `done` is not called): kUnavailable (a
  // partition is poisoned or the clock has stepped), kResourceExhausted (the
  // disk is full).
  absl::Status Redecide(RedecideBatch& batch);

  // Up to `limit` held messages of a partition, the longest held first, after
  // `after` (since_ms and RecordRef value). Waits for the writer. Errors:
  // kUnavailable (the partition is poisoned or stops).
  absl::StatusOr<std::vector<WaitingMessage>> Held(
      int partition, std::pair<int64_t, uint64_t> after, size_t limit) const;
  // Messages that wait for a link, a time or a person, from at most `limit`
  // slots of the outbox in each call. `slot` is 0 before the first call and
  // after the last. A message that waits all the while is returned once. Waits
  // for the writer. Errors: as Held(); kUnavailable also when the journal was
  // reopened since `slot` was returned: begin again.
  absl::StatusOr<std::vector<WaitingMessage>> Waiting(int partition,
                                                      size_t limit,
                                                      size_t& slot) const;

  // Links. Any thread.
  int partitions() const;
  void TakeWork(int partition, WorkRequest request);
  // The carrier has surely not taken the message: it waits again, at least
  // until `again_ms`.
  void GiveBack(int partition, RecordRef message, Phone recipient,
                std::string carrier_code, int64_t again_ms);
  // All of `run` must be about numbers of `partition`; see PartitionOf().
  void Ran(int partition, LinkRun run);
  void Replied(CarrierReply reply);
  // Called on a partition's thread when messages for `carrier` become due and
  // none were due before. Messages that were due earlier are not announced
  // again: ask once.
  void OnWork(std::function<void(int partition, Carrier carrier)> callback);

  // Reading. Any thread; sees durable records only. Every record is proven by
  // its hash before it is returned; damage is kDataLoss, with its place, and is
  // told to StoreOptions.alarm.
  // Errors: kNotFound (surely no such record), kFailedPrecondition (removed by
  // retention), kDataLoss, kUnavailable.
  absl::StatusOr<store::v1::Record> Read(const MessageId& id) const;
  // Visits the records of these kinds about `recipient` until `visit` returns
  // false: newest first, strictly before `before` (an invalid reference: from
  // the newest); or oldest first, from `from` on. Events of messages are not
  // among them: VisitEvents(). Records of other kinds are not read, and of the
  // others one at a time is in memory, so that no number has too many. Errors:
  // kUnavailable, kDataLoss; kCancelled (`stop`, which is asked every few dozen
  // records).
  using Visit = std::function<bool(RecordRef, const store::v1::Record&)>;
  absl::Status VisitNewestFirst(Phone recipient, RecordRef before,
                                KindMask kinds, const Visit& visit,
                                const StopAsked& stop = {}) const;
  absl::Status VisitOldestFirst(Phone recipient, RecordRef from, KindMask kinds,
                                const Visit& visit,
                                const StopAsked& stop = {}) const;
  // Visits the events of messages of one partition, given in ascending order:
  // those of one message together, oldest first (store::MessageOf() tells which
  // message). Reads nothing else, whatever the recipients have. Errors as
  // above.
  absl::Status VisitEvents(int partition, absl::Span<const RecordRef> messages,
                           const Visit& visit,
                           const StopAsked& stop = {}) const;
  // The same for a list of replies of one partition, newest first.
  absl::Status VisitReplies(int partition, ReplyList list, RecordRef before,
                            const Visit& visit,
                            const StopAsked& stop = {}) const;
  int PartitionOf(Phone recipient) const;

  // Reads forward through a partition's durable records from `from` on (an
  // invalid reference: from the oldest). Calls `visit` until it returns false
  // or the end is reached; returns where to continue. Errors:
  // kInvalidArgument (surely no record is at `from`), kDataLoss, kUnavailable;
  // kCancelled (`stop`, which is asked for each group).
  absl::StatusOr<RecordRef> Scan(
      int partition, RecordRef from,
      const std::function<bool(RecordRef, absl::string_view record)>& visit,
      const StopAsked& stop = {}) const;
  // The same for decisions, counted refusals and opt-outs that have all of some
  // facets (FacetKey()), at least one: reads nothing else, and sees those that
  // were durable when it began. Two names may have one key: compare them.
  absl::StatusOr<RecordRef> ScanFacets(
      int partition, absl::Span<const uint64_t> facets, RecordRef from,
      const std::function<bool(RecordRef, absl::string_view record)>& visit,
      const StopAsked& stop = {}) const;
  // The first record that counts as written at or after `time_ms`: see
  // CountedMs(). Errors: kDataLoss, kUnavailable, kCancelled.
  absl::StatusOr<RecordRef> Seek(int partition, int64_t time_ms,
                                 const StopAsked& stop = {}) const;
  // When a record counts as written, for searches by time: at its own time, but
  // no later than the clock went back after it. In the order of the journal.
  int64_t CountedMs(int partition, RecordRef record, int64_t at_ms) const;
  // Where the durable records of a partition end now.
  RecordRef DurableEnd(int partition) const;
  // Calls `callback` on a partition's thread after records have become durable;
  // it must be quick. Returns a token for Unsubscribe().
  int Subscribe(std::function<void(int partition)> callback);
  void Unsubscribe(int token);

  // Counts of what happened, by whose the messages are. Errors: kCancelled,
  // kDataLoss, kUnavailable.
  absl::StatusOr<StatAnswer> ReadStatistics(const StatQuery& query,
                                            const StopAsked& stop = {}) const;

  // The control journal. Fills in salt and time, appends, and waits until the
  // record is durable. Any thread. Errors: kUnavailable.
  absl::Status AppendControl(store::v1::Record record);
  // Appends several records, in order. After an error the first `durable`
  // records are durable, and later ones may be.
  absl::Status AppendControl(std::vector<store::v1::Record> records,
                             size_t& durable);
  // Visits the records of the control journal that make the state of a start,
  // oldest first: of a party or key the newest, and none of operator actions
  // and failed logins. The registry, keys and rule publications are rebuilt
  // from them.
  absl::Status ReadStanding(
      const std::function<void(const store::v1::Record&)>& visit) const;
  // Visits everything in the control journal, oldest first.
  absl::Status ReadControl(
      const std::function<void(const store::v1::Record&)>& visit) const;
  // The same from a place on, and one record of it: as ControlJournal::Scan()
  // and ReadAt().
  absl::StatusOr<RecordRef> ScanControl(
      RecordRef from,
      const std::function<bool(RecordRef, absl::string_view record)>& visit,
      const StopAsked& stop = {}) const;
  absl::StatusOr<store::v1::Record> ReadControlAt(RecordRef ref) const;

  // Signs what the journals hold now, unless the newest head says it; returns
  // that. Waits until the journals have been read. Any thread.
  // Errors: kFailedPrecondition (no key); kDataLoss (a journal is not what was
  // signed before); kUnavailable, kCancelled (the store closes).
  absl::StatusOr<SignedHead> SignHead();
  // The newest head; nullopt: none yet.
  std::optional<SignedHead> LastHead() const;
  // Replaces the key that signs heads: the old one signs a last head and the
  // new key, both are journaled, and the old one is deleted. Returns the first
  // head of the new one. Any thread. Errors: those of ProveRecords();
  // kFailedPrecondition (also: the file cannot be replaced; nothing has
  // changed).
  absl::StatusOr<HeadAndKey> RotateSigningKey(const std::string& actor,
                                              const std::string& reason);
  // The keys up to this one, oldest first, each signed by the one before: they
  // begin with the store's first, or after one that was lost.
  // Errors: kNotFound; those of ReadStanding().
  absl::StatusOr<std::vector<KeyChange>> KeysUpTo(const PublicKey& key) const;
  // The head of that number and the key that signed it. Errors: kNotFound.
  absl::StatusOr<HeadAndKey> FindHead(uint64_t number) const;

  // Signs what the journals hold now, and proves that records of a partition
  // are in that head. Any thread.
  // Errors: those of SignHead(), but does not wait; kNotFound.
  absl::StatusOr<RecordsProof> ProveRecords(
      int partition, absl::Span<const RecordRef> records);
  // Journals an export in the control journal, signs what the journals hold
  // then, and proves that the record is in that head. Any thread.
  // Errors: those of ProveRecords(); kResourceExhausted.
  absl::StatusOr<RecordsProof> SealRecord(store::v1::Record record);
  // As Notary::ProveGrowth() says. Any thread.
  absl::StatusOr<std::vector<std::vector<Hash>>> ProveGrowth(const Head& from,
                                                             const Head& to);

  // The partition clock: journaled time plus monotonic time, slewed.
  int64_t NowMs() const;
  ClockReading ReadClock() const;
  // An operator says that the system clock is right: a step forward is
  // journaled and taken, a step back is waited out. Any thread. Errors:
  // kUnavailable, kResourceExhausted (nothing has changed).
  absl::Status AcceptClock(const std::string& actor, const std::string& reason);
  // An operator says that the system clock, which is behind the records, is
  // right: the time they bear never was. The partition clock goes on from the
  // system clock; what was planned later is moved (partition/turned_back.h), by
  // a record in every journal. Waits for all writers. After an error nothing
  // has changed for decisions; call it again. Any thread.
  // Errors: kFailedPrecondition (the system clock is not behind, or is behind
  // the last time that was right before the mistake), kUnavailable,
  // kResourceExhausted.
  absl::Status TurnClockBack(const std::string& actor,
                             const std::string& reason);

  // Runs of retention that wait for a person, because they would remove a large
  // share of a journal; and a person's yes to them, which returns how many it
  // allowed. Any thread.
  std::vector<WaitingRetention> WaitingRetentions() const;
  size_t AllowRetention(const std::string& actor);
  // What a person's request to erase the records about his number does, as if
  // made at `requested_ms`: reads all of them. The control journal has the
  // requests (ErasureRequested); the store carries them out by itself.
  // Errors: kDataLoss, kUnavailable, kCancelled.
  absl::StatusOr<ErasureOutlook> LookAtErasure(
      Phone recipient, int64_t requested_ms, const StopAsked& stop = {}) const;
  // A request has been journaled: carries it out now as far as it is due.
  void EraseSoon();
  // Waits for the writer.
  PartitionStats Stats(int partition) const;
  // How many damaged places were found in each journal since the start, by its
  // name: "control", "0", "1" and so on. Any thread.
  std::vector<std::pair<std::string, uint64_t>> DamagedPlaces() const;
  // Whether the partition's journal has failed and is being reopened. Does not
  // wait for the writer. Any thread.
  bool IsPoisoned(int partition) const;
  // Whether the partition refuses messages because its journal has no room on
  // the disk. Does not wait for the writer or the disk. Any thread.
  bool IsDiskFull(int partition) const;
  // Asks the disk. Any thread.
  DiskRoom ReadDiskRoom() const;

 private:
  Store();
  // A decision that counts as written shortly before `time_ms`; none:
  // RecordRef().
  absl::StatusOr<RecordRef> DecisionBefore(int partition,
                                           int64_t time_ms) const;

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice::store
