#pragma once

// The store: all partitions, the control journal, and the published snapshot.
// What the gateway talks to.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rules/base/clock.h"
#include "rules/base/phone.h"
#include "sluice/store/v1/record.pb.h"
#include "store/journal/journal_file.h"
#include "store/partition/partition.h"

namespace sluice::store {

struct StoreOptions {
  std::string path;
  int partitions = 1;
  bool sync = true;
  uint64_t segment_bytes = 256u << 20;
  // Journal bytes in which every bucket of the views is saved once: bounds the
  // time of a replay.
  uint64_t checkpoint_cycle_bytes = 512ull << 20;
  // Messages that wait for a decision; as many refusals wait beside them.
  uint32_t inbox_messages_max = 65'536;
  uint32_t outbox_messages_max = 10'000'000;
  // Of memory for what is known of recipients, over all partitions; what has
  // not been asked for the longest goes to the views beyond it. 0: no limit.
  uint64_t recipient_memory_bytes = 0;
  // Days after which messages lose their bodies; 0: never.
  uint32_t retention_days = 0;
  // Files on disk, but for tests that lose writes or fail them.
  std::function<absl::StatusOr<std::unique_ptr<JournalFiles>>(
      const std::string& folder)>
      open_files;
};

// How the system clock stands to the partition clock.
struct ClockReading {
  int64_t now_ms = 0;     // The partition clock, milliseconds since the epoch.
  int64_t system_ms = 0;  // The system clock.
  // They are more than a minute apart: nothing is decided.
  bool stepped = false;
};

class Store {
 public:
  // Opens or makes the store, replays what the views have not seen, and starts
  // the writers. `note` gets one line for each thing worth telling an operator
  // (a tail that was cut, how much was replayed). `clock` must outlive the
  // store. `snapshot` decides until the next Publish().
  // Errors: kDataLoss (a damaged journal: position and what to do),
  // kUnavailable (the disk), kInvalidArgument (partitions differ from those the
  // store was made with).
  static absl::StatusOr<std::unique_ptr<Store>> Open(
      const StoreOptions& options, Clock& clock, SnapshotPtr snapshot,
      std::function<void(const std::string&)> note);

  // Stops taking commands, makes what was taken durable, saves the views.
  ~Store();

  // The snapshot that batches arriving now are decided by. Any thread.
  SnapshotPtr snapshot() const;
  // From now on. Batches under way keep theirs; hand-overs take the newest.
  void Publish(SnapshotPtr snapshot);

  // Hands `batch` to its partitions; see SubmitBatch. Any thread.
  // Errors (then `done` is not called): kResourceExhausted (inbox or outbox
  // full), kUnavailable (a partition is poisoned or the clock has stepped).
  absl::Status Submit(SubmitBatch& batch);

  // What Submit would answer now; changes nothing. `done` as in Submit.
  absl::Status Check(SubmitBatch& batch);

  // Hands one or more refusals to their partitions; see OptOutBatch. One that
  // is in force already changes nothing, so a batch may be handed in again. Any
  // thread. Errors (then `done` is not called): kResourceExhausted (too many
  // wait, or the disk is full), kUnavailable (a partition is poisoned).
  absl::Status AddOptOuts(OptOutBatch& batch);
  // The same for one.
  void AddOptOut(OptOutEntry entry,
                 std::function<void(absl::StatusOr<OptOutResult>)> done);

  // Reverses the refusals of exactly this scope; answers with their records.
  void RemoveOptOut(
      OptOutEntry entry, std::string proof, int64_t consented_ms,
      std::function<void(absl::StatusOr<std::vector<RecordRef>>)> done);

  // Hands messages to be decided anew to their partitions; see RedecideBatch.
  // `results` are made. Any thread. Errors (then `done` is not called):
  // kUnavailable (a partition is poisoned or the clock has stepped),
  // kResourceExhausted (the disk is full).
  absl::Status Redecide(RedecideBatch& batch);

  // Held messages of a partition, those first that have waited longest, after
  // `after` (since when, and RecordRef value), at most `limit`. Waits for the
  // writer. Errors: kUnavailable (the partition is poisoned or stops).
  absl::StatusOr<std::vector<WaitingMessage>> Held(
      int partition, std::pair<int64_t, uint64_t> after, size_t limit) const;
  // Messages that wait for a link, a time or a person, in steps of at most
  // `limit` places; 0 in `place` begins, and ends. One that waits all the while
  // is told of once. Waits for the writer. Errors: as above; kUnavailable also
  // when the journal was reopened since `place` was told: begin again.
  absl::StatusOr<std::vector<WaitingMessage>> Waiting(int partition,
                                                      size_t limit,
                                                      size_t& place) const;

  // Links. Any thread.
  int partitions() const;
  void TakeWork(int partition, WorkRequest request);
  // Proved not taken by the carrier: they wait again, not before `again_ms`.
  void GiveBack(int partition, RecordRef message, Phone recipient,
                std::string carrier_code, int64_t again_ms);
  // All of it is about numbers of `partition`; see PartitionOf().
  void Ran(int partition, LinkRun run);
  void Replied(CarrierReply reply);
  // Called on a partition's thread when messages for `carrier` have become due
  // where none were. What was due before is not told again: ask once.
  void OnWork(std::function<void(int partition, Carrier carrier)> callback);

  // Reading. Any thread; sees durable records only.
  // Errors: kNotFound (no such record, or removed by retention), kDataLoss.
  absl::StatusOr<store::v1::Record> Read(const MessageId& id) const;
  // Records about `recipient`, newest first, strictly before `before` (an
  // invalid ref: from the newest).
  absl::StatusOr<std::vector<FoundRecord>> RecordsOf(Phone recipient,
                                                     RecordRef before,
                                                     size_t limit) const;
  int PartitionOf(Phone recipient) const;

  // Reads forward through a partition's durable records from `from` on (an
  // invalid ref: the oldest kept). Calls `visit` until it returns false or the
  // end is reached; returns where to go on.
  absl::StatusOr<RecordRef> Scan(
      int partition, RecordRef from,
      const std::function<bool(RecordRef, absl::string_view record)>& visit)
      const;
  // The first record at or after `time_ms`.
  absl::StatusOr<RecordRef> Seek(int partition, int64_t time_ms) const;
  // Where the durable records of a partition end now.
  RecordRef DurableEnd(int partition) const;
  // Called on a partition's thread after records have become durable. Keep it
  // quick. Returns a token for Unsubscribe.
  int Subscribe(std::function<void(int partition)> callback);
  void Unsubscribe(int token);

  // The control journal. Appends and waits until it is durable. Salt and time
  // are filled in. Any thread. Errors: kUnavailable.
  absl::Status AppendControl(store::v1::Record record);
  // Several, in order. After an error the first `durable` ones are there, and
  // the next ones may be.
  absl::Status AppendControl(std::vector<store::v1::Record> records,
                             size_t& durable);
  // Everything in the control journal, oldest first; what registry, keys and
  // rule publications are rebuilt from at start.
  absl::Status ReadControl(
      const std::function<void(const store::v1::Record&)>& visit) const;

  // The partition clock: journaled time plus monotonic time, slewed.
  int64_t NowMs() const;
  ClockReading ReadClock() const;
  // An operator says that the system clock is right; a step forward is taken.
  // Recorded time never goes back, so a step back stays one. Any thread.
  void AcceptClock();
  // Waits for the writer.
  PartitionStats Stats(int partition) const;
  // The partition's journal has failed and is being reopened. Does not wait
  // for the writer. Any thread.
  bool IsPoisoned(int partition) const;

 private:
  Store();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice::store
