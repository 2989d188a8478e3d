#include "store/partition/partition_loader.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rules/base/clock.h"
#include "rules/base/status_macros.h"
#include "store/journal/journal_reader.h"
#include "store/partition/forgotten_sends.h"
#include "store/partition/ledger_bounds.h"
#include "store/views/record_index.h"

namespace sluice::store {

namespace {

absl::Duration Now() { return SystemClock().Monotonic(); }

// What the indexes get that a replay keeps in memory: 64 MiB.
constexpr size_t kEntriesAtOnce = 4u << 20;

// Tells every ten seconds how far a replay is.
class Progress {
 public:
  Progress(Position from, Position end, std::function<void(int percent)> tell)
      : from_(BytesTo(from)), end_(BytesTo(end)), tell_(std::move(tell)) {}

  void At(Position position) {
    if (++looks_ % 64 != 0 || Now() - told_ < absl::Seconds(10)) return;
    told_ = Now();
    const double done = BytesTo(position) - from_;
    tell_(static_cast<int>(100 * done / std::max(1.0, end_ - from_)));
  }

 private:
  // About: segments may end early.
  static double BytesTo(Position position) {
    constexpr double kSegment = double{1u << Position::kOffsetBits};
    return position.segment() * kSegment + position.offset();
  }

  const double from_;
  const double end_;
  const std::function<void(int percent)> tell_;
  uint64_t looks_ = 0;
  absl::Duration told_ = Now();
};

}  // namespace

PartitionLoader::PartitionLoader(LoaderParts parts)
    : parts_(std::move(parts)),
      state_(std::make_unique<PartitionState>()),
      points_(kBuckets) {}

absl::StatusOr<LoadedPartition> PartitionLoader::Load() && {
  const absl::Duration began = Now();
  SLUICE_RETURN_IF_ERROR(LoadBuckets());
  SLUICE_RETURN_IF_ERROR(parts_.index.DropEarlierForm());
  SLUICE_ASSIGN_OR_RETURN(const RecordRef indexed, parts_.index.flushed_to());
  const absl::Duration loaded = Now();
  // Replay begins at the oldest of the points.
  const auto oldest =
      std::min_element(points_.begin(), points_.end(),
                       [](const JournalPoint& a, const JournalPoint& b) {
                         return a.position < b.position;
                       });
  LoadedPartition result;
  result.bucket_behind = static_cast<uint32_t>(oldest - points_.begin());
  SLUICE_ASSIGN_OR_RETURN(result.journal, OpenJournal(*oldest, indexed));
  const Position end = result.journal->durable_end();
  SLUICE_ASSIGN_OR_RETURN(turned_back_, SavedTurnBacks(parts_.views));
  SLUICE_ASSIGN_OR_RETURN(
      result.replayed,
      Replay(std::min(oldest->position, indexed.position()), end, indexed));
  if (result.replayed > 0) {
    parts_.note(absl::StrFormat(
        "%s: loaded views in %.2f s, replayed %d records in %.2f s; "
        "%d numbers, %d messages under way",
        Name(), absl::ToDoubleSeconds(loaded - began), result.replayed,
        absl::ToDoubleSeconds(Now() - loaded), state_->recipients.recipients(),
        state_->outbox.size()));
  }
  result.state = std::move(state_);
  result.loss = std::move(loss_);
  result.turned_back = std::move(turned_back_);
  return result;
}

// Fills the state from the checkpoints, and `points_` with where each ends.
absl::Status PartitionLoader::LoadBuckets() {
  for (uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
    SLUICE_ASSIGN_OR_RETURN(
        const auto point,
        parts_.views.Get(View::kMeta, BucketPointKey(bucket)));
    if (!point.has_value()) continue;
    SLUICE_ASSIGN_OR_RETURN(points_[bucket], DecodePoint(*point));
  }
  // Most of the time goes into touching memory for the first time: all
  // processors help.
  std::array<absl::Status, kRegions> loaded;
  std::array<SavedMessages, kRegions> messages;
  std::atomic<uint32_t> next = 0;
  const auto help = [&] {
    for (uint32_t region; (region = next++) < kRegions;) {
      loaded[region] = LoadRegion(region, messages[region]);
    }
  };
  std::vector<std::thread> helpers(
      std::clamp(std::thread::hardware_concurrency(), 1u, kRegions) - 1);
  for (std::thread& helper : helpers) helper = std::thread(help);
  help();
  for (std::thread& helper : helpers) helper.join();
  for (uint32_t region = 0; region < kRegions; ++region) {
    SLUICE_RETURN_IF_ERROR(loaded[region]);
    PutMessages(std::move(messages[region]), *state_);
  }
  state_->idle.Count();
  return absl::OkStatus();
}

absl::Status PartitionLoader::LoadRegion(uint32_t region,
                                         SavedMessages& messages) {
  absl::Status loaded;
  SLUICE_RETURN_IF_ERROR(parts_.views.ForEach(
      View::kBuckets, BucketPartKey(region * kBucketsPerRegion, 0),
      BucketPartKey((region + 1) * kBucketsPerRegion, 0),
      [&](absl::string_view key, absl::string_view content) {
        loaded = LoadPart(key, content, messages);
        return loaded.ok();
      }));
  return loaded;
}

absl::Status PartitionLoader::LoadPart(absl::string_view key,
                                       absl::string_view content,
                                       SavedMessages& messages) {
  const auto decode = [&]() -> absl::StatusOr<std::pair<uint32_t, uint32_t>> {
    SLUICE_ASSIGN_OR_RETURN(const auto at, DecodeBucketPartKey(key));
    SLUICE_RETURN_IF_ERROR(DecodePart(at.first, content, *state_, messages));
    return at;
  };
  const auto decoded = decode();
  if (!decoded.ok()) {
    return absl::DataLossError(absl::StrCat(
        Name(), ": ", decoded.status().message(),
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

// Bytes before `from` were checked when that point was saved. The views are
// never ahead of what was durable.
absl::StatusOr<std::unique_ptr<Journal>> PartitionLoader::OpenJournal(
    const JournalPoint& from, RecordRef indexed) const {
  JournalOptions options = parts_.journal;
  if (from.position != Position()) options.from = from;
  Position seen;
  for (const JournalPoint& point : points_) {
    seen = std::max(seen, point.position);
  }
  if (indexed != RecordRef()) {
    // Behind the first octet of the group of that record.
    const Position at = indexed.position();
    seen = std::max(seen, Position(at.segment(), at.offset() + 1));
  }
  options.seen = seen;
  JournalOpened opened;
  SLUICE_ASSIGN_OR_RETURN(
      std::unique_ptr<Journal> journal,
      Journal::Open(parts_.files, parts_.identity, options, &opened));
  if (opened.bytes_cut > 0) {
    parts_.note(absl::StrCat(Name(), ": cut ", opened.bytes_cut,
                             " bytes of a half-written tail (",
                             opened.cut_reason, "); none was acknowledged"));
  }
  return journal;
}

// Applies the records from `from` to `end` that a bucket, or the index, has not
// seen. Returns how many were read.
absl::StatusOr<uint64_t> PartitionLoader::Replay(Position from, Position end,
                                                 RecordRef indexed) {
  JournalReader reader(parts_.files, parts_.identity, from);
  const SnapshotPtr snapshot = parts_.snapshot();
  store::v1::Record record;
  IndexEntries entries;
  Progress progress(from, end, [this](int percent) {
    parts_.note(absl::StrCat(Name(), ": reading the journal, ", percent, " %"));
  });
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
        return absl::DataLossError(
            absl::StrCat(Name(), ", ", ToString(reader.position()), ": record ",
                         i, " does not parse"));
      }
      ++replayed;
      newest_ms = record.at_ms();  // Earlier times may have been taken back.
      if (record.has_clock_turned_back()) {
        newest_ms = record.clock_turned_back().now_ms();
        SLUICE_RETURN_IF_ERROR(
            TurnBack(reader.position(), record, *snapshot->policy));
      }
      // The writer records a reopening when it has settled a loss.
      if (record.has_loss_accepted()) loss_ = "a loss was accepted";
      if (record.has_store_restored()) {
        loss_ = "the store was restored from a backup";
      }
      if (record.has_journal_reopened()) loss_.clear();
      if (ref > indexed) AddEntries(record, ref, entries);
      if (record.recipient() == 0) continue;
      SLUICE_RETURN_IF_ERROR(Apply(ref, record, *snapshot->policy));
    }
    if (entries.numbers.size() + entries.facets.size() >= kEntriesAtOnce) {
      SLUICE_RETURN_IF_ERROR(parts_.index.FlushReplayed(entries));
      entries.Clear();
    }
    progress.At(reader.next_position());
  }
  parts_.index.ReplaceFresh(std::move(entries));
  if (newest_ms > 0) parts_.clock.StartAfter(newest_ms);
  return replayed;
}

// Applies a record unless its bucket was saved after it.
absl::Status PartitionLoader::Apply(RecordRef ref,
                                    const store::v1::Record& record,
                                    const filter::Policy& policy) {
  const Phone recipient{record.recipient()};
  if (ref.position() < points_[BucketOf(recipient)].position) {
    return absl::OkStatus();
  }
  SLUICE_RETURN_IF_ERROR(parts_.recall.Recall({&recipient, 1}, *state_));
  if (record.has_decided()) {
    TrimLedger(recipient, policy, record.at_ms(), *state_);
  }
  return state_->Replay(ref, record);
}

absl::Status PartitionLoader::TurnBack(Position position,
                                       const store::v1::Record& record,
                                       const filter::Policy& policy) {
  const int64_t now_ms = record.clock_turned_back().now_ms();
  if (turned_back_.empty() || turned_back_.back().position < position) {
    turned_back_.push_back({position, now_ms});
  }
  const auto in = [this, position](uint32_t bucket) {
    return position >= points_[bucket].position;
  };
  const bool any = absl::c_any_of(points_, [&](const JournalPoint& point) {
    return position >= point.position;
  });
  if (!any) return absl::OkStatus();
  SLUICE_RETURN_IF_ERROR(parts_.recall.RecallLater(now_ms, in, *state_));
  SLUICE_RETURN_IF_ERROR(
      RestoreForgotten({parts_.files, parts_.identity, parts_.recall, policy},
                       position, now_ms, in, *state_));
  state_->TurnBack(record.at_ms(), now_ms, in);
  return absl::OkStatus();
}

std::string PartitionLoader::Name() const {
  return absl::StrCat("journal ", parts_.identity.partition);
}

}  // namespace sluice::store
