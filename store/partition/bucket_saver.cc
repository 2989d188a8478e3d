#include "store/partition/bucket_saver.h"

#include <algorithm>
#include <utility>

#include "rules/base/milliseconds.h"
#include "store/partition/ledger_bounds.h"

namespace sluice::store {

namespace {

// The bytes of buckets that eviction may go through for each byte of the
// journal. A message adds less to memory than to the journal, so an eighth of
// these bytes needs to be idle. Where all numbers have live messages, this
// bounds the work.
constexpr uint64_t kEvictFactor = 4;
// The most bytes of buckets in one step, so that no message waits long; a
// larger bucket is still gone through whole.
constexpr uint64_t kEvictBytesMax = 4u << 20;
// Buckets are saved at least kDueMin at once, because each save syncs the disk,
// and at most kDueMax when saving has fallen behind.
constexpr uint64_t kDueMin = 16;
constexpr uint64_t kDueMax = 64;
// A clean stop saves everything; this much of the state is in memory twice.
constexpr size_t kSaveBytesMax = 64u << 20;

}  // namespace

void BucketSaver::BeginAt(uint32_t bucket, uint64_t records) {
  next_ = bucket;
  bytes_behind_ = records * kReplayBytesMin;
}

void BucketSaver::Count(size_t records, size_t bytes) {
  bytes_behind_ += std::max(bytes, records * kReplayBytesMin);
}

void BucketSaver::Wait(PartitionState& state) {
  checkpointer_.Wait();
  Settle(state);
}

void BucketSaver::ForgetTimes() {
  trimmed_ms_ = {};
  expired_day_ = {};
}

std::shared_ptr<const BucketSaves> BucketSaver::TakeDue(const Moment& moment,
                                                        size_t group_bytes,
                                                        PartitionState& state) {
  const uint64_t due = std::min(bytes_behind_ / share(), kDueMax);
  EarnCredit(group_bytes, state);
  if ((due < kDueMin && evict_credit_bytes_ <= 0) || !Settle(state)) {
    return nullptr;
  }
  bytes_behind_ -= due * share();
  auto saves = std::make_shared<BucketSaves>();
  uint32_t met = 0;
  do {
    const bool must = met == 0 || met < due;
    BucketSave save = SaveOf(next_, must, moment, state);
    next_ = (next_ + 1) % kBuckets;
    ++met;
    if (must || !save.content.empty()) saves->push_back(std::move(save));
  } while (met < due ||
           (MemoryIsShort(state) && evict_credit_bytes_ > 0 && met < kBuckets));
  state.idle.Saving(saves);
  return saves;
}

// Short from seven eighths on, to leave room for what comes during a save.
bool BucketSaver::MemoryIsShort(const PartitionState& state) const {
  const uint64_t limit = options_.memory_bytes;
  return limit > 0 && state.held_bytes() > limit - limit / 8;
}

void BucketSaver::EarnCredit(size_t group_bytes, const PartitionState& state) {
  if (!MemoryIsShort(state)) {
    evict_credit_bytes_ = 0;
    return;
  }
  evict_credit_bytes_ = std::min<int64_t>(
      evict_credit_bytes_ + static_cast<int64_t>(kEvictFactor * group_bytes),
      kEvictBytesMax);
}

// Takes the outcome of the last save. Returns false while it is under way.
bool BucketSaver::Settle(PartitionState& state) {
  if (state.idle.saving() == nullptr) return true;
  const auto outcome = checkpointer_.TakeOutcome();
  if (!outcome.has_value()) return false;
  if (!outcome->status.ok()) {
    const BucketSaves& failed = *state.idle.saving();
    next_ = failed.front().bucket;
    bytes_behind_ += failed.size() * share();
  }
  state.Saved(outcome->status.ok(), outcome->expired);
  return true;
}

// A bucket as it is now, without the numbers that leave memory. Its content
// stays empty unless the bucket `must` be saved or numbers leave it.
BucketSave BucketSaver::SaveOf(uint32_t bucket, bool must, const Moment& moment,
                               PartitionState& state) {
  BucketSave save;
  save.bucket = bucket;
  // A bucket's first hour begins at its first turn.
  int64_t& trimmed_ms = trimmed_ms_[bucket];
  if (trimmed_ms == 0) trimmed_ms = moment.now_ms;
  if (moment.now_ms - trimmed_ms >= kHourMs) {
    trimmed_ms = moment.now_ms;
    TrimBucket(bucket, moment.policy, moment.now_ms, state);
  }
  if (MemoryIsShort(state)) Evict(moment, state, save);
  if (must) AskForExpired(moment.now_ms, state, save);
  if (must || !save.evicted.empty()) state.Take(save);
  return save;
}

// Evicts idle numbers: those not touched since the bucket's last turn, or, when
// memory is full, all that may leave.
void BucketSaver::Evict(const Moment& moment, PartitionState& state,
                        BucketSave& save) {
  const uint64_t held = state.held_bytes();
  const uint64_t freed = state.idle.Evict(
      /*touched_too=*/held > options_.memory_bytes, moment.pinned,
      moment.policy, state.outbox, state.recipients, save);
  // Buckets are of similar size, because a hash distributes the numbers.
  evict_credit_bytes_ -= static_cast<int64_t>(std::max(freed, held / kBuckets));
}

// Once a day for each bucket: idle numbers without unexpired facts need neither
// disk nor fingerprint.
void BucketSaver::AskForExpired(int64_t now_ms, const PartitionState& state,
                                BucketSave& save) {
  const int64_t day = now_ms / kDayMs;
  if (expired_day_[save.bucket] == day ||
      state.idle.Fingerprints(save.bucket).empty()) {
    return;
  }
  expired_day_[save.bucket] = day;
  save.expired_at_ms = now_ms;
}

absl::Status BucketSaver::SaveAll(const JournalPoint& tail,
                                  PartitionState& state) {
  Wait(state);
  auto saves = std::make_shared<BucketSaves>();
  size_t bytes = 0;
  for (uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
    BucketSave& save = saves->emplace_back();
    save.bucket = bucket;
    state.Take(save);
    bytes += save.content.size();
    if (bytes < kSaveBytesMax && bucket + 1 < kBuckets) continue;
    checkpointer_.Save(std::exchange(saves, std::make_shared<BucketSaves>()),
                       tail);
    checkpointer_.Wait();
    bytes = 0;
  }
  return checkpointer_.Finish();
}

}  // namespace sluice::store
