#include "store/views/number_index.h"

#include <algorithm>
#include <string>
#include <utility>

#include "rules/base/bytes.h"
#include "rules/base/status_macros.h"

namespace sluice::store {

namespace {

// 16 MiB of entries: a flush sorts them in a fraction of a second, and a search
// through them takes milliseconds.
constexpr size_t kFreshMax = 1u << 20;

// The most records under one key, so that a page of a dossier reads little more
// than it shows.
constexpr size_t kRunMax = 64;

constexpr absl::string_view kFlushedTo = "by_number.flushed_to";

std::string KeyOf(uint64_t recipient, uint64_t record) {
  std::string key;
  AppendBigEndian(recipient, key);
  AppendBigEndian(record, key);
  return key;
}

// Puts entries, sorted by number and record, as pairs of the view.
absl::Status PutAll(const std::vector<NumberIndex::Entry>& sorted,
                    const Views::Put& put) {
  std::string key;
  std::string value;
  for (size_t i = 0; i < sorted.size();) {
    const NumberIndex::Entry first = sorted[i];
    key.clear();
    value.clear();
    AppendBigEndian(first.recipient, key);
    AppendBigEndian(first.record, key);
    const size_t end = std::min(sorted.size(), i + kRunMax);
    for (++i; i < end && sorted[i].recipient == first.recipient; ++i) {
      AppendBigEndian(sorted[i].packed(), value);
    }
    value.push_back(static_cast<char>(first.kind));
    SLUICE_RETURN_IF_ERROR(put(key, value));
  }
  return absl::OkStatus();
}

struct Indexed {
  uint64_t record = 0;
  RecordKind kind = RecordKind::kAny;
};

// The records of one pair, oldest first, into `records`.
absl::Status ReadPair(absl::string_view key, absl::string_view value,
                      std::vector<Indexed>& records) {
  records.clear();
  Indexed& first = records.emplace_back();
  SLUICE_ASSIGN_OR_RETURN(first.record,
                          ByteReader(key.substr(8)).TakeBigEndian<uint64_t>());
  const bool has_kinds = value.size() % 8 == 1;
  if (has_kinds) {
    first.kind = static_cast<RecordKind>(value.back() & 3);
    value.remove_suffix(1);
  }
  ByteReader in(value);
  while (in.remaining() > 0) {
    SLUICE_ASSIGN_OR_RETURN(const uint64_t entry, in.TakeBigEndian<uint64_t>());
    records.push_back(has_kinds ? Indexed{entry >> 2, RecordKind(entry & 3)}
                                : Indexed{entry, RecordKind::kAny});
  }
  return absl::OkStatus();
}

bool IsWanted(RecordKind kind, KindMask kinds) {
  return kind == RecordKind::kAny || (MaskOf(kind) & kinds) != 0;
}

// Entries in memory are in the order of the journal.
auto FirstFrom(const std::vector<NumberIndex::Entry>& entries,
               uint64_t record) {
  return std::partition_point(entries.begin(), entries.end(),
                              [record](const NumberIndex::Entry& entry) {
                                return entry.record < record;
                              });
}

void FindIn(const std::vector<NumberIndex::Entry>& entries, uint64_t recipient,
            uint64_t before, size_t limit, KindMask kinds,
            std::vector<RecordRef>& found) {
  for (auto it = FirstFrom(entries, before); it != entries.begin();) {
    --it;
    if (found.size() == limit) return;
    if (it->recipient == recipient && IsWanted(RecordKind(it->kind), kinds)) {
      found.push_back(RecordRef::FromValue(it->record));
    }
  }
}

// Adds entries from `from` on; returns the oldest of them, wanted or not, or
// `oldest` if there is none.
uint64_t FindFromIn(const std::vector<NumberIndex::Entry>& entries,
                    uint64_t recipient, uint64_t from, size_t limit,
                    KindMask kinds, uint64_t oldest,
                    std::vector<RecordRef>& found) {
  for (auto it = FirstFrom(entries, from); it != entries.end(); ++it) {
    if (it->recipient != recipient) continue;
    oldest = std::min<uint64_t>(oldest, it->record);
    if (found.size() == limit) return oldest;
    if (IsWanted(RecordKind(it->kind), kinds)) {
      found.push_back(RecordRef::FromValue(it->record));
    }
  }
  return oldest;
}

}  // namespace

NumberIndex::NumberIndex(Views& views) : views_(views) {}

void NumberIndex::Add(const std::vector<Entry>& entries) {
  MutexLock lock(mutex_);
  fresh_.insert(fresh_.end(), entries.begin(), entries.end());
}

void NumberIndex::ReplaceFresh(std::vector<Entry> entries) {
  MutexLock lock(mutex_);
  fresh_ = std::move(entries);
  flushing_.clear();  // A failed flush: replay found them again.
}

absl::StatusOr<std::vector<RecordRef>> NumberIndex::Find(Phone recipient,
                                                         RecordRef before,
                                                         size_t limit,
                                                         KindMask kinds) const {
  const uint64_t below = before == RecordRef() ? ~uint64_t{0} : before.value();
  std::vector<RecordRef> found;
  {
    MutexLock lock(mutex_);
    FindIn(fresh_, recipient.e164, below, limit, kinds, found);
    FindIn(flushing_, recipient.e164, below, limit, kinds, found);
  }
  if (found.size() == limit) return found;
  // The views may already have entries of a flush that has just ended: only
  // records older than the last one found are new.
  uint64_t oldest = found.empty() ? below : found.back().value();
  std::vector<Indexed> pair;
  absl::Status parsed;
  SLUICE_RETURN_IF_ERROR(views_.ScanBack(
      View::kByNumber, KeyOf(recipient.e164, 0), KeyOf(recipient.e164, oldest),
      [&](absl::string_view key, absl::string_view value) {
        parsed = ReadPair(key, value, pair);
        if (!parsed.ok()) return false;
        for (auto it = pair.rbegin(); it != pair.rend(); ++it) {
          if (it->record >= oldest || found.size() == limit) continue;
          oldest = it->record;
          if (!IsWanted(it->kind, kinds)) continue;
          found.push_back(RecordRef::FromValue(it->record));
        }
        return found.size() < limit;
      }));
  SLUICE_RETURN_IF_ERROR(parsed);
  return found;
}

absl::StatusOr<std::vector<RecordRef>> NumberIndex::FindFrom(
    Phone recipient, RecordRef from, size_t limit, KindMask kinds) const {
  // Memory first: a flush moves entries to the views meanwhile, never back.
  std::vector<RecordRef> newer;
  uint64_t oldest_newer = ~uint64_t{0};
  {
    MutexLock lock(mutex_);
    for (const auto* entries : {&flushing_, &fresh_}) {
      oldest_newer = FindFromIn(*entries, recipient.e164, from.value(), limit,
                                kinds, oldest_newer, newer);
    }
  }
  std::vector<RecordRef> found;
  std::vector<Indexed> pair;
  absl::Status parsed;
  const auto take = [&](absl::string_view key, absl::string_view value) {
    parsed = ReadPair(key, value, pair);
    if (!parsed.ok()) return false;
    for (const Indexed& one : pair) {
      if (one.record >= oldest_newer || found.size() == limit) return false;
      if (one.record < from.value() || !IsWanted(one.kind, kinds)) continue;
      // A flush that was repeated after a crash may have other pairs.
      if (!found.empty() && one.record <= found.back().value()) continue;
      found.push_back(RecordRef::FromValue(one.record));
    }
    return true;
  };
  // `from` may be in the middle of the pair that begins before it.
  std::string begin = KeyOf(recipient.e164, from.value());
  SLUICE_RETURN_IF_ERROR(
      views_.ScanBack(View::kByNumber, KeyOf(recipient.e164, 0), begin,
                      [&](absl::string_view key, absl::string_view value) {
                        take(key, value);
                        return false;
                      }));
  SLUICE_RETURN_IF_ERROR(parsed);
  SLUICE_RETURN_IF_ERROR(views_.ForEach(
      View::kByNumber, begin, KeyOf(recipient.e164, ~uint64_t{0}), take));
  SLUICE_RETURN_IF_ERROR(parsed);
  for (const RecordRef ref : newer) {
    if (found.size() == limit) break;
    found.push_back(ref);
  }
  return found;
}

absl::Status NumberIndex::Flush(bool all) {
  {
    MutexLock lock(mutex_);
    // After a failed flush `flushing_` still has its entries: retry those.
    if (flushing_.empty()) {
      if (fresh_.empty() || (!all && fresh_.size() < kFreshMax)) {
        return absl::OkStatus();
      }
      flushing_.swap(fresh_);
      fresh_.reserve(kFreshMax);
    }
  }
  // Only this thread changes `flushing_`. The lock is held only for the copy,
  // which is then sorted.
  std::vector<Entry> sorted;
  {
    MutexLock lock(mutex_);
    sorted = flushing_;
  }
  const uint64_t newest = sorted.back().record;
  std::sort(sorted.begin(), sorted.end());
  SLUICE_RETURN_IF_ERROR(views_.Ingest(
      View::kByNumber,
      [&](const Views::Put& put) { return PutAll(sorted, put); }));
  std::string value;
  AppendBigEndian(newest, value);
  SLUICE_RETURN_IF_ERROR(
      views_.Write({{View::kMeta, std::string(kFlushedTo), std::move(value)}}));
  MutexLock lock(mutex_);
  flushing_.clear();
  return absl::OkStatus();
}

absl::StatusOr<RecordRef> NumberIndex::flushed_to() const {
  SLUICE_ASSIGN_OR_RETURN(const auto value,
                          views_.Get(View::kMeta, kFlushedTo));
  if (!value.has_value()) return RecordRef();
  SLUICE_ASSIGN_OR_RETURN(const uint64_t newest,
                          ByteReader(*value).TakeBigEndian<uint64_t>());
  return RecordRef::FromValue(newest);
}

}  // namespace sluice::store
