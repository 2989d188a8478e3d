#pragma once

// The one thread that owns a partition: takes commands, decides, applies, and
// fills groups. Decide, append, sync, and only then answer; no lock, because
// nothing is shared.

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "filter/admit.h"
#include "store/journal/journal_file.h"
#include "store/journal/record_reader.h"
#include "store/partition/checkpoint.h"
#include "store/partition/checkpointer.h"
#include "store/partition/decided_record.h"
#include "store/partition/group_commit.h"
#include "store/partition/partition_clock.h"
#include "store/partition/partition_state.h"
#include "store/views/number_index.h"
#include "store/views/views.h"
#include "store/writer/commands.h"
#include "store/writer/early_reports.h"
#include "store/writer/inbox.h"
#include "store/writer/opt_out_waiters.h"
#include "store/writer/redo_commands.h"
#include "store/writer/seen_replies.h"

namespace sluice::store {

struct PartitionOptions {
  JournalIdentity identity;
  bool sync = true;
  uint32_t segment_bytes = kSegmentBytes;
  // Journal bytes in which every bucket is saved once. Replay after a kill
  // reads a little more than this.
  uint64_t checkpoint_cycle_bytes = 512ull << 20;
  uint32_t outbox_messages_max = 10'000'000;
  // Of memory for what is known of numbers; 0: no limit. Numbers with a message
  // under way stay in memory, whatever this says.
  uint64_t recipient_memory_bytes = 0;
};

// What a partition borrows. All must outlive it.
struct PartitionParts {
  JournalFiles& files;
  Views& views;
  PartitionClock& clock;
  std::function<SnapshotPtr()> snapshot;
  // One line for the operator.
  std::function<void(const std::string&)> note;
  // On the writer's thread: messages for a carrier have become due.
  std::function<void(Carrier)> work;
  // On the journal thread: records have become durable.
  std::function<void()> durable;
};

class PartitionWriter {
 public:
  PartitionWriter(const PartitionOptions& options, PartitionParts parts);
  // Answers what was taken, makes it durable, saves the views.
  ~PartitionWriter();

  // Loads the views, replays the journal and starts the thread.
  // Errors: kDataLoss, kUnavailable.
  absl::Status Start();

  // Any thread.
  void Push(Command command);

  // Why messages, or records of any kind, would be refused now, without waiting
  // for the writer. Any thread. Errors: kResourceExhausted, kUnavailable.
  absl::Status Accepting() const;
  absl::Status Writable() const;
  bool is_poisoned() const { return poisoned_; }

  // Any thread.
  const NumberIndex& index() const { return index_; }
  const RecordReader& records() const { return reader_; }
  Position durable_end() const {
    return Position::FromValue(durable_end_.load(std::memory_order_acquire));
  }

 private:
  // partition_load.cc
  absl::Status Load();
  absl::Status LoadBuckets(std::vector<JournalPoint>& points);
  absl::Status LoadRegion(uint32_t region, SavedLives& lives);
  absl::Status LoadPart(absl::string_view key, absl::string_view content,
                        SavedLives& lives);
  absl::StatusOr<uint64_t> Replay(Position from, Position end,
                                  RecordRef indexed,
                                  const std::vector<JournalPoint>& points);
  void SettleHandOvers(bool fresh_process);
  absl::flat_hash_map<uint64_t, bool> WithLinks() const;
  void Recover(const absl::Status& why);
  absl::Status RecordReopening(const absl::Status& why);

  // partition_writer.cc
  void Run();
  absl::Status Serve();
  void Process(Command& command);
  void RefuseOne(Command& command, const absl::Status& why);
  bool CommitGroup();
  void Tick();
  void AnnounceWork();

  // Starts a record about `recipient`; Append() writes it and returns where.
  store::v1::Record& NewRecord(Phone recipient);
  store::v1::Record& Refill(store::v1::Record& form, Phone recipient);
  RecordRef Append(const store::v1::Record& record);
  RecordRef NextRef(size_t record_size);
  void AfterDurable(absl::AnyInvocable<void(const absl::Status&)> completion);

  // partition_save.cc
  absl::Status Recall(absl::Span<const Phone> numbers);
  absl::Status RecallAndPin(absl::Span<const Phone> numbers);
  void SaveNextBuckets(size_t group_bytes);
  bool MemoryIsShort() const;
  BucketSave SaveOf(uint32_t bucket, bool must);
  void Evict(BucketSave& save);
  void AskForExpired(BucketSave& save);
  bool SettleSave();
  void SaveAll();
  void TrimBucket(uint32_t bucket);

