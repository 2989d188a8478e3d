#pragma once

// The members of a store; for its own files only.

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rules/base/mutex.h"
#include "rules/base/shared_value.h"
#include "sluice/store/v1/record.pb.h"
#include "store/eraser.h"
#include "store/janitor.h"
#include "store/journal/control_journal.h"
#include "store/journal/damage.h"
#include "store/journal/durable_marks.h"
#include "store/journal/posix_journal_file.h"
#include "store/partition/partition_clock.h"
#include "store/proofs/key_change.h"
#include "store/proofs/notary.h"
#include "store/retention_facts.h"
#include "store/scrubber.h"
#include "store/standing_records.h"
#include "store/statistics/statistics.h"
#include "store/store.h"
#include "store/views/views.h"
#include "store/writer/inbox_bound.h"
#include "store/writer/partition_writer.h"

namespace sluice::store {

// When the files of a journal in `folder` were last written, by the system
// clock; 0: unknown, or `clock` is another clock.
int64_t WrittenMs(const JournalFiles& files, const std::string& folder,
                  const Clock& clock);

struct Store::State {
  State(const StoreOptions& o, Clock& c)
      : options(o),
        system_clock(c),
        clock(c),
        undecided(o.inbox_messages_max,
                  "too many messages wait for a decision"),
        unrecorded(o.inbox_messages_max, "too many opt-outs wait"),
        alarm(o.alarm ? o.alarm : [](const std::string&) {}) {}

  const StoreOptions options;
  Clock& system_clock;
  PartitionClock clock;
  SharedValue<filter::Snapshot> snapshot;
  InboxBound undecided;   // Messages that wait for a decision.
  InboxBound unrecorded;  // Opt-outs that wait to be recorded.
  DamageAlarm alarm;

  Mutex turning_back;  // Held while the clock goes back.
  Mutex mutex;
  std::function<void(int, Carrier)> on_work SLUICE_GUARDED_BY(mutex);
  std::map<int, std::function<void(int)>> subscribers SLUICE_GUARDED_BY(mutex);
  int next_token SLUICE_GUARDED_BY(mutex) = 1;

  std::unique_ptr<JournalFiles> root_files;  // The store's own folder.
  std::unique_ptr<DurableMarks> marks;
  // When the control journal was last written before this start: see
  // ClockEvidence.
  int64_t written_ms = 0;
  std::unique_ptr<JournalFiles> control_files;
  std::unique_ptr<ControlJournal> control;
  JournalIdentity identity;  // Of the control journal.
  // As the control journal said at the start.
  std::optional<v1::JournalHeads> heads;
  // The store has records, and none of an older version tells its heads.
  bool of_old_version = false;
  // All partitions are open: segments that begin are recorded.
  std::atomic<bool> open = false;
  std::unique_ptr<StandingRecords> standing;
  std::unique_ptr<RetentionFacts> retention_facts;
  // Held while the keys are read, so that no older ones are kept than a change
  // has left. The keys are few; empty: to be read.
  Mutex keys_mutex;
  std::optional<std::vector<KeyChange>> key_changes
      SLUICE_GUARDED_BY(keys_mutex);

  struct Partition {
    std::unique_ptr<JournalFiles> files;
    std::unique_ptr<Views> views;
    JournalIdentity identity;
    std::unique_ptr<PartitionWriter> writer;
  };
  std::vector<Partition> partitions;
  // Declared last: they borrow the others, and the janitor the notary.
  std::unique_ptr<Notary> notary;
  std::unique_ptr<Eraser> eraser;
  std::unique_ptr<Janitor> janitor;
  std::unique_ptr<Scrubber> scrubber;
  std::unique_ptr<Statistics> statistics;

  absl::Status OpenControl(const std::function<void(const std::string&)>&);
  absl::Status OpenPartition(int index,
                             const std::function<void(const std::string&)>&);
  absl::Status Named(const absl::Status& status,
                     absl::string_view journal) const;
  absl::Status CheckStillThere(int index, const JournalFiles& files,
                               const std::optional<JournalPoint>& known) const;
  absl::Status CheckMissing(int index, const Partition& partition);
  // See Store::AppendControl(); says where the record is.
  absl::StatusOr<RecordRef> AppendControl(v1::Record record);
  // Journals how far the partitions are durable.
  absl::Status RecordHeads(bool clean_stop);
  // Who changed the clock, and why.
  struct StepCause {
    std::string actor;
    std::string reason;
  };
  absl::Status RecordStep(int64_t at_ms, int64_t step_ms,
                          const StepCause& cause);
  absl::Status TurnBack(const StepCause& cause);
  static absl::Status Ask(const Partition& partition, TurnBackCommand command);
  absl::Status StartClock(const JournalIdentity& store,
                          const std::function<void(const std::string&)>& note);
  absl::StatusOr<std::unique_ptr<JournalFiles>> OpenFiles(
      const std::string& folder) const {
    if (options.open_files) return options.open_files(folder);
    return PosixJournalFiles::Open(folder);
  }
  absl::Status Told(const Partition& source, Position where,
                    const absl::Status& status);
  void StartScrubber(const std::function<void(const std::string&)>& note);
  absl::StatusOr<SigningKey> KeyInForce();
  // The keys that the journal names, oldest first. Any thread. Errors: those of
  // StandingRecords::Read().
  absl::StatusOr<std::vector<KeyChange>> KeyChanges();
  absl::Status StartNotary(const std::function<void(const std::string&)>& note);
  void StartStatistics(const std::function<void(const std::string&)>& note);
  absl::StatusOr<RetentionRules> RetentionNow(int64_t now_ms) const;
  ErasedJournal Erased(int partition) const;
  absl::Status JournalRetention(store::v1::RetentionRan ran);
  void StartJanitor(const std::function<void(const std::string&)>& note);
  void Durable(int partition);
  void Work(int partition, Carrier carrier);
  absl::Status Hand(SubmitBatch& batch, bool check_only);
  absl::Status Hand(OptOutBatch& batch);
  absl::Status Hand(CorrectionBatch& batch);
  absl::Status Hand(RedecideBatch& batch);
  absl::StatusOr<std::vector<WaitingMessage>> Ask(int partition,
                                                  WaitingCommand command,
                                                  size_t& next_slot) const;
  template <typename NumberAt, typename NamesBatch>
  void Spread(BatchParts& batch, size_t count, NumberAt number_at,
              const NamesBatch& command);
};

}  // namespace sluice::store
