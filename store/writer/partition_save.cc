// Saving buckets, and keeping to the memory that is given: what has not been
// asked for goes to the views and comes back when it is.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "filter/ledger.h"
#include "store/partition/checkpoint.h"
#include "store/writer/partition_writer.h"

namespace sluice::store {

namespace {

// For each byte of the journal this many bytes of buckets may be gone through
// to make room: a message adds less to memory than to the journal, so an eighth
// of what is met needs to be idle. Where all is under way, it bounds the work.
constexpr uint64_t kEvictFactor = 4;
// At once, so that no message waits long; a larger bucket is gone through all
// the same.
constexpr uint64_t kEvictBytesMax = 4u << 20;
// Buckets that are saved at once, because each save syncs the disk; and how
// many at most when saving has fallen behind.
constexpr uint64_t kDueMin = 16;
constexpr uint64_t kDueMax = 64;
// A clean stop saves everything; this much of it is in memory twice.
constexpr size_t kSaveBytesMax = 64u << 20;

constexpr int64_t kHourMs = 3'600'000;
constexpr int64_t kDayMs = 24 * kHourMs;

}  // namespace

// Recalls the numbers of the command at hand, and keeps them in memory until it
// is done: in the middle of it groups may fill and buckets be saved. `numbers`
// must last as long.
absl::Status PartitionWriter::RecallAndPin(absl::Span<const Phone> numbers) {
  pinned_ = numbers;
  return Recall(numbers);
}

// Brings numbers into memory, before anything is decided about them. The answer
// to a failure is an error for whoever asked, and nothing is decided: refusals
// and limits cannot be read.
absl::Status PartitionWriter::Recall(absl::Span<const Phone> numbers) {
  const absl::Status status =
      state_->idle.Recall(numbers, parts_.views, state_->recipients);
  if (status.ok()) return status;
  ++stats_.failed_recalls;
  return absl::UnavailableError(absl::StrCat(
      "what is known of a recipient cannot be read: ", status.message()));
}

// Saves the next buckets when the journal has grown by their share of a cycle,
// and more of them while memory is short, as they are now: the state holds the
// effects of everything up to the end of the open group, so that is where
// replay would go on. The point is known, and the buckets are handed over, when
// that group is durable. One save at a time: what it takes out of memory is
// kept until it is known to be written.
void PartitionWriter::SaveNextBuckets(size_t group_bytes) {
  if (commit_->group().builder.count() == 0) return;
  const uint64_t share = options_.checkpoint_cycle_bytes / kBuckets;
  const uint64_t due = std::min(bytes_since_bucket_ / share, kDueMax);
  if (MemoryIsShort()) {
    evict_credit_bytes_ = std::min<int64_t>(
        evict_credit_bytes_ + static_cast<int64_t>(kEvictFactor * group_bytes),
        kEvictBytesMax);
  } else {
    evict_credit_bytes_ = 0;
  }
  if ((due < kDueMin && evict_credit_bytes_ <= 0) || !SettleSave()) return;
  bytes_since_bucket_ -= due * share;
  auto saves = std::make_shared<BucketSaves>();
  uint32_t met = 0;
  do {
    const bool must = met == 0 || met < due;
    BucketSave save = SaveOf(next_bucket_, must);
    next_bucket_ = (next_bucket_ + 1) % kBuckets;
    ++met;
    if (must || !save.content.empty()) saves->push_back(std::move(save));
  } while (met < due ||
           (MemoryIsShort() && evict_credit_bytes_ > 0 && met < kBuckets));
  state_->idle.Saving(saves);
  commit_->group().must_sync = true;
  GroupCommit* const commit = commit_.get();
  AfterDurable([this, commit, saves](const absl::Status& status) {
    if (!status.ok()) return;  // The state is about to be rebuilt anyway.
    checkpointer_.Save(saves, commit->tail());
  });
}

// From seven eighths on, so that there is room for what comes during a save.
bool PartitionWriter::MemoryIsShort() const {
  const uint64_t limit = options_.recipient_memory_bytes;
  return limit > 0 && state_->held_bytes() > limit - limit / 8;
}

// What the last save has come to. Returns false while it is under way.
bool PartitionWriter::SettleSave() {
  if (state_->idle.saving() == nullptr) return true;
  const auto outcome = checkpointer_.TakeOutcome();
  if (!outcome.has_value()) return false;
  if (!outcome->status.ok()) {
    const BucketSaves& failed = *state_->idle.saving();
    next_bucket_ = failed.front().bucket;
    bytes_since_bucket_ +=
        failed.size() * (options_.checkpoint_cycle_bytes / kBuckets);
  }
  state_->Saved(outcome->status.ok(), outcome->expired);
  return true;
}

// A bucket as it is now, without what memory has no room for. Unless it `must`
// be saved, it is only when something leaves it.
BucketSave PartitionWriter::SaveOf(uint32_t bucket, bool must) {
  BucketSave save;
  save.bucket = bucket;
  // Its first hour begins when it is first met.
  int64_t& trimmed_ms = trimmed_ms_[bucket];
  if (trimmed_ms == 0) trimmed_ms = now_ms_;
  if (now_ms_ - trimmed_ms >= kHourMs) {
    trimmed_ms = now_ms_;
    TrimBucket(bucket);
  }
  if (MemoryIsShort()) Evict(save);
  if (must) AskForExpired(save);
  if (must || !save.evicted.empty()) state_->Take(save);
  return save;
}

// Takes idle numbers out: those not touched since the hand was here last, and
// when there is no room at all, every one that may go.
void PartitionWriter::Evict(BucketSave& save) {
  const uint64_t held = state_->held_bytes();
  const uint64_t freed = state_->idle.Evict(
      /*touched_too=*/held > options_.recipient_memory_bytes, pinned_,
      *snapshot_->policy, state_->outbox, state_->recipients, save);
  // Buckets are alike in size, because numbers fall into them by a hash.
  evict_credit_bytes_ -= static_cast<int64_t>(std::max(freed, held / kBuckets));
}

// Once a day for each bucket: idle numbers that nothing stands about any more
// need neither disk nor fingerprint.
void PartitionWriter::AskForExpired(BucketSave& save) {
  const int64_t day = now_ms_ / kDayMs;
  if (expired_day_[save.bucket] == day ||
      state_->idle.Fingerprints(save.bucket).empty()) {
    return;
  }
  expired_day_[save.bucket] = day;
  save.expired_at_ms = now_ms_;
}

// A clean stop leaves nothing to replay.
void PartitionWriter::SaveAll() {
  checkpointer_.Wait();
  SettleSave();
  const JournalPoint tail = commit_->tail();
  auto saves = std::make_shared<BucketSaves>();
  size_t bytes = 0;
  for (uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
    BucketSave& save = saves->emplace_back();
    save.bucket = bucket;
    state_->Take(save);
    bytes += save.content.size();
    if (bytes < kSaveBytesMax && bucket + 1 < kBuckets) continue;
    checkpointer_.Save(std::exchange(saves, std::make_shared<BucketSaves>()),
                       tail);
    checkpointer_.Wait();
    bytes = 0;
  }
  const absl::Status saved = checkpointer_.Finish();
  if (!saved.ok()) parts_.note(absl::StrCat("views: ", saved.message()));
}

// Numbers that get no messages are not looked at: their old entries go here.
// Goes through the whole bucket, so not at every save.
void PartitionWriter::TrimBucket(uint32_t bucket) {
  const filter::Forgetting forgetting(*snapshot_->policy, now_ms_);
  std::vector<Phone> old;
  state_->recipients.ForEach(
      bucket, [&](Phone recipient, const filter::RecipientState& known) {
        for (const filter::Send& send : known.sends) {
          if (!forgetting.CanForget(send)) continue;
          old.push_back(recipient);
          break;
        }
      });
  for (const Phone recipient : old) {
    state_->recipients.DropSends(recipient, [&](const filter::Send& send) {
      return forgetting.CanForget(send) &&
             state_->outbox.Find(send.message) == nullptr;
    });
    state_->changed.Add(recipient);
  }
}

}  // namespace sluice::store
