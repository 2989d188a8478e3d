#pragma once

// The one thread that owns a partition: takes commands, decides, applies, and
// fills groups. It answers only after append and sync. It needs no lock,
// because it shares nothing.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rules/base/lasting_fault.h"
#include "rules/base/shared_value.h"
#include "store/journal/journal_file.h"
#include "store/journal/record_reader.h"
#include "store/journal/segment.h"
#include "store/partition/bucket_saver.h"
#include "store/partition/checkpointer.h"
#include "store/partition/group_commit.h"
#include "store/partition/partition_clock.h"
#include "store/partition/turned_back.h"
#include "store/views/record_index.h"
#include "store/views/views.h"
#include "store/writer/command_context.h"
#include "store/writer/commands.h"
#include "store/writer/inbox.h"
#include "store/writer/link_handler.h"
#include "store/writer/opt_out_handler.h"
#include "store/writer/opt_out_waiters.h"
#include "store/writer/redecide_handler.h"
#include "store/writer/redo_commands.h"
#include "store/writer/reply_handler.h"
#include "store/writer/submit_handler.h"
#include "store/writer/work_handler.h"

namespace sluice::store {

struct PartitionOptions {
  JournalIdentity identity;
  bool sync = true;
  JournalOptions journal;  // Without `from`.
  // The journal bytes in which every bucket is saved once. Replay after a kill
  // reads a little more than this.
  uint64_t checkpoint_cycle_bytes = 512ull << 20;
  uint32_t outbox_messages_max = 10'000'000;
  // Memory for the state of numbers; 0: no limit. Numbers with a live message
  // stay in memory regardless.
  uint64_t recipient_memory_bytes = 0;
};

// What a partition borrows. Everything must outlive it.
struct PartitionParts {
  JournalFiles& files;
  Views& views;
  PartitionClock& clock;
  std::function<SnapshotPtr()> snapshot;
  // Logs one line for the operator.
  std::function<void(const std::string&)> note;
  // Logs one line about a fault on which the operator must act.
  std::function<void(const std::string&)> fault;
  // Gets damage that readers find; may be null and must outlive the writer.
  DamageAlarm* alarm = nullptr;
  // On the writer's thread: messages for a carrier have become due.
  std::function<void(Carrier)> work;
  // On the journal thread: records have become durable.
  std::function<void()> durable;
};

class PartitionWriter {
 public:
  PartitionWriter(const PartitionOptions& options, PartitionParts parts);
  // Answers the accepted commands, makes their effects durable, saves the
  // views.
  ~PartitionWriter();

  // Loads the views, replays the journal and starts the thread.
  // Errors: kDataLoss, kUnavailable.
  absl::Status Start();

  // Any thread.
  void Push(Command command);

  // Why the partition would refuse messages, or any record, now; does not wait
  // for the writer. Any thread. Errors: kResourceExhausted, kUnavailable.
  absl::Status Accepting() const;
  absl::Status Writable() const;
  bool is_poisoned() const { return poisoned_; }
  // The journal has no room on its disk, so that nothing is taken.
  bool is_disk_full() const { return disk_full_; }

  // Any thread.
  const RecordIndex& index() const { return index_; }
  const RecordReader& records() const { return reader_; }
  Position durable_end() const { return context_.durable_end(); }
  // Where the journal says that the clock went back, in order; never null.
  std::shared_ptr<const std::vector<TurnBackAt>> turned_back() const {
    return turned_back_.Load();
  }

 private:
  void Run();
  absl::Status Serve();
  bool TakeCommands(std::vector<Command>& commands);
  std::chrono::milliseconds WaitAtMost(bool syncing) const;
  void Process(Command& command);
  void Do(StatsCommand& command);
  void Do(TurnBackCommand& command);
  absl::Status TurnBack(const TurnBackCommand& command);
  absl::Status SetTurnedBack(std::vector<TurnBackAt> turned_back);
  void RefuseOne(Command& command, const absl::Status& why);
  void Tick();
  void AnnounceWork();
  const PartitionStats& CountedStats();

  void Refresh();
  bool CommitGroup();
  void SaveBuckets(size_t group_bytes);
  void SaveAll();

  absl::Status Load(bool quiet = false);
  void SettleHandOvers(bool fresh_process);
  absl::Status SettleLoss();
  void Recover(const absl::Status& why);
  bool Reopen(const absl::Status& why, std::deque<Command>& redo);
  absl::Status RecordReopening(const absl::Status& why);
  void TellFault(absl::string_view what);
  std::string Name() const;

  const PartitionOptions options_;
  const PartitionParts parts_;

  Inbox<Command> inbox_;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> poisoned_ = false;
  std::atomic<bool> outbox_full_ = false;
  std::atomic<bool> disk_full_ = false;
  std::string loss_;  // See LoadedPartition.
  SharedValue<std::vector<TurnBackAt>> turned_back_{
      std::make_shared<const std::vector<TurnBackAt>>()};

  RecordIndex index_;
  RecordReader reader_;
  Checkpointer checkpointer_;

  // Used by the writer only.
  CommandContext context_;
  std::unique_ptr<GroupCommit> commit_;
  BucketSaver saver_;
  RedoCommands redo_;
  OptOutWaiters waiters_;
  SubmitHandler submits_;
  RedecideHandler redecisions_;
  WorkHandler work_;
  LinkHandler links_;
  OptOutHandler opt_outs_;
  ReplyHandler replies_;
  std::vector<uint64_t> overdue_;  // Messages, for Tick().
  // After a TurnBack(), while the clock still shows `mistaken_ms` or more and
  // so waits for other partitions: the time of this one. 0: no such time.
  struct Ahead {
    int64_t mistaken_ms = 0;
    int64_t now_ms = 0;
  };
  Ahead ahead_;
  PartitionStats stats_;
  LastingFault fault_;  // The journal cannot be written.

  std::thread thread_;
};

}  // namespace sluice::store
