#include "store/views/time_index.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "rules/base/bytes.h"
#include "rules/base/status_macros.h"
#include "store/views/facet_list.h"

namespace sluice::store {
namespace {

// 64 KiB.
constexpr size_t kChunk = 4096;

// The most records of a run, so that a page reads little more than it shows.
constexpr size_t kRunMax = 4096;

constexpr uint64_t kTimeKeys = uint64_t{1} << 56;  // Keys below are of times.

int64_t MillisOf(uint64_t time_key) { return static_cast<int64_t>(time_key); }

}  // namespace

FacetSearch::FacetSearch() = default;
FacetSearch::~FacetSearch() = default;
FacetSearch::FacetSearch(FacetSearch&&) noexcept = default;

// Each list in turn says where it has the next record; when all agree, it is
// found.
absl::StatusOr<std::optional<RecordRef>> FacetSearch::Next() {
  size_t agree = 0;
  for (size_t i = 0; agree < lists_.size(); i = (i + 1) % lists_.size()) {
    SLUICE_ASSIGN_OR_RETURN(const uint64_t at, lists_[i]->AtOrAfter(from_));
    if (at == FacetList::kEnd) return std::nullopt;
    agree = at == from_ ? agree + 1 : 1;
    from_ = at;
  }
  return RecordRef::FromValue(from_++);
}

void TimeIndex::Append(absl::Span<const Facet> facets) {
  while (!facets.empty()) {
    if (chunks_.empty() || chunks_.back().count == kChunk) {
      chunks_.push_back({std::make_shared<Facet[]>(kChunk), 0});
    }
    Chunk& last = chunks_.back();
    const size_t some = std::min(kChunk - last.count, facets.size());
    std::copy_n(facets.begin(), some, last.begin.get() + last.count);
    last.count += some;
    fresh_ += some;
    facets.remove_prefix(some);
  }
}

void TimeIndex::Add(const std::vector<Facet>& facets) {
  // In steps: a group may have many facets, and readers want the mutex.
  for (absl::Span<const Facet> left = facets; !left.empty();) {
    const absl::Span<const Facet> some =
        left.first(std::min(kChunk, left.size()));
    MutexLock lock(mutex_);
    Append(some);
    left.remove_prefix(some.size());
  }
}

std::vector<TimeIndex::Chunk> TimeIndex::Look() const {
  MutexLock lock(mutex_);
  return chunks_;
}

size_t TimeIndex::fresh() const {
  MutexLock lock(mutex_);
  return fresh_;
}

FacetSearch TimeIndex::Find(absl::Span<const uint64_t> keys,
                            RecordRef from) const {
  // Memory first: a flush moves facets to the views meanwhile, never back.
  const std::vector<Chunk> chunks = Look();
  uint64_t fresh_from = FacetList::kEnd;
  for (const Chunk& chunk : chunks) {
    if (chunk.count == 0) continue;
    fresh_from = chunk.begin[0].record;
    break;
  }
  std::vector<std::vector<uint64_t>> fresh(keys.size());
  for (const Chunk& chunk : chunks) {
    const absl::Span<const Facet> facets = chunk.facets();
    if (facets.empty() || facets.back().record < from.value()) continue;
    for (const Facet& facet : facets) {
      for (size_t i = 0; i < keys.size(); ++i) {
        if (facet.key == keys[i]) fresh[i].push_back(facet.record);
      }
    }
  }
  FacetSearch search;
  search.from_ = from.value();
  for (size_t i = 0; i < keys.size(); ++i) {
    search.lists_.push_back(
        std::make_unique<FacetList>(keys[i], views_.Cursor(View::kByTime),
                                    std::move(fresh[i]), fresh_from));
  }
  return search;
}

absl::StatusOr<RecordRef> TimeIndex::LastBefore(
    const IsBefore& is_before) const {
  const std::vector<Chunk> chunks = Look();
  for (auto chunk = chunks.rbegin(); chunk != chunks.rend(); ++chunk) {
    const absl::Span<const Facet> facets = chunk->facets();
    for (auto facet = facets.rbegin(); facet != facets.rend(); ++facet) {
      if (facet->key >= kTimeKeys) continue;
      const auto ref = RecordRef::FromValue(facet->record);
      if (is_before(ref, MillisOf(facet->key))) return ref;
    }
  }
  // The last sample that is before, by halves of the references.
  ViewCursor cursor = views_.Cursor(View::kByTime);
  const std::string end = RunKey(1, 0);
  uint64_t low = 0;  // Before it.
  uint64_t high = uint64_t{1} << 62;
  RecordRef last;
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    cursor.Seek(RunKey(0, middle));
    SLUICE_RETURN_IF_ERROR(cursor.status());
    if (!cursor.valid() || cursor.key() >= end) {
      high = middle;
      continue;
    }
    SLUICE_ASSIGN_OR_RETURN(
        const uint64_t record,
        ByteReader(cursor.key().substr(8)).TakeBigEndian<uint64_t>());
    SLUICE_ASSIGN_OR_RETURN(
        const uint64_t at_ms,
        ByteReader(cursor.value()).TakeBigEndian<uint64_t>());
    const auto ref = RecordRef::FromValue(record);
    if (is_before(ref, MillisOf(at_ms))) {
      last = ref;
      low = record + 1;
    } else {
      high = middle;
    }
  }
  return last;
}