  // partition_submit.cc
  void Do(SubmitCommand& command);
  void Admit(SubmitBatch& batch, uint32_t index);
  void Decide(SubmitBatch& batch, uint32_t index);
  void RefuseFullLedger();
  void TrimLedger(Phone recipient, const filter::Policy& policy,
                  int64_t now_ms);

  // partition_redecide.cc
  void Do(RedecideCommand& command);
  void Do(WaitingCommand& command);
  void Redecide(RedecideBatch& batch, uint32_t index);
  bool MayRedecide(const RedecideBatch& batch, uint32_t index,
                   const LiveMessage* live, Redecision& result) const;
  void Cancel(const RedecideBatch& batch, LiveMessage& live);
  void RejectHeld(const RedecideBatch& batch, uint32_t index,
                  LiveMessage& live);
  void AdmitAnew(const RedecideBatch& batch, uint32_t index);

  // partition_links.cc
  void Do(TakeWorkCommand& command);
  bool TakeOne(Carrier carrier, const WorkRequest& request,
               uint32_t segments_left, Work& work);
  absl::StatusOr<std::string> TextOf(const LiveMessage& live);
  void EndMessage(LiveMessage& live, sluice::v1::MessageState state,
                  const filter::Finding& reason);
  void Do(HandingOverCommand& command);
  void Do(GiveBackCommand& command);
  void Do(LinkRunCommand& command);
  void Answered(const CarrierAnswer& answer);
  void Reported(CarrierReport report);
  void Apply(CarrierReport report, Outbox::Part part);
  void Look(uint64_t message);

  // partition_recipients.cc
  void Do(AddOptOutsCommand& command);
  void Do(RemoveOptOutCommand& command);
  void Do(ReplyCommand& command);
  void Do(OptOutDurableCommand& command);
  void Do(StatsCommand& command);
  OptOutResult AddRefusal(const OptOutEntry& entry, uint64_t answers_message);
  void AnswerRefusals(absl::Span<const Phone> recipients,
                      absl::AnyInvocable<void(const absl::Status&)> done);
  uint32_t CancelRefused(Phone recipient);

  // What a record counts for at least where the time of a replay is bounded:
  // it takes about as long for a short record as for a message.
  static constexpr size_t kReplayBytesMin = 320;

  const PartitionOptions options_;
  PartitionParts parts_;

  Inbox<Command> inbox_;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> poisoned_ = false;
  std::atomic<bool> outbox_full_ = false;
  std::atomic<bool> disk_full_ = false;
  std::atomic<uint64_t> durable_end_ = 0;

  NumberIndex index_;
  RecordReader reader_;
  Checkpointer checkpointer_;

  // The writer's own.
  std::unique_ptr<PartitionState> state_;
  std::unique_ptr<GroupCommit> commit_;
  DecidedEncoder encoder_;
  SaltSource salts_;
  store::v1::Record record_;
  // Of the three records that every message brings, each with a body that is
  // filled in again and again: clearing a record frees its body.
  store::v1::Record handed_over_;
  store::v1::Record answered_;
  store::v1::Record reported_;
  filter::Admission admission_;
  std::vector<filter::Send> other_sends_;  // All of a number's but one.
  std::vector<filter::StandingFact> other_facts_;
  // The newest, for the commands at hand; null while there are none.
  SnapshotPtr snapshot_;
  int64_t now_ms_ = 0;  // For the command at hand.
  std::vector<uint64_t> look_;
  // How often the journal was reopened: places of the outbox are others then.
  size_t reopened_ = 0;

  RedoCommands redo_;
  OptOutWaiters waiters_;
  EarlyReports early_reports_;
  SeenReplies seen_replies_;

  std::array<bool, kCarriers> announced_ = {};
  uint32_t next_bucket_ = 0;
  uint64_t bytes_since_bucket_ = 0;
  // Bytes of buckets that may be gone through for the sake of memory; below 0
  // after a bucket that was larger.
  int64_t evict_credit_bytes_ = 0;
  std::array<int64_t, kBuckets> trimmed_ms_ = {};
  // The day for which a bucket's idle numbers were last looked through.
  std::array<int64_t, kBuckets> expired_day_ = {};
  std::vector<Phone> numbers_;  // To be recalled.
  // Those of the command at hand: they stay in memory until it is done.
  absl::Span<const Phone> pinned_;
  PartitionStats stats_;

  std::thread thread_;
};

}  // namespace sluice::store
