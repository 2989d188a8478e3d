// Coming back: from the views and the journal at a start, and from the
// journal's real tail after a failed append.

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rules/base/status_macros.h"
#include "store/journal/journal_reader.h"
#include "store/partition/checkpoint.h"
#include "store/writer/partition_writer.h"

namespace sluice::store {

absl::Status PartitionWriter::Load() {
  const auto now = [] { return SystemClock().Monotonic(); };
  const absl::Duration began = now();
  // A save of the state before this one may be on its way: its buckets are
  // read as they were before it or after it, not in between.
  checkpointer_.Wait();
  checkpointer_.TakeOutcome();
  state_ = std::make_unique<PartitionState>();
  std::vector<JournalPoint> points(kBuckets);
  SLUICE_RETURN_IF_ERROR(LoadBuckets(points));
  SLUICE_ASSIGN_OR_RETURN(const RecordRef indexed, index_.flushed_to());
  const absl::Duration loaded = now();
  // Replay begins where the first of the views is behind. What was checked when
  // that point was saved is not read again.
  const auto oldest =
      std::min_element(points.begin(), points.end(),
                       [](const JournalPoint& a, const JournalPoint& b) {
                         return a.position < b.position;
                       });
  const JournalPoint first = *oldest;
  JournalOptions journal_options;
  journal_options.segment_bytes = options_.segment_bytes;
  if (first.position != Position()) journal_options.from = first;
  JournalOpened opened;
  SLUICE_ASSIGN_OR_RETURN(
      std::unique_ptr<Journal> journal,
      Journal::Open(parts_.files, options_.identity, journal_options, &opened));
  if (opened.bytes_cut > 0) {
    parts_.note(absl::StrCat("journal ", options_.identity.partition, ": cut ",
                             opened.bytes_cut,
                             " bytes of a half-written tail (",
                             opened.cut_reason, "); none was acknowledged"));
  }
  const Position end = journal->durable_end();
  if (indexed.position() > end) {
    return absl::DataLossError(absl::StrCat(
        "journal ", options_.identity.partition, " ends at ", ToString(end),
        ", before what the index by number has seen. That comes of `sync: "
        "false` and a power cut: delete the folder `views` of this partition, "
        "it is rebuilt"));
  }
  SLUICE_ASSIGN_OR_RETURN(const uint64_t replayed,
                          Replay(std::min(first.position, indexed.position()),
                                 end, indexed, points));
  // Saving goes on with the bucket that is furthest behind, or a partition that
  // is killed again and again would replay more each time.
  next_bucket_ = static_cast<uint32_t>(oldest - points.begin());
  bytes_since_bucket_ = replayed * kReplayBytesMin;
  if (replayed > 0) {
    parts_.note(absl::StrFormat(
        "journal %d: loaded views in %.2f s, replayed %d records in %.2f s; "
        "%d numbers, %d messages under way",
        options_.identity.partition, absl::ToDoubleSeconds(loaded - began),
        replayed, absl::ToDoubleSeconds(now() - loaded),
        state_->recipients.recipients(), state_->outbox.size()));
  }
  durable_end_ = end.value();
  commit_ = std::make_unique<GroupCommit>(
      std::move(journal), options_.sync, index_,
      [this] {
        durable_end_.store(commit_->durable_end().value(),
                           std::memory_order_release);
      },
      [this] {
        checkpointer_.Poke();
        inbox_.Nudge();
        parts_.durable();
      });
  return absl::OkStatus();
}

// Fills the state from the checkpoints, and `points` with where each ends.
absl::Status PartitionWriter::LoadBuckets(std::vector<JournalPoint>& points) {
  for (uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
    SLUICE_ASSIGN_OR_RETURN(
        const auto point,
        parts_.views.Get(View::kMeta, BucketPointKey(bucket)));
    if (!point.has_value()) continue;
    SLUICE_ASSIGN_OR_RETURN(points[bucket], DecodePoint(*point));
  }
  // Mostly a matter of memory being touched for the first time: all processors
  // help.
  std::array<absl::Status, kRegions> loaded;
  std::array<SavedLives, kRegions> lives;
  std::atomic<uint32_t> next = 0;
  const auto help = [&] {
    for (uint32_t region; (region = next++) < kRegions;) {
      loaded[region] = LoadRegion(region, lives[region]);
    }
  };
  std::vector<std::thread> helpers(
      std::clamp(std::thread::hardware_concurrency(), 1u, kRegions) - 1);
  for (std::thread& helper : helpers) helper = std::thread(help);
  help();
  for (std::thread& helper : helpers) helper.join();
  for (uint32_t region = 0; region < kRegions; ++region) {
    SLUICE_RETURN_IF_ERROR(loaded[region]);
    PutLives(std::move(lives[region]), *state_);
  }
  state_->idle.Count();
  return absl::OkStatus();
}

absl::Status PartitionWriter::LoadRegion(uint32_t region, SavedLives& lives) {
  absl::Status loaded;
  SLUICE_RETURN_IF_ERROR(parts_.views.ForEach(
      View::kBuckets, BucketPartKey(region * kBucketsPerRegion, 0),
      BucketPartKey((region + 1) * kBucketsPerRegion, 0),
      [&](absl::string_view key, absl::string_view content) {
        loaded = LoadPart(key, content, lives);
        return loaded.ok();
      }));
  return loaded;
}

absl::Status PartitionWriter::LoadPart(absl::string_view key,
                                       absl::string_view content,
                                       SavedLives& lives) {
  const auto decode = [&]() -> absl::StatusOr<std::pair<uint32_t, uint32_t>> {
    SLUICE_ASSIGN_OR_RETURN(const auto at, DecodeBucketPartKey(key));
    SLUICE_RETURN_IF_ERROR(DecodePart(at.first, content, *state_, lives));
    return at;
  };
  const auto decoded = decode();
  if (!decoded.ok()) {
    return absl::DataLossError(absl::StrCat(
        "journal ", options_.identity.partition, ": ",
        decoded.status().message(),
        ". Delete the folder `views` of this partition, it is rebuilt"));
  }
  const auto [bucket, part] = *decoded;
  PartitionState::Parts& has = state_->parts[bucket];
  if (has.next == 0) {
    has.first = part;
    has.whole_bytes = content.size();
  } else {
    has.later_bytes += content.size();
  }
  has.next = part + 1;
  return absl::OkStatus();
}

// Applies the records from `from` to `end` that each bucket, and the index, has
// not seen. Returns how many were read.
absl::StatusOr<uint64_t> PartitionWriter::Replay(
    Position from, Position end, RecordRef indexed,
    const std::vector<JournalPoint>& points) {
  JournalReader reader(parts_.files, options_.identity, from);
  const SnapshotPtr snapshot = parts_.snapshot();
  const filter::Policy& policy = *snapshot->policy;
  store::v1::Record record;
  std::vector<NumberIndex::Entry> entries;
  uint64_t replayed = 0;
  int64_t newest_ms = 0;
  for (;;) {
    SLUICE_ASSIGN_OR_RETURN(const bool more, reader.Next(end));
    if (!more) break;
    const GroupView& group = reader.group();
    for (uint32_t i = 0; i < group.count(); ++i) {
      if (group.Removed(i)) continue;
      const RecordRef ref(reader.position(), i);
      const absl::string_view bytes = group.Record(i);
      if (!record.ParseFromArray(bytes.data(),
                                 static_cast<int>(bytes.size()))) {
        return absl::DataLossError(absl::StrCat(
            "journal ", options_.identity.partition, ", ",
            ToString(reader.position()), ": record ", i, " does not parse"));
      }
      ++replayed;
      newest_ms = std::max(newest_ms, record.at_ms());
      if (record.recipient() == 0) continue;
      const Phone recipient{record.recipient()};
      if (reader.position() >= points[BucketOf(recipient)].position) {
        SLUICE_RETURN_IF_ERROR(Recall({&recipient, 1}));
        if (record.has_decided()) {
          TrimLedger(recipient, policy, record.at_ms());
        }
        SLUICE_RETURN_IF_ERROR(state_->Replay(ref, record));
      }
      if (ref > indexed) {
        entries.push_back({record.recipient(), ref.value()});
      }
    }
  }
  index_.ReplaceFresh(std::move(entries));
  if (newest_ms > 0) parts_.clock.StartAfter(newest_ms);
  return replayed;
}

// Hand-overs without an answer. Those of links of this process are in good
// hands and will be answered. Of the others, a fresh process cannot know
// whether they were sent: UNKNOWN. After a failed append they surely were not,
// because links get only what is durable and what they got is known: they wait
// again.
void PartitionWriter::SettleHandOvers(bool fresh_process) {
  now_ms_ = parts_.clock.NowMs();
  std::vector<LiveMessage*> open;
  state_->outbox.ForEach([&](LiveMessage& live) {
    if (live.state == sluice::v1::MESSAGE_STATE_HANDED_OVER &&
        !live.with_link) {
      open.push_back(&live);
    }
  });
  std::sort(open.begin(), open.end(), [](const auto* a, const auto* b) {
    return a->message < b->message;
  });
  for (LiveMessage* const live : open) {
    store::v1::Record& record = NewRecord(live->about.recipient);
    if (fresh_process) {
      store::v1::Answered& answered = *record.mutable_answered();
      answered.set_message(live->message);
      answered.set_state(sluice::v1::MESSAGE_STATE_UNKNOWN);
      answered.set_link(std::string(state_->outbox.LinkName(live->link)));
      Append(record);
      state_->Answered(*live, sluice::v1::MESSAGE_STATE_UNKNOWN, {},
                       /*refunded=*/false, now_ms_);
    } else {
      record.mutable_given_back()->set_message(live->message);
      record.mutable_given_back()->set_again_ms(now_ms_);
      Append(record);
      state_->GivenBack(*live, now_ms_, now_ms_);
    }
  }
  if (!open.empty()) {
    parts_.note(absl::StrCat(
        "journal ", options_.identity.partition, ": ", open.size(),
        fresh_process ? " messages were handed over and never answered: UNKNOWN"
                      : " messages were not handed over after all"));
  }
}

// Messages that a link of this process has and will answer, and whether it has
// written them.
absl::flat_hash_map<uint64_t, bool> PartitionWriter::WithLinks() const {
  absl::flat_hash_map<uint64_t, bool> with_links;
  state_->outbox.ForEach([&](const LiveMessage& live) {
    if (live.state == sluice::v1::MESSAGE_STATE_HANDED_OVER && live.with_link) {
      with_links[live.message] = live.written;
    }
  });
  return with_links;
}

// The journal failed. Groups in flight have been answered UNAVAILABLE; memory
// is ahead of the disk. Drop it, read the real tail, and go on.
void PartitionWriter::Recover(const absl::Status& why) {
  poisoned_ = true;
  ++reopened_;
  parts_.note(absl::StrCat("journal ", options_.identity.partition,
                           " failed: ", why.message(),
                           "; nothing is accepted until it is reopened"));
  const absl::flat_hash_map<uint64_t, bool> with_links = WithLinks();
  absl::Status status = why;
  // Answers that were in the failed groups, and those that come meanwhile; and
  // what those groups would have handed over, which never reached a link.
  std::deque<Command> redo = redo_.TakeAll();
  for (int64_t pause_ms = 10; !status.ok() && !stopping_;) {
    std::vector<Command> commands;
    inbox_.TakeAll(commands, 1, std::chrono::milliseconds(pause_ms));
    for (Command& command : commands) {
      RefuseOne(command, absl::UnavailableError(
                             "the journal is being reopened; the outcome of "
                             "calls under way is unknown"));
      if (StaysTrue(command)) redo.push_back(std::move(command));
    }
    commit_.reset();
    status = Load();
    if (status.ok()) status = RecordReopening(why);
    if (!status.ok()) {
      parts_.note(absl::StrCat("journal ", options_.identity.partition,
                               " cannot be reopened: ", status.message()));
      pause_ms = std::min<int64_t>(pause_ms * 2, 5'000);
    }
  }
  if (!status.ok()) return;
  for (const auto& [message, written] : with_links) {
    LiveMessage* const live = state_->outbox.Find(message);
    if (live == nullptr) continue;
    live->with_link = true;
    live->written = written;
  }
  announced_ = {};
  seen_replies_.Clear();
  snapshot_ = parts_.snapshot();
  now_ms_ = parts_.clock.NowMs();
  for (Command& command : redo) Process(command);
  SettleHandOvers(/*fresh_process=*/false);
  parts_.note(
      absl::StrCat("journal ", options_.identity.partition, " is open again"));
  poisoned_ = false;
}

// Reading alone proves nothing about a disk that fails to write.
absl::Status PartitionWriter::RecordReopening(const absl::Status& why) {
  now_ms_ = parts_.clock.NowMs();
  store::v1::Record& record = NewRecord(Phone{});
  record.mutable_journal_reopened()->set_reason(std::string(why.message()));
  Append(record);
  SLUICE_RETURN_IF_ERROR(commit_->Commit());
  return commit_->Drain();
}

}  // namespace sluice::store