void TimeIndex::ReplaceFresh(std::vector<Facet> facets) {
  MutexLock lock(mutex_);
  chunks_.clear();
  fresh_ = 0;
  Append(facets);
}

absl::Status TimeIndex::Flush() {
  std::vector<Chunk> chunks;
  {
    MutexLock lock(mutex_);
    chunks = chunks_;
    // Add() goes on in a new one: what is flushed is dropped whole.
    if (!chunks_.empty()) {
      chunks_.push_back({std::make_shared<Facet[]>(kChunk), 0});
    }
  }
  SLUICE_RETURN_IF_ERROR(Put(chunks));
  std::vector<Chunk> dropped;  // Destroyed without the mutex.
  MutexLock lock(mutex_);
  const auto end = chunks_.begin() + static_cast<ptrdiff_t>(chunks.size());
  dropped.assign(std::make_move_iterator(chunks_.begin()),
                 std::make_move_iterator(end));
  chunks_.erase(chunks_.begin(), end);
  for (const Chunk& chunk : dropped) fresh_ -= chunk.count;
  return absl::OkStatus();
}

absl::Status TimeIndex::FlushReplayed(const std::vector<Facet>& facets) {
  TimeIndex all(views_);
  all.Add(facets);
  return all.Flush();
}

// The facets as pairs of the view.
absl::Status TimeIndex::Put(absl::Span<const Chunk> chunks) {
  absl::flat_hash_map<uint64_t, std::vector<uint64_t>> lists;
  std::vector<std::pair<uint64_t, uint64_t>> samples;  // Record and time.
  size_t times = 0;
  for (const Chunk& chunk : chunks) {
    for (const Facet& facet : chunk.facets()) {
      if (facet.key >= kTimeKeys) {
        std::vector<uint64_t>& list = lists[facet.key];
        // A record may have a reason twice.
        if (list.empty() || list.back() != facet.record) {
          list.push_back(facet.record);
        }
      } else if (times++ % kSampleEvery == 0) {
        samples.emplace_back(facet.record, facet.key);
      }
    }
  }
  if (samples.empty() && lists.empty()) return absl::OkStatus();
  std::vector<uint64_t> keys;
  keys.reserve(lists.size());
  for (const auto& [key, records] : lists) keys.push_back(key);
  std::sort(keys.begin(), keys.end());
  return views_.Ingest(View::kByTime, [&](const Views::Put& put) {
    for (const auto& [record, at_ms] : samples) {
      std::string value;
      AppendBigEndian(at_ms, value);
      SLUICE_RETURN_IF_ERROR(put(RunKey(0, record), value));
    }
    for (const uint64_t key : keys) {
      absl::Span<const uint64_t> records = lists[key];
      while (!records.empty()) {
        const auto run = records.first(std::min(kRunMax, records.size()));
        SLUICE_RETURN_IF_ERROR(put(RunKey(key, run.front()), EncodeRun(run)));
        records.remove_prefix(run.size());
      }
    }
    return absl::OkStatus();
  });
}

}  // namespace sluice::store
