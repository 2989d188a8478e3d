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
      AppendBigEndian(sorted[i].record, value);
    }
    SLUICE_RETURN_IF_ERROR(put(key, value));
  }
  return absl::OkStatus();
}

// The records of one pair, oldest first.
absl::StatusOr<std::vector<uint64_t>> RecordsIn(absl::string_view key,
                                                absl::string_view value) {
  ByteReader in(value);
  std::vector<uint64_t> records;
  SLUICE_ASSIGN_OR_RETURN(records.emplace_back(),
                          ByteReader(key.substr(8)).TakeBigEndian<uint64_t>());
  while (in.remaining() > 0) {
    SLUICE_ASSIGN_OR_RETURN(records.emplace_back(),
                            in.TakeBigEndian<uint64_t>());
  }
  return records;
}

void FindIn(const std::vector<NumberIndex::Entry>& entries, uint64_t recipient,
            uint64_t before, size_t limit, std::vector<RecordRef>& found) {
  for (auto it = entries.rbegin(); it != entries.rend(); ++it) {
    if (found.size() == limit) return;
    if (it->recipient == recipient && it->record < before) {
      found.push_back(RecordRef::FromValue(it->record));
    }
  }
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
                                                         size_t limit) const {
  const uint64_t below = before == RecordRef() ? ~uint64_t{0} : before.value();
  std::vector<RecordRef> found;
  {
    MutexLock lock(mutex_);
    FindIn(fresh_, recipient.e164, below, limit, found);
    FindIn(flushing_, recipient.e164, below, limit, found);
  }
  if (found.size() == limit) return found;
  // The views may already have entries of a flush that has just ended: only
  // records older than the last one found are new.
  uint64_t oldest = found.empty() ? below : found.back().value();
  absl::Status parsed;
  SLUICE_RETURN_IF_ERROR(views_.ScanBack(
      View::kByNumber, KeyOf(recipient.e164, 0), KeyOf(recipient.e164, oldest),
      [&](absl::string_view key, absl::string_view value) {
        const auto records = RecordsIn(key, value);
        parsed = records.status();
        if (!records.ok()) return false;
        for (auto it = records->rbegin(); it != records->rend(); ++it) {
          if (*it >= oldest || found.size() == limit) continue;
          oldest = *it;
          found.push_back(RecordRef::FromValue(*it));
        }
        return found.size() < limit;
      }));
  SLUICE_RETURN_IF_ERROR(parsed);
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
